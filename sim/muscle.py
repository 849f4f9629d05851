"""The virtual muscle: surface EMG of two electrode pairs, a second of noise at a time."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 1000
CHANNELS = 2
HOP = 10
"""Samples of a frame."""

RESOLUTION_UV = 0.1

FLOOR_UV = 2.0
"""RMS noise of electrodes and amplifier (M/E, physiology 4.2)."""

BAND_HZ = (20.0, 450.0)
"""Where surface EMG lives (V range, physiology 5.2)."""

_LOUD = 4000.0
"""From this strength on, in steps of the converter, a sample may be beyond its range."""

_BLOCK = RATE_HZ
_SETTLE = 200
"""Samples thrown away at first, so that the filter forgets its start."""


class Muscle:
    """Makes EMG of whatever strength is asked for, reproducibly from the dice handed in."""

    def __init__(self, dice: np.random.Generator) -> None:
        from scipy import signal  # pyright: ignore[reportMissingTypeStubs]  # it takes a second

        self._dice = dice
        self._signal: Any = signal
        self._filter = self._signal.butter(2, BAND_HZ, "bandpass", fs=RATE_HZ, output="sos")
        self._memory = np.zeros((len(self._filter), CHANNELS, 2))
        self._scale = 1.0 / (RESOLUTION_UV * self._loudness())
        self._mixed = np.empty((CHANNELS, HOP))
        self._spelled = np.empty((CHANNELS, HOP), "<i2")
        self._next = _BLOCK
        self._shape(_SETTLE)

    def hop(self, signal_uv: float) -> bytes:
        """Return the next 10 samples of each channel, i16 in 0.1 uV, channel after channel.

        `signal_uv` is the RMS of the muscle itself; the noise floor is added.
        """
        if self._next >= _BLOCK:
            self._block = self._shape(_BLOCK)
            self._next = 0
        start = self._next
        self._next = start + HOP
        loud = sqrt(FLOOR_UV * FLOOR_UV + signal_uv * signal_uv) * self._scale
        mixed = self._mixed
        np.multiply(self._block[:, start : start + HOP], loud, out=mixed)
        np.rint(mixed, out=mixed)
        if loud > _LOUD:
            np.clip(mixed, -32768, 32767, out=mixed)
        self._spelled[...] = mixed
        return self._spelled.tobytes()

    def _shape(self, samples: int) -> NDArray[np.float64]:
        white = self._dice.standard_normal((CHANNELS, samples))
        shaped, self._memory = self._signal.sosfilt(self._filter, white, axis=1, zi=self._memory)
        return shaped

    def _loudness(self) -> float:
        """RMS of white noise of RMS 1 after the filter: that of its impulse response."""
        impulse = np.zeros(RATE_HZ)
        impulse[0] = 1.0
        return float(np.sqrt(np.sum(np.square(self._signal.sosfilt(self._filter, impulse)))))
