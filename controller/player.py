"""Where a program is, and what comes next: tracks of the future, in session time."""

from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from profiles.program import Program
from profiles.trajectory import MAX_SEGMENT_S, Knot, Track, Trajectory

_TINY_S = 1e-9
"""Less than any time that is meant, more than any rounding."""


class Part(msgspec.Struct, frozen=True):
    """A span of session time in which a trajectory plays, from its own `since_s` on.

    `index` is the step it belongs to. A part that is not the step's own leads somewhere: `goal_s`
    is where in the step's time it arrives.
    """

    index: int
    begin_s: float
    end_s: float
    trajectory: Trajectory
    since_s: float = 0.0
    goal_s: float | None = None

    @property
    def origin_s(self) -> float:
        """Session time of the trajectory's own zero."""
        return self.begin_s - self.since_s


class Playhead(msgspec.Struct, frozen=True):
    """What plays when: parts without a gap between them, after which everything rests.

    `now` is the part that was playing when anybody last looked, `index` its step: -1 before the
    first, the number of steps after the last.
    """

    parts: tuple[Part, ...]
    steps: int
    now: int = -1
    index: int = -1

    @property
    def end_s(self) -> float:
        return self.parts[-1].end_s

    @property
    def begins_s(self) -> tuple[float, ...]:
        """When each step's own trajectory is entered."""
        return tuple(part.begin_s for part in self.parts if part.goal_s is None)


def at_beginning(program: Program) -> Playhead:
    """Return the playhead before the first step."""
    parts: list[Part] = []
    now_s = 0.0
    for index, step in enumerate(program.steps):
        end_s = now_s + step.trajectory.duration_s
        parts.append(Part(index, now_s, end_s, step.trajectory))
        now_s = end_s
    return Playhead(tuple(parts), len(program.steps))


def part_at(playhead: Playhead, at_s: float) -> int:
    """Return which part plays at `at_s`; the first or the last outside all of them."""
    parts, now = playhead.parts, playhead.now
    if now < 0 or at_s < parts[now].begin_s:
        now = 0
    last = len(parts) - 1
    while now < last and at_s >= parts[now + 1].begin_s:
        now += 1
    return now


def index_at(playhead: Playhead, at_s: float) -> int:
    """Return which step plays at `at_s`: -1 before the first, their number after the last."""
    if at_s >= playhead.end_s:
        return playhead.steps
    return playhead.parts[part_at(playhead, at_s)].index


def value_at(playhead: Playhead, quantity: str, at_s: float) -> tuple[float, float]:
    """Return value and slope of a quantity's track at `at_s`."""
    part = playhead.parts[part_at(playhead, at_s)]
    track = part.trajectory.tracks.get(quantity)
    if track is None:
        return 0.0, 0.0
    value, slope = track.locate(min(at_s, part.end_s) - part.origin_s)
    return value, slope if at_s < part.end_s else 0.0


def rhythmic_at(playhead: Playhead, at_s: float) -> bool:
    """Return whether the pressure moves in a rhythm at `at_s`, whose rises are the author's."""
    part = playhead.parts[part_at(playhead, at_s)]
    track = part.trajectory.tracks["pressure"]
    i = bisect_right(track.at_s, at_s - part.origin_s)
    return i < len(track.rhythmic) and track.rhythmic[i]


def ahead(playhead: Playhead, quantity: str, after_s: float, until_s: float) -> Track:
    """Return the knots of a track with `after_s < at_s <= until_s`; past the end it rests."""
    knots = [*_playing(playhead, quantity, after_s, until_s)]
    knots += _resting(playhead, quantity, after_s, until_s)
    return Track(
        tuple(k.at_s for k in knots),
        tuple(k.value for k in knots),
        tuple(k.slope for k in knots),
        tuple(k.rhythmic for k in knots),
    )


def _playing(playhead: Playhead, quantity: str, after_s: float, until_s: float) -> Iterator[Knot]:
    for part in playhead.parts[part_at(playhead, after_s) :]:
        if part.begin_s >= until_s:
            return
        origin_s, track = part.origin_s, part.trajectory.tracks[quantity]
        first_s = max(after_s - origin_s - _TINY_S, part.since_s + _TINY_S)
        last_s = min(until_s, part.end_s) - origin_s + _TINY_S
        for knot in track.knots_after(first_s, last_s):
            at_s = min(origin_s + knot.at_s, part.end_s)  # one rounding, whoever asks
            if after_s < at_s <= until_s:
                yield Knot(at_s, knot.value, knot.slope, knot.rhythmic)


def _resting(playhead: Playhead, quantity: str, after_s: float, until_s: float) -> Iterator[Knot]:
    end_s = playhead.end_s
    if until_s <= end_s:
        return
    value, _ = value_at(playhead, quantity, end_s)
    k = max(1, int((after_s - end_s) / MAX_SEGMENT_S))
    while (at_s := end_s + k * MAX_SEGMENT_S) <= until_s:
        if at_s > after_s:
            yield Knot(at_s, value, 0.0)
        k += 1
