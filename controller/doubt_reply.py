"""What comes of EMG that cannot be trusted: nothing gets more, and then less is pressed."""

from .emg_trust import GONE_S, LOST_S
from .hearing import EMG
from .intent import NEVER_S, Mind
from .replies import NOTHING, Reply, Scene, lowered, raised
from .words import Judged, Reason, Verdict

FREEZE_OVER_S = 0.005
"""How fast a freeze bites (E; as the supervisor's)."""

LOST_SHARE, LOST_OVER_S = 0.5, 1.0
"""What `lost: ease` presses of the programme, and how fast that comes about (E)."""

GONE_KPA = 3.0
"""Contact pressure, all that is pressed when EMG has been gone for long (E; as `settle`)."""

CYCLE_S = 5.0
"""How far back the last trusted cycle is looked for: a stroke at 12/min (E)."""


def doubt_reply(mind: Mind, scene: Scene) -> tuple[Mind, Reply]:
    """Let nothing get more while EMG is doubted; do what the profile says once it is lost."""
    trust, at_s, factors = mind.hearing.trust, scene.at_s, mind.factors
    standing = trust.standing(at_s)
    if standing == "trusted":
        return raised(mind, doubt=1.0, doubt_kpa=NEVER_S), Reply(over_s=LOST_OVER_S)
    if factors.doubt_kpa == NEVER_S:
        return _as_it_was(mind, at_s), Reply(over_s=FREEZE_OVER_S)
    if standing == "doubted":
        return mind, NOTHING
    bad_for_s = at_s - (trust.bad_s or 0.0)
    if standing == "gone":
        return _gone(mind, at_s, bad_for_s)
    verdict = Verdict(mind.program.signals[EMG].lost, Reason.EMG_LOST, bad_for_s, LOST_S)
    if verdict.action != "ease":
        return mind, Reply(verdict)
    if factors.doubt <= LOST_SHARE:
        return mind, NOTHING
    return lowered(mind, doubt=LOST_SHARE), Reply(None, LOST_OVER_S, (Judged(at_s, verdict),))


def _gone(mind: Mind, at_s: float, bad_for_s: float) -> tuple[Mind, Reply]:
    if mind.factors.doubt_kpa <= GONE_KPA:
        return mind, NOTHING
    eased = Judged(at_s, Verdict("ease", Reason.EMG_LOST, bad_for_s, GONE_S))
    return lowered(mind, doubt_kpa=GONE_KPA), Reply(None, LOST_OVER_S, (eased,))


def _as_it_was(mind: Mind, at_s: float) -> Mind:
    """Let share and level go no higher than they have just been."""
    back = (max(0.0, at_s - CYCLE_S * k / 50) for k in range(51))
    peak_kpa = max(mind.target_kpa(then_s) for then_s in back)
    share = mind.factors.share
    heard = mind.course.gain.value_at(at_s) / share if share else 1.0
    return lowered(mind, doubt=heard, doubt_kpa=peak_kpa)
