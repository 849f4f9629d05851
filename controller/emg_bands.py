"""One hop of all channels through the filters, and sums over the windows that end with it."""

import math

import msgspec
import numpy as np

from . import emg_filters as filters
from .emg_filters import Array
from .emg_plan import Plan

ONSET, SHOWN, WHOLE, REAL, IMAGINARY, SLOW = range(6)
"""What is summed: the power of the onset band, of the shown band, and of that before the notch; the
two halves of its mains line; the slow trace."""

FILTERS = ("comb", "bandpass", "notch", "highpass")
"""In the order in which they filter: so `Bands.sections` has them, and `BandMemory` names them."""

LONGEST_TABLE = 1000
"""A mains line that does not fit whole hops is followed for so many, and then begun anew (E)."""


class BandMemory(msgspec.Struct):
    """What the filters and windows remember. `zero_uv` is each channel's first sample."""

    hops: int
    zero_uv: Array
    comb: Array
    bandpass: Array
    notch: Array
    highpass: Array
    sums: Array
    raw: Array


class Sums(msgspec.Struct, frozen=True, gc=False):
    """Of each channel: mean powers over the windows, and what the raw samples and the mains did."""

    low_uv: list[float]
    high_uv: list[float]
    mean_uv: list[float]
    swing_uv: list[float]
    taken: list[float]
    short: list[float]
    fast: list[list[float]]
    slow: list[list[float]]
    cycle: list[list[float]]
    tenth: list[list[float]]


class Bands:
    """The filters of all channels. What it remembers is in `memory` alone.

    `line` is cosine and sine of the mains, for as many hops as it repeats.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        s, rate_hz = plan.settings, plan.rate_hz
        self._bandpass = filters.bandpass(s, rate_hz)
        self._notch = filters.mains_notch(s, rate_hz)
        self._highpass = filters.highpass(s, rate_hz)
        self._comb = filters.comb(s, rate_hz, None)
        self.line = _line(plan)
        self._trace = np.empty((plan.channels, plan.hop))
        self._heard = np.empty((plan.channels, plan.hop))
        self._products = np.empty((6, plan.channels, plan.hop))
        self.memory = self._fresh()

    @property
    def sections(self) -> tuple[Array, Array, Array, Array]:
        """What the filters are made of, in the order of `FILTERS`."""
        return self._comb, self._bandpass, self._notch, self._highpass

    def begin(self, first_uv: Array) -> None:
        """Start all filters, with `first_uv` as each channel's zero: no step goes into them."""
        for channel, uv in enumerate(first_uv.tolist()):
            self.restart(channel, uv)

    def restart(self, channel: int, zero_uv: float) -> None:
        """Start one channel's filters anew."""
        memory = self.memory
        memory.zero_uv[channel] = zero_uv
        for filter_ in (memory.comb, memory.bandpass, memory.notch, memory.highpass):
            filter_[channel] = 0.0

    def tune(self, actuator_hz: float | None, last_uv: Array) -> None:
        """Put the comb at the actuator's frequency, as if it had always heard `last_uv`."""
        self._comb = filters.comb(self._plan.settings, self._plan.rate_hz, actuator_hz)
        self.memory.comb = filters.at_level(self._comb, last_uv - self.memory.zero_uv)

    def fits(self, memory: BandMemory, actuator_hz: float | None) -> bool:
        """Say whether `memory` is of the same channels, rate and filters."""
        comb = filters.comb(self._plan.settings, self._plan.rate_hz, actuator_hz)
        mine = msgspec.structs.replace(self.memory, comb=filters.at_rest(comb, self._plan.channels))
        return _shapes(memory) == _shapes(mine)

    def remember(self, memory: BandMemory, actuator_hz: float | None) -> None:
        """Go on from `memory`, which fits."""
        self.memory = memory
        self._comb = filters.comb(self._plan.settings, self._plan.rate_hz, actuator_hz)

    def hear(self, rows_uv: Array) -> Sums:
        """Filter one hop, (samples, channels), and return the sums of the windows that end here."""
        memory, products, heard = self.memory, self._products, self._heard
        trace = np.subtract(rows_uv.T, memory.zero_uv[:, None], out=self._trace)
        taken = self._comb_out(trace)
        second = self._plan.second
        at = memory.hops % second * self._plan.hop
        memory.raw[:, at : at + self._plan.hop] = trace
        np.copyto(heard, trace)
        filters.run(self._bandpass, heard, memory.bandpass)
        line = self.line[memory.hops % len(self.line)]
        np.multiply(heard, heard, out=products[WHOLE])
        np.multiply(heard, line[:, None], out=products[REAL : IMAGINARY + 1])
        filters.run(self._notch, heard, memory.notch)
        np.multiply(heard, heard, out=products[SHOWN])
        filters.run(self._highpass, heard, memory.highpass)
        np.multiply(heard, heard, out=products[ONSET])
        products[SLOW] = trace
        return self._windows(rows_uv, taken)

    def last_second(self, channel: int) -> Array:
        """Return a channel's last second, combed and not filtered otherwise."""
        at = self.memory.hops % self._plan.second * self._plan.hop
        return np.roll(self.memory.raw[channel], -at)

    def _comb_out(self, trace: Array) -> list[float]:
        """Take the actuator out of `trace`; return the mean power of what was taken."""
        if not len(self._comb):
            return [0.0] * self._plan.channels
        before = trace.copy()
        filters.run(self._comb, trace, self.memory.comb)
        before -= trace
        before *= before
        return (_summed(before) / self._plan.hop).tolist()

    def _windows(self, rows_uv: Array, taken: list[float]) -> Sums:
        plan, memory = self._plan, self.memory
        now = _summed(self._products) / plan.hop
        at = memory.hops % plan.size
        end = at + plan.size + 1
        sums = memory.sums
        sums[:, :, at] = now
        sums[:, :, end - 1] = now
        memory.hops += 1

        def over(first: int, last: int, hops: int) -> list[list[float]]:
            window = _summed(sums[first : last + 1, :, end - hops : end])
            return (window / min(hops, memory.hops)).tolist()

        slow_trace = sums[SLOW, :, end - min(plan.tenth, memory.hops) : end]
        swing = np.maximum.reduce(slow_trace, axis=1) - np.minimum.reduce(slow_trace, axis=1)
        swing += 0.0  # of two zeros either may be the greater one, and no zero is negative then
        return Sums(
            low_uv=np.minimum.reduce(rows_uv, axis=0).tolist(),
            high_uv=np.maximum.reduce(rows_uv, axis=0).tolist(),
            mean_uv=now[SLOW].tolist(),
            swing_uv=swing.tolist(),
            taken=taken,
            short=over(ONSET, ONSET, plan.short)[0],
            fast=over(ONSET, SHOWN, plan.fast),
            slow=over(ONSET, SHOWN, plan.slow),
            cycle=over(WHOLE, IMAGINARY, plan.cycle),
            tenth=over(ONSET, IMAGINARY, plan.tenth),
        )

    def _fresh(self) -> BandMemory:
        plan, channels = self._plan, self._plan.channels
        return BandMemory(
            hops=0,
            zero_uv=np.zeros(channels),
            comb=filters.at_rest(self._comb, channels),
            bandpass=filters.at_rest(self._bandpass, channels),
            notch=filters.at_rest(self._notch, channels),
            highpass=filters.at_rest(self._highpass, channels),
            sums=np.zeros((6, channels, 2 * plan.size)),
            raw=np.zeros((channels, plan.second * plan.hop)),
        )


def _shapes(memory: BandMemory) -> list[tuple[int, ...]]:
    arrays = (memory.zero_uv, memory.sums, memory.raw)
    return [array.shape for array in (*arrays, *(getattr(memory, name) for name in FILTERS))]


def _summed(numbers: Array) -> Array:
    """Return the sums over the last axis, added one by one: any other order has other bits."""
    return np.add.accumulate(numbers, axis=-1)[..., -1]


def _line(plan: Plan) -> Array:
    """Return cosine and sine of the mains, (hops, 2, samples), for as many hops as it repeats."""
    cycles = plan.settings.mains_hz * plan.hop / plan.rate_hz
    repeats = (n for n in range(1, LONGEST_TABLE) if abs(n * cycles - round(n * cycles)) < 1e-6)
    hops = next(repeats, LONGEST_TABLE)
    step = 2.0 * math.pi * plan.settings.mains_hz / plan.rate_hz
    angle = (step * np.arange(hops * plan.hop)).reshape(hops, plan.hop)
    return np.stack((np.cos(angle), np.sin(angle)), axis=1)
