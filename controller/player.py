"""Where a program is, and what comes next: tracks of the future, in session time."""

from collections.abc import Iterator
from itertools import accumulate

import msgspec

from profiles.program import Program, Step
from profiles.trajectory import MAX_SEGMENT_S, Knot, Track


class Playhead(msgspec.Struct, frozen=True):
    """Which step plays, and when each step begins and the last one ends, session time."""

    index: int
    begins_s: tuple[float, ...]
    end_s: float


def at_beginning(program: Program) -> Playhead:
    """Return the playhead before the first step."""
    *begins, end_s = accumulate((s.trajectory.duration_s for s in program.steps), initial=0.0)
    return Playhead(-1, tuple(begins), end_s)


def index_at(playhead: Playhead, at_s: float) -> int:
    """Return which step plays at `at_s`: -1 before the first, their number after the last."""
    index = playhead.index
    if at_s >= playhead.end_s:
        return len(playhead.begins_s)
    while index + 1 < len(playhead.begins_s) and at_s >= playhead.begins_s[index + 1]:
        index += 1
    return index


def value_at(
    program: Program, playhead: Playhead, quantity: str, at_s: float
) -> tuple[float, float]:
    """Return value and slope of the programme's track at `at_s`."""
    index = min(max(index_at(playhead, at_s), 0), len(program.steps) - 1)
    track = program.steps[index].trajectory.tracks.get(quantity)
    if track is None:
        return 0.0, 0.0
    since_s = at_s - playhead.begins_s[index]
    return track.value_at(since_s), track.slope_at(since_s)


def ahead(
    program: Program, playhead: Playhead, quantity: str, after_s: float, until_s: float
) -> Track:
    """Return the knots of a track with `after_s < at_s <= until_s`; past the end it rests."""
    knots = [*_playing(program, playhead, quantity, after_s, until_s)]
    knots += _resting(program, playhead, quantity, after_s, until_s)
    return Track(
        tuple(k.at_s for k in knots),
        tuple(k.value for k in knots),
        tuple(k.slope for k in knots),
        tuple(k.rhythmic for k in knots),
    )


def _playing(
    program: Program, playhead: Playhead, quantity: str, after_s: float, until_s: float
) -> Iterator[Knot]:
    for step, begin_s in _steps_from(program, playhead, after_s):
        if begin_s >= until_s:
            return
        track = step.trajectory.tracks[quantity]
        for knot in track.knots_after(max(after_s - begin_s, 0.0), until_s - begin_s):
            if begin_s + knot.at_s > after_s:
                yield Knot(begin_s + knot.at_s, knot.value, knot.slope, knot.rhythmic)


def _steps_from(
    program: Program, playhead: Playhead, after_s: float
) -> Iterator[tuple[Step, float]]:
    first = max(index_at(playhead, after_s), 0)
    yield from zip(program.steps[first:], playhead.begins_s[first:], strict=True)


def _resting(
    program: Program, playhead: Playhead, quantity: str, after_s: float, until_s: float
) -> Iterator[Knot]:
    value = program.steps[-1].trajectory.tracks[quantity].value[-1]
    k = max(1, int((after_s - playhead.end_s) / MAX_SEGMENT_S))
    while (at_s := playhead.end_s + k * MAX_SEGMENT_S) <= until_s:
        if at_s > after_s:
            yield Knot(at_s, value, 0.0)
        k += 1
