"""Any curve becomes one that may be pressed on a body, and a profile that plays it."""

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from profiles.pace import FALL_KPA_S as CHANGE_KPA_S
from profiles.pace import RISE_HEADROOM, RISE_LEVEL_KPA_S
from profiles.quantities import shown
from profiles.shapes import smooth_slopes
from profiles.techniques import too_fast
from profiles.trajectory import hermite

from .carried import Carried, Line, Point, thinned, value_at

TRIES = (
    (9.7, 0.05), (9.7, 0.07), (9.65, 0.05), (9.65, 0.1), (9.6, 0.05), (9.6, 0.07), (9.5, 0.05),
    (9.5, 0.1), (9.3, 0.1), (9.0, 0.1), (8.0, 0.1), (7.2, 0.1), (6.4, 0.1),
)  # fmt: skip
"""How fast it may rise, in kPa/s, and how far points are apart, in s: tried until the smooth curve
through them rises no faster than it may; where a straight way begins it is a third faster (D)."""

LEVEL_KPA_S = RISE_LEVEL_KPA_S * RISE_HEADROOM
"""Fastest that a curve in a profile rises (rules)."""

FALL_KPA_S = 28.0
"""Steepest fall (D: smoothed, somewhat under the 40 kPa/s of a change between steps)."""

SLIDE_MM_S = 100.0
"""Fastest way of a pad (D: smoothed, under the 150 mm/s that it may slide)."""

SLIDE_APART_S = 0.1
"""How far points of a way are apart (E)."""

GRID_S = 0.02
"""How finely a curve is looked at while it is lowered (E)."""

REFINEMENTS = 8
"""How often a way is halved at most (E)."""

SHORTEST_S = 1.0
"""A curve lasts at least so long (E)."""

MOST_LOOKS = 20_000
"""A long curve is looked at no more often (E)."""

FIT_SHARE = 0.0007
"""How far a profile's curve may be off, as a share of its highest value (E)."""

MOST_POINTS = 950
"""So many fit into a step, and into a file (E, format)."""

LONGEST_S = 1750.0
"""A profile takes half an hour at most, and the end must let go (E)."""


def profile_text(carried: Carried, name: str, region: str) -> tuple[str, tuple[str, ...]]:
    """Return a profile that presses what was carried, and what it had to leave out."""
    pressure, position = carried.line("pressure"), carried.line("position")
    left = list(carried.left)
    if pressure is None or pressure.highest <= 0.0:
        left.append("there is no pressure in it: the profile only rests")
        pressure = Line("pressure", ((0.0, 0.0), (1.0, 0.0)))
    lines = [pressure, *([position] if position else [])]
    left += [
        f"{line.quantity}{f' of {line.site}' if line.site else ''}: a curve has a pressure and a "
        "position, each once"
        for line in carried.lines
        if line not in lines
    ]
    kpa, told = _pressed(pressure.points, MOST_POINTS // len(lines))
    mm, told_mm = _moved(position.points, MOST_POINTS // 2) if position else ((), ())
    return _yaml(carried.title, name, region, _merged(kpa, mm)), (*left, *told, *told_mm)


def _pressed(points: Sequence[Point], most: int) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Return the points of a profile; lower ones where a smooth curve would rise too fast."""
    found: tuple[Point, ...] = ()
    told: tuple[str, ...] = ()
    share = FIT_SHARE
    for rise_kpa_s, apart_s in TRIES:
        allowed, told_less = gentle(points, rise_kpa_s, FALL_KPA_S, "kPa")
        found, share = _few(allowed, most, apart_s, share)
        told = (*told_less, *_off_notes(allowed, most, share, "kPa"))
        if too_fast([(0.0, 0.0), *found], LEVEL_KPA_S, CHANGE_KPA_S) is None:
            break
    return found, told


def _moved(points: Sequence[Point], most: int) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    allowed, told = gentle(points, SLIDE_MM_S, SLIDE_MM_S, "mm")
    found, share = _few(allowed, most, SLIDE_APART_S, FIT_SHARE)
    return found, (*told, *_off_notes(allowed, most, share, "mm"))


def gentle(
    points: Sequence[Point], rise: float, fall: float, unit: str
) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Return the highest curve that is nowhere over `points` and rises and falls slowly enough.

    It begins and ends at zero. Lowering is told with how much, and where it is most.
    """
    end_s = max(min(points[-1][0], LONGEST_S), SHORTEST_S)
    look_s = max(GRID_S, end_s / MOST_LOOKS)
    grid = {k * look_s for k in range(int(end_s / look_s) + 1)} | {end_s}
    times = sorted(grid | {at_s for at_s, _ in points if at_s <= end_s})
    asked = [_lowest_at(points, at_s) for at_s in times]
    allowed = [0.0, *asked[1:-1], 0.0]
    for i in range(1, len(times)):
        allowed[i] = min(allowed[i], allowed[i - 1] + rise * (times[i] - times[i - 1]))
    for i in range(len(times) - 2, -1, -1):
        allowed[i] = min(allowed[i], allowed[i + 1] + fall * (times[i + 1] - times[i]))
    told: list[str] = []
    if points[-1][0] > LONGEST_S:
        told.append(f"it lasts {points[-1][0]:.0f} s; what is after {LONGEST_S:.0f} s is left out")
    less = [a - b for a, b in zip(asked, allowed, strict=True)]
    worst = max(range(len(less)), key=less.__getitem__)
    if less[worst] > 0.01 * max(asked):
        told.append(
            f"too abrupt for a body: up to {less[worst]:.2g} {unit} less, most at "
            f"{times[worst]:.4g} s (at most {rise:g} {unit}/s up, {fall:g} down, and from zero to "
            "zero)"
        )
    return tuple(zip(times, allowed, strict=True)), tuple(told)


def _lowest_at(points: Sequence[Point], at_s: float) -> float:
    """Return the value at a time; where it jumps, the lower one."""
    return max(0.0, min(value_at(points, at_s), value_at(points, at_s - 1e-9)))


def _few(
    points: Sequence[Point], most: int, apart_s: float, share: float
) -> tuple[tuple[Point, ...], float]:
    """Return `most` points at most, and how near that is: at least `share` of the highest value."""
    highest = max(value for _, value in points) or 1.0
    while len(found := _fitted(points, share * highest, apart_s)) > most:
        share *= 2.0
    return found, share


def _off_notes(points: Sequence[Point], most: int, share: float, unit: str) -> tuple[str, ...]:
    if share == FIT_SHARE:
        return ()
    off = f"{share * max(value for _, value in points):.2g} {unit}"
    return (f"a profile has room for {most} points; with them it is off by up to {off}",)


def _fitted(points: Sequence[Point], tolerance: float, apart_s: float) -> tuple[Point, ...]:
    """Return points, not too close, through which a smooth curve goes near all of them."""
    kept = _apart(thinned(points, tolerance), apart_s)
    for _ in range(REFINEMENTS):
        finer = _refined(points, kept, tolerance, apart_s)
        if finer == kept:
            break
        kept = finer
    return tuple((round(at_s, 3), float(shown_value(value))) for at_s, value in kept[1:])


def _apart(points: Sequence[Point], apart_s: float) -> tuple[Point, ...]:
    """Return the points without those that come too soon after another, or before the end."""
    found, last = [points[0]], points[-1]
    for point in points[1:-1]:
        if point[0] - found[-1][0] >= apart_s and last[0] - point[0] >= apart_s:
            found.append(point)
    return (*found, last)


def _refined(
    points: Sequence[Point], kept: Sequence[Point], tolerance: float, apart_s: float
) -> tuple[Point, ...]:
    """Return `kept` with a point in the middle of each way that is off by more."""
    found = [kept[0]]
    slopes = smooth_slopes(kept)
    first = 0
    for (begin, end), (before, after) in zip(pairwise(kept), pairwise(slopes), strict=True):
        last = bisect_left(points, end, lo=first)
        length_s = end[0] - begin[0]
        ends = (begin[1], before), (end[1], after)
        off = max(
            (abs(value - hermite(at_s - begin[0], length_s, *ends)[0])
             for at_s, value in points[first:last]),
            default=0.0,
        )  # fmt: skip
        room_s = 2.0 * apart_s if end[1] > begin[1] else apart_s
        if off > tolerance and length_s >= room_s:
            middle_s = (begin[0] + end[0]) / 2.0
            found.append((middle_s, value_at(points, middle_s)))
        found.append(end)
        first = last
    return tuple(found)


def _merged(kpa: Sequence[Point], mm: Sequence[Point]) -> list[str]:
    """Return the points of both as a profile writes them."""
    rows: dict[float, list[str]] = {}
    for name, unit, points in (("pressure", "kPa", kpa), ("position", "mm", mm)):
        for at_s, value in points:
            rounded = round(at_s, 3)
            written = [one for one in rows.get(rounded, []) if not one.startswith(name)]
            rows[rounded] = [*written, f"{name}: {shown_value(value)} {unit}"]
    last = max((round(at_s, 3) for at_s, _ in kpa), default=1.0)
    return [f"{{at: {at_s:g} s, {', '.join(rows[at_s])}}}" for at_s in sorted(rows) if at_s <= last]


def shown_value(value: float) -> str:
    """Return a number with as many digits as count."""
    return f"{value:.5g}" if value > 1e-4 else "0"


def _yaml(title: str, name: str, region: str, points: Sequence[str]) -> str:
    highest = max(float(found[1]) for found in re.finditer(r"pressure: (\S+) kPa", str(points)))
    limit = shown(max(0.1, math.ceil(10.0 * highest) / 10.0), "pressure")
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64] or "imported"
    lines = [
        "format: myoloop-profile/1",
        f"id: {slug}",
        "revision: 1",
        f"title: {msgspec.json.encode(title or name).decode()}",
        f"region: {region}",
        f"limits: {{pressure: {limit}}}",
        "steps:",
        "  - curve:",
        f"      label: {msgspec.json.encode((title or name)[:60]).decode()}",
        "      points:",
        *(f"        - {point}" for point in points),
    ]
    return "\n".join(lines) + "\n"
