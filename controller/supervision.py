"""What the supervisor makes of a moment: a verdict, a mode, alarms."""

from typing import TypeAlias

import msgspec

from . import alarms
from .acts import HELD_MAX_S
from .battery import watch_charge, worth_a_look
from .cues import KEEP, Cue, Lower, Splice
from .guarding import NEAR_PAIN_S
from .heating import watch_heat
from .intent import Mind, steered, with_factors
from .modes import Doubt, cap_kpa, doubt, is_lower
from .moment import Moment
from .pausing import overdue
from .player import part_at
from .safety import Scene, judge, stronger
from .tracking import RISE_OVER_S, lag_s
from .words import HURTS, Event, Judged, Mode, ModeChanged, Reason, Verdict

MODE_OVER_S = 0.5
"""How fast less is pressed when less is trusted (E; as a person's easing)."""

COOL_OVER_S = 0.1
"""How fast heat is switched off (E; the surface itself takes minutes)."""

ANSWER_S = 0.5
"""How long before a question's time is up it counts as unanswered (E: the device is told of the
next step up to 0.4 s ahead)."""

Seen: TypeAlias = tuple[Mind, Verdict | None, Cue, tuple[Event, ...]]


def supervise(mind: Mind, moment: Moment) -> Seen:
    """Return what to remember, what must happen, and what to do and tell of mode and alarms."""
    at_s = moment.at_s
    watch, verdict = judge(mind.watch, moment, _scene(mind, moment))
    if watch is not mind.watch:
        mind = msgspec.structs.replace(mind, watch=watch)
    verdict = _closing(mind, verdict, at_s)
    verdict = stronger(verdict, _waited_too_long(mind, at_s))
    verdict = stronger(verdict, _unanswered(mind, at_s))
    mind, verdict, concern = _watch_battery(mind, moment, verdict)
    doubted = doubt(watch.trust)
    cue, events = KEEP, ()
    too_warm: Verdict | None = None
    if mind.mount.heats:
        mind, too_warm, cue, events = _watch_warmth(mind, moment)
        verdict = stronger(verdict, too_warm)
    if doubted is not None and is_lower(doubted.mode, mind.mode):
        mind, cue, told = _trust_less(mind, doubted, at_s)
        events = (*events, *told)
    causes = _causes(verdict, doubted, concern)
    if mind.alarms or causes:
        standing, told = alarms.hear(mind.alarms, causes, at_s)
        mind, events = msgspec.structs.replace(mind, alarms=standing), (*events, *told)
    return mind, verdict, cue, events


def trust_again(mind: Mind, at_s: float) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Between two steps, after a person's word: the mode rises, as far as its causes are gone."""
    doubted = doubt(mind.watch.trust)
    mode: Mode = doubted.mode if doubted else "closed_loop"
    if not mind.trusted_again or mind.hurt or not is_lower(mind.mode, mode):
        return mind, KEEP, ()
    mind = msgspec.structs.replace(mind, trusted_again=False)
    mind, cue = _in_mode(mind, mode, at_s)
    return mind, cue, (ModeChanged(at_s, mode, Reason.OPERATOR, 0.0, 0.0),)


def _scene(mind: Mind, moment: Moment) -> Scene:
    felt, asked = moment.features, None
    if felt is not None:
        middle_s = felt.start_s + felt.duration_s / 2
        asked = mind.asked(middle_s - RISE_OVER_S - felt.duration_s, middle_s)
    pads = mind.probed() if felt is not None and felt.sunk else ()
    return Scene(mind.factors.limit_kpa, asked, lag_s(mind.mount.bandwidth_hz), mind.mode, pads)


def _watch_warmth(mind: Mind, moment: Moment) -> Seen:
    """Switch the heat off where it is not what it should be: for the whole session, and at once."""
    at_s = moment.at_s
    heat, verdict = watch_heat(mind.heat, moment, mind.asked_degc(at_s))
    mind = msgspec.structs.replace(mind, heat=heat)
    if verdict is None or verdict.action != "cool":
        return mind, verdict, KEEP, ()
    playing = mind.phase == "playing"
    return mind, verdict, Splice(at_s, COOL_OVER_S) if playing else KEEP, (Judged(at_s, verdict),)


def _watch_battery(
    mind: Mind, moment: Moment, verdict: Verdict | None
) -> tuple[Mind, Verdict | None, Reason | None]:
    """Return the stronger verdict, and why somebody should look at the battery, if one there is."""
    if moment.health.battery_age_s is None:
        return mind, verdict, None
    charge, low = watch_charge(mind.charge, moment)
    mind = msgspec.structs.replace(mind, charge=charge)
    return mind, stronger(verdict, low), worth_a_look(charge, moment)


def _waited_too_long(mind: Mind, at_s: float) -> Verdict | None:
    if mind.pause is not None:
        return overdue(mind.pause, mind.spent.paused_s, at_s)
    held_s = at_s - mind.frozen_s
    if held_s <= HELD_MAX_S:
        return None
    return Verdict("release", Reason.HELD_TOO_LONG, held_s, HELD_MAX_S)


def _closing(mind: Mind, verdict: Verdict | None, at_s: float) -> Verdict | None:
    """Return the verdict; where it hurts soon after a guard was answered, a release and no pause.

    The other way round, a guard soon after it hurt, the guard closes the region.
    """
    if verdict is None or verdict.action != "pause" or verdict.reason not in HURTS:
        return verdict
    guarded_s = mind.hearing.guard.answered_s
    if guarded_s < 0.0 or at_s - guarded_s > NEAR_PAIN_S:
        return verdict
    return msgspec.structs.replace(verdict, action="release")


def _unanswered(mind: Mind, at_s: float) -> Verdict | None:
    """Return a release where nobody has answered, and the author wants somebody to."""
    if not mind.waits(at_s):
        return None
    part = mind.playhead.parts[part_at(mind.playhead, at_s)]
    step = mind.program.steps[part.index]
    last = part.index == len(mind.program.steps) - 1
    if last or at_s < part.end_s - ANSWER_S or step.wait is None or step.wait.otherwise != "stop":
        return None
    return Verdict("release", Reason.UNANSWERED, at_s - part.begin_s, step.max_s)


def _trust_less(mind: Mind, doubted: Doubt, at_s: float) -> tuple[Mind, Cue, tuple[Event, ...]]:
    mind, cue = _in_mode(msgspec.structs.replace(mind, trusted_again=False), doubted.mode, at_s)
    changed = ModeChanged(at_s, doubted.mode, doubted.reason, doubted.measured, doubted.limit)
    return mind, cue, (changed,)


def _in_mode(mind: Mind, mode: Mode, at_s: float) -> tuple[Mind, Cue]:
    ppt_kpa = mind.program.envelope.ppt_kpa.value
    mind = msgspec.structs.replace(mind, mode=mode)
    mind = with_factors(mind, mode_kpa=cap_kpa(mode, ppt_kpa))
    if mind.phase != "playing":
        return mind, KEEP
    cue = Lower(at_s, mind.factors.gain, mind.factors.cap_kpa, MODE_OVER_S)
    return steered(mind, at_s, MODE_OVER_S), cue


def _causes(
    verdict: Verdict | None, doubted: Doubt | None, concern: Reason | None
) -> list[alarms.Cause]:
    causes: list[alarms.Cause] = []
    if verdict is not None:
        causes.append((verdict.reason, alarms.URGENCY[verdict.action]))
    if doubted is not None:
        causes.append((doubted.reason, "medium"))
    if concern is not None:
        causes.append((concern, "low"))
    return causes
