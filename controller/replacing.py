"""Other values of live parameters: a programme compiled anew takes the place of the one playing."""

from itertools import pairwise
from math import inf, isfinite

import msgspec

from profiles.envelope import Envelope
from profiles.program import Program, Step
from profiles.trajectory import MAX_SEGMENT_S, Track, Trajectory, hermite, presses

from .factors import Course
from .glide import Glide
from .intent import GROW_KPA_S, Mind
from .player import Part, Playhead, part_at
from .reentry import enter

BLEND_S = 0.5
"""Shortest time in which other values come about (E; as easing)."""

_PEAK_OF_GLIDE = 1.5
_LEAST_GAP_S = 0.005
_TINY = 1e-6
_ROUNDED_S = 1e-4
"""Beats are compared to this (D)."""


def unfit(mind: Mind, program: Program, at_s: float) -> str | None:
    """Return why a programme may not take the place of the one that plays, None if it may."""
    old = mind.program
    if program.id != old.id or [_kind(s) for s in program.steps] != [_kind(s) for s in old.steps]:
        return "this is another programme: only values of live parameters may change on the way"
    for name in Envelope.__struct_fields__:
        new_limit, limit = getattr(program.envelope, name), getattr(old.envelope, name)
        if not new_limit.value <= limit.value + _TINY:
            return f"its envelope is above the session's: {name} is {new_limit.value:g}"
    for index, (new, step) in enumerate(zip(program.steps, old.steps, strict=True)):
        if not _sound(new, step, program.envelope):
            return f"step {index + 1} of it is not a curve within its limit"
        if (why := _may_only_fall(mind)) and _is_more(new, step):
            return why
    return _why_not_in_the_last(mind, program, at_s)


def replaced(mind: Mind, program: Program, at_s: float) -> tuple[Mind, int, bool]:
    """Return the mind that plays `program`, from which step on, and whether within that step.

    In the same step at the same phase, if that has the same shape from now on, or from the
    beginning of its rhythm; else from the next one on.
    """
    index = max(mind.playhead.parts[part_at(mind.playhead, at_s)].index, 0)
    if mind.phase != "playing":
        return msgspec.structs.replace(mind, program=program), index, True
    blended = _blended(mind, program, at_s)
    head = blended[0] if blended else _kept(mind.playhead, index)
    places = [(after, 0.0) for after in range(index + 1, len(program.steps))]
    rest = enter(program, head, places, head.end_s, 0.0).parts[1:]
    playhead = msgspec.structs.replace(mind.playhead, parts=(*head.parts, *rest), now=0)
    new = msgspec.structs.replace(
        mind, program=program, playhead=playhead, over_at_s=playhead.end_s
    )
    if blended is None:
        return new, index + 1, False
    return _grown(new, mind.program.steps[index], program.steps[index], blended[1]), index, True


def peak_kpa(step: Step) -> float:
    """Return the highest pressure a step asks for."""
    return max(max(track.value) for _, track in step.pressures())


def _may_only_fall(mind: Mind) -> str | None:
    """Return why nothing may go up any more, None while it may."""
    if mind.hurt:
        return "it has hurt: from now on values may only go down"
    if mind.hearing.guard.lowered:
        return "muscles have guarded often: from now on values may only go down"
    return None


def _is_more(new: Step, old: Step) -> bool:
    """Whether a step presses harder anywhere, at its peaks or between them, or more often."""
    for name, track in new.trajectory.tracks.items():
        was = old.trajectory.tracks[name]
        if name != "position" and max(track.value) > max(was.value) + _TINY:
            return True
        if presses(name):
            (valley_kpa, period_s), before = _rhythm(track, new.entry_s), _rhythm(was, old.entry_s)
            if valley_kpa > before[0] + _TINY or period_s < before[1] - _LEAST_GAP_S:
                return True
    return False


def _rhythm(track: Track, entry_s: float) -> tuple[float, float]:
    """Return the highest that is left between two peaks, and the least time from peak to peak.

    What never lets go leaves its peak, and has no time. The way into a step is none of its rhythm.
    """
    turns: list[tuple[float, float]] = []
    for at_s, value, slope in zip(track.at_s, track.value, track.slope, strict=True):
        again = bool(turns) and abs(turns[-1][1] - value) <= _TINY
        if slope == 0.0 and at_s >= entry_s - _TINY and not again:
            turns.append((at_s, value))
    around = list(zip(turns, turns[1:], turns[2:], strict=False))
    valleys = [b for (_, a), (_, b), (_, c) in around if a > b < c]
    peaks_s = [at_s for (_, a), (at_s, b), (_, c) in around if a < b > c]
    periods = (later - earlier for earlier, later in pairwise(peaks_s))
    return max(valleys, default=max(track.value)), min(periods, default=inf)


def _kind(step: Step) -> tuple[str, str, str, tuple[str, ...]]:
    return step.label, step.technique, step.region, tuple(step.trajectory.tracks)


def _sound(new: Step, old: Step, envelope: Envelope) -> bool:
    """Whether every curve is finite and close-knit, and its pressure within every limit.

    It may come from another process: nothing of it is taken for granted.
    """
    limit_kpa = min(new.limit.value, old.limit.value, envelope.pressure_kpa.value)
    tracks = new.trajectory.tracks
    if "pressure" not in tracks or not all(map(_well_made, tracks.values())):
        return False
    ends_s = {track.at_s[-1] for track in tracks.values()}
    warmth = tracks.get("temperature")
    if warmth is not None and max(warmth.value) > envelope.temperature_degc.value + _TINY:
        return False
    return max(ends_s) - min(ends_s) < _TINY and all(
        0.0 <= v <= limit_kpa + _TINY for _, pressure in new.pressures() for v in pressure.value
    )


def _well_made(track: Track) -> bool:
    lengths = {len(track.at_s), len(track.value), len(track.slope), len(track.rhythmic)}
    if len(lengths) != 1 or len(track.at_s) < 2 or track.at_s[0] != 0.0:
        return False
    gaps = (b - a for a, b in zip(track.at_s, track.at_s[1:], strict=False))
    finite = all(map(isfinite, (*track.value, *track.slope)))
    return finite and all(0.0 < gap <= MAX_SEGMENT_S + _TINY for gap in gaps)


def _why_not_in_the_last(mind: Mind, program: Program, at_s: float) -> str | None:
    """Return why the last step cannot take new values; None if it can, or if another one comes."""
    index = mind.playhead.parts[part_at(mind.playhead, at_s)].index
    if index < len(program.steps) - 1 or mind.phase != "playing":
        return None
    if _blended(mind, program, at_s) is not None:
        return None
    last = "the last step plays already, and cannot take this value any more: "
    if mind.mode != "closed_loop":
        return f"{last}on a link this slow, values change between two steps alone"
    own = mind.playhead.parts[_own(mind.playhead, at_s)]
    if _alike_from_s(mind, program, own, at_s) is None:
        return f"{last}other beats, or another length, would come of it"
    return f"{last}it ends before a change could have come about"


def _own(playhead: Playhead, at_s: float) -> int:
    """Return the part that is its step's own, which plays at a time or is being led to."""
    now = part_at(playhead, at_s)
    last = len(playhead.parts) - 1
    while now < last and playhead.parts[now].goal_s is not None:
        now += 1
    return now


def _alike_from_s(mind: Mind, program: Program, own: Part, at_s: float) -> float | None:
    """Return from when on, in a step's own time, it has the same beats with the new values.

    On the way to its first peak it has other ones, as that takes longer to a higher one. From the
    rhythm on they are the same, as they are counted back from the end. None: never, by then.
    """
    old, new = mind.program.steps[own.index], program.steps[own.index]
    if own.goal_s is not None or abs(own.trajectory.duration_s - new.trajectory.duration_s) > _TINY:
        return None
    since_s = max(at_s, own.begin_s) - own.origin_s
    odd = [
        beat
        for quantity, track in own.trajectory.tracks.items()
        for beat in _unlike(track, new.trajectory.tracks[quantity], since_s)
    ]
    from_s = max(odd, default=since_s)
    begun_s = max(old.entry_s, new.entry_s) + _ROUNDED_S
    return from_s if from_s <= max(begun_s, since_s) else None


def _unlike(old: Track, new: Track, since_s: float) -> set[float]:
    return set(_beats(old, since_s)) ^ set(_beats(new, since_s))


def _beats(track: Track, since_s: float) -> list[float]:
    """Return when a rhythm, or the pad on its way, turns."""
    knots = zip(track.at_s, track.slope, track.rhythmic, strict=True)
    return [
        round(t, 4) for t, slope, rhythmic in knots if rhythmic and slope == 0.0 and t > since_s
    ]


def _kept(playhead: Playhead, index: int) -> Playhead:
    """Return what is left of the step that plays, and of the way into it."""
    now = max(playhead.now, 0)
    parts = tuple(part for part in playhead.parts[now:] if part.index <= index)
    return msgspec.structs.replace(playhead, parts=parts, now=0)


def _blended(mind: Mind, program: Program, at_s: float) -> tuple[Playhead, float] | None:
    """Return the step that plays, with the new values as soon as it can have them, and when."""
    parts, first = mind.playhead.parts, part_at(mind.playhead, at_s)
    own = parts[which := _own(mind.playhead, at_s)]
    since_s = _alike_from_s(mind, program, own, at_s)
    if mind.mode != "closed_loop" or since_s is None:
        return None
    new = program.steps[own.index].trajectory
    over_s = max(
        _over_s(own.trajectory.tracks[name], track, since_s)
        for name, track in new.tracks.items()
        if presses(name)
    )
    if since_s + over_s >= new.duration_s:
        return None
    tracks = {
        quantity: _blend(own.trajectory.tracks[quantity], track, since_s, over_s)
        for quantity, track in new.tracks.items()
    }
    from_s, goal_s = own.origin_s + since_s, since_s + over_s
    after = (
        msgspec.structs.replace(own, end_s=from_s),
        Part(own.index, from_s, from_s + over_s, Trajectory(tracks), goal_s=goal_s),
        Part(own.index, from_s + over_s, own.origin_s + new.duration_s, new, goal_s),
    )
    head = (*parts[first:which], *after)
    return msgspec.structs.replace(mind.playhead, parts=head, now=0), from_s


def _over_s(old: Track, new: Track, since_s: float) -> float:
    """Return how long the change takes, so that nothing under the old peak rises too fast."""
    highest = max(old.value)
    times = [t for t in sorted({*old.at_s, *new.at_s}) if t >= since_s]
    most = max((min(new.value_at(t), highest) - old.value_at(t) for t in times), default=0.0)
    return max(BLEND_S, _PEAK_OF_GLIDE * most / GROW_KPA_S)


def _blend(old: Track, new: Track, since_s: float, over_s: float) -> Track:
    """Return the curve that leaves `old` and arrives at `new`."""
    times = [0.0]
    for t in sorted({*old.at_s, *new.at_s}):
        after_s = t - since_s
        if after_s - times[-1] >= _LEAST_GAP_S and over_s - after_s >= _LEAST_GAP_S:
            times.append(after_s)
    times.append(over_s)
    values, slopes, rhythmic = zip(
        *(_between(old, new, since_s, t, over_s) for t in times), strict=True
    )
    return Track(tuple(times), values, slopes, rhythmic)


def _between(
    old: Track, new: Track, since_s: float, after_s: float, over_s: float
) -> tuple[float, float, bool]:
    at_s = since_s + after_s
    share, speed = hermite(after_s, over_s, (0.0, 0.0), (1.0, 0.0))
    a, b = old.value_at(at_s), new.value_at(at_s)
    slope = old.slope_at(at_s) * (1.0 - share) + new.slope_at(at_s) * share + (b - a) * speed
    i = next((i for i, t in enumerate(new.at_s) if t >= at_s - _TINY), len(new.at_s) - 1)
    return a + (b - a) * share, slope, new.rhythmic[i]


def _grown(mind: Mind, old: Step, new: Step, at_s: float) -> Mind:
    """Where the new peak is higher, the cap leads the way up from the old one, slowly.

    So no stroke reaches higher than a slow rise has been, however fast the rhythm is.
    """
    if peak_kpa(new) <= peak_kpa(old):
        return mind
    start_kpa = min(mind.course.cap.value_at(at_s), peak_kpa(old) * mind.course.gain.value_at(at_s))
    end_kpa = mind.factors.cap_kpa
    over_s = max(0.0, _PEAK_OF_GLIDE * (end_kpa - start_kpa) / GROW_KPA_S)
    growth = Glide(at_s, start_kpa, end_kpa, over_s)
    return msgspec.structs.replace(mind, course=Course(mind.course.gain, growth), growth=growth)
