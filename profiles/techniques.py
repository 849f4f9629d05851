"""One function per kind of technique: what was asked for, in numbers, becomes a trajectory."""

import math

import msgspec

from .asks import (
    RETURN_SHARE,
    Ask,
    Chambers,
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
from .shapes import Curve, steepest, swing_s
from .trajectory import Track, Trajectory, pad_track


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
    """Curve: raised cosines from point to point, none of them steeper than a change of level."""
    release_s = change_s(ask.pressures_kpa[-1], 0.0, pace) if pace.last else 0.0
    curve, place = Curve(pace.start_kpa), Curve(0.0)
    for index, (at_s, kpa, mm) in enumerate(ask.points):
        end_s = at_s - release_s if index == len(ask.points) - 1 else at_s
        if kpa is not None:
            _check_change(curve, kpa, end_s, pace, index)
            curve.swing_to(kpa, end_s)
        if mm is not None:
            _check_travel(place, mm, end_s, index)
            place.swing_to(mm, end_s)
    curve.rest_until(ask.for_s - release_s)
    if place.value != 0.0:
        raise Unplayable("the pad must come back to 0 mm with the last point", "points")
    others = {"position": place} if any(mm is not None for _, _, mm in ask.points) else {}
    return finish(curve, ask.for_s, release_s, ask.points[0][0], **others)


def _check_change(curve: Curve, kpa: float, end_s: float, pace: Pace, index: int) -> None:
    needed_s = change_s(curve.value, kpa, pace)
    if needed_s > end_s - curve.now_s + 1e-9:
        least = math.ceil((curve.now_s + needed_s) * 10.0) / 10.0
        sentence = f"{shown(kpa, 'pressure')} can be reached at {least:g} s at the earliest"
        raise Unplayable(sentence, "points", index)


def _check_travel(place: Curve, mm: float, end_s: float, index: int) -> None:
    length_s = end_s - place.now_s
    if length_s <= 0.0 or steepest(place.value, mm, length_s) > MAX_STROKE_MM_S:
        least = math.ceil((place.now_s + swing_s(place.value, mm, MAX_STROKE_MM_S)) * 10.0) / 10.0
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
