"""What comes of people's orders: a verdict for what ends, a factor for what eases."""

from math import isfinite
from typing import TypeAlias

import msgspec

from . import alarms
from .acts import pause, paused_event, resume
from .cues import KEEP, Cue, Lower, Splice
from .ending import end_early
from .intent import Mind, steered, with_factors
from .moment import Moment, pain_said
from .replacing import replaced, unfit
from .safety import stronger
from .words import (
    Acknowledge,
    Ceiling,
    Ease,
    Eased,
    Event,
    Mark,
    Marked,
    Order,
    Pause,
    Reason,
    Release,
    Replace,
    Replaced,
    Resume,
    Stop,
    Verdict,
)

EASE_OVER_S = 0.5
"""How fast a person's easing comes about (E)."""


Obeyed: TypeAlias = tuple[Mind, Verdict | None, Cue, tuple[Event, ...]]
"""A mind that has taken an order: what must happen, what to do, what to tell."""


def hear_pain(mind: Mind, moment: Moment) -> tuple[Mind, Moment]:
    """Count what was said to hurt with what was pressed: both are the same."""
    told = mind.pain_told + pain_said(moment)
    if told == 0:
        return mind, moment
    presses = moment.health.pain_presses + told
    health = msgspec.structs.replace(moment.health, pain_presses=presses)
    mind = msgspec.structs.replace(mind, pain_told=told)
    return mind, msgspec.structs.replace(moment, health=health)


def obey(mind: Mind, orders: tuple[Order, ...], at_s: float) -> Obeyed:
    """Take people's orders, one after the other."""
    wanted: Verdict | None = None
    cue: Cue = KEEP
    events: tuple[Event, ...] = ()
    for order in orders:
        mind, one, do, told = _take(mind, order, at_s)
        wanted = stronger(wanted, one)
        cue = cue if do is KEEP else do
        events += told
    return mind, wanted, cue, events


def _take(mind: Mind, order: Order, at_s: float) -> Obeyed:
    match order:
        case Stop():
            return mind, Verdict("stop", Reason.OPERATOR, 0.0, 0.0), KEEP, ()
        case Release():
            return mind, Verdict("release", Reason.OPERATOR, 0.0, 0.0), KEEP, ()
        case Ease(share) if isfinite(share):
            mind, _, cue, _ = _changed(mind, at_s, share=min(max(share, 0.0), 1.0))
            return mind, None, cue, (Eased(at_s, mind.factors.share),)
        case Ceiling(kpa) if isfinite(kpa):
            return _changed(mind, at_s, ceiling_kpa=max(kpa, 0.0))
        case Pause() if mind.phase == "playing":
            mind, cue = pause(mind, Reason.OPERATOR, at_s)
            return mind, None, cue, (paused_event(mind),)
        case Resume():
            mind, cue, events = _gone_on(mind, at_s)
            return mind, None, cue, events
        case Mark(label):
            return mind, None, KEEP, (Marked(at_s, label),)
        case Replace(program) if unfit(mind, program, at_s) is None:
            mind, index, at_once = replaced(mind, program, at_s)
            cue = Splice(at_s, 0.0) if mind.phase == "playing" else KEEP
            return mind, None, cue, (Replaced(at_s, index, at_once),)
        case Acknowledge(reason):
            return _acknowledged(mind, reason, at_s)
        case _:  # pain is evidence; or it is no order, or the mind has moved on since it was taken
            return mind, None, KEEP, ()


def _gone_on(mind: Mind, at_s: float) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Go on after a pause, or after what a step has asked."""
    if mind.phase == "paused":
        return resume(mind, at_s)
    if mind.waits(at_s):
        return end_early(mind, at_s, "done"), Splice(at_s, 0.0), ()
    return mind, KEEP, ()


def _changed(mind: Mind, at_s: float, **changes: float) -> Obeyed:
    """Change factors; after pain they only go down."""
    if mind.hurt:
        changes = {name: min(v, getattr(mind.factors, name)) for name, v in changes.items()}
    mind = with_factors(mind, **changes)
    if mind.phase != "playing":
        return mind, None, KEEP, ()
    cue = Lower(at_s, mind.factors.gain, mind.factors.cap_kpa, EASE_OVER_S)
    return steered(mind, at_s, EASE_OVER_S), None, cue, ()


def _acknowledged(mind: Mind, reason: Reason | None, at_s: float) -> Obeyed:
    standing, events = alarms.acknowledge(mind.alarms, reason, at_s)
    fell_for = {Reason.SAMPLES_MISSING, Reason.SAMPLES_LATE, Reason.CLOCK_UNSURE}
    again = mind.mode != "closed_loop" and (reason is None or reason in fell_for)
    mind = msgspec.structs.replace(mind, alarms=standing, trusted_again=mind.trusted_again or again)
    return mind, None, KEEP, events
