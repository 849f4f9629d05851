"""All pads of a virtual device, which are energised, limited and let go of as one."""

from collections.abc import Mapping
from math import inf

import numpy as np

from firmware_bridge.codes import Fault
from firmware_bridge.setpoints import CAP, GAIN

from .actuator import Actuator, Cubic
from .airbag import Airbag
from .body import Person
from .curves import level, line
from .hardware import Pad
from .lane import Lane
from .sensors import DepthSensor, NoisySensor
from .traits import Traits

_ZERO, _ONE, _FREE = level(0.0), level(1.0), level(inf)


class Pads:
    """Pads by their channels; the first is the one that sensors and contact are told of."""

    def __init__(self, by_channel: Mapping[int, Pad]) -> None:
        self._by_channel = dict(by_channel)
        self._all = tuple(self._by_channel.values())
        self._first = self._all[0]
        self._single = len(self._all) == 1
        self._falling: dict[int, Cubic] = dict.fromkeys(self._by_channel, _ZERO)

    @property
    def by_channel(self) -> Mapping[int, Pad]:
        return self._by_channel

    @property
    def measured_kpa(self) -> float:
        """What the pad that presses hardest measures."""
        if self._single:
            return self._first.measured_kpa
        return max(pad.measured_kpa for pad in self._all)

    @property
    def true_kpa(self) -> float:
        """What is true under the pad that presses hardest."""
        if self._single:
            return self._first.true_kpa
        return max(pad.true_kpa for pad in self._all)

    @property
    def pressing(self) -> bool:
        """Whether any of them means to press."""
        return any(pad.pressed_kpa > 0.0 for pad in self._all)

    @property
    def trip(self) -> Fault:
        """What any of them found wrong."""
        trip = self._first.trip
        if not self._single:
            for pad in self._all:
                trip |= pad.trip
        return trip

    def take_limited(self) -> bool:
        """Say, once, whether a rise was held back."""
        limited = any(pad.limited for pad in self._all)
        for pad in self._all:
            pad.limited = False
        return limited

    def forgive(self) -> None:
        """Forget what was found wrong."""
        for pad in self._all:
            pad.trip = Fault.NONE

    def feel_body(self, stiffness: float, lifted_m: float) -> None:
        """Take what the body does."""
        for pad in self._all:
            pad.feel_body(stiffness, lifted_m)

    def energise(self) -> None:
        for pad in self._all:
            pad.energise()

    def release(self) -> None:
        for pad in self._all:
            pad.release()

    def put_on(self, *, on: bool) -> None:
        """Lay them on the skin, or take them off."""
        for pad in self._all:
            if on:
                pad.put_on()
            else:
                pad.pad_on = False

    def ease(self, now_us: int, over_s: float) -> None:
        """Fall to zero from what is pressed now."""
        self._falling = {
            channel: line(now_us, pad.pressed_kpa, -pad.pressed_kpa / over_s)
            for channel, pad in self._by_channel.items()
        }

    def jump(self, by_us: int) -> None:
        """Go on as before on a clock that says another time."""
        self._falling = {
            channel: (began_us + by_us, a, b, c, d)
            for channel, (began_us, a, b, c, d) in self._falling.items()
        }

    def run(self, n: int, now_us: int, lanes: Mapping[int, Lane]) -> None:
        """Advance `n` ticks along the curves of their lanes."""
        gain, cap = lanes[GAIN].cubic, lanes[CAP].cubic
        for channel, pad in self._by_channel.items():
            lane = lanes[channel]
            pad.run(n, now_us, lane.cubic, gain, cap, rhythmic=lane.rhythmic)

    def fall(self, n: int, now_us: int) -> None:
        """Advance `n` ticks of letting go."""
        for channel, pad in self._by_channel.items():
            pad.run(n, now_us, self._falling[channel], _ONE, _FREE, rhythmic=False)


def pad_over(person: Person, dice: np.random.Generator, traits: Traits) -> Pad:
    """Return a pad of the twin's kind, over a tissue of the person's."""
    sensors = NoisySensor(dice), NoisySensor(dice)
    if traits.outfit.device == "airbag":
        return Airbag(*sensors, dump=traits.outfit.dump)
    depth = None
    if traits.outfit.depth:  # noise of its own: what one draws must not change the others
        depth = DepthSensor(dice.spawn(1)[0])
    return Actuator(person.tissue, *sensors, correction=traits.correction, depth=depth)
