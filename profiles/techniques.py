"""One function per kind of technique: what was asked for, in numbers, becomes a trajectory."""

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from .asks import (
    RETURN_SHARE,
    Ask,
    Chambers,
    Heat,
    Hold,
    Oscillation,
    Point,
    Points,
    Pulses,
    Rhythm,
    Strokes,
)
from .oscillation import oscillation
from .pace import (
    CONTACT_LOST_KPA,
    LEAST_FALL_S,
    MAX_ACCELERATION_KPA_S2,
    MAX_STROKE_MM_S,
    Pace,
    Shape,
    Unplayable,
    along,
    change_s,
    finish,
    must_fit,
)
from .quantities import shown
from .rhythm import rhythm
from .shapes import Curve, fastest, smooth_slopes, steepest, swing_s
from .trajectory import Track, Trajectory, pad_track
from .warming import heat

SLACK = 1.01
"""A curve through points that were measured on another may be this much faster (E: levels leave
3 % of what a device allows)."""


def shape(ask: Ask, pace: Pace) -> Shape:
    """Return the shape of a technique.

    Raises:
        Unplayable: there is none; it says what to write instead.
    """
    match ask:
        case Hold():
            return hold(ask, pace)
        case Strokes():
            return strokes(ask, pace)
        case Rhythm():
            return rhythm(ask, pace)
        case Point():
            return trigger_point(ask, pace)
        case Pulses():
            return pulses(ask, pace)
        case Chambers():
            return chambers(ask, pace)
        case Oscillation():
            return oscillation(ask, pace)
        case Heat():
            return heat(ask, pace)
        case Points():
            return by_points(ask, pace)


def hold(ask: Hold, pace: Pace) -> Shape:
    """Settle, rest and myofascial: to one pressure, and stay; there, drift out and back."""
    curve = Curve(pace.start_kpa)
    entry_s = change_s(curve.value, ask.pressure_kpa, pace)
    release_s = change_s(ask.pressure_kpa, 0.0, pace) if pace.last else 0.0
    must_fit(entry_s + release_s, ask.for_s)
    curve.swing_to(ask.pressure_kpa, entry_s)
    if not ask.drift_mm_s:
        return finish(curve, ask.for_s, release_s, entry_s)
    half_s = (ask.for_s - release_s - entry_s) / 2.0
    place = Curve(0.0)
    place.rest_until(entry_s)
    place.swing_to(ask.drift_mm_s * half_s, entry_s + half_s)
    place.swing_to(0.0, ask.for_s - release_s)
    return finish(curve, ask.for_s, release_s, entry_s, position=place)


def trigger_point(ask: Point, pace: Pace) -> Shape:
    """Rise, hold until `for_s`, then let go."""
    curve = Curve(pace.start_kpa)
    rise = min(ask.rise_kpa_s, pace.rise_level_kpa_s)
    entry_s = change_s(
        curve.value, ask.pressure_kpa, msgspec.structs.replace(pace, rise_level_kpa_s=rise)
    )
    must_fit(entry_s, ask.for_s)
    curve.swing_to(ask.pressure_kpa, entry_s)
    fall_s = point_fall_s(ask)
    return finish(curve, ask.for_s + fall_s, fall_s, entry_s)


def point_fall_s(ask: Point) -> float:
    """Return how long a trigger point takes to let go, after its `for_s`."""
    return max(LEAST_FALL_S, swing_s(ask.pressure_kpa, 0.0, ask.fall_kpa_s))


def strokes(ask: Strokes, pace: Pace) -> Shape:
    """Effleurage and stripping: whole strokes, out under pressure, back at `RETURN_SHARE` of it."""
    strongest = max(ask.start_kpa, ask.end_kpa)
    first = RETURN_SHARE * ask.start_kpa
    cycle_s = 1.0 / ask.rate_hz
    turn_s = change_s(first, strongest, pace)
    back_s = change_s(strongest, first, pace)
    _check_strokes(ask, turn_s, back_s)
    release_s = change_s(RETURN_SHARE * strongest, 0.0, pace) if pace.last else 0.0
    entry_s = change_s(pace.start_kpa, first, pace)
    must_fit(entry_s + cycle_s + release_s, ask.for_s)
    count = math.floor((ask.for_s - entry_s - release_s) * ask.rate_hz + 1e-9)
    begin_s = ask.for_s - release_s - count * cycle_s
    curve, place = Curve(pace.start_kpa), Curve(0.0)
    curve.swing_to(first, begin_s)
    place.rest_until(begin_s)
    for i in range(count):
        at_s, middle_s, end_s = (begin_s + (i + part) * cycle_s for part in (0, ask.out_share, 1))
        pressure = along((ask.start_kpa, ask.end_kpa), i, count)
        for value, turn_at_s, until_s in (
            (pressure, at_s, middle_s),
            (RETURN_SHARE * pressure, middle_s, end_s),
        ):
            curve.swing_to(value, turn_at_s + turn_s)
            curve.rest_until(until_s)
        place.swing_to(ask.length_mm, middle_s)
        place.swing_to(0.0, end_s)
    return finish(curve, ask.for_s, release_s, begin_s, position=place)


def pulses(ask: Pulses, pace: Pace) -> Shape:
    """Lymph: whole pulses up from nothing, the skin stretched out under them and let back after."""
    cycle_s = 1.0 / ask.rate_hz
    up_s, down_s = change_s(0.0, ask.pressure_kpa, pace), change_s(ask.pressure_kpa, 0.0, pace)
    pressed_s = ask.duty * cycle_s
    if pressed_s < (up_s + down_s) / 2.0 or pressed_s + (up_s + down_s) / 2.0 > cycle_s:
        slowest = min(ask.duty, 1.0 - ask.duty) / ((up_s + down_s) / 2.0)
        raise Unplayable(f"no time to press and to let go; at most {slowest:.3g} Hz", "rate")
    _check_slide(ask.length_mm, min(pressed_s, cycle_s - pressed_s - up_s / 2.0))
    entry_s = change_s(pace.start_kpa, 0.0, pace)
    must_fit(entry_s + cycle_s, ask.for_s)
    count = math.floor((ask.for_s - entry_s) * ask.rate_hz + 1e-9)
    begin_s = ask.for_s - count * cycle_s
    curve, place = Curve(pace.start_kpa), Curve(0.0)
    curve.swing_to(0.0, entry_s)
    curve.rest_until(begin_s)
    for i in range(count):
        at_s = begin_s + i * cycle_s
        middle_s = at_s + up_s / 2.0 + pressed_s
        curve.rest_until(at_s)
        curve.swing_to(ask.pressure_kpa, at_s + up_s)
        curve.rest_until(middle_s - down_s / 2.0)
        curve.swing_to(0.0, middle_s + down_s / 2.0)
        place.rest_until(at_s + up_s / 2.0)
        place.swing_to(ask.length_mm, middle_s)
        place.swing_to(0.0, at_s + cycle_s)
    others = {"position": place} if ask.length_mm else {}
    return finish(curve, ask.for_s, 0.0, begin_s, **others)


def chambers(ask: Chambers, pace: Pace) -> Shape:
    """Compression: fill one after the other, hold together, let go together."""
    vent_s = change_s(max(ask.first_kpa, ask.last_kpa), 0.0, pace)
    fill_s = change_s(0.0, max(ask.first_kpa, ask.last_kpa), pace)
    for needed_s, given_s, word in ((fill_s, ask.fill_s, "fill"), (vent_s, ask.vent_s, "vent")):
        if needed_s > given_s + 1e-9:
            raise Unplayable(
                f"this pressure needs at least {math.ceil(needed_s * 10) / 10:g} s", word
            )
    sites = ask.sites or ("",)
    starts = [pace.start_of.get(site, 0.0) if site else pace.start_kpa for site in sites]
    entry_s = max(change_s(start, 0.0, pace) for start in starts)
    must_fit(entry_s + ask.cycle_s, ask.for_s)
    count = math.floor((ask.for_s - entry_s) / ask.cycle_s + 1e-9)
    begin_s = ask.for_s - count * ask.cycle_s
    tracks: dict[str, Track] = {}
    for place, site in enumerate(sites):
        kpa = along((ask.first_kpa, ask.last_kpa), place, len(sites))
        curve = Curve(starts[place])
        curve.swing_to(0.0, entry_s)
        for i in range(count):
            at_s = begin_s + i * ask.cycle_s
            curve.rest_until(at_s + place * ask.fill_s)
            curve.swing_to(kpa, at_s + (place + 1) * ask.fill_s)
            curve.rest_until(at_s + ask.cycle_s - ask.vent_s)
            curve.swing_to(0.0, at_s + ask.cycle_s - ask.vent_s + vent_s)
        curve.rest_until(ask.for_s)
        tracks[pad_track(site)] = curve.track()
    return Shape(Trajectory(tracks), begin_s)


def by_points(ask: Points, pace: Pace) -> Shape:
    """Curve: smoothly through every point, nowhere faster than a change of level may be."""
    release_s = change_s(ask.pressures_kpa[-1], 0.0, pace) if pace.last else 0.0
    end_s = ask.for_s - release_s
    kpa = [(min(at_s, end_s), kpa, i) for i, (at_s, kpa, _) in enumerate(ask.points)
           if kpa is not None]  # fmt: skip
    mm = [(min(at_s, end_s), mm, i) for i, (at_s, _, mm) in enumerate(ask.points) if mm is not None]
    curve, place = Curve(pace.start_kpa), Curve(0.0)
    _check_changes(curve.value, kpa, pace)
    curve.go_through([point[:2] for point in kpa])
    if mm:
        _check_travel(mm)
        place.go_through([point[:2] for point in mm])
    if place.value != 0.0:
        raise Unplayable("the pad must come back to 0 mm with the last point", "points")
    others = {"position": place} if mm else {}
    return finish(curve, ask.for_s, release_s, ask.points[0][0], **others)


def _check_changes(start: float, points: Sequence[tuple[float, float, int]], pace: Pace) -> None:
    """Refuse a curve that rises, falls or bends faster than a change of level may."""
    whole = [(0.0, start), *(point[:2] for point in points)]
    found = too_fast(whole, pace.rise_level_kpa_s, pace.fall_kpa_s)
    if found is not None:
        (begin_s, one), (end_s, two) = whole[found], whole[found + 1]
        most = SLACK * (pace.rise_level_kpa_s if two > one else pace.fall_kpa_s)
        least_s = begin_s + 1.5 * abs(two - one) / most + 0.01
        at_s = math.ceil(max(10.0 * least_s, 10.0 * end_s + 1.0)) / 10.0
        sentence = f"{shown(two, 'pressure')} can be reached at {at_s:g} s at the earliest"
        raise Unplayable(sentence, "points", points[found][2])


def too_fast(
    points: Sequence[tuple[float, float]], rise_kpa_s: float, fall_kpa_s: float
) -> int | None:
    """Return after which point a smooth curve first rises, falls or bends faster than it may."""
    slopes = smooth_slopes(points)
    for i, ((begin_s, one), (end_s, two)) in enumerate(pairwise(points)):
        length_s, way, before, after = end_s - begin_s, two - one, slopes[i], slopes[i + 1]
        most = SLACK * (rise_kpa_s if way > 0.0 else fall_kpa_s)
        if way and (
            length_s < 1e-9
            or abs(fastest(length_s, way, before, after)) > most
            or not _eases(length_s, way, before, after)
        ):
            return i
    return None


def _eases(length_s: float, way: float, before: float, after: float) -> bool:
    """Whether a rise itself becomes faster slowly enough, at both ends of a cubic."""
    mean = way / length_s
    bends = (6.0 * mean - 4.0 * before - 2.0 * after, 4.0 * after + 2.0 * before - 6.0 * mean)
    return way < 0.0 or max(bends) / length_s <= MAX_ACCELERATION_KPA_S2


def _check_travel(points: Sequence[tuple[float, float, int]]) -> None:
    whole = [(0.0, 0.0), *(point[:2] for point in points)]
    slopes = smooth_slopes(whole)
    for (a, b), (before, after), (_, mm, index) in zip(
        pairwise(whole), pairwise(slopes), points, strict=True
    ):
        length_s, way = b[0] - a[0], b[1] - a[1]
        if length_s <= 0.0 or abs(fastest(length_s, way, before, after)) > MAX_STROKE_MM_S:
            least = math.ceil((a[0] + 1.5 * abs(way) / MAX_STROKE_MM_S) * 10.0) / 10.0
            sentence = f"{shown(mm, 'length')} can be reached at {least:g} s at the earliest"
            raise Unplayable(sentence, "points", index)


def _check_slide(length_mm: float, time_s: float) -> None:
    if steepest(0.0, length_mm, time_s) > MAX_STROKE_MM_S:
        sentence = f"the pad would slide faster than {MAX_STROKE_MM_S:g} mm/s"
        length = MAX_STROKE_MM_S * time_s * 2.0 / math.pi
        raise Unplayable(f"{sentence}; at most {length:.3g} mm", "length")


def _check_strokes(ask: Strokes, turn_s: float, back_s: float) -> None:
    shorter = min(ask.out_share, 1.0 - ask.out_share)
    if max(turn_s, back_s) > shorter / ask.rate_hz:
        sentence = "no time to reach the pressure within a stroke"
        raise Unplayable(
            f"{sentence}; at most {60.0 * shorter / max(turn_s, back_s):.3g}/min", "rate"
        )
    _check_slide(ask.length_mm, shorter / ask.rate_hz)
    least = CONTACT_LOST_KPA / RETURN_SHARE
    if min(ask.start_kpa, ask.end_kpa) < least:
        sentence = f"the pad would leave the skin on its way back, at {RETURN_SHARE:.0%} of this"
        raise Unplayable(f"{sentence}; write at least {least:.3g} kPa", "pressure")
