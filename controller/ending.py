"""How a step ends before its time: its own fall, if it has one, and on to the next."""

import msgspec

from profiles.trajectory import Track

from .intent import Early, Mind
from .player import part_at
from .reentry import QUIET_S, Place, enter, let_go, place_at


def end_early(mind: Mind, at_s: float, how: Early = "released") -> Mind:
    """Return the mind whose step is over: the muscle has let go, and so does the pad."""
    index, since_s = place_at(mind.playhead, at_s)
    leave_s = fall_s(mind.program.steps[index].trajectory.tracks["pressure"])
    falling: list[Place] = [(index, leave_s)] if leave_s is not None and since_s < leave_s else []
    playhead = enter(mind.program, mind.playhead, (*falling, *_after(mind, index)), at_s, 0.0)
    return msgspec.structs.replace(
        mind, playhead=playhead, over_at_s=playhead.end_s, early=(index, how)
    )


def skip(mind: Mind, at_s: float, over_s: float) -> Mind:
    """Return the mind that lets go within `over_s`, and goes on with the next step from nothing."""
    index = mind.playhead.parts[part_at(mind.playhead, at_s)].index
    vented = let_go(mind.playhead, at_s, over_s)
    entered = enter(mind.program, vented, _after(mind, index), at_s + over_s, QUIET_S)
    parts = (vented.parts[0], *entered.parts)
    playhead = msgspec.structs.replace(entered, parts=parts, now=0)
    return msgspec.structs.replace(
        mind, playhead=playhead, over_at_s=playhead.end_s, early=(index, "stopped")
    )


def fall_s(track: Track) -> float | None:
    """Return when the last fall of a curve begins, None where it does not end in one.

    A rhythm's own last stroke is none: the step after it takes over from any pressure.
    """
    i = len(track.value) - 1
    while i > 0 and not track.rhythmic[i] and track.value[i] < track.value[i - 1]:
        i -= 1
    return track.at_s[i] if i < len(track.value) - 1 else None


def _after(mind: Mind, index: int) -> tuple[Place, ...]:
    return tuple((after, 0.0) for after in range(index + 1, len(mind.program.steps)))
