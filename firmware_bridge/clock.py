"""Device ticks <-> host seconds, with a stated uncertainty. Pure: every stamp is handed in."""

import math
from collections import deque

import msgspec

FIRST_PINGS = 8
"""Pings in quick succession on connecting, so that an estimate stands within half a second (E)."""

FIRST_PERIOD_S = 0.05
"""Between two of the first pings (E)."""

PERIOD_S = 0.37
"""Between two later pings: no multiple of any period of the stream, so none hides in it (E)."""

_BUCKET_S = 2.0
"""Of the round trips of such a span the best is kept: the rest were held up somewhere (E)."""

_MEMORY_S = 60.0
"""How far back the line is fitted (E)."""

_SLOPE_SPAN_S = 10.0
"""From this span on a slope is believed: before, delays look like drift (E)."""

_SLOPE_MAX = 200e-6
"""Two cheap crystals differ by no more (E)."""

_STEP_MAX_S = 0.001
"""The most an estimate moves at once while a session plays (E)."""

_BACK_S, _AHEAD_S = 1.0, 5.0
"""A stamp so long before one already heard, or so far ahead of now, is of a clock that has started
anew (E). However late stamps arrive, they neither go back nor come from the future."""

_MOVED_S = 0.05
"""A round trip that is further off than its length explains found a clock that stood still (E)."""


class _Sample(msgspec.Struct, frozen=True, gc=False):
    """One round trip: when it was halfway, what the device's clock was ahead, how long it took."""

    at_s: float
    ahead_s: float
    trip_s: float


class DeviceClock:
    """What the device's clock says, from the four stamps of each PING and PONG.

    `device_s` and `host_s` convert; before the first `add` they raise `ValueError`. Set `steady`
    while a session plays: the estimate then moves by at most a millisecond at a time, and what it
    still owes is part of `uncertainty_s`.
    """

    def __init__(self) -> None:
        self.steady = False
        self.uncertainty_s = math.inf
        self._buckets = deque[_Sample]()
        self._trips_s = deque[float](maxlen=4096)  # twenty-five minutes
        self._boot: int | None = None
        self._pings = 0
        self._from_s = self._ahead_s = math.nan
        self._slope = 0.0
        self._newest_s = -math.inf

    @property
    def ping_after_s(self) -> float:
        """How long to wait before the next ping."""
        return FIRST_PERIOD_S if self._pings < FIRST_PINGS else PERIOD_S

    def add(
        self, sent_s: float, received_us: int, replied_us: int, heard_s: float, boot: int
    ) -> None:
        """Take the stamps of one round trip: host, device, device, host.

        A new `boot` nonce makes all earlier ones void, and so does a clock that was moved, unless
        a session plays. HELLO_ACK's clock counts as both stamps of the device.
        """
        trip_s = max(0.0, heard_s - sent_s - (replied_us - received_us) * 1e-6)
        at_s = (sent_s + heard_s) / 2
        sample = _Sample(at_s, (received_us + replied_us) / 2e6 - at_s, trip_s)
        if boot & 0xFFFF != self._boot or (not self.steady and self._was_moved(sample)):
            self._begin(boot & 0xFFFF)
        self._pings += 1
        self._trips_s.append(trip_s)
        self._keep(sample)
        self._fit(heard_s)

    def device_s(self, host_s: float) -> float:
        """Return what the device's clock says at `host_s`."""
        if math.isnan(self._from_s):
            raise ValueError("the device's clock has not been read yet")
        return host_s + self._ahead_s + self._slope * (host_s - self._from_s)

    def host_s(self, device_s: float) -> float:
        """Return when, in host time, the device's clock says `device_s`."""
        since_s = device_s - self.device_s(self._from_s)
        return self._from_s + since_s / (1 + self._slope)

    def stamp_s(self, low_us: int, host_s: float) -> float:
        """Return the device time whose low 32 bits in microseconds came in at `host_s`."""
        return unwrap(low_us, round(self.device_s(host_s) * 1e6)) * 1e-6

    def hear(self, stamp_s: float) -> None:
        """Remember a stamp: none that the same clock makes later is before it."""
        self._newest_s = max(self._newest_s, stamp_s)

    def has_jumped(self, stamp_s: float, host_s: float) -> bool:
        """Return whether a stamp heard at `host_s` belongs to a clock that has started anew.

        One that is merely late does not: it still follows the last, and was made before now.
        """
        back_s, ahead_s = self._newest_s - stamp_s, stamp_s - self.device_s(host_s)
        return back_s > _BACK_S or ahead_s > _AHEAD_S

    def trip_s(self, share: float) -> float | None:
        """Return the round trip that `share` (0..1) of all did not exceed, None before the first.

        The nearest rank, so p99 of fewer than a hundred is the longest.
        """
        if not self._trips_s:
            return None
        return sorted(self._trips_s)[max(0, math.ceil(share * len(self._trips_s)) - 1)]

    def forget_trips(self) -> None:
        """Count round trips from now on: what opening a device took says nothing of a session."""
        self._trips_s.clear()

    def _begin(self, boot: int) -> None:
        self._boot = boot
        self._buckets.clear()
        self._from_s = math.nan
        self._pings = 0

    def _was_moved(self, sample: _Sample) -> bool:
        """Return whether no delay explains what a round trip says: the clock went or stood."""
        if math.isnan(self._from_s):
            return False
        off_s = abs(sample.ahead_s - (self.device_s(sample.at_s) - sample.at_s))
        return off_s > sample.trip_s / 2 + self.uncertainty_s + _MOVED_S

    def _keep(self, sample: _Sample) -> None:
        """Keep the quickest of each bucket, for a minute."""
        last = self._buckets[-1] if self._buckets else None
        if last is None or sample.at_s // _BUCKET_S != last.at_s // _BUCKET_S:
            self._buckets.append(sample)
        elif sample.trip_s < last.trip_s:
            self._buckets[-1] = sample
        while sample.at_s - self._buckets[0].at_s > _MEMORY_S:
            self._buckets.popleft()

    def _fit(self, now_s: float) -> None:
        if self._buckets[-1].at_s - self._buckets[0].at_s >= _SLOPE_SPAN_S:
            wanted_s, slope, uncertain_s = _line(list(self._buckets), now_s)
        else:
            wanted_s, slope, uncertain_s = _best(list(self._buckets), now_s)
        ahead_s = wanted_s
        if self.steady and not math.isnan(self._from_s):
            before_s = self.device_s(now_s) - now_s
            ahead_s = max(before_s - _STEP_MAX_S, min(before_s + _STEP_MAX_S, wanted_s))
        self._from_s, self._ahead_s, self._slope = now_s, ahead_s, slope
        self.uncertainty_s = uncertain_s + abs(wanted_s - ahead_s)


def unwrap(low: int, near: int) -> int:
    """Return the number nearest to `near` whose low 32 bits are `low`; of two, the later."""
    return near + ((low - near + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def _best(samples: list[_Sample], now_s: float) -> tuple[float, float, float]:
    """Return (value, slope 0, uncertainty) by the one sample that says most about `now_s`."""

    def uncertain_s(sample: _Sample) -> float:
        return sample.trip_s / 2 + _SLOPE_MAX * (now_s - sample.at_s)

    best = min(samples, key=uncertain_s)
    return best.ahead_s, 0.0, uncertain_s(best)


def _line(samples: list[_Sample], now_s: float) -> tuple[float, float, float]:
    """Return (value at `now_s`, slope, uncertainty) of the line through `samples`.

    A round trip twice as long as the best counts a quarter: what held it up made it lopsided.
    """
    best_s = min(s.trip_s for s in samples) + 1e-5  # a link in memory takes no time at all
    weights = [(best_s / (s.trip_s + 1e-5)) ** 2 for s in samples]
    total = sum(weights)
    mean_at_s = sum(w * s.at_s for w, s in zip(weights, samples, strict=True)) / total
    mean_s = sum(w * s.ahead_s for w, s in zip(weights, samples, strict=True)) / total
    across = along = 0.0
    for weight, sample in zip(weights, samples, strict=True):
        across += weight * (sample.at_s - mean_at_s) * (sample.ahead_s - mean_s)
        along += weight * (sample.at_s - mean_at_s) ** 2
    slope = max(-_SLOPE_MAX, min(_SLOPE_MAX, across / along))
    squares = sum(
        weight * (sample.ahead_s - mean_s - slope * (sample.at_s - mean_at_s)) ** 2
        for weight, sample in zip(weights, samples, strict=True)
    )
    return mean_s + slope * (now_s - mean_at_s), slope, best_s / 2 + math.sqrt(squares / total)
