"""What a virtual device has beside its pads: an oscillating head, a warm surface, a battery."""

from collections.abc import Mapping

import numpy as np

from firmware_bridge.setpoints import GAIN

from . import voice_coil
from .battery import Battery
from .curves import value_at
from .heater import MAX_DEGC, ROOM_DEGC, Heater
from .lane import Lane
from .reflex import Happened
from .voice_coil import AMPLITUDE, FREQUENCY, TEMPERATURE, Outfit

_STEP = 0.01
"""Resolution of each of their channels."""


class Beside:
    """A head, a heater, a battery, or none of them."""

    def __init__(
        self, *, head: bool, heater: Heater | None, battery: Battery | None = None
    ) -> None:
        self._head = head
        self.heater = heater
        self.battery = battery
        self._highest: dict[int, float] = {}
        if head:
            self._highest |= {FREQUENCY: voice_coil.HEAD_HZ, AMPLITUDE: voice_coil.HEAD_MM}
        if heater is not None:
            self._highest[TEMPERATURE] = MAX_DEGC

    @property
    def resolution(self) -> dict[int, float]:
        """The step of each channel."""
        return dict.fromkeys(self._highest, _STEP)

    def arm(self, ceilings: Mapping[int, int]) -> dict[int, float]:
        """Begin a session; return how far each channel may go in it."""
        if self.heater is not None:
            self.heater.arm()
        return {
            channel: min(ceilings.get(channel, 32767) * _STEP, most)
            for channel, most in self._highest.items()
        }

    @property
    def empty(self) -> bool:
        """Whether there is a battery, and nothing left in it."""
        return self.battery is not None and self.battery.empty

    def live(
        self, lanes: Mapping[int, Lane], now_us: int, under_degc: float | None, *, armed: bool
    ) -> float | None:
        """Let heater and battery live for 10 ms, if they are there; return how warm the one is.

        Whatever is not armed does not heat. `under_degc` is the skin's warmth, None in the air.
        """
        if self.battery is not None:
            self.battery.live(driving=armed)
        heater = self.heater
        if heater is None:
            return None
        wanted_degc = _at(lanes[TEMPERATURE], now_us) if armed else 0.0
        heater.live(wanted_degc, ROOM_DEGC if under_degc is None else under_degc)
        return heater.surface_degc

    def take_happened(self, now_us: int) -> Happened:
        """Return, once, what heater and battery did."""
        told: Happened = []
        for part in (self.heater, self.battery):
            if part is not None and part.happened:
                told += [(now_us, text) for text in part.happened]
                part.happened.clear()
        return told

    def readings(self, first: int) -> list[int]:
        """Return what the slow sensors say in the SAMPLES that begin with base sample `first`."""
        said = voice_coil.readings(self.heater, first)
        return said if self.battery is None else said + voice_coil.charge(self.battery, first)

    def true(self, lanes: Mapping[int, Lane], now_us: int, *, armed: bool) -> dict[str, float]:
        """Return what the head does, and how warm the surface is."""
        told: dict[str, float] = {}
        if self._head:
            shake_mm = _at(lanes[AMPLITUDE], now_us) * _at(lanes[GAIN], now_us)
            told["head_hz"] = _at(lanes[FREQUENCY], now_us)
            told["head_mm"] = shake_mm if armed else 0.0
        if self.heater is not None:
            told["surface_degc"] = self.heater.surface_degc
        return told


def beside_pads(outfit: Outfit, dice: np.random.Generator) -> Beside:
    """Return what a twin has beside its pads; where nothing warms, no dice are thrown."""
    heater = Heater(dice.spawn(1)[0]) if outfit.heater else None
    battery = None if outfit.battery is None else Battery(outfit.battery)
    return Beside(head=outfit.head, heater=heater, battery=battery)


def _at(lane: Lane, now_us: int) -> float:
    return value_at(lane.cubic, min(now_us, lane.until_us))
