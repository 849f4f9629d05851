"""What comes of a verdict: nothing rises, contact is felt for anew, a pause, a release, a stop."""

import msgspec

from profiles.pace import CONFIRM_S

from . import factors
from .alarms import SETTLE_S
from .cues import KEEP, Cue, Halt, Lower, Splice, Yield
from .intent import NEVER_S, Mind, steered, with_factors
from .moment import Moment
from .pausing import PAUSE_OVER_S, PAUSED_MAX_S, SILENT_S, Pausing
from .reentry import QUIET_S, enter, let_go, place_at, places_from
from .timekeeping import pause_over
from .words import HURTS, Event, Judged, Paused, Reason, Resumed, StepEnded, Verdict

RELEASE_OVER_S = 0.6
"""How fast a release reaches zero; at most a second is allowed (E)."""

FREEZE_OVER_S = 0.005
"""How fast a freeze bites: the rise is over within two ticks of the device's arrival (E)."""

FROZEN_FOR_S = 0.5
"""How long all must be well before a frozen rise may go on (E)."""

HELD_MAX_S = 5.0
"""Longest hold; after it, it is released (E, rules)."""

VENT_OVER_S, VENTED_FOR_S = 0.1, 2.0
"""How fast a pad that has lost the body is let go, and how long it then rests (E; rules: a cause
settles for two seconds before it may act again)."""

APPROACH_N = 5.0
"""Most force while contact is felt for (E, rules)."""


def is_news(mind: Mind, verdict: Verdict, at_s: float) -> bool:
    """Return whether a verdict asks for more than what is already under way."""
    match verdict.action:
        case "ease" | "cool":
            return False
        case "stop":
            return True
        case "release":
            return mind.phase in ("playing", "paused")
        case "pause":
            return mind.phase in ("playing", "paused")
        case "approach":
            settled = mind.approach_s is None or at_s - mind.approach_s > SETTLE_S
            return mind.phase == "playing" and settled
        case "hold":
            frozen = mind.factors.frozen_kpa != NEVER_S and not _fades_anew(mind, verdict, at_s)
            return mind.phase != "releasing" and not frozen and not _is_silent(mind)


def act(mind: Mind, verdict: Verdict, moment: Moment) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Do what a verdict asks for, and tell."""
    at_s = moment.at_s
    judged = () if _settles(mind, verdict, at_s) else (Judged(at_s, verdict),)
    mind = msgspec.structs.replace(mind, acted=(verdict.reason, at_s))
    match verdict.action:
        case "ease" | "cool":  # whoever eases or cools has done so by itself
            return mind, KEEP, judged
        case "stop":
            return msgspec.structs.replace(mind, phase="over", why=verdict), Halt(verdict), judged
        case "release":
            return *_release(mind, verdict, moment), judged
        case "pause":
            paused, cue = pause(mind, verdict.reason, at_s, by_itself=_by_itself(verdict))
            return paused, cue, (*judged, paused_event(paused))
        case "approach" if mind.approach_s is not None:
            return act(mind, msgspec.structs.replace(verdict, action="pause"), moment)
        case "approach":
            return *_approach(mind, at_s), judged
        case "hold":
            return *_hold(mind, moment), judged


def pause(mind: Mind, reason: Reason, at_s: float, *, by_itself: bool = False) -> tuple[Mind, Cue]:
    """Let go, and wait. Where the device lets go `by_itself`, nothing is said meanwhile."""
    mind = _eased_for_good(mind, at_s) if reason in HURTS else mind
    silent_until_s = at_s + SILENT_S if by_itself else 0.0
    if mind.pause is not None:
        silent_until_s = max(silent_until_s, mind.pause.silent_until_s)
        again = msgspec.structs.replace(mind.pause, reason=reason, silent_until_s=silent_until_s)
        return msgspec.structs.replace(mind, pause=again), Yield() if by_itself else KEEP
    place, kept_gain = place_at(mind.playhead, at_s), _gain(mind, at_s)
    mind = msgspec.structs.replace(
        mind,
        phase="paused",
        pause=Pausing(at_s, place, reason, silent_until_s, kept_gain),
        playhead=let_go(mind.playhead, at_s, PAUSE_OVER_S),
        course=factors.let_go(mind.course, at_s, PAUSE_OVER_S),
        over_at_s=NEVER_S,
    )
    return mind, Yield() if by_itself else Splice(at_s, PAUSE_OVER_S)


def resume(mind: Mind, at_s: float) -> tuple[Mind, Cue, tuple[Event, ...]]:
    """Go on after a pause: everything rests at zero, then rises as to any level."""
    pausing = mind.pause
    if pausing is None:
        return mind, Splice(at_s, QUIET_S), ()
    spent = pause_over(mind.spent, pausing.at_s, at_s)
    places, left_out = places_from(mind.program, pausing.place, spent.cold_s)
    playhead = enter(mind.program, mind.playhead, places, at_s, QUIET_S)
    mind = msgspec.structs.replace(
        mind,
        phase="playing",
        pause=None,
        approach_s=None if mind.approach_s is None else at_s,
        playhead=playhead,
        spent=spent,
        over_at_s=playhead.end_s,
        course=factors.come_back(
            steered(mind, at_s, QUIET_S).course, mind.factors, pausing.kept_gain, at_s, QUIET_S
        ),
    )
    under_way = pausing.place[0]
    if under_way in left_out and mind.early[0] != under_way:  # it ends when the next one begins
        mind = msgspec.structs.replace(mind, early=(under_way, "stopped"))
    skipped = tuple(StepEnded(at_s, i, "skipped") for i in left_out if i != under_way)
    return mind, Splice(at_s, QUIET_S), (Resumed(at_s), *skipped)


def felt_again(mind: Mind) -> bool:
    """Return whether the pad that was being laid on anew has been on the body for long enough."""
    return mind.approach_s is not None and mind.watch.tracking.touching_s >= CONFIRM_S


def paused_event(mind: Mind) -> Paused:
    """Return what to tell of a pause that has just begun."""
    pausing = mind.pause or Pausing(0.0, (0, 0.0), Reason.OPERATOR)
    left_s = PAUSED_MAX_S - mind.spent.paused_s
    return Paused(pausing.at_s, pausing.reason, pausing.at_s + left_s)


def _settles(mind: Mind, verdict: Verdict, at_s: float) -> bool:
    """A cause that has just acted acts again without a word."""
    reason, acted_s = mind.acted
    return verdict.action == "hold" and reason is verdict.reason and at_s - acted_s <= SETTLE_S


def _is_silent(mind: Mind) -> bool:
    """Whether the device lets go by itself, and a word from here would end that."""
    return mind.pause is not None and mind.pause.silent_until_s > 0.0


def _fades_anew(mind: Mind, verdict: Verdict, at_s: float) -> bool:
    """Whether the device lets go while something is held already: it must be taken over anew."""
    return verdict.reason is Reason.DEVICE_FADING and not _settles(mind, verdict, at_s)


def _by_itself(verdict: Verdict) -> bool:
    """Whether the device lets go without a word: its pain button was pressed."""
    return verdict.reason is Reason.PAIN


def _release(mind: Mind, verdict: Verdict, moment: Moment) -> tuple[Mind, Cue]:
    at_s = moment.at_s
    mind = msgspec.structs.replace(
        mind,
        phase="releasing",
        why=verdict,
        over_at_s=at_s + RELEASE_OVER_S,
        course=factors.let_go(mind.course, at_s, RELEASE_OVER_S),
    )
    if _by_itself(verdict):
        return mind, Yield()
    return mind, Lower(at_s, 0.0, mind.factors.cap_kpa, RELEASE_OVER_S)


def _hold(mind: Mind, moment: Moment) -> tuple[Mind, Cue]:
    at_s = moment.at_s
    frozen_kpa = _lower_of_command_and_value(mind, moment)
    since_s = at_s if mind.factors.frozen_kpa == NEVER_S else mind.frozen_s
    mind = with_factors(mind, frozen_kpa=min(frozen_kpa, mind.factors.frozen_kpa))
    mind = msgspec.structs.replace(mind, well_at_s=at_s + FROZEN_FOR_S, frozen_s=since_s)
    if mind.phase == "playing":
        mind = steered(mind, at_s, FREEZE_OVER_S)
    return mind, Lower(at_s, mind.factors.gain, mind.factors.cap_kpa, FREEZE_OVER_S)


def _lower_of_command_and_value(mind: Mind, moment: Moment) -> float:
    target_kpa = mind.target_kpa(moment.at_s)
    if moment.features is None:
        return target_kpa
    return max(0.0, min(target_kpa, moment.features.pressure_kpa))


def _approach(mind: Mind, at_s: float) -> tuple[Mind, Cue]:
    """Let go at once, rest, and come back no harder than a light touch until the body is felt."""
    place = place_at(mind.playhead, at_s)
    vented = let_go(mind.playhead, at_s, VENT_OVER_S)
    places, _ = places_from(mind.program, place, 0.0)
    entered = enter(mind.program, vented, places, at_s + VENT_OVER_S, VENTED_FOR_S)
    played = vented.parts[0]
    playhead = msgspec.structs.replace(entered, parts=(played, *entered.parts), now=0)
    mind = with_factors(mind, approach_kpa=10.0 * APPROACH_N / mind.mount.area_cm2)
    mind = msgspec.structs.replace(
        mind, playhead=playhead, approach_s=at_s, over_at_s=playhead.end_s
    )
    return steered(mind, at_s, VENT_OVER_S), Splice(at_s, VENT_OVER_S)


def _eased_for_good(mind: Mind, at_s: float) -> Mind:
    """After pain nothing goes up any more: what was on its way up stays where it is."""
    share = _gain(mind, at_s) / mind.factors.heard if mind.factors.heard else 0.0
    changes = {"share": min(mind.factors.share, share)}
    as_ever = mind.factors.frozen_kpa == NEVER_S and mind.factors.approach_kpa == NEVER_S
    if as_ever or mind.grows(at_s):
        changes["ceiling_kpa"] = min(mind.factors.ceiling_kpa, mind.course.cap.value_at(at_s))
    return msgspec.structs.replace(with_factors(mind, **changes), hurt=True)


def _gain(mind: Mind, at_s: float) -> float:
    """Return the gain at `at_s`; in a pause, the one that was left."""
    return mind.course.gain.value_at(at_s) if mind.pause is None else mind.pause.kept_gain
