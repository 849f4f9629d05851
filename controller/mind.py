"""The whole controller as one fold: decide(mind, moment).

Orders before judgement, judgement before the programme. People may stop and press less, the
supervisor may stop and press less, the programme goes on; nothing here presses more than it says.
"""

from typing import Literal

import msgspec

from profiles.program import Program

from .cues import KEEP, Cue, Finish, Halt, Lower, Yield
from .factors import Course, Factors, begin, steer
from .moment import Moment
from .player import Playhead, at_beginning, index_at, value_at
from .safety import Watch, judge
from .words import (
    Ceiling,
    Ease,
    Event,
    Judged,
    Mark,
    Marked,
    Order,
    Reason,
    Release,
    StepBegan,
    StepEnded,
    Stop,
    Verdict,
)

EASE_OVER_S = 0.5
"""How fast a person's easing comes about (E)."""

RELEASE_OVER_S = 0.6
"""How fast a release reaches zero; at most a second is allowed (E)."""

FREEZE_OVER_S = 0.005
"""How fast a freeze bites: the rise is over within two ticks of the device's arrival (E)."""

FROZEN_FOR_S = 0.5
"""How long all must be well before a frozen rise may go on (E)."""


class Mind(msgspec.Struct, frozen=True):
    """Everything the controller knows and intends. `well_at_s` is when a freeze may end."""

    program: Program
    playhead: Playhead
    factors: Factors
    course: Course
    watch: Watch = Watch()
    phase: Literal["playing", "releasing", "over"] = "playing"
    why: Verdict | None = None
    well_at_s: float = float("inf")
    over_at_s: float = float("inf")

    def target_kpa(self, at_s: float) -> float:
        """Return the pressure asked for at `at_s`."""
        wanted_kpa, _ = value_at(self.program, self.playhead, "pressure", at_s)
        return self.course.pressed_kpa(wanted_kpa, at_s)


def wake(program: Program) -> Mind:
    """Return the mind that will play `program` from session time 0 on."""
    factors = Factors(limit_kpa=program.envelope.pressure_kpa.value)
    return Mind(
        program=program,
        playhead=at_beginning(program),
        factors=factors,
        course=begin(factors),
        over_at_s=at_beginning(program).end_s,
    )


def decide(mind: Mind, moment: Moment) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Return what to think next, what to do now, and what to tell."""
    watch, verdict = judge(mind.watch, moment, mind.factors.limit_kpa)
    mind = mind if watch is mind.watch else msgspec.structs.replace(mind, watch=watch)
    if mind.phase == "over":
        return mind, KEEP, ()
    mind, events = _advance(mind, moment.at_s)
    before = mind.factors
    mind, wanted = _obey(mind, moment.orders)
    events += tuple(Marked(moment.at_s, o.label) for o in moment.orders if isinstance(o, Mark))
    verdict = _stronger(wanted, verdict)
    if verdict is not None and _is_news(mind, verdict):
        mind, cue = _act(mind, verdict, moment)
        return mind, cue, (*events, Judged(moment.at_s, verdict))
    if mind.factors is not before and mind.phase == "playing":
        return *_steer(mind, moment.at_s, EASE_OVER_S), events
    mind, cue = _go_on(mind, verdict, moment.at_s)
    return mind, cue, events


def _obey(mind: Mind, orders: tuple[Order, ...]) -> tuple[Mind, Verdict | None]:
    """Take people's orders: a verdict for what ends, a factor for what eases."""
    wanted: Verdict | None = None
    for order in orders:
        match order:
            case Stop():
                wanted = Verdict("stop", Reason.OPERATOR, 0.0, 0.0)
            case Release():
                wanted = _stronger(wanted, Verdict("release", Reason.OPERATOR, 0.0, 0.0))
            case Ease(share):
                mind = _with_factors(mind, share=min(max(share, 0.0), 1.0))
            case Ceiling(kpa):
                mind = _with_factors(mind, ceiling_kpa=max(kpa, 0.0))
            case _:
                pass
    return mind, wanted


_STRENGTH = {"hold": 0, "release": 1, "stop": 2}


def _stronger(one: Verdict | None, two: Verdict | None) -> Verdict | None:
    if one is None or two is None:
        return one or two
    return two if _STRENGTH[two.action] > _STRENGTH[one.action] else one


def _is_news(mind: Mind, verdict: Verdict) -> bool:
    """A release under way is not released again, nor a frozen rise frozen again."""
    if verdict.action == "stop":
        return True
    if mind.phase == "releasing":
        return False
    return verdict.action == "release" or mind.factors.frozen_kpa == float("inf")


def _act(mind: Mind, verdict: Verdict, moment: Moment) -> tuple[Mind, Cue]:
    at_s = moment.at_s
    if verdict.action == "stop":
        return msgspec.structs.replace(mind, phase="over", why=verdict), Halt(verdict)
    if verdict.action == "release":
        mind = msgspec.structs.replace(
            mind, phase="releasing", why=verdict, over_at_s=at_s + RELEASE_OVER_S
        )
        mind, cue = _steer(_with_factors(mind, share=0.0), at_s, RELEASE_OVER_S)
        return mind, Yield() if verdict.reason is Reason.PAIN else cue
    mind = msgspec.structs.replace(mind, well_at_s=at_s + FROZEN_FOR_S)
    frozen = _with_factors(mind, frozen_kpa=_lower_of_command_and_value(mind, moment))
    return _steer(frozen, at_s, FREEZE_OVER_S)


def _lower_of_command_and_value(mind: Mind, moment: Moment) -> float:
    target_kpa = mind.target_kpa(moment.at_s)
    if moment.features is None:
        return target_kpa
    return min(target_kpa, moment.features.pressure_kpa)


def _go_on(mind: Mind, verdict: Verdict | None, at_s: float) -> tuple[Mind, Cue]:
    """Nothing new: stay frozen while something is wrong, thaw when it is not, end at the end."""
    if at_s >= mind.over_at_s:
        return msgspec.structs.replace(mind, phase="over"), Finish(mind.why)
    if mind.factors.frozen_kpa == float("inf") or mind.phase == "releasing":
        return mind, KEEP
    if verdict is not None:
        return msgspec.structs.replace(mind, well_at_s=at_s + FROZEN_FOR_S), KEEP
    if at_s < mind.well_at_s:
        return mind, KEEP
    return _steer(_with_factors(mind, frozen_kpa=float("inf")), at_s, 0.0)


def _steer(mind: Mind, at_s: float, over_s: float) -> tuple[Mind, Cue]:
    course = steer(mind.course, mind.factors, at_s, over_s)
    cue = Lower(at_s, mind.factors.share, mind.factors.cap_kpa, over_s)
    return msgspec.structs.replace(mind, course=course), cue


def _with_factors(mind: Mind, **changes: float) -> Mind:
    return msgspec.structs.replace(mind, factors=msgspec.structs.replace(mind.factors, **changes))


def _advance(mind: Mind, at_s: float) -> tuple[Mind, tuple[Event, ...]]:
    """Move on to the step that plays at `at_s`, and tell which began and ended on the way."""
    playhead, steps = mind.playhead, mind.program.steps
    now = index_at(playhead, at_s)
    if now == playhead.index or mind.phase != "playing":
        return mind, ()
    events: list[Event] = []
    for index in range(playhead.index, now + 1):
        if index >= 0 and index < now:
            done = "timed_out" if steps[index].until else "done"
            ends_s = (*playhead.begins_s, playhead.end_s)[index + 1]
            events.append(StepEnded(ends_s, index, done))
        if playhead.index < index < len(steps):
            step = steps[index]
            events.append(StepBegan(playhead.begins_s[index], index, step.label, step.technique))
    moved = msgspec.structs.replace(playhead, index=now)
    return msgspec.structs.replace(mind, playhead=moved), tuple(events)
