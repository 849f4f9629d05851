"""How far a channel that follows slowly is off the curve that it is given."""

import math
from collections.abc import Iterable

import msgspec

from profiles.trajectory import Track


class Off(msgspec.Struct, frozen=True):
    """How far off, in the channel's unit: the root of the mean square, and the most."""

    rms: float = 0.0
    most: float = 0.0


class Sum:
    """Squares over time."""

    def __init__(self) -> None:
        self._squares = 0.0
        self._time_s = 0.0
        self._most = 0.0

    def add(self, errors: tuple[float, float, float], length_s: float) -> None:
        """Add a stretch by its beginning, middle and end (Simpson)."""
        begin, middle, end = errors
        self._squares += length_s / 6.0 * (begin * begin + 4.0 * middle * middle + end * end)
        self._time_s += length_s
        self._most = max(self._most, abs(begin), abs(middle), abs(end))

    def note(self, error: float, length_s: float) -> None:
        """Add a moment through which it is off by as much."""
        self.add((error, error, error), length_s)

    @property
    def off(self) -> Off:
        """What came together so far."""
        if self._time_s == 0.0:
            return Off()
        return Off(math.sqrt(self._squares / self._time_s), self._most)


def lagging(tracks: Iterable[Track], tau_s: float) -> Off:
    """Return how far a first-order lag is off the curves, played one after the other.

    Exact for cubic segments: e = tau u' - tau^2 u'' + tau^3 u''', and what is left of before.
    """
    found, error = Sum(), 0.0
    for track in tracks:
        for i in range(1, len(track.at_s)):
            error = _segment(track, i, tau_s, error, found)
    return found.off


def _segment(track: Track, i: int, tau_s: float, before: float, found: Sum) -> float:
    """Add segment `i`; return the error at its end."""
    length_s = track.at_s[i] - track.at_s[i - 1]
    s0, s1 = track.slope[i - 1], track.slope[i]
    u0, u1 = track.value[i - 1], track.value[i]
    if abs(before) < 1e-6 and u0 == u1 and s0 == s1 == 0.0:
        found.add((0.0, 0.0, 0.0), length_s)
        return 0.0
    mean = (u1 - u0) / length_s
    a2 = (3.0 * mean - 2.0 * s0 - s1) / length_s
    a3 = (s0 + s1 - 2.0 * mean) / (length_s * length_s)

    def steady(t: float) -> float:
        slope = s0 + t * (2.0 * a2 + 3.0 * a3 * t)
        return tau_s * (slope - tau_s * (2.0 * a2 + 6.0 * a3 * t - tau_s * 6.0 * a3))

    left = before - steady(0.0)
    middle = steady(length_s / 2.0) + left * math.exp(-length_s / 2.0 / tau_s)
    end = steady(length_s) + left * math.exp(-length_s / tau_s)
    found.add((before, middle, end), length_s)
    return end
