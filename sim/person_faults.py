"""People who do not lie still: they move, sleep, press everything, and pads slip off."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from firmware_bridge.codes import Gesture

from .fault import DeviceFault, End, Family, Gestures, between, nothing

if TYPE_CHECKING:
    from .twin import Twin

HELD_S = 0.2
"""How long a button is held (E)."""

BETWEEN_S = 0.4
"""From one press to the next, of somebody who presses everything, on average (E)."""


class PersonMoves(DeviceFault, frozen=True, kw_only=True, tag="person_moves"):
    """Somebody moves: the skin comes up by so much and goes again, and the leads are shaken."""

    family: ClassVar[Family] = "person"
    momentary: ClassVar[bool] = True
    by_mm: Annotated[float, between(-30.0, 30.0)] = 2.0
    over_s: Annotated[float, between(0.05, 10.0)] = 0.6

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        twin.machine.life.move(twin.machine.true_us, self.by_mm * 1e-3, self.over_s)
        twin.act(Gesture.SHAKE)
        return nothing


class PadOverBone(DeviceFault, frozen=True, kw_only=True, tag="pad_over_bone"):
    """The pad slides onto bone: within so long, what it presses is so many times as stiff."""

    family: ClassVar[Family] = "person"
    times: Annotated[float, between(1.0, 20.0)] = 3.0
    over_s: Annotated[float, between(0.05, 10.0)] = 0.5

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        life = twin.machine.life
        life.lie_over_bone(self.times, self.over_s)
        return lambda: life.lie_over_bone(self.times, self.over_s, on=False)


class PersonSleeps(DeviceFault, frozen=True, kw_only=True, tag="person_sleeps"):
    """Nobody presses a button, whatever it feels like."""

    family: ClassVar[Family] = "person"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        life = twin.machine.life
        life.sleep(asleep=True)
        return lambda: life.sleep(asleep=False)


class PressesEverything(Gestures, frozen=True, kw_only=True, tag="person_presses_everything"):
    """Somebody presses pain and stop, again and again, in no order."""

    def acts(self, lasts_s: float, dice: np.random.Generator) -> list[tuple[float, Gesture]]:
        acts: list[tuple[float, Gesture]] = []
        at_s = 0.0
        while at_s < lasts_s:
            pain = dice.random() < 0.7
            down = Gesture.PAIN_PRESS if pain else Gesture.STOP_PRESS
            up = Gesture.PAIN_RELEASE if pain else Gesture.STOP_RELEASE
            acts += [(at_s, down), (at_s + HELD_S, up)]
            at_s += HELD_S + float(dice.exponential(BETWEEN_S))
        return acts


class PadOff(Gestures, frozen=True, kw_only=True, tag="pad_off"):
    """The pad is off the body."""

    def acts(self, lasts_s: float, dice: np.random.Generator) -> list[tuple[float, Gesture]]:
        del dice
        return [(0.0, Gesture.PAD_OFF), (lasts_s, Gesture.PAD_ON)]


class PainPressed(Gestures, frozen=True, kw_only=True, tag="pain_pressed"):
    """The pain button is pressed."""

    momentary: ClassVar[bool] = True

    def acts(self, lasts_s: float, dice: np.random.Generator) -> list[tuple[float, Gesture]]:
        del lasts_s, dice
        return [(0.0, Gesture.PAIN_PRESS), (HELD_S, Gesture.PAIN_RELEASE)]


class StopPressed(Gestures, frozen=True, kw_only=True, tag="stop_pressed"):
    """The stop button of the device is pressed."""

    momentary: ClassVar[bool] = True

    def acts(self, lasts_s: float, dice: np.random.Generator) -> list[tuple[float, Gesture]]:
        del lasts_s, dice
        return [(0.0, Gesture.STOP_PRESS), (HELD_S, Gesture.STOP_RELEASE)]


class Cramp(Gestures, frozen=True, kw_only=True, tag="cramp"):
    """The muscle under the pad cramps."""

    momentary: ClassVar[bool] = True

    def acts(self, lasts_s: float, dice: np.random.Generator) -> list[tuple[float, Gesture]]:
        del lasts_s, dice
        return [(0.0, Gesture.CRAMP)]
