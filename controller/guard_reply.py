"""What comes of a muscle that guards: nothing rises at once, and less is pressed when certain."""

from .emg_words import EmgFeatures, Quality
from .guarding import AFTER_RISE_S, Answer, Guard, hear, loudness
from .hearing import EMG, emg_reference
from .intent import NEVER_S, Mind
from .replies import NOTHING, Reply, Scene, lowered, raised, with_hearing
from .tracking import TOUCHING_KPA
from .words import Judged, Reason, Verdict

FREEZE_OVER_S = 0.005
"""How fast a freeze bites (E; as the supervisor's)."""

GUARD_SHARE, GUARD_OVER_S = 0.7, 0.5
"""What is pressed after a confirmed guard, of the programme and of what it guards against, and how
fast that comes about (E)."""

AFTER_GUARD_SHARE = 0.8
"""The most that is pressed again after a guard (E, rules)."""

OFTEN_SHARE = 0.8
"""Share of the programme's peak that is left for the session after guarding often (E, rules)."""

_MOTION = int(Quality.MOTION)
"""As a plain number: sets of flags are slow to cut."""


def guard_reply(mind: Mind, scene: Scene) -> tuple[Mind, Reply]:
    """Hear whether a muscle guards against what is done, and answer it once."""
    emg, hearing, at_s = scene.felt.emg, mind.hearing, scene.at_s
    if emg is None or EMG not in mind.program.signals:
        return mind, NOTHING
    crossing = True in emg.crossing and _is_trusted(emg)
    baseline, mvc = emg_reference(hearing, "baseline"), emg_reference(hearing, "mvc")
    loud = loudness(emg, baseline, mvc, scene.asked.noise_uv)
    guard, answer = hear(
        hearing.guard,
        at_s,
        loud,
        crossing=crossing,
        pressing=crossing and _pressing(mind, at_s),
        moving=any(int(flags) & _MOTION for flags in emg.flags),
        pained_s=hearing.pained_s,
    )
    mind = with_hearing(mind, guard=guard)
    if answer is None:
        return _calmed(mind, guard), Reply(over_s=GUARD_OVER_S)
    if answer.spasm:
        return mind, Reply(Verdict("stop", Reason.SPASM, answer.measured, 1.0))
    if answer.freeze:
        frozen_kpa = max(0.0, min(mind.target_kpa(at_s), scene.felt.pressure_kpa))
        return lowered(mind, guard_kpa=frozen_kpa), Reply(over_s=FREEZE_OVER_S)
    return answered(mind, answer, at_s)


def _is_trusted(emg: EmgFeatures) -> bool:
    """Return whether any channel that crosses can be trusted."""
    return any(c and t for c, t in zip(emg.crossing, emg.trusted, strict=True))


def answered(mind: Mind, answer: Answer, at_s: float) -> tuple[Mind, Reply]:
    """Press less of the programme, and less than was frozen.

    A muscle that guards against what is held does not calm while it is held.
    """
    mind = lowered(mind, guard=GUARD_SHARE, guard_kpa=GUARD_SHARE * mind.factors.guard_kpa)
    if answer.lower:
        most_kpa = min(mind.factors.limit_kpa, mind.program.peak_kpa, mind.grown_kpa(at_s))
        mind = lowered(mind, guarded_often_kpa=OFTEN_SHARE * most_kpa)
    eased = Judged(at_s, Verdict("ease", Reason.GUARDING, answer.measured, 1.0))
    closed = Verdict("release", Reason.GUARDING, answer.measured, 1.0) if answer.close else None
    return mind, Reply(closed, GUARD_OVER_S, (eased,))


def _calmed(mind: Mind, guard: Guard) -> Mind:
    """What was frozen for a guard goes on when there was none, or when all is calm again."""
    if guard.candidate_s is not None or guard.answering:
        return mind
    if mind.factors.guard < AFTER_GUARD_SHARE:
        mind = raised(mind, guard=AFTER_GUARD_SHARE)
    return raised(mind, guard_kpa=NEVER_S)


def _pressing(mind: Mind, at_s: float) -> bool:
    """Return whether what is pressed rises, is held, or has risen a moment ago."""
    now_kpa = mind.target_kpa(at_s)
    if now_kpa < TOUCHING_KPA:
        return False
    middle_kpa = mind.target_kpa(at_s - AFTER_RISE_S / 2)
    return not mind.target_kpa(at_s - AFTER_RISE_S) > middle_kpa > now_kpa
