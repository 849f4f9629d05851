"""One function per technique: what was asked for, in numbers, becomes a trajectory."""

import math

import msgspec

from .asks import RETURN_SHARE, Ask, Hold, Kneading, Point, Strokes
from .problems import Path
from .quantities import shown
from .shapes import Curve, steepest, swing_s
from .trajectory import Trajectory

RISE_LEVEL_KPA_S = 10.0
"""Fastest rise on first contact, to a hold and between levels (E, physiology 1.2)."""
RISE_HEADROOM = 0.97
"""Share of a level rise that is used (E: rounding on the wire adds up to 2 % of 10 kPa/s)."""
FALL_KPA_S = 40.0
"""How fast a change between steps falls (E: as kneading does; the wire allows 200)."""
LEAST_RISE_S = 0.5
"""A rise to another level takes at least this long (E, format, *Shapes*)."""
LEAST_FALL_S = 0.3
"""A fall to another level takes at least this long (E)."""
CONTACT_KPA = 1.0
"""Over this, a device counts the pad as touching (E, wire)."""
CONTACT_LOST_KPA = 0.5
"""Below this for `CONTACT_LOST_S`, a device counts contact as lost (E, wire)."""
CONTACT_LOST_S = 0.2
"""See `CONTACT_LOST_KPA` (E, wire)."""
DWELL_S = 0.1
"""Rest on the first peak before the rhythm begins, so that the peak was really reached (E)."""
CONFIRM_S = 0.6
"""How long the pad touches before the rhythm begins (E: a device confirms contact in 0.5 s)."""
MAX_STROKE_MM_S = 150.0
"""Fastest the pad may slide (E, physiology 1.2)."""
MAX_ACCELERATION_KPA_S2 = 1000.0
"""Fastest a rise may itself become faster (E, wire)."""


class Unplayable(Exception):
    """What was asked for has no such shape. `at` is the word in the step that is wrong."""

    def __init__(self, sentence: str, *at: str) -> None:
        self.sentence = sentence
        self.at: Path = at
        super().__init__(sentence)


class Pace(msgspec.Struct, frozen=True):
    """What a shape must know of its surroundings: where it begins and how fast it may rise.

    `last`: the programme ends with this step, so it lets go by itself, within its own time.
    """

    start_kpa: float
    rise_level_kpa_s: float
    last: bool = False
    positioned: bool = False


class Shape(msgspec.Struct, frozen=True):
    """A trajectory, and how much of its beginning leads to where the technique itself begins."""

    trajectory: Trajectory
    entry_s: float


def shape(ask: Ask, pace: Pace) -> Shape:
    """Return the shape of a technique.

    Raises:
        Unplayable: there is none; it says what to write instead.
    """
    match ask:
        case Hold():
            return hold(ask, pace)
        case Strokes():
            return effleurage(ask, pace)
        case Kneading():
            return petrissage(ask, pace)
        case Point():
            return trigger_point(ask, pace)


def hold(ask: Hold, pace: Pace) -> Shape:
    """Settle and rest: to one pressure, and stay."""
    curve = Curve(pace.start_kpa)
    entry_s = change_s(curve.value, ask.pressure_kpa, pace)
    release_s = change_s(ask.pressure_kpa, 0.0, pace) if pace.last else 0.0
    _must_fit(entry_s + release_s, ask.for_s)
    curve.swing_to(ask.pressure_kpa, entry_s)
    return _finish(curve, ask.for_s, release_s, entry_s, pace)


def trigger_point(ask: Point, pace: Pace) -> Shape:
    """Rise, hold until `for_s`, then let go."""
    curve = Curve(pace.start_kpa)
    rise = min(ask.rise_kpa_s, pace.rise_level_kpa_s)
    entry_s = change_s(
        curve.value, ask.pressure_kpa, msgspec.structs.replace(pace, rise_level_kpa_s=rise)
    )
    _must_fit(entry_s, ask.for_s)
    curve.swing_to(ask.pressure_kpa, entry_s)
    fall_s = max(LEAST_FALL_S, swing_s(ask.pressure_kpa, 0.0, ask.fall_kpa_s))
    return _finish(curve, ask.for_s + fall_s, fall_s, entry_s, pace)


def petrissage(ask: Kneading, pace: Pace) -> Shape:
    """Rise to the first peak as to any level, then swing between the peaks and the valleys.

    So no stroke ever reaches higher than a slow rise has reached before it, and a device that
    insists on this finds nothing to slow down. Strokes are counted back from the end: another
    depth moves the entry, never the rhythm.
    """
    _check_kneading(ask)
    low, high = ask.low_kpa, ask.high_kpa
    half_s = 0.5 / ask.rate_hz
    release_s = change_s(max(low), 0.0, pace) if pace.last else 0.0
    entry_s = change_s(pace.start_kpa, high[0], pace)
    touching_s = entry_s if pace.start_kpa >= CONTACT_KPA else 0.0
    dwell_s = max(DWELL_S, CONFIRM_S - touching_s)
    _must_fit(entry_s + dwell_s + half_s + release_s, ask.for_s)
    free_s = ask.for_s - entry_s - dwell_s - release_s
    peaks = math.floor(free_s * ask.rate_hz + 0.5 + 1e-9)
    _check_growth(ask, peaks, pace)
    begin_s = ask.for_s - release_s - (2 * peaks - 1) * half_s
    curve = Curve(pace.start_kpa)
    curve.swing_to(high[0], begin_s - dwell_s)
    curve.rest_until(begin_s)
    for i in range(peaks):
        curve.swing_to(_along(high, i, peaks), begin_s + 2 * i * half_s, rhythmic=True)
        curve.swing_to(_along(low, i, peaks), begin_s + (2 * i + 1) * half_s, rhythmic=True)
    return _finish(curve, ask.for_s, release_s, begin_s, pace)


def effleurage(ask: Strokes, pace: Pace) -> Shape:
    """Whole strokes: half a cycle out under pressure, half a cycle back at `RETURN_SHARE` of it."""
    strongest = max(ask.start_kpa, ask.end_kpa)
    first = RETURN_SHARE * ask.start_kpa
    cycle_s = 1.0 / ask.rate_hz
    turn_s = change_s(first, strongest, pace)
    _check_strokes(ask, turn_s)
    release_s = change_s(RETURN_SHARE * strongest, 0.0, pace) if pace.last else 0.0
    entry_s = change_s(pace.start_kpa, first, pace)
    _must_fit(entry_s + cycle_s + release_s, ask.for_s)
    strokes = math.floor((ask.for_s - entry_s - release_s) * ask.rate_hz + 1e-9)
    begin_s = ask.for_s - release_s - strokes * cycle_s
    curve, place = Curve(pace.start_kpa), Curve(0.0)
    curve.swing_to(first, begin_s)
    place.rest_until(begin_s)
    for i in range(strokes):
        at_s, middle_s, end_s = (begin_s + (i + part) * cycle_s for part in (0.0, 0.5, 1.0))
        pressure = _along((ask.start_kpa, ask.end_kpa), i, strokes)
        for value, turn_at_s, until_s in (
            (pressure, at_s, middle_s),
            (RETURN_SHARE * pressure, middle_s, end_s),
        ):
            curve.swing_to(value, turn_at_s + turn_s)
            curve.rest_until(until_s)
        place.swing_to(ask.length_mm, middle_s)
        place.swing_to(0.0, end_s)
    return _finish(curve, ask.for_s, release_s, begin_s, pace, place)


def change_s(start_kpa: float, end_kpa: float, pace: Pace) -> float:
    """Return how long a change of level takes."""
    if start_kpa == end_kpa:
        return 0.0
    if end_kpa > start_kpa:
        return max(LEAST_RISE_S, swing_s(start_kpa, end_kpa, pace.rise_level_kpa_s))
    return max(LEAST_FALL_S, swing_s(start_kpa, end_kpa, FALL_KPA_S))


def _along(ends: tuple[float, float], index: int, count: int) -> float:
    return ends[0] if count == 1 else ends[0] + (ends[1] - ends[0]) * index / (count - 1)


def _finish(
    curve: Curve,
    end_s: float,
    fall_s: float,
    entry_s: float,
    pace: Pace,
    place: Curve | None = None,
) -> Shape:
    """Rest until it is time to let go, let go, and make all tracks equally long."""
    curve.rest_until(end_s - fall_s)
    if fall_s:
        curve.swing_to(0.0, end_s)
    tracks = {"pressure": curve.track()}
    if pace.positioned:
        place = place or Curve(0.0)
        place.rest_until(curve.now_s)
        tracks["position"] = place.track()
    return Shape(Trajectory(tracks), entry_s)


def _must_fit(needed_s: float, for_s: float) -> None:
    if needed_s > for_s + 1e-9:
        least = f"{math.ceil(needed_s * 10.0) / 10.0:g} s"
        raise Unplayable(
            f"the way into it and one whole cycle or change need at least {least}", "for"
        )


def _check_kneading(ask: Kneading) -> None:
    if min(ask.high_kpa) <= max(ask.low_kpa):
        raise Unplayable("high must be over low, all along the step", "pressure", "high")
    for low, high in zip(ask.low_kpa, ask.high_kpa, strict=True):
        if high <= CONTACT_KPA:
            raise Unplayable(f"a rhythm must reach over {CONTACT_KPA:g} kPa", "pressure", "high")
        if low < CONTACT_LOST_KPA and _below_s(low, high, ask.rate_hz) >= CONTACT_LOST_S:
            raise Unplayable(
                "the pad would leave the skin in every valley; "
                f"write at least {CONTACT_LOST_KPA:g} kPa",
                "pressure",
                "low",
            )
        acceleration = (2.0 * math.pi * ask.rate_hz) ** 2 * (high - low) / 2.0
        if acceleration > MAX_ACCELERATION_KPA_S2:
            rate = math.sqrt(2.0 * MAX_ACCELERATION_KPA_S2 / (high - low)) / (2.0 * math.pi)
            raise Unplayable(f"too abrupt at this depth; at most {rate:.3g} Hz", "rate")


def _below_s(low: float, high: float, rate_hz: float) -> float:
    """Return how long each valley stays below `CONTACT_LOST_KPA`."""
    share = min(1.0, (CONTACT_LOST_KPA - low) / (high - low))
    return 2.0 * math.asin(math.sqrt(share)) / (math.pi * rate_hz)


def _check_growth(ask: Kneading, peaks: int, pace: Pace) -> None:
    """A peak over every peak before it is a rise to a new level, and rises no faster than one."""
    step = (ask.high_kpa[1] - ask.high_kpa[0]) / max(1, peaks - 1)
    if step <= 0.0:
        return
    inside = min(step, ask.depth_kpa / 2.0)
    rise = 2.0 * math.pi * ask.rate_hz * math.sqrt(inside * (ask.depth_kpa - inside))
    if rise > pace.rise_level_kpa_s:
        raise Unplayable(
            f"the peaks grow by {shown(step, 'pressure')} each, faster than a new level may be "
            "reached; write a longer step or a smaller difference",
            "pressure",
            "high",
        )


def _check_strokes(ask: Strokes, turn_s: float) -> None:
    half_s = 0.5 / ask.rate_hz
    if turn_s > half_s:
        sentence = "no time to reach the pressure within a stroke"
        raise Unplayable(f"{sentence}; at most {30.0 / turn_s:.3g}/min", "rate")
    if steepest(0.0, ask.length_mm, half_s) > MAX_STROKE_MM_S:
        sentence = f"the pad would slide faster than {MAX_STROKE_MM_S:g} mm/s"
        length = MAX_STROKE_MM_S * half_s * 2.0 / math.pi
        raise Unplayable(f"{sentence}; at most {length:.3g} mm", "length")
    least = CONTACT_LOST_KPA / RETURN_SHARE
    if min(ask.start_kpa, ask.end_kpa) < least:
        sentence = f"the pad would leave the skin on its way back, at {RETURN_SHARE:.0%} of this"
        raise Unplayable(f"{sentence}; write at least {least:.3g} kPa", "pressure")
