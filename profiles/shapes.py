"""Curves made of raised cosines and rests, as the knots that carry them."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from .trajectory import MAX_SEGMENT_S, Track, hermite

SEGMENT_S = MAX_SEGMENT_S - 0.0001
"""Longest segment that is made: one tick of the wire (0.1 ms) below the longest allowed."""
SHORTEST_S = 1e-6
"""Less than this is a rounding error, no segment (E: a hundredth of the wire's tick)."""
FEWEST_SEGMENTS = 4
"""A raised cosine has at least this many (E): cubic segments then miss it by 0.05 % at most."""


class Curve:
    """A curve that is drawn from left to right. It moves by raised cosines, so it is smooth.

    The cosine's own slopes already keep each cubic segment inside its ends (they are at most
    twice the secant, Fritsch and Carlson allow three times), and its steepest place stays the
    steepest.
    """

    def __init__(self, value: float) -> None:
        self._at_s = [0.0]
        self._value = [value]
        self._slope = [0.0]
        self._rhythmic = [False]

    @property
    def now_s(self) -> float:
        """Where the curve ends so far."""
        return self._at_s[-1]

    @property
    def value(self) -> float:
        """The value it ends at so far."""
        return self._value[-1]

    def swing_to(self, value: float, until_s: float, *, rhythmic: bool = False) -> None:
        """Go to `value` as a raised cosine that ends at `until_s`."""
        start, begin = self.value, self.now_s
        length, half = until_s - begin, (value - start) / 2.0
        if length <= SHORTEST_S:
            self._snap_to(until_s)
            return
        count = max(FEWEST_SEGMENTS if half else 1, math.ceil(length / SEGMENT_S))
        inner = range(1, count)
        self._at_s += [begin + length * i / count for i in inner]
        if half:
            waves, steepest = _wave(count), half * math.pi / length
            self._value += [start + half * risen for risen, _ in waves]
            self._slope += [steepest * steep for _, steep in waves]
        else:
            self._value += [start] * len(inner)
            self._slope += [0.0] * len(inner)
        self._add(until_s, value, 0.0)
        self._rhythmic.extend([rhythmic] * count)

    def climb_to(self, value: float, rate: float) -> None:
        """Go up to `value` at a steady rate; the first and the last segment round it off."""
        start, begin, step = self.value, self.now_s, SEGMENT_S
        length = (value - start) / rate + step
        count = max(3, math.ceil(length / step))
        step = length / count
        inner = (value - start) / (count - 1)
        self._add(begin + step, start + inner / 2.0, inner / step)
        for i in range(2, count):
            self._add(begin + i * step, start + (i - 0.5) * inner, inner / step)
        self._add(begin + length, value, 0.0)
        self._rhythmic.extend([False] * count)

    def rest_until(self, until_s: float, *, rhythmic: bool = False) -> None:
        """Stay where it is."""
        self.swing_to(self.value, until_s, rhythmic=rhythmic)

    def go_through(self, points: Sequence[tuple[float, float]]) -> None:
        """Go smoothly through points in the order of their times, over none of their values."""
        whole = [(self.now_s, self.value), *points]
        slopes = smooth_slopes(whole)
        for (begin, one), (end, two), before, after in zip(
            whole, whole[1:], slopes, slopes[1:], strict=False
        ):
            length = end - begin
            count = max(1, math.ceil(length / SEGMENT_S))
            for i in range(1, count):
                since = length * i / count
                self._add(begin + since, *hermite(since, length, (one, before), (two, after)))
            self._add(end, two, after)
            self._rhythmic.extend([False] * count)

    def track(self) -> Track:
        """Return the curve drawn so far."""
        return Track(
            tuple(self._at_s), tuple(self._value), tuple(self._slope), tuple(self._rhythmic)
        )

    def _snap_to(self, at_s: float) -> None:
        """Let a curve that ends here but for a rounding error end exactly here."""
        if len(self._at_s) > 1 and abs(at_s - self.now_s) <= SHORTEST_S:
            self._at_s[-1] = at_s

    def _add(self, at_s: float, value: float, slope: float) -> None:
        self._at_s.append(at_s)
        self._value.append(value)
        self._slope.append(slope)


@lru_cache(maxsize=256)
def _wave(count: int) -> tuple[tuple[float, float], ...]:
    """Return a raised cosine from 0 to 2 between its ends, and its slope, in `count` segments."""
    angles = [math.pi * i / count for i in range(1, count)]
    return tuple((1.0 - math.cos(angle), math.sin(angle)) for angle in angles)


def smooth_slopes(points: Sequence[tuple[float, float]]) -> list[float]:
    """Return the slope at each point of a smooth curve that overshoots none (Fritsch, Carlson).

    It is that of a parabola through the neighbours, less where that would overshoot; the curve is
    at rest at both ends, and wherever it turns.
    """
    lengths = [max(b[0] - a[0], SHORTEST_S) for a, b in pairwise(points)]
    ways = [(b[1] - a[1]) / h for (a, b), h in zip(pairwise(points), lengths, strict=True)]
    slopes = [0.0]
    for (h0, h1), (m0, m1) in zip(pairwise(lengths), pairwise(ways), strict=True):
        middle = (h1 * m0 + h0 * m1) / (h0 + h1)
        most = 3.0 * min(m0, m1, key=abs) if m0 * m1 > 0.0 else 0.0
        slopes.append(min(middle, most, key=abs))
    return [*slopes, 0.0]


def fastest(length: float, way: float, before: float, after: float) -> float:
    """Return the largest slope of a cubic of this length and way, by its slopes at its ends."""
    mean = way / length
    bend, turn = 3.0 * mean - 2.0 * before - after, before + after - 2.0 * mean
    at = -bend / (3.0 * turn) if turn else 0.0
    middle = before + at * (2.0 * bend + 3.0 * turn * at) if 0.0 < at < 1.0 else before
    return max((before, middle, after), key=abs)


def swing_s(start: float, end: float, steepest: float) -> float:
    """Return how long a raised cosine from start to end takes if it is `steepest` in its middle."""
    return math.pi / 2.0 * abs(end - start) / steepest


def steepest(start: float, end: float, length_s: float) -> float:
    """Return how steep a raised cosine from start to end is in its middle."""
    return math.pi / 2.0 * abs(end - start) / length_s
