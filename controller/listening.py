"""One batch heard, and what muscles, rules, `adapt` and `until` ask for, in this order."""

from typing import TypeAlias

import msgspec

from .cues import KEEP, Cue, Lower, Splice
from .doubt_reply import doubt_reply
from .guard_reply import guard_reply
from .hearing import STRONGEST, evidence, heard, listens
from .intent import NEVER_S, Mind, steered
from .moment import Features, Moment
from .player import part_at
from .profile_reply import adapt_reply, rules_reply, until_reply
from .replies import Scene
from .safety import stronger
from .stiffness import told
from .words import Event, Unmeasurable, Verdict

LISTENERS = (guard_reply, doubt_reply, rules_reply, adapt_reply, until_reply)

Heard: TypeAlias = tuple[Mind, Verdict | None, Cue, tuple[Event, ...]]
"""A mind that has listened: what must happen, what to do, what to tell."""


def listen(mind: Mind, moment: Moment) -> Heard:
    """Hear one batch, if anything is listened to, and let every listener reply."""
    felt, index = moment.features, mind.playhead.index
    playing = mind.phase == "playing" and 0 <= index < len(mind.program.steps)
    if felt is None or not playing or not listens(mind.program):
        return mind, None, KEEP, ()
    mind, scene, events = _hear(mind, moment, felt)
    before, verdict, over_s = mind, None, NEVER_S
    for listener in LISTENERS:
        factors = mind.factors
        mind, reply = listener(mind, scene)
        verdict = stronger(verdict, reply.verdict)
        over_s = over_s if mind.factors is factors else min(over_s, reply.over_s)
        events += reply.events
    mind, cue = _played(before, mind, scene.at_s, over_s)
    return mind, verdict, cue, events


def _hear(mind: Mind, moment: Moment, felt: Features) -> tuple[Mind, Scene, tuple[Event, ...]]:
    """Remember the batch; tell which references turned out not to be measurable."""
    at_s, area_cm2, before = moment.at_s, mind.mount.area_cm2, mind.hearing
    index, health = mind.playhead.index, moment.health
    stiff = told(mind.watch.stiffness, len(mind.mount.probes))
    back_s = _back_s(mind, at_s)
    hearing = heard(before, mind.program, index, felt, health, at_s, area_cm2, stiff, back_s)
    events: tuple[Event, ...] = ()
    if hearing.references is not before.references:
        new = {k: v for k, v in hearing.references.items() if before.references.get(k) != v}
        events = tuple(
            Unmeasurable(at_s, *key)
            for key, found in new.items()
            if None in found and key != STRONGEST  # what is known of that is told at the beginning
        )
        lost = before.references.keys() - hearing.references.keys()
        if hearing.baseline is None:
            events += tuple(Unmeasurable(at_s, *key) for key in lost if key[1] == "baseline")
    asked = evidence(hearing, felt, health, at_s, area_cm2, stiff)
    return msgspec.structs.replace(mind, hearing=hearing), Scene(felt, asked), events


def _back_s(mind: Mind, at_s: float) -> float | None:
    """Return when a step that was interrupted is at its target again, None where it is."""
    part = mind.playhead.parts[part_at(mind.playhead, at_s)]
    if part.goal_s is None:
        return None
    return part.end_s + max(0.0, mind.program.steps[part.index].entry_s - part.goal_s)


def _played(before: Mind, mind: Mind, at_s: float, over_s: float) -> tuple[Mind, Cue]:
    """Steer towards what has changed."""
    if mind.factors is not before.factors:
        mind = steered(mind, at_s, over_s)
    if mind.playhead is not before.playhead:
        return mind, Splice(at_s, 0.0)
    if mind.factors is not before.factors:
        return mind, Lower(at_s, mind.factors.gain, mind.factors.cap_kpa, over_s)
    return mind, KEEP
