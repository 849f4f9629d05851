"""How a programme goes on: steps that end and begin, holds that end, everything that has an end."""

from typing import Literal, TypeAlias

import msgspec

from .acts import FREEZE_OVER_S, FROZEN_FOR_S, felt_again
from .battery import too_low
from .cues import KEEP, Cue, Finish, Halt, Lower, Splice
from .intent import NEVER_S, Mind, steered, with_factors
from .pausing import PAUSE_OVER_S
from .player import part_at
from .supervision import trust_again
from .timekeeping import step_over, too_long
from .words import Event, Reason, StepBegan, StepEnded, Verdict

Outcome: TypeAlias = Literal["done", "released", "timed_out", "stopped"]


def advance(mind: Mind, at_s: float) -> tuple[Mind, Verdict | None, Cue, tuple[Event, ...]]:
    """Move on to what plays at `at_s`; between two steps, see whether the next one may begin."""
    playhead = mind.playhead
    if mind.phase != "playing":
        return mind, None, KEEP, ()
    now = part_at(playhead, at_s)
    index = playhead.steps if at_s >= playhead.end_s else playhead.parts[now].index
    if at_s < playhead.parts[0].begin_s or (now == playhead.now and index == playhead.index):
        return mind, None, KEEP, ()
    moved = msgspec.structs.replace(playhead, now=now, index=index)
    if index == playhead.index:
        return msgspec.structs.replace(mind, playhead=moved), None, KEEP, ()
    mind, events = _between(mind, at_s, index)
    mind = msgspec.structs.replace(mind, playhead=moved)
    mind, cue, trusted = trust_again(mind, at_s)
    return mind, _no_more(mind, index), cue, (*events, *trusted)


def _over(mind: Mind) -> tuple[Mind, Cue]:
    """End. What did not follow is not believed to have let go either: it is stopped."""
    over, why = msgspec.structs.replace(mind, phase="over"), mind.why
    if why is not None and why.reason is Reason.TRACKING:
        return over, Halt(msgspec.structs.replace(why, action="stop"))
    return over, Finish(why)


def go_on(mind: Mind, verdict: Verdict | None, at_s: float) -> tuple[Mind, Cue]:
    """Nothing new: end at the end, stay frozen while something is wrong, thaw when it is not."""
    if at_s >= mind.over_at_s:
        return _over(mind)
    pausing = mind.pause
    if pausing is not None and 0.0 < pausing.silent_until_s <= at_s:
        spoken = msgspec.structs.replace(pausing, silent_until_s=0.0)
        return msgspec.structs.replace(mind, pause=spoken), Splice(at_s, PAUSE_OVER_S)
    if mind.factors.frozen_kpa != NEVER_S and mind.phase != "releasing":
        return _thaw(mind, verdict, at_s)
    if mind.approach_s is not None and mind.phase == "playing" and felt_again(mind):
        mind = msgspec.structs.replace(mind, approach_s=None)
        return _steer(with_factors(mind, approach_kpa=NEVER_S), at_s)
    gain = mind.course.gain
    if gain.end != mind.factors.gain and at_s >= gain.at_s + gain.over_s:
        return _steer(mind, at_s)  # back at what a pause has left: the rest comes up as ever
    return mind, KEEP


def _no_more(mind: Mind, index: int) -> Verdict | None:
    """Return a release, if step `index` may not begin: its time is up, or the battery low."""
    if index >= mind.playhead.steps:
        return None
    return too_long(mind.spent, mind.program, index) or too_low(mind.charge)


def _thaw(mind: Mind, verdict: Verdict | None, at_s: float) -> tuple[Mind, Cue]:
    if verdict is not None:
        return msgspec.structs.replace(mind, well_at_s=at_s + FROZEN_FOR_S), KEEP
    if at_s < mind.well_at_s:
        return mind, KEEP
    mind = msgspec.structs.replace(mind, frozen_s=NEVER_S)
    return _steer(with_factors(mind, frozen_kpa=NEVER_S), at_s)


def _steer(mind: Mind, at_s: float) -> tuple[Mind, Cue]:
    if mind.phase != "playing":
        return mind, KEEP
    cue = Lower(at_s, mind.factors.gain, mind.factors.cap_kpa, FREEZE_OVER_S)
    return steered(mind, at_s, FREEZE_OVER_S), cue


def _between(mind: Mind, at_s: float, index: int) -> tuple[Mind, tuple[Event, ...]]:
    """Tell which steps ended and began on the way to `index`, and keep account of their time."""
    playhead, steps = mind.playhead, mind.program.steps
    events: list[Event] = []
    ended_s = at_s
    for part in playhead.parts:
        if part.begin_s > at_s or not playhead.index <= part.index <= index:
            continue
        if part.index > playhead.index and not _began(events, part.index):
            ended_s = part.begin_s
            _end_last(events, mind, ended_s)
            step = steps[part.index]
            events.append(StepBegan(ended_s, part.index, step.label, step.technique))
    if index == playhead.steps:
        ended_s = playhead.end_s
        _end_last(events, mind, ended_s)
    spent = mind.spent
    for event in events:
        if isinstance(event, StepEnded):
            spent = step_over(spent, steps[event.index], event.at_s)
    return msgspec.structs.replace(mind, spent=spent), tuple(events)


def _began(events: list[Event], index: int) -> bool:
    return any(isinstance(event, StepBegan) and event.index == index for event in events)


def _end_last(events: list[Event], mind: Mind, at_s: float) -> None:
    """End the step that was begun last: by these events, or before them."""
    began = [event.index for event in events if isinstance(event, StepBegan)]
    last = began[-1] if began else mind.playhead.index
    if last >= 0:
        events.append(StepEnded(at_s, last, _outcome(mind, last)))


def _outcome(mind: Mind, index: int) -> Outcome:
    ended, how = mind.early
    if ended == index:
        return how
    step = mind.program.steps[index]
    return "timed_out" if step.until or step.wait else "done"
