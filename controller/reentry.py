"""How a programme is left and entered again: down to nothing, and from nothing, slowly, back in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from profiles.course import DEEP_AFTER_S, spells_below
from profiles.pace import (
    CONFIRM_S,
    CONTACT_KPA,
    DWELL_S,
    FALL_KPA_S,
    LEAST_FALL_S,
    LEAST_RISE_S,
    MAX_STROKE_MM_S,
)
from profiles.program import Program, Step
from profiles.shapes import Curve, swing_s
from profiles.trajectory import Track, Trajectory, presses

from .player import Part, Playhead, part_at, value_at

Place: TypeAlias = tuple[int, float]
"""A step, and a time in it."""

QUIET_S = 0.1
"""How long everything is at zero before anything rises again (rules, *Hold, pause*)."""

GENTLE_SHARE = 0.7
"""Share of the rise limit that is used on the way back in (E): a pad that comes out of the air
meets the body with a jolt of its own."""

COLD_AFTER_S = 180.0
"""Pause after which deep steps need warming up anew (rules, *Hold, pause*)."""

_TINY = 1e-9


def place_at(playhead: Playhead, at_s: float) -> Place:
    """Return where in its programme a playhead is; on a way, where that leads."""
    part = playhead.parts[part_at(playhead, at_s)]
    if part.goal_s is not None:
        return part.index, part.goal_s
    return part.index, min(at_s, part.end_s) - part.origin_s


def let_go(playhead: Playhead, at_s: float, over_s: float) -> Playhead:
    """Return the playhead that goes to zero within `over_s` from `at_s` on, and rests there."""
    now = part_at(playhead, at_s)
    part = playhead.parts[now]
    standing = values_at(playhead, at_s)
    curves = {quantity: Curve(value) for quantity, value in standing.items()}
    for quantity, curve in curves.items():
        if presses(quantity) or quantity in ("amplitude", "temperature"):
            curve.swing_to(0.0, over_s)
    _, goal_s = place_at(playhead, at_s)
    falling = Part(part.index, at_s, at_s + over_s, _drawn(curves), goal_s=goal_s)
    played = msgspec.structs.replace(part, end_s=at_s)
    return msgspec.structs.replace(playhead, parts=(played, falling), now=0)


def enter(
    program: Program, playhead: Playhead, places: Sequence[Place], at_s: float, quiet_s: float
) -> Playhead:
    """Return the playhead that goes on at `places`, from what is there at `at_s`.

    First everything rests for `quiet_s`, or until the pad has slid back; a way leads to each place
    that does not begin where the one before it has ended.
    """
    part = playhead.parts[part_at(playhead, at_s)]
    parts = [msgspec.structs.replace(part, end_s=at_s)]
    here, now_s = values_at(playhead, at_s), at_s
    for index, since_s in places:
        trajectory = program.steps[index].trajectory
        there = _values(trajectory, since_s)
        if quiet_s or _differ(here, there):
            rise = GENTLE_SHARE * program.envelope.rise_level_kpa_s.value
            rhythmic = _goes_on_in_rhythm(trajectory.tracks["pressure"], since_s)
            way = _way(here, there, rise, quiet_s, rhythmic=rhythmic)
            parts.append(Part(index, now_s, now_s + way.duration_s, way, goal_s=since_s))
            now_s, quiet_s = parts[-1].end_s, 0.0
        end_s = now_s + trajectory.duration_s - since_s
        parts.append(Part(index, now_s, end_s, trajectory, since_s))
        here, now_s = _values(trajectory, trajectory.duration_s), end_s
    entered = msgspec.structs.replace(playhead, parts=tuple(parts), now=0)
    if not any(kpa > 0.0 for quantity, kpa in here.items() if presses(quantity)):
        return entered
    out = let_go(entered, now_s, LEAST_FALL_S)
    return msgspec.structs.replace(entered, parts=(*parts, out.parts[-1]))


def places_from(
    program: Program, place: Place, cold_s: float
) -> tuple[tuple[Place, ...], tuple[int, ...]]:
    """Return where to go on after a pause at `place`, and which steps are left out.

    The cycle or hold that was cut short is played anew. After pauses of `cold_s` in all a deep step
    is left out, if they were long, unless there is enough lighter work on its region before it.
    """
    index, at_s = place
    step = program.steps[index]
    places: list[Place] = [(index, restart_s(step.trajectory.tracks["pressure"], at_s))]
    if at_s >= step.trajectory.duration_s - _TINY:
        places = []
    places += [(after, 0.0) for after in range(index + 1, len(program.steps))]
    if cold_s <= COLD_AFTER_S:
        return tuple(places), ()
    kept = _warmed_up(program, places)
    left_out = {after for after, _ in places} - {after for after, _ in kept}
    return tuple(kept), tuple(sorted(left_out))


def _warmed_up(program: Program, places: Sequence[Place]) -> list[Place]:
    """Return the places without deep steps that are not warmed up for, as the compiler counts it.

    A step that may end early warms nobody up for certain.
    """
    warm_s: dict[tuple[str, str], float] = {}
    kept: list[Place] = []
    for index, since_s in places:
        step = program.steps[index]
        pads = {(name, step.regions.get(name, step.region)): track for name, track in _pads(step)}
        if step.grade != "deep":
            if step.until is None:
                for pad, track in pads.items():
                    warm_s[pad] = warm_s.get(pad, 0.0) + _contact_s(track, since_s)
            kept.append((index, since_s))
        elif all(warm_s.get(pad, 0.0) >= DEEP_AFTER_S for pad in pads):
            kept.append((index, since_s))
    return kept


def _pads(step: Step) -> Iterator[tuple[str, Track]]:
    return ((name, track) for name, track in step.trajectory.tracks.items() if presses(name))


def _contact_s(track: Track, since_s: float) -> float:
    """Return how long a pad touches from a time of its curve on."""
    spells = spells_below(track, CONTACT_KPA)
    off_s = sum(max(0.0, end_s - max(begin_s, since_s)) for begin_s, end_s in spells)
    return track.at_s[-1] - since_s - off_s


def restart_s(track: Track, at_s: float) -> float:
    """Return where the cycle or hold that plays at `at_s` is entered anew.

    In a rhythm that is its last peak: no stroke may reach higher than a slow rise has been.
    """
    last = max(0, sum(t <= at_s + _TINY for t in track.at_s) - 1)
    in_rhythm = last + 1 < len(track.rhythmic) and track.rhythmic[last + 1]
    for i in range(last, -1, -1):
        still = track.slope[i] == 0.0
        peak = i + 1 < len(track.value) and track.value[i] >= track.value[i + 1]
        if still and (peak or not in_rhythm):
            return track.at_s[i]
    return 0.0


def values_at(playhead: Playhead, at_s: float) -> dict[str, float]:
    """Return the value of every quantity at `at_s`."""
    part = playhead.parts[part_at(playhead, at_s)]
    return {q: value_at(playhead, q, at_s)[0] for q in part.trajectory.tracks}


def _values(trajectory: Trajectory, at_s: float) -> dict[str, float]:
    return {quantity: track.value_at(at_s) for quantity, track in trajectory.tracks.items()}


def _differ(here: Mapping[str, float], there: Mapping[str, float]) -> bool:
    return any(abs(here[quantity] - there[quantity]) > _TINY for quantity in there)


def _goes_on_in_rhythm(track: Track, at_s: float) -> bool:
    after = sum(t <= at_s + _TINY for t in track.at_s)
    return after < len(track.rhythmic) and track.rhythmic[after]


def _way(
    here: Mapping[str, float],
    there: Mapping[str, float],
    rise_kpa_s: float,
    quiet_s: float,
    *,
    rhythmic: bool,
) -> Trajectory:
    """Rest while the pad slides back, then change the pressure as slowly as to any level."""
    curves = {quantity: Curve(value) for quantity, value in here.items()}
    pads = [quantity for quantity in there if presses(quantity)]
    others = [quantity for quantity in there if not presses(quantity)]
    slides_s = (swing_s(here[other], there[other], MAX_STROKE_MM_S) for other in others)
    rest_s = max((quiet_s, *slides_s))
    change_s = max(_change_s(here[pad], there[pad], rise_kpa_s) for pad in pads)
    for pad in pads:
        curves[pad].rest_until(rest_s)
        curves[pad].swing_to(there[pad], rest_s + change_s)
        if rhythmic:
            curves[pad].rest_until(curves[pad].now_s + max(DWELL_S, CONFIRM_S - change_s))
    for other in others:
        curves[other].swing_to(there[other], rest_s)
    return _drawn(curves)


def _change_s(low_kpa: float, high_kpa: float, rise_kpa_s: float) -> float:
    """Return how long the pressure of a pad takes from the one to the other."""
    if high_kpa > low_kpa:
        return max(LEAST_RISE_S / GENTLE_SHARE, swing_s(low_kpa, high_kpa, rise_kpa_s))
    return max(LEAST_FALL_S, swing_s(low_kpa, high_kpa, FALL_KPA_S)) if high_kpa < low_kpa else 0.0


def _drawn(curves: Mapping[str, Curve]) -> Trajectory:
    """Return the curves as tracks that are equally long."""
    end_s = curves["pressure"].now_s
    for curve in curves.values():
        curve.rest_until(end_s)
    return Trajectory({quantity: curve.track() for quantity, curve in curves.items()})
