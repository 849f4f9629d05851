"""A surface that warms, its thermometer and what watches both: a model, 10 ms at a time."""

from math import inf
from typing import Protocol

import numpy as np

from .pain import PERIOD_S

MAX_DEGC = 40.0
"""The highest that is aimed at, whoever asks (E, physiology 2.8)."""

CUT_DEGC, FUSE_DEGC = 41.0, 43.0
"""What is measured from which the device cuts the heat by itself until it is armed anew, and how
warm a one-shot fuse gets, which asks nobody (E, physiology 2.8)."""

STALE_S = 0.5
"""Without a reading for so long the heat is cut (what: E, physiology 2.8; how long: E)."""

ON_MAX_S = 1200.0
"""Longest warming in one arming (E, physiology H-18)."""

TAU_S, FULL_DEGC = 120.0, 30.0
"""How fast the surface follows its power (E, physiology 5.1: 60 to 180 s), and how far over what it
lies on full power brings it (E)."""

RISE_DEGC_S = 0.25
"""How fast what is aimed at rises at most, from what is measured (E)."""

BANDWIDTH_HZ = 0.04
"""How quick the regulated surface follows (D: tau 120 s, and a gain of 30)."""

OFF_BELOW_DEGC = 25.0
"""What asks for less asks for nothing: skin is warmer (E)."""

ROOM_DEGC = 22.0
"""The air, and a pad that has lain in it (E)."""

NOISE_DEGC, READ_EVERY = 0.02, 10
"""RMS noise of the thermometer, and how many lives of 10 ms there are between two readings (E)."""

_GAIN, _STEADY_DEGC = 1.0, 35.0
"""Share of full power for each degree that is missing, and where none need be missing (E)."""


class Thermometer(Protocol):
    """Reads the surface, ten times a second."""

    def read(self, true_degc: float) -> float | None:
        """Return what is read of `true_degc`; None if nothing new came."""
        ...


class GoodThermometer:
    """The truth and a little white noise."""

    def __init__(self, dice: np.random.Generator) -> None:
        self._dice = dice

    def read(self, true_degc: float) -> float | None:
        return true_degc + NOISE_DEGC * float(self._dice.standard_normal())


class Heater:
    """A regulated surface. `reading` is what its thermometer said last, `happened` what it did.

    `stuck` is a relay that does not open, `cut` why the device heats no more in this session.
    """

    def __init__(self, dice: np.random.Generator) -> None:
        self.thermometer: Thermometer = GoodThermometer(dice)
        self.surface_degc = ROOM_DEGC
        self.reading: float | None = None
        self.stuck = self.blown = False
        self.cut: str | None = None
        self.happened: list[str] = []
        self._aim_degc: float | None = None
        self._age_s, self._on_s = inf, 0.0
        self._lives = 0

    def arm(self) -> None:
        """Begin a session: what was cut may heat again, but for a fuse."""
        self.cut = None
        self._on_s = 0.0

    def live(self, wanted_degc: float, under_degc: float) -> None:
        """Live for a hundredth of a second, asked for `wanted_degc`, on what is `under_degc`."""
        self._read()
        on = wanted_degc > OFF_BELOW_DEGC
        if on and self.cut is None:
            self._on_s += PERIOD_S
            self._watch()
        work = self._work(min(wanted_degc, MAX_DEGC)) if on and self.cut is None else self._rest()
        power = 0.0 if self.blown else 1.0 if self.stuck else work
        self.surface_degc += (under_degc - self.surface_degc + FULL_DEGC * power) * PERIOD_S / TAU_S
        if self.surface_degc >= FUSE_DEGC and not self.blown:
            self.blown = True
            self.happened.append("heater fuse blown")

    def _read(self) -> None:
        self._age_s += PERIOD_S
        if self._lives % READ_EVERY == 0:
            read = self.thermometer.read(self.surface_degc)
            self.reading = read
            self._age_s = self._age_s if read is None else 0.0
        self._lives += 1

    def _watch(self) -> None:
        """Cut the heat where it cannot be known, is too much, or has lasted long enough."""
        if self._age_s > STALE_S:
            self.cut = "no reading"
        elif self.reading is not None and self.reading >= CUT_DEGC:
            self.cut = "too warm"
        elif self._on_s >= ON_MAX_S:
            self.cut = "long enough"
        if self.cut is not None:
            self.happened.append(f"heat cut: {self.cut}")

    def _work(self, wanted_degc: float) -> float:
        """Return the share of full power, for an aim that rises slowly and falls at once."""
        if self.reading is None:
            return 0.0
        aim_degc = self.reading if self._aim_degc is None else self._aim_degc
        self._aim_degc = aim_degc = min(wanted_degc, aim_degc + RISE_DEGC_S * PERIOD_S)
        work = (aim_degc - _STEADY_DEGC) / FULL_DEGC + _GAIN * (aim_degc - self.reading)
        return max(0.0, min(1.0, work))

    def _rest(self) -> float:
        self._aim_degc = None
        return 0.0
