"""The shape of what swings: kneading, friction, tapotement."""

import math

from .asks import Rhythm
from .pace import (
    CONFIRM_S,
    CONTACT_KPA,
    CONTACT_LOST_KPA,
    CONTACT_LOST_S,
    DWELL_S,
    MAX_ACCELERATION_KPA_S2,
    MAX_FALL_KPA_S,
    MAX_STROKE_MM_S,
    Pace,
    Shape,
    Unplayable,
    along,
    change_s,
    finish,
    must_fit,
    travel,
)
from .quantities import shown
from .shapes import Curve, steepest


def rhythm(ask: Rhythm, pace: Pace) -> Shape:
    """Rise to the first peak as to any level, then swing between the peaks and the valleys.

    So no stroke ever reaches higher than a slow rise has reached before it, and a device that
    insists on this finds nothing to slow down. The way there belongs to the rhythm, since a device
    that is still in contact from a lower one takes notice of no other. Strokes are counted back
    from the end: another depth moves the entry, never the beat.
    """
    _check(ask)
    low, high = ask.low_kpa, ask.high_kpa
    cycle_s, fall_s = 1.0 / ask.rate_hz, ask.fall_share / ask.rate_hz
    release_s = change_s(max(low), 0.0, pace) if pace.last else 0.0
    entry_s = change_s(pace.start_kpa, high[0], pace)
    touching_s = entry_s if pace.start_kpa >= CONTACT_KPA else 0.0
    dwell_s = max(DWELL_S, CONFIRM_S - touching_s)
    must_fit(entry_s + dwell_s + fall_s + release_s, ask.for_s)
    free_s = ask.for_s - entry_s - dwell_s - release_s
    peaks = math.floor((free_s - fall_s) * ask.rate_hz + 1.0 + 1e-9)
    _check_growth(ask, peaks, pace)
    begin_s = ask.for_s - release_s - ((peaks - 1) * cycle_s + fall_s)
    curve = Curve(pace.start_kpa)
    curve.swing_to(high[0], begin_s - dwell_s, rhythmic=True)
    curve.rest_until(begin_s, rhythmic=True)
    for i in range(peaks):
        _cycle(curve, ask, begin_s + i * cycle_s, (i, peaks))
    return finish(curve, ask.for_s, release_s, begin_s, **_ways(ask, begin_s, curve.now_s, peaks))


def _cycle(curve: Curve, ask: Rhythm, at_s: float, which: tuple[int, int]) -> None:
    """From the last peak's rest up to this one, which ends at `at_s`, and down to its valley."""
    index, peaks = which
    up_s, down_s, top_s, _ = _parts(ask)
    peak, valley = along(ask.high_kpa, index, peaks), along(ask.low_kpa, index, peaks)
    if index:
        curve.rest_until(at_s - top_s - up_s, rhythmic=True)
        curve.swing_to(peak, at_s - top_s, rhythmic=True)
        curve.rest_until(at_s, rhythmic=True)
    curve.swing_to(valley, at_s + down_s, rhythmic=True)


def _ways(ask: Rhythm, begin_s: float, end_s: float, peaks: int) -> dict[str, Curve]:
    if not ask.length_mm:
        return {}
    if ask.speed_mm_s:
        return {"position": travel(ask.length_mm, ask.speed_mm_s, begin_s, end_s)}
    return {"position": _slides(ask, begin_s, peaks)}


def _slides(ask: Rhythm, begin_s: float, peaks: int) -> Curve:
    """Out while the pressure is over its middle, back while it is under it.

    The first and the last peak stand still: there is no whole way around them.
    """
    up_s, down_s, _, bottom_s = _parts(ask)
    cycle_s = 1.0 / ask.rate_hz
    place = Curve(0.0)
    first_s = begin_s + down_s + bottom_s + up_s / 2.0
    place.rest_until(first_s if peaks > 2 else begin_s)
    for i in range(peaks - 2):
        out_s = first_s + i * cycle_s
        place.swing_to(ask.length_mm, out_s + ask.duty * cycle_s)
        place.swing_to(0.0, out_s + cycle_s)
    return place


def _parts(ask: Rhythm) -> tuple[float, float, float, float]:
    """Return how long a cycle rises, falls, rests on top and rests in its valley."""
    top, bottom = max(0.0, 2.0 * ask.duty - 1.0), max(0.0, 1.0 - 2.0 * ask.duty)
    parts = (ask.rise_share, ask.fall_share, top, bottom)
    up_s, down_s, top_s, bottom_s = (part / ask.rate_hz for part in parts)
    return up_s, down_s, top_s, bottom_s


def _check(ask: Rhythm) -> None:
    if min(ask.high_kpa) <= max(ask.low_kpa):
        raise Unplayable("high must be over low, all along the step", "pressure", "high")
    for low, high in zip(ask.low_kpa, ask.high_kpa, strict=True):
        if high <= CONTACT_KPA:
            raise Unplayable(f"a rhythm must reach over {CONTACT_KPA:g} kPa", "pressure", "high")
        if low < CONTACT_LOST_KPA and _below_s(ask, low, high) >= CONTACT_LOST_S:
            raise Unplayable(
                "the pad would leave the skin in every valley; "
                f"write at least {CONTACT_LOST_KPA:g} kPa",
                "pressure",
                "low",
            )
        _check_speed(ask, high - low)
    _check_slide(ask)


def _check_speed(ask: Rhythm, depth_kpa: float) -> None:
    slowest_s = math.pi * math.sqrt(depth_kpa / (2.0 * MAX_ACCELERATION_KPA_S2))
    if ask.rise_share / ask.rate_hz < slowest_s * (1.0 - 1e-9):
        rate = ask.rise_share / slowest_s
        raise Unplayable(f"too abrupt at this depth; at most {rate:.3g} Hz", "rate")
    fall_s = steepest(0.0, depth_kpa, 1.0) / MAX_FALL_KPA_S
    if ask.fall_share / ask.rate_hz < fall_s * (1.0 - 1e-9):
        rate = ask.fall_share / fall_s
        raise Unplayable(f"it would let go too abruptly; at most {rate:.3g} Hz", "rate")


def _check_slide(ask: Rhythm) -> None:
    shorter_s = min(ask.duty, 1.0 - ask.duty) / ask.rate_hz
    if not ask.speed_mm_s and steepest(0.0, ask.length_mm, shorter_s) > MAX_STROKE_MM_S:
        length = MAX_STROKE_MM_S * shorter_s * 2.0 / math.pi
        sentence = f"the pad would slide faster than {MAX_STROKE_MM_S:g} mm/s"
        raise Unplayable(f"{sentence}; at most {length:.3g} mm", "length")


def _below_s(ask: Rhythm, low: float, high: float) -> float:
    """Return how long each valley stays below `CONTACT_LOST_KPA`."""
    up_s, down_s, _, bottom_s = _parts(ask)
    share = min(1.0, (CONTACT_LOST_KPA - low) / (high - low))
    return bottom_s + (up_s + down_s) * 2.0 * math.asin(math.sqrt(share)) / math.pi


def _check_growth(ask: Rhythm, peaks: int, pace: Pace) -> None:
    """A peak over every peak before it is a rise to a new level, and rises no faster than one."""
    step = (ask.high_kpa[1] - ask.high_kpa[0]) / max(1, peaks - 1)
    if step <= 0.0:
        return
    inside = min(step, ask.depth_kpa / 2.0)
    up_s = ask.rise_share / ask.rate_hz
    rise = math.pi / up_s * math.sqrt(inside * (ask.depth_kpa - inside))
    if rise > pace.rise_level_kpa_s:
        raise Unplayable(
            f"the peaks grow by {shown(step, 'pressure')} each, faster than a new level may be "
            "reached; write a longer step or a smaller difference",
            "pressure",
            "high",
        )
