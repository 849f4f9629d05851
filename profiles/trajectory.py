"""What every track does, and when: cubic Hermite curves through knots, in step or session time."""

from bisect import bisect_right
from collections.abc import Iterator

import msgspec


class Knot(msgspec.Struct, frozen=True, gc=False):
    """One support of a curve: where it is, and how fast it moves there, per second."""

    at_s: float
    value: float
    slope: float
    rhythmic: bool = False


class Track(msgspec.Struct, frozen=True):
    """One channel's curve. Knots are in time order, at most `MAX_SEGMENT_S` apart, the first at 0.

    Extremes of the curve are knots, and slopes keep each segment inside the interval of its ends
    (Fritsch-Carlson), so sampling the knots bounds the curve. `rhythmic[i]` says that the segment
    *ending* at knot i belongs to a rhythm, whose rise limit is the author's.
    """

    at_s: tuple[float, ...]
    value: tuple[float, ...]
    slope: tuple[float, ...]
    rhythmic: tuple[bool, ...]

    def value_at(self, at_s: float) -> float:
        """Return the curve's value at `at_s`; the first or last value outside its knots."""
        return self.locate(at_s)[0]

    def slope_at(self, at_s: float) -> float:
        """Return the curve's slope per second at `at_s`; 0 outside its knots."""
        return self.locate(at_s)[1]

    def locate(self, at_s: float) -> tuple[float, float]:
        """Return the curve's value and slope at `at_s`."""
        i = bisect_right(self.at_s, at_s)
        if i == 0:
            return self.value[0], 0.0
        if i == len(self.at_s):
            return self.value[-1], 0.0
        start_s, value, slope = self.at_s[i - 1], self.value, self.slope
        return hermite(
            at_s - start_s,
            self.at_s[i] - start_s,
            (value[i - 1], slope[i - 1]),
            (value[i], slope[i]),
        )

    def knots_after(self, after_s: float, until_s: float) -> Iterator[Knot]:
        """Yield the knots with `after_s < at_s <= until_s`."""
        first, last = bisect_right(self.at_s, after_s), bisect_right(self.at_s, until_s)
        for i in range(first, last):
            yield Knot(self.at_s[i], self.value[i], self.slope[i], self.rhythmic[i])


class Trajectory(msgspec.Struct, frozen=True):
    """The tracks of a step, by channel, equally long.

    "pressure" in kPa is the first pad's, "pressure:SITE" that of another; "position" and
    "amplitude" are in mm, "frequency" in Hz; "temperature" in degC, where 0 is off.
    """

    tracks: dict[str, Track]

    @property
    def duration_s(self) -> float:
        return next(iter(self.tracks.values())).at_s[-1]


def quantity_of(name: str) -> str:
    """Return what a track moves: "pressure" of "pressure:calf"."""
    return name.partition(":")[0]


def presses(name: str) -> bool:
    """Whether a track is the pressure of a pad."""
    return quantity_of(name) == "pressure"


def pad_track(site: str) -> str:
    """Return the name of a pad's pressure track; the first pad's is "pressure", without a site."""
    return f"pressure:{site}" if site else "pressure"


MAX_SEGMENT_S = 0.1
"""Longest time between two knots (wire, *Motion*)."""


def hermite(
    since_s: float, length_s: float, start: tuple[float, float], end: tuple[float, float]
) -> tuple[float, float]:
    """Return value and slope, `since_s` into a segment between two (value, slope) pairs."""
    u = since_s / length_s
    u2 = u * u
    u3 = u2 * u
    rise = start[0] - end[0]
    value = (
        (2.0 * u3 - 3.0 * u2) * rise
        + start[0]
        + ((u3 - 2.0 * u2 + u) * start[1] + (u3 - u2) * end[1]) * length_s
    )
    slope = (6.0 * u2 - 6.0 * u) * rise / length_s
    slope += (3.0 * u2 - 4.0 * u + 1.0) * start[1] + (3.0 * u2 - 2.0 * u) * end[1]
    return value, slope
