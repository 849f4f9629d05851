"""Any curve becomes one that may be pressed on a body, and a profile that plays it."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from profiles.kinds import MAX_PRESSURE_KPA
from profiles.pace import FALL_KPA_S as CHANGE_KPA_S
from profiles.pace import RISE_HEADROOM, RISE_LEVEL_KPA_S
from profiles.problems import ExchangeError
from profiles.quantities import shown
from profiles.shapes import smooth_slopes
from profiles.techniques import too_fast
from profiles.trajectory import hermite

from .carried import UNITS, Carried, Line, Point, Quantity, from_zero, thinned, value_at

TRIES = (
    (9.7, 0.05), (9.7, 0.07), (9.65, 0.05), (9.65, 0.1), (9.6, 0.05), (9.6, 0.07), (9.5, 0.05),
    (9.5, 0.1), (9.3, 0.1), (9.0, 0.1), (8.0, 0.1), (7.2, 0.1), (6.4, 0.1),
)  # fmt: skip
"""How fast it may rise, in kPa/s, and how far points are apart, in s: tried until the smooth curve
through them rises no faster than it may; where a straight way begins it is a third faster (D)."""

LEVEL_KPA_S = RISE_LEVEL_KPA_S * RISE_HEADROOM
"""Fastest that a curve in a profile rises (rules)."""

FALL_KPA_S = 26.0
"""Steepest fall (D: a smooth curve from rest to rest is half as fast again at most, so this stays
under the 40 kPa/s of a change between steps)."""

SLIDE_MM_S = 95.0
"""Fastest way of a pad (D: half as fast again, and rounded, under the 150 mm/s of a slide)."""

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

LESS_SHARE, OFF_SHARE = 0.001, 0.004
"""Lowered, or off, by a larger share of its highest value, that is told: what is not told is off by
0.5 % at most (E)."""

MOST_POINTS = 950
"""So many fit into a step, and into a file (E, format)."""

LONGEST_S = 1750.0
"""A profile takes half an hour at most, and the end must let go (E)."""

MAX_LENGTH_MM = 600.0
"""Farthest that a pad moves (format)."""

LEAST_AT_S = 0.02
"""Earliest point after the beginning (format)."""

MOST: Mapping[Quantity, float] = {"pressure": MAX_PRESSURE_KPA, "position": MAX_LENGTH_MM}
"""More does not stand in a profile (format)."""

TOO_LARGE = 1e9
"""No time and no value of a curve is so large (E): it is a slip of the hand."""

MOST_REASONS = 5
"""So many sentences say why nothing is played (E): the message stays one that is read."""

LONGEST_TITLE = 200
"""In characters (format)."""

LONGEST_LABEL = 60
"""In characters (E)."""

_NO_PRESSURE = "there is no pressure in it: the pad moves, and presses nothing"

_NOT_IN_A_LINE = re.compile(
    r"[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]+"
)
"""What ends a line of YAML, or may not stand in it."""


def profile_text(carried: Carried, name: str, region: str) -> tuple[str, tuple[str, ...]]:
    """Return a profile that presses what was carried, and what it had to leave out.

    Raises:
        ExchangeError: it presses harder, or moves farther, than can be written in a profile, or
            it does neither.
    """
    pressure, position, left = _lines(carried)
    mm, told_mm = _moved(position, MOST_POINTS // 2) if position else ((), ())
    end_s = mm[-1][0] if mm else 0.0
    both = (mm[0][0],) if mm else ()
    most = MOST_POINTS // 2 if position else MOST_POINTS
    kpa, told = _pressed(_lasting(pressure, end_s), most, both)
    _refuse_nothing((*kpa, *mm), (*left, *told, *told_mm))
    _refuse_over("pressure", kpa)
    _refuse_over("position", mm)
    title = _in_one_line(carried.title) or _in_one_line(name) or "Imported"
    if len(title) > LONGEST_TITLE:
        left = (*left, f"title: what is after {LONGEST_TITLE} characters")
    text = _yaml(title[:LONGEST_TITLE], name, region, _merged(kpa, mm))
    return text, (*left, *told, *told_mm)


def _lines(carried: Carried) -> tuple[tuple[Point, ...], tuple[Point, ...], tuple[str, ...]]:
    """Return a pressure, a position where there is one, and what else there is."""
    pressure, position = carried.line("pressure"), carried.line("position")
    left = list(carried.left)
    for line in carried.lines:
        if line in (pressure, position):
            _refuse_endless(line)
            left += _below_zero(line)
        else:
            site = f" of {line.site}" if line.site else ""
            left.append(f"{line.quantity}{site}: a curve has a pressure and a position, each once")
    if pressure is None or pressure.highest <= 0.0:
        left.append(_NO_PRESSURE)
        pressure = Line("pressure", ((0.0, 0.0), (1.0, 0.0)))
    moved = _from_the_start(position) if position and position.points else ()
    return _from_the_start(pressure), moved, tuple(left)


def _refuse_endless(line: Line) -> None:
    if any(not abs(number) < TOO_LARGE for point in line.points for number in point):
        raise ExchangeError(f"{line.quantity}: a time or a value in it is too large to be meant")


def _below_zero(line: Line) -> Iterator[str]:
    if min((value for _, value in line.points), default=0.0) < 0.0:
        yield f"{line.quantity}: below 0 it is 0"


def _from_the_start(line: Line) -> tuple[Point, ...]:
    """Return the points from 0 s on; before the first of them there is nothing."""
    points = from_zero(line.points) or ((0.0, 0.0),)
    begin_s = points[0][0]
    return points if begin_s < LEAST_AT_S else ((0.0, 0.0), (begin_s, 0.0), *points)


def _lasting(points: tuple[Point, ...], end_s: float) -> tuple[Point, ...]:
    """Return the points of a curve that lets go where it ends, and stays there until `end_s`."""
    last_s = points[-1][0]
    return (*points, (last_s, 0.0), (end_s, 0.0)) if end_s > last_s else points


def _refuse_nothing(points: Sequence[Point], left: Sequence[str]) -> None:
    """A profile that only rests would look as if the file had been carried."""
    if any(value > 0.0 for _, value in points):
        return
    why = [sentence for sentence in left if sentence != _NO_PRESSURE]
    more = [f"and {len(why) - MOST_REASONS} more"] if len(why) > MOST_REASONS else []
    raise ExchangeError(
        "nothing in it presses or moves a pad, so there is no profile to write; give a file with "
        "a pressure" + (f" ({'; '.join([*why[:MOST_REASONS], *more])})" if why else "")
    )


def _refuse_over(quantity: Quantity, points: Sequence[Point]) -> None:
    for at_s, value in points:
        if value > MOST[quantity]:
            unit = UNITS[quantity]
            raise ExchangeError(
                f"{quantity}: {value:g} {unit} at {at_s:g} s; a profile says {MOST[quantity]:g} "
                f"{unit} at most: is the unit, or `--range`, what was meant?"
            )


def _pressed(
    points: Sequence[Point], most: int, also_s: Sequence[float]
) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Return the points of a profile; lower ones where a smooth curve would rise too fast.

    There is one at each of the times `also_s`, whatever the curve does then.
    """
    found: tuple[Point, ...] = ()
    told: tuple[str, ...] = ()
    share = FIT_SHARE
    for rise_kpa_s, apart_s in TRIES:
        allowed, told_less = gentle(points, rise_kpa_s, FALL_KPA_S, "kPa")
        found, share = _few(allowed, most, apart_s, share, also_s)
        told = (*told_less, *_off_notes(allowed, found, most, "kPa"))
        if too_fast([(0.0, 0.0), *found], LEVEL_KPA_S, CHANGE_KPA_S) is None:
            break
    return found, told


def _moved(points: Sequence[Point], most: int) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    allowed, told = gentle(points, SLIDE_MM_S, SLIDE_MM_S, "mm")
    found, _ = _few(allowed, most, SLIDE_APART_S, FIT_SHARE)
    return found, (*told, *_off_notes(allowed, found, most, "mm"))


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
    if less[worst] > LESS_SHARE * max(asked):
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
    points: Sequence[Point], most: int, apart_s: float, share: float, also_s: Sequence[float] = ()
) -> tuple[tuple[Point, ...], float]:
    """Return `most` points at most, and how near that is: at least `share` of the highest value."""
    highest = max(value for _, value in points) or 1.0
    while len(found := _fitted(points, share * highest, apart_s, also_s)) > most:
        share *= 2.0
    return found, share


def _off_notes(
    points: Sequence[Point], found: Sequence[Point], most: int, unit: str
) -> tuple[str, ...]:
    """Return by how much the smooth curve through `found` is off, where that counts."""
    off = max(_offs(points, [(0.0, 0.0), *found]))
    if off <= OFF_SHARE * max(value for _, value in points):
        return ()
    room = f"a profile has room for {most} points, and not too close"
    return (f"{room}; with them it is off by up to {off:.2g} {unit}",)


def _fitted(
    points: Sequence[Point], tolerance: float, apart_s: float, also_s: Sequence[float]
) -> tuple[Point, ...]:
    """Return points, not too close, through which a smooth curve goes near all of them."""
    kept = _with(_apart(thinned(points, tolerance), apart_s), points, also_s, apart_s)
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


def _with(
    kept: tuple[Point, ...], points: Sequence[Point], also_s: Sequence[float], apart_s: float
) -> tuple[Point, ...]:
    """Return `kept` with a point at each of `also_s`, instead of those too close to it."""
    for at_s in also_s:
        if at_s < round(kept[-1][0], 3):
            far = (point for point in kept[1:-1] if abs(point[0] - at_s) >= apart_s)
            also = (at_s, value_at(points, at_s))
            kept = (kept[0], *sorted([also, *far]), kept[-1])
    return kept


def _refined(
    points: Sequence[Point], kept: Sequence[Point], tolerance: float, apart_s: float
) -> tuple[Point, ...]:
    """Return `kept` with a point in the middle of each way that is off by more."""
    found = [kept[0]]
    for (begin, end), off in zip(pairwise(kept), _offs(points, kept), strict=True):
        length_s = end[0] - begin[0]
        room_s = 2.0 * apart_s if end[1] > begin[1] else apart_s
        if off > tolerance and length_s >= room_s:
            middle_s = (begin[0] + end[0]) / 2.0
            found.append((middle_s, value_at(points, middle_s)))
        found.append(end)
    return tuple(found)


def _offs(points: Sequence[Point], kept: Sequence[Point]) -> Iterator[float]:
    """Yield how far each way of the smooth curve through `kept` is off at most."""
    first = 0
    slopes = smooth_slopes(kept)
    for (begin, end), (before, after) in zip(pairwise(kept), pairwise(slopes), strict=True):
        last = bisect_left(points, end, lo=first)
        ends = (begin[1], before), (end[1], after)
        yield max(
            (abs(value - hermite(at_s - begin[0], end[0] - begin[0], *ends)[0])
             for at_s, value in points[first:last]),
            default=0.0,
        )  # fmt: skip
        first = last


def _merged(kpa: Sequence[Point], mm: Sequence[Point]) -> list[str]:
    """Return the points of both as a profile writes them."""
    rows: dict[float, list[str]] = {}
    for name, unit, points in (("pressure", "kPa", kpa), ("position", "mm", mm)):
        for at_s, value in points:
            rows.setdefault(at_s, []).append(f"{name}: {shown_value(value)} {unit}")
    return [f"{{at: {_shown_time(at_s)} s, {', '.join(rows[at_s])}}}" for at_s in sorted(rows)]


def _shown_time(at_s: float) -> str:
    """Return a time to the millisecond: six digits would lose it after a quarter of an hour."""
    return f"{at_s:.3f}".rstrip("0").rstrip(".")


def shown_value(value: float) -> str:
    """Return a number with as many digits as count."""
    return f"{value:.5g}" if value > 1e-4 else "0"


def _in_one_line(text: str) -> str:
    return " ".join(_NOT_IN_A_LINE.sub(" ", text).split())


def _yaml(title: str, name: str, region: str, points: Sequence[str]) -> str:
    highest = max(float(found[1]) for found in re.finditer(r"pressure: (\S+) kPa", str(points)))
    limit = shown(max(0.1, math.ceil(10.0 * highest) / 10.0), "pressure")
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64] or "imported"
    lines = [
        "format: myoloop-profile/1",
        f'id: "{slug}"',
        "revision: 1",
        f"title: {msgspec.json.encode(title).decode()}",
        f"region: {region}",
        f"limits: {{pressure: {limit}}}",
        "steps:",
        "  - curve:",
        f"      label: {msgspec.json.encode(title[:LONGEST_LABEL]).decode()}",
        "      points:",
        *(f"        - {point}" for point in points),
    ]
    return "\n".join(lines) + "\n"
