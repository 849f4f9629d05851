"""The virtual muscle: surface EMG of some electrode pairs, a second of it at a time (pure).

A muscle's signal is the sum of its motor units: each fires almost regularly, and each firing is
the same short potential. A few units are always there, the rest come with strength.
"""

from math import sqrt
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .artefacts import RATE_HZ, Leads
from .heart import Heart
from .mixing import compiled

CHANNELS = 2
MOST_CHANNELS = 8
HOP = 10
"""Samples of a frame."""

RESOLUTION_UV = 0.1
"""One step of the converter: a twentieth of the noise floor, and 3.2 mV fit 16 bits (E)."""

FLOOR_UV = 2.0
"""RMS noise of electrodes and amplifier (M/E, physiology 4.2)."""

BAND_HZ = (20.0, 450.0)
"""Where surface EMG lives (V range, physiology 5.2)."""

CROSSTALK = 0.05
"""Share of a neighbour's muscle that an electrode pair hears as well (E: small)."""


class Pool(msgspec.Struct, frozen=True):
    """Motor units that work together: how many, firings per second, spread of their intervals."""

    units: int
    rate_hz: float
    interval_cv: float


FEW, MANY = Pool(16, 9.0, 0.2), Pool(60, 15.0, 0.3)
"""Resting and recruited units (E; firing 6 to 25 per s V, emg F)."""

FEW_UV = 8.0
"""What the few make at most; beyond that others are recruited (E)."""

LOUDEST = 6.0
"""How many times stronger the strongest unit of a pool is than the weakest (E)."""

POTENTIAL_HZ = (60.0, 120.0)
"""Corners of a unit's potential: most of it lies between 50 and 150 Hz (M: Shwedyk 1977)."""

_BLOCK = RATE_HZ
_SETTLE = 200
"""Samples thrown away at first, so that the filters forget their start."""


class Muscle:
    """Makes EMG of whatever strength is asked for, reproducibly from the dice handed in.

    `leads` holds the artefacts that are on; `sampled` counts the samples made.
    """

    def __init__(
        self, dice: np.random.Generator, channels: int = CHANNELS, *, ecg: bool = False
    ) -> None:
        self._dice = dice
        self._noise = _Filter(_band(), channels)
        self._few = _Units(FEW, dice, channels)
        self._many = _Units(MANY, dice.spawn(1)[0], channels)
        self._heart = Heart(dice, channels) if ecg else None
        self._mixed = np.empty((channels, HOP))
        self._added = np.empty((channels, HOP))
        self._spelled = np.empty((channels, HOP), "<i2")
        self._mixer = compiled(self._spelled)
        self._channels = channels
        self._next = _BLOCK
        self.leads: Leads = {}
        self.sampled = 0
        self._white(_SETTLE)
        self._few.block(_SETTLE)
        self._many.block(_SETTLE)
        self._many_block: NDArray[np.float64] | None = None

    @property
    def channels(self) -> int:
        """How many electrode pairs listen."""
        return self._channels

    def hop(self, signal_uv: float) -> bytes:
        """Return the next 10 samples of each channel, i16 in 0.1 uV, channel after channel.

        `signal_uv` is the RMS of the muscle itself; the noise floor is added.
        """
        if self._next >= _BLOCK:
            self._refill()
        start = self._next
        self._next = start + HOP
        few_uv = min(FEW_UV, signal_uv)
        many_uv = 0.0
        if signal_uv > FEW_UV:
            many_uv = sqrt(signal_uv * signal_uv - few_uv * few_uv)
            if self._many_block is None:  # most seconds of most sessions never need it
                self._recruit()
        if self._mixer is None or self.leads:
            self._mix(start, few_uv, many_uv)
        else:
            self._mixer.mix(start, few_uv, many_uv)
        self.sampled += HOP
        return self._spelled.tobytes()

    def _mix(self, start: int, few_uv: float, many_uv: float) -> None:
        mixed, added, end = self._mixed, self._added, start + HOP
        np.multiply(self._few_block[:, start:end], few_uv, out=mixed)
        mixed += self._floor[:, start:end]
        if many_uv and self._many_block is not None:
            np.multiply(self._many_block[:, start:end], many_uv, out=added)
            mixed += added
        if self.leads:
            self._disturb(mixed)
        np.rint(mixed, out=mixed)
        np.clip(mixed, -32768, 32767, out=mixed)
        self._spelled[...] = mixed

    def _disturb(self, mixed: NDArray[np.float64]) -> None:
        mixed *= RESOLUTION_UV
        for name, artefact in list(self.leads.items()):
            if not artefact(mixed, self.sampled):
                del self.leads[name]
        mixed *= 1.0 / RESOLUTION_UV

    def _refill(self) -> None:
        """Make the next second, in steps of the converter."""
        scale = 1.0 / RESOLUTION_UV
        self._floor = self._white(_BLOCK) * (FLOOR_UV * scale)
        if self._heart is not None:
            self._floor += self._heart.block(_BLOCK) * scale
        self._few_block = self._few.block(_BLOCK) * scale
        self._many_block = None
        self._next = 0
        if self._mixer is not None:
            self._mixer.take(self._few_block, self._floor)

    def _recruit(self) -> None:
        """Make the next second of those who come with strength."""
        self._many_block = self._many.block(_BLOCK) * (1.0 / RESOLUTION_UV)
        if self._mixer is not None:
            self._mixer.take_many(self._many_block)

    def _white(self, samples: int) -> NDArray[np.float64]:
        return self._noise.run(self._dice.standard_normal((self._channels, samples)))


class _Filter:
    """A filter with a memory, scaled so that white noise of RMS 1 keeps it."""

    def __init__(self, sections: NDArray[np.float64], channels: int) -> None:
        impulse = np.zeros(RATE_HZ)
        impulse[0] = 1.0
        self.sections = sections.copy()
        loudness = np.sqrt(np.sum(np.square(_signal().sosfilt(sections, impulse))))
        self.sections[0, :3] /= loudness
        self._memory = np.zeros((len(sections), channels, 2))

    def run(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        done, self._memory = _signal().sosfilt(self.sections, samples, axis=1, zi=self._memory)
        return done


class _Units:
    """A pool of units under each electrode pair, together as strong as RMS 1."""

    def __init__(self, pool: Pool, dice: np.random.Generator, channels: int) -> None:
        self._dice = dice
        total = pool.units * channels
        self._mean_s = 1.0 / (pool.rate_hz * dice.uniform(0.7, 1.3, total))
        self._cv = pool.interval_cv
        self._loud = LOUDEST ** dice.uniform(0.0, 1.0, total)
        self._lane = np.repeat(np.arange(channels), pool.units)
        for lane in range(channels):
            mine = self._lane == lane
            power = np.sum(np.square(self._loud[mine]) / self._mean_s[mine]) / RATE_HZ
            self._loud[mine] /= np.sqrt(power)
        self._due_s = self._mean_s * dice.uniform(0.0, 1.0, total)
        self._channels = channels
        self._most = int(1.5 * pool.rate_hz) + 12
        self._filter = _Filter(_potential(), channels)

    def block(self, samples: int) -> NDArray[np.float64]:
        """Return so many samples, shape (channels, time)."""
        firings = np.zeros(self._channels * samples)
        length_s = samples / RATE_HZ
        intervals = self._dice.standard_normal((len(self._mean_s), self._most))
        intervals = self._mean_s[:, None] * np.maximum(0.3, 1.0 + self._cv * intervals)
        times_s = self._due_s[:, None] + np.cumsum(intervals, axis=1) - intervals[:, :1]
        unit, nth = np.nonzero(times_s < length_s)
        at = (times_s[unit, nth] * RATE_HZ).astype(np.intp) + self._lane[unit] * samples
        firings += np.bincount(at, self._loud[unit], len(firings))
        count = np.minimum(np.bincount(unit, minlength=len(self._mean_s)), self._most - 1)
        self._due_s = np.maximum(0.0, times_s[np.arange(len(count)), count] - length_s)
        return _mixed(self._filter.run(firings.reshape(self._channels, samples)))


def _mixed(own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let each pair hear a little of its neighbours, and be as strong as before."""
    heard = own.copy()
    heard[1:] += CROSSTALK * own[:-1]
    heard[:-1] += CROSSTALK * own[1:]
    neighbours = np.full(len(own), 2.0 if len(own) > 1 else 0.0)
    neighbours[[0, -1]] = min(1.0, len(own) - 1.0)
    heard /= np.sqrt(1.0 + CROSSTALK * CROSSTALK * neighbours)[:, None]
    return heard


def _band() -> NDArray[np.float64]:
    return _signal().butter(2, BAND_HZ, "bandpass", fs=RATE_HZ, output="sos")


def _potential() -> NDArray[np.float64]:
    """Return what makes of one impulse the potential of a motor unit: s / (s + a) (s + b)^2."""
    low, high = (2.0 * np.pi * hz for hz in POTENTIAL_HZ)
    zeros, poles, gain = _signal().bilinear_zpk([0.0], [-low, -high, -high], high * high, RATE_HZ)
    shape = _signal().zpk2sos(zeros, poles, gain)
    edge = _signal().butter(2, BAND_HZ[0], "highpass", fs=RATE_HZ, output="sos")
    return np.vstack((shape, edge))


def _signal() -> Any:  # noqa: ANN401  scipy has no types
    """Return `scipy.signal`, which takes a second to load, once it is needed."""
    from scipy import signal  # pyright: ignore[reportMissingTypeStubs]

    return signal
