"""One hop of all channels through the filters, and sums over the windows that end with it."""

import math

import msgspec
import numpy as np

from . import emg_filters as filters
from .emg_filters import Array
from .emg_plan import Plan

SLOW, ONSET, SHOWN, WHOLE, LINES = range(5)
"""What is summed: the slow trace; the power of the onset band, of the shown band, and of that
before the notches; from `LINES` on, its product with cosine and sine of each mains line."""

FILTERS = ("comb", "bandpass", "notch", "highpass")
"""In the order in which they filter: so `Bands.sections` has them, and `BandMemory` names them."""

LONGEST_TABLE = 1000
"""A mains line that does not fit whole hops is followed for so many, and then begun anew (E)."""


class BandMemory(msgspec.Struct):
    """What the filters and windows remember. `zero_uv` is each channel's first sample.

    `notch` is by line and channel, other filters by channel and section. `sums` is by hop, product
    and channel: added over the first axis, numbers are added one after the other.
    """

    hops: int
    zero_uv: Array
    comb: Array
    bandpass: Array
    notch: Array
    highpass: Array
    sums: Array
    raw: Array


class Sums(msgspec.Struct, frozen=True, gc=False):
    """Of one channel: RMS over the windows, and what the slow trace and the mains did.

    Of the onset band `short_uv`, `fast_uv`, `slow_uv` and `tenth_uv`, and the power `short`; of the
    shown band `shown_fast_uv` and `shown_slow_uv`. `ringing_uv` is behind the notch only. Of the
    mains it is the line that is the stronger over a tenth of a second; in one cycle the two look
    alike. But `halves_uv` are those of all lines, beside `whole`, the power with them in it.
    """

    mean_uv: float
    swing_uv: float
    short: float
    whole: float
    half_share: float
    cycle_share: float
    cycles_share: float
    mains_share: float
    halves_uv: list[float]
    fast_uv: float
    shown_fast_uv: float
    slow_uv: float
    shown_slow_uv: float
    short_uv: float
    tenth_uv: float
    ringing_uv: float
    taken_uv: float
    mains_uv: float


FAST_ROW, SLOW_ROW, SHORT_ROW, TENTH_ROW, RINGING_ROW, TAKEN_ROW, MAINS_ROW, ROWS = (
    0, 2, 4, 5, 6, 7, 8, 9,
)  # fmt: skip
"""The rows of powers whose roots are the last fields of `Sums`; fast and slow of both bands."""


class Bands:
    """The filters of all channels. What it remembers is in `memory` alone.

    `line` is cosine and sine of each mains line, for as many hops as they repeat; `fit` is what
    makes of their products with the band, over the cycle or the two that end with such a hop, their
    power.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        s, rate_hz = plan.settings, plan.rate_hz
        self._bandpass = filters.bandpass(s, rate_hz)
        self._notch = filters.notches(s, rate_hz)
        self._highpass = filters.highpass(s, rate_hz)
        self._comb = filters.comb(s, rate_hz, None)
        self.line = _line(plan)
        self.fit = _fit(self.line, plan)
        self._trace = np.empty((plan.channels, plan.hop))
        self._heard = np.empty((plan.channels, plan.hop))
        self._notched = np.empty((len(self._notch), plan.channels, plan.hop))
        self._each = np.arange(plan.channels)
        self._cycles = np.empty((3, 1 + 2 * plan.lines, plan.channels))
        self._rows = LINES + 2 * plan.lines
        self._end = 0
        self._fitting = (plan.half, plan.cycle, plan.cycles)
        self._powers = np.zeros((ROWS, plan.channels))
        self._products = np.empty((self._rows, plan.channels, plan.hop))
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
        memory.notch[:, channel] = 0.0
        for filter_ in (memory.comb, memory.bandpass, memory.highpass):
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

    def hear(self, rows_uv: Array, lines: list[int]) -> list[Sums]:
        """Filter one hop, (samples, channels); return each channel's sums over what ends with it.

        `lines` says which line to take out of each channel.
        """
        memory, products, heard = self.memory, self._products, self._heard
        trace = np.subtract(rows_uv.T, memory.zero_uv[:, None], out=self._trace)
        self._comb_out(trace)
        second = self._plan.second
        at = memory.hops % second * self._plan.hop
        memory.raw[:, at : at + self._plan.hop] = trace
        np.copyto(heard, trace)
        filters.run(self._bandpass, heard, memory.bandpass)
        line = self.line[memory.hops % len(self.line)]
        np.multiply(heard, heard, out=products[WHOLE])
        np.multiply(heard, line[:, None], out=products[LINES:])
        self._line_out(heard, lines)
        np.multiply(heard, heard, out=products[SHOWN])
        filters.run(self._highpass, heard, memory.highpass)
        np.multiply(heard, heard, out=products[ONSET])
        products[SLOW] = trace
        return self._windows()

    def last_second(self, channel: int) -> Array:
        """Return a channel's last second, combed and not filtered otherwise."""
        at = self.memory.hops % self._plan.second * self._plan.hop
        return np.roll(self.memory.raw[channel], -at)

    def _comb_out(self, trace: Array) -> None:
        """Take the actuator out of `trace`, and remember the mean power of what was taken."""
        if not len(self._comb):
            self._powers[TAKEN_ROW] = 0.0
            return
        before = trace.copy()
        filters.run(self._comb, trace, self.memory.comb)
        before -= trace
        before *= before
        self._powers[TAKEN_ROW] = _summed(before) / self._plan.hop

    def _line_out(self, heard: Array, lines: list[int]) -> None:
        """Take one line out of each channel; every notch hears all, so that none has to begin."""
        for line, notched in enumerate(self._notched):
            np.copyto(notched, heard)
            filters.run(self._notch[line : line + 1], notched, self.memory.notch[line])
        if lines.count(lines[0]) == len(lines) and len(self._notched):
            np.copyto(heard, self._notched[lines[0]])  # as almost always: it takes less time
        elif len(self._notched):
            heard[...] = self._notched[lines, self._each]

    def _windows(self) -> list[Sums]:
        plan, powers = self._plan, self._powers
        now = self._keep()
        short = self._over(ONSET, WHOLE, plan.short)
        tenth = self._over(ONSET, self._rows, plan.tenth)
        whole = tenth[WHOLE - ONSET]
        shares = self._mains(tenth[LINES - ONSET :])
        powers[FAST_ROW:SLOW_ROW] = self._over(ONSET, SHOWN, plan.fast)
        powers[SLOW_ROW:SHORT_ROW] = self._over(ONSET, SHOWN, plan.slow)
        powers[SHORT_ROW] = short[0]
        powers[TENTH_ROW] = tenth[0]
        np.maximum(0.0, short[SHOWN - ONSET] - short[WHOLE - ONSET], out=powers[RINGING_ROW])
        told = (
            now[SLOW].tolist(),
            self._swing_uv().tolist(),
            short[0].tolist(),
            whole.tolist(),
            *shares.tolist(),
            (powers[MAINS_ROW] / (whole + 1e-9)).tolist(),
            tenth[LINES - ONSET :].T.tolist(),
            *np.sqrt(powers).tolist(),
        )
        return list(map(Sums, *told))

    def _keep(self) -> Array:
        """Return the sums of this hop, and keep them: here, and once more where windows end."""
        plan, memory = self._plan, self.memory
        now = _summed(self._products) / plan.hop
        at = memory.hops % plan.size
        self._end = at + plan.size + 1
        memory.sums[at :: plan.size] = now
        memory.hops += 1
        return now

    def _over(self, first: int, last: int, hops: int) -> Array:
        """Return the means over the newest `hops`: added one after the other, as the kernel does.

        Over its first axis numpy adds in that order, where rows are longer than one number.
        """
        window = self.memory.sums[self._end - hops : self._end, first : last + 1]
        return np.add.reduce(window, axis=0) / min(hops, self.memory.hops)

    def _swing_uv(self) -> Array:
        hops = min(self._plan.tenth, self.memory.hops)
        slow = self.memory.sums[self._end - hops : self._end, SLOW]
        swing = np.maximum.reduce(slow, axis=0) - np.minimum.reduce(slow, axis=0)
        swing += 0.0  # of two zeros either may be the greater one, and no zero is negative then
        return swing

    def _mains(self, halves_uv: Array) -> Array:
        """Take the power of the stronger line; return its share of half a cycle, one, and two."""
        cycles = self._cycles
        squares = halves_uv * halves_uv
        lines = 2.0 * (squares[0::2] + squares[1::2])
        strongest = lines[-1] > lines[0]  # of two lines, or of one and itself
        np.maximum(lines[-1], lines[0], out=self._powers[MAINS_ROW])
        for heard, hops in zip(cycles, self._fitting, strict=True):
            window = self.memory.sums[self._end - hops : self._end, WHOLE:]
            np.add.reduce(window, axis=0, out=heard)
        fit = self.fit[(self.memory.hops - 1) % len(self.fit)]
        fitted = _fitted(fit, cycles[:, 1::2], cycles[:, 2::2])
        fits = np.where(strongest, fitted[:, -1], fitted[:, 0])
        return fits / (cycles[:, 0] + 1e-9)

    def _fresh(self) -> BandMemory:
        plan, channels = self._plan, self._plan.channels
        return BandMemory(
            hops=0,
            zero_uv=np.zeros(channels),
            comb=filters.at_rest(self._comb, channels),
            bandpass=filters.at_rest(self._bandpass, channels),
            notch=np.zeros((len(self._notch), channels, 1, 2)),
            highpass=filters.at_rest(self._highpass, channels),
            sums=np.zeros((2 * plan.size, self._rows, channels)),
            raw=np.zeros((channels, plan.second * plan.hop)),
        )


def _shapes(memory: BandMemory) -> list[tuple[int, ...]]:
    arrays = (memory.zero_uv, memory.sums, memory.raw)
    return [array.shape for array in (*arrays, *(getattr(memory, name) for name in FILTERS))]


def _summed(numbers: Array) -> Array:
    """Return the sums over the last axis, added one by one: any other order has other bits."""
    return np.add.accumulate(numbers, axis=-1)[..., -1]


def _fitted(fit: Array, cosine: Array, sine: Array) -> Array:
    """Return the power that each line has at most in three windows, by a fit of least squares."""
    return (fit[:, 0] * cosine + fit[:, 1] * sine) * cosine + fit[:, 2] * sine * sine


def _line(plan: Plan) -> Array:
    """Return cosine and sine of each line, (hops, 2 lines, samples), until they repeat."""
    lines_hz = np.array(plan.settings.mains_hz, np.float64)
    cycles = lines_hz * plan.hop / plan.rate_hz
    repeats = (
        n for n in range(1, LONGEST_TABLE) if np.all(abs(n * cycles % 1.0 - 0.5) > 0.5 - 1e-6)
    )
    hops = next(repeats, LONGEST_TABLE)
    steps = 2.0 * math.pi * lines_hz / plan.rate_hz
    angle = (steps[:, None] * np.arange(hops * plan.hop)).reshape(-1, hops, plan.hop)
    table = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return np.ascontiguousarray(np.moveaxis(table.reshape(-1, hops, plan.hop), 1, 0))


def _fit(line: Array, plan: Plan) -> Array:
    """Return (hops, 3, 3, lines, 1): the inverse of what cosine and sine have in common.

    First in half a cycle, then in one, then in two. Those of 60 Hz are no whole number of hops: in
    what is heard of them the two are neither equal nor apart, and a pure line would not have all of
    the power.
    """
    cosine, sine = line[:, 0::2], line[:, 1::2]
    of_hops = [np.mean(a * b, axis=2) for a, b in ((cosine, cosine), (cosine, sine), (sine, sine))]
    fits: list[Array] = []
    for hops in (plan.half, plan.cycle, plan.cycles):
        both, mixed, other = (
            np.mean([np.roll(one, back, axis=0) for back in range(hops)], axis=0) for one in of_hops
        )
        apart = (both * other - mixed * mixed) * hops  # the fit is of sums, not of means
        fits.append(np.stack((other / apart, -2.0 * mixed / apart, both / apart), axis=1))
    return np.ascontiguousarray(np.stack(fits, axis=1)[..., None])
