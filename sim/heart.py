"""The heartbeat that electrodes on neck and trunk pick up (pure)."""

import numpy as np
from numpy.typing import NDArray

from .artefacts import RATE_HZ

BEATS_PER_MIN = (62.0, 78.0)
"""Heart rates of people at rest (M)."""

PEAK_UV = 200.0
"""Height of the R wave at the electrodes (emg, artefact suite)."""

IRREGULAR = 0.04
"""Spread of the intervals (E)."""

WEAKER = (0.6, 1.0)
"""How strongly a pair picks it up (E)."""

_WAVES = ((-0.035, 0.010, -0.12), (0.0, 0.009, 1.0), (0.032, 0.010, -0.25), (0.25, 0.045, 0.25))
"""Q, R, S and T: place and width in s, height (M)."""

_BEFORE_S, _AFTER_S = 0.08, 0.40
"""How far a beat reaches to both sides of its R."""


class Heart:
    """Makes ECG, in uV, a block at a time."""

    def __init__(self, dice: np.random.Generator, channels: int) -> None:
        self._dice = dice
        self._mean_s = 60.0 / float(dice.uniform(*BEATS_PER_MIN))
        self._strong = dice.uniform(*WEAKER, channels)
        self._beat = PEAK_UV * _beat()
        self._next = round(RATE_HZ * self._mean_s * float(dice.uniform()))
        self._tail = np.zeros(len(self._beat))

    def block(self, samples: int) -> NDArray[np.float64]:
        """Return so many samples, shape (channels, time): at least as long as a beat."""
        line = np.zeros(samples + len(self._beat))
        line[: len(self._tail)] = self._tail
        while self._next < samples:
            line[self._next : self._next + len(self._beat)] += self._beat
            wait_s = self._mean_s * (1.0 + IRREGULAR * float(self._dice.standard_normal()))
            self._next += max(len(self._beat) // 2, round(RATE_HZ * wait_s))
        self._next -= samples
        self._tail = line[samples:]
        return self._strong[:, None] * line[:samples]


def _beat() -> NDArray[np.float64]:
    at_s = np.arange(-_BEFORE_S, _AFTER_S, 1.0 / RATE_HZ)
    waves = [
        height * np.exp(-0.5 * np.square((at_s - place_s) / width_s))
        for place_s, width_s, height in _WAVES
    ]
    return np.sum(waves, axis=0)
