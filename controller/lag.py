"""How far a channel that follows slowly, or in levels, is off the curve that it is given."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import msgspec

from profiles.trajectory import Track

GLANCE_S = 0.02
"""How often a curve is looked at that is played in levels (E)."""


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


class Course:
    """Curves played one after the other, as one."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._tracks = tracks
        self._begins_s = list(accumulate((t.at_s[-1] for t in tracks), initial=0.0))

    @property
    def end_s(self) -> float:
        """When the last of them ends."""
        return self._begins_s[-1]

    def value_at(self, at_s: float) -> float:
        """Return the value at a time."""
        i = min(bisect_right(self._begins_s, at_s), len(self._tracks)) - 1
        return self._tracks[i].value_at(at_s - self._begins_s[i])

    def lowest(self, from_s: float, until_s: float) -> float:
        """Return the lowest value in a stretch: at its ends, or at a knot between."""
        lowest = min(self.value_at(from_s), self.value_at(until_s))
        first = min(bisect_right(self._begins_s, from_s), len(self._tracks)) - 1
        for i in range(first, len(self._tracks)):
            begin_s, track = self._begins_s[i], self._tracks[i]
            if begin_s > until_s:
                break
            inside = slice(
                bisect_left(track.at_s, from_s - begin_s),
                bisect_right(track.at_s, until_s - begin_s),
            )
            lowest = min(lowest, *track.value[inside], lowest)
        return lowest


def levels(course: Course, step: float, dwell_s: float) -> Iterator[tuple[float, float]]:
    """Yield when a device of levels goes to which.

    A level lasts `dwell_s` and is the highest that is nowhere over the curve in that time: what
    knows levels alone presses less than what is written, never more.
    """
    for number in range(math.ceil(course.end_s / dwell_s - 1e-9)):
        at_s = number * dwell_s
        lowest = course.lowest(at_s, min(at_s + dwell_s, course.end_s))
        yield at_s, level_of(lowest, step)


def level_of(value: float, step: float) -> float:
    """Return the highest level that is not over a value."""
    return max(0.0, math.floor(value / step + 1e-9) * step)


def levelled(course: Course, step: float, dwell_s: float, rate: float) -> Off:
    """Return how far a device of levels is off; it changes by `rate` a second at most."""
    found, before = Sum(), 0.0
    looks = max(2, math.ceil(dwell_s / GLANCE_S))
    for at_s, level in levels(course, step, dwell_s):
        length_s = (min(at_s + dwell_s, course.end_s) - at_s) / looks
        for look in range(looks):
            since_s = (look + 0.5) * length_s
            gone = min(1.0, since_s * rate / (math.pi / 2.0 * abs(level - before) + 1e-9))
            pressed = before + (level - before) * (0.5 - 0.5 * math.cos(math.pi * gone))
            off = course.value_at(at_s + since_s) - pressed
            found.add((off, off, off), length_s)
        before = level
    return found.off
