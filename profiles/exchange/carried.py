"""What every format of curves carries: quantities over time, by points joined by straight lines."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from profiles.model import Profile
from profiles.program import Program
from profiles.trajectory import Track

Point = tuple[float, float]
"""Seconds from the beginning, and the value then."""

Quantity = Literal["pressure", "position", "frequency", "amplitude", "temperature"]

UNITS: dict[Quantity, str] = {
    "pressure": "kPa", "position": "mm", "frequency": "Hz", "amplitude": "mm",
    "temperature": "degC",
}  # fmt: skip

CLOSE_SHARE = 0.0005
"""How far a thinner curve may be off, as a share of its highest value (E)."""

LOOKS = 4
"""Looks into each cubic segment: it is then off by less than `CLOSE_SHARE` (E)."""


class Line(msgspec.Struct, frozen=True):
    """One channel over time. `site` tells pads apart; the first pad has none."""

    quantity: Quantity
    points: tuple[Point, ...]
    site: str = ""

    @property
    def highest(self) -> float:
        """The highest value."""
        return max((value for _, value in self.points), default=0.0)

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.points[-1][0] if self.points else 0.0


class Carried(msgspec.Struct, frozen=True):
    """What was found in a file; `left` has a sentence for each thing that was not carried.

    `origin` is the profile that the file says it was made of: whether it was is for the curve.
    """

    title: str
    lines: tuple[Line, ...]
    left: tuple[str, ...] = ()
    origin: str = ""

    def line(self, quantity: Quantity) -> Line | None:
        """Return the first line of a quantity."""
        return next((line for line in self.lines if line.quantity == quantity), None)


def lines_of(program: Program) -> tuple[Line, ...]:
    """Return every channel of a program, as few points as keep it within `CLOSE_SHARE`."""
    names = program.steps[0].trajectory.tracks
    return tuple(_line_of(name, [step.trajectory.tracks[name] for step in program.steps])
                 for name in names)  # fmt: skip


def left_behind(profile: Profile) -> tuple[str, ...]:
    """Return a sentence for each thing in a profile that no curve says."""
    words = [
        *(["parameters"] if profile.parameters else []),
        *(["rules"] if profile.rules else []),
        *(f"the signal {name}" for name in profile.needs.signals),
        *(word for word in ("until", "adapt", "baseline") if _somewhere(profile, word)),
    ]
    asks = _somewhere(profile, "say")
    told = [
        f"{word}: a curve does not listen; it is played as it is at its longest" for word in words
    ]
    if asks:
        told.append("prompt: a curve waits for nobody; it rests for as long as a prompt can take")
    return (*told, "regions and labels of steps: one curve has neither")


def _somewhere(profile: Profile, word: str) -> bool:
    """Whether any step says a word."""
    return any(getattr(entry.body, word, None) is not None for entry in profile.every_step())


def value_at(points: Sequence[Point], at_s: float) -> float:
    """Return the value at a time; the last of several at one time; the ends outside."""
    i = bisect_right(points, (at_s, math.inf))
    if i == 0:
        return points[0][1]
    if i == len(points):
        return points[-1][1]
    (begin_s, begin), (end_s, end) = points[i - 1], points[i]
    return begin + (end - begin) * (at_s - begin_s) / (end_s - begin_s)


def from_zero(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return what is at 0 and later of a curve; nothing of one that ends before."""
    if not points or points[0][0] >= 0.0:
        return tuple(points)
    later = tuple(point for point in points if point[0] >= 0.0)
    return ((0.0, value_at(points, 0.0)), *later) if later else ()


def thinned(points: Sequence[Point], tolerance: float) -> tuple[Point, ...]:
    """Return fewer points: straight from one to the next it is off by `tolerance` at most."""
    turns = _turns(points, tolerance)
    kept = set(turns)
    waiting = list(pairwise(turns))
    while waiting:
        first, last = waiting.pop()
        farthest, off = _farthest(points, first, last)
        if off > tolerance:
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return tuple(points[i] for i in sorted(kept))


def in_order(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return points in the order of their times; one that says the same again is left out."""
    found: list[Point] = []
    for point in sorted(points, key=lambda point: point[0]):
        if not found or found[-1] != point:
            found.append(point)
    return tuple(found)


def _line_of(name: str, tracks: Sequence[Track]) -> Line:
    quantity, _, site = name.partition(":")
    points: list[Point] = [(0.0, tracks[0].value[0])]
    begin_s = 0.0
    for track in tracks:
        for before_s, at_s in pairwise(track.at_s):
            looks = (before_s + (at_s - before_s) * look / LOOKS for look in range(1, LOOKS + 1))
            points += [(begin_s + look_s, track.value_at(look_s)) for look_s in looks]
        begin_s += track.at_s[-1]
    highest = max(value for _, value in points)
    return Line(msgspec.convert(quantity, Quantity), thinned(points, CLOSE_SHARE * highest), site)


def _turns(points: Sequence[Point], tolerance: float) -> list[int]:
    """Return the ends, and every point from which the curve turns back by more than `tolerance`.

    Between two of them it goes one way, so looking for the farthest halves what is left.
    """
    turns, extreme, way = [0], 0, 0
    for i in range(1, len(points)):
        beyond = points[i][1] - points[extreme][1]
        if way * beyond > 0 or (way == 0 and abs(beyond) > tolerance):
            way, extreme = way or (1 if beyond > 0 else -1), i
        elif way and abs(beyond) > tolerance:
            turns.append(extreme)
            way, extreme = -way, i
    return list(dict.fromkeys([*turns, len(points) - 1]))


def _farthest(points: Sequence[Point], first: int, last: int) -> tuple[int, float]:
    """Return which point is farthest from the way between two others, and by how much."""
    (begin_s, begin), (end_s, end) = points[first], points[last]
    farthest, most = first, 0.0
    for i in range(first + 1, last):
        at_s, value = points[i]
        share = (at_s - begin_s) / (end_s - begin_s) if end_s > begin_s else 0.0
        off = abs(value - begin - (end - begin) * share)
        if off > most:
            farthest, most = i, off
    return farthest, most
