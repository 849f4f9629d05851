"""When a muscle begins, and when it lets go: one channel, hop by hop, nothing withdrawn.

Levels are natural logarithms of RMS. A hop over the threshold scores; an onset is a sum of scores,
a capped and leaking CUSUM, so that what lasts one to three hops is not one. What creeps up too
slowly to stand out from the moment before is one when it has lasted.
"""

import math
from enum import Enum, auto

import msgspec

from .emg_plan import Plan

SILENT = -20.0
"""The level of nothing at all."""


BACK_DOWN = 2
"""What lasts may waver: a hop that is not over takes so many back (E)."""


class Step(Enum):
    """What became of a hop."""

    NOTHING = auto()
    BEGAN = auto()
    ENDED = auto()
    BEGAN_ANEW = auto()


class Hop(msgspec.Struct, frozen=True, gc=False):
    """One hop of one channel: what the detector is given.

    `short` and `fast` are levels of the onset band over 10 and 30 ms, `slow_uv` its RMS over 250;
    `leak` is the level that heart, cable or actuator may have put there. `clean` says that no fault
    is on, `line_like` that the hop is nearly all mains, `plain` that it is mostly not.
    """

    short: float
    fast: float
    slow_uv: float
    leak: float
    clean: bool
    moving: bool
    line_like: bool
    plain: bool


class Rules(msgspec.Struct, frozen=True):
    """The numbers of `EmgSettings` as `listen` wants them."""

    on: float
    boot: float
    usual_on: float
    before: float
    off: float
    level_off: float
    strong: float
    split: float
    split_usual: float
    penalty: float
    floor: float
    fall: float
    rise: float
    rise_active: float
    before_fall: float
    before_rise: float
    level_kept: float
    usual_kept: float
    usual_idle_kept: float


class Muscle(msgspec.Struct):
    """What the detector remembers of one channel.

    `rest` and `spread` are the resting level's; `before` is the level a moment ago; `level_uv` that
    of the contraction that lasts, `usual_uv` that of contractions. A hop is `over` by its own
    level, and `crossing` if that of 30 ms is as well: a single motor unit is over now and then, and
    a heartbeat is still in the 30 ms when it is no longer expected.
    """

    rest: float = SILENT
    spread: float = 0.25
    before: float = SILENT
    level_uv: float = 0.0
    usual_uv: float = 0.0
    score: float = 0.0
    threshold: float = SILENT
    active: bool = False
    over: bool = False
    crossing: bool = False
    hops: int = 0
    low_hops: int = 0
    age_hops: int = 0
    lasting_hops: int = 0
    learning: bool = True
    heard: list[float] = []
    recent: list[float] = []


def rules(plan: Plan) -> Rules:
    """Return the rules of `plan`."""
    s, ln, hop_s = plan.settings, math.log, plan.hop_s
    return Rules(
        on=ln(s.ratio_on),
        boot=ln(s.boot_ratio),
        usual_on=ln(s.usual_share_on),
        before=ln(s.ratio_before),
        off=ln(s.ratio_off),
        level_off=ln(s.level_share_off),
        strong=ln(s.strong_share),
        split=ln(s.split_ratio),
        split_usual=ln(s.split_share),
        penalty=ln(s.motion_penalty),
        floor=ln(s.floor_uv),
        fall=hop_s / s.fall_s,
        rise=hop_s / s.rise_s,
        rise_active=hop_s / s.rise_active_s,
        before_fall=hop_s / s.before_fall_s,
        before_rise=hop_s / s.before_rise_s,
        level_kept=1.0 - hop_s / s.level_s,
        usual_kept=1.0 - hop_s / s.usual_s,
        usual_idle_kept=1.0 - hop_s / s.usual_idle_s,
    )


def listen(muscle: Muscle, hop: Hop, plan: Plan, rules: Rules) -> Step:
    """Return what became of `hop`, and remember it in `muscle`."""
    recent = muscle.recent
    recent.append(hop.fast)
    if len(recent) > plan.split + plan.fast:
        del recent[0]
    if muscle.learning:
        _learn_at_first(muscle, hop, plan)
        return Step.NOTHING
    muscle.hops += 1
    muscle.threshold = _threshold(muscle, hop, plan, rules)
    over = hop.short - muscle.threshold
    muscle.over = hop.clean and over > 0.0
    muscle.crossing = muscle.over and hop.fast > muscle.threshold
    scored = _score(muscle, hop, over, plan, rules)
    step = _judge(muscle, hop, scored, plan, rules)
    if step is Step.NOTHING:
        muscle.age_hops += 1
    else:
        muscle.active = step is not Step.ENDED
        muscle.age_hops = muscle.lasting_hops = 0
        muscle.score = 0.0
    _remember(muscle, hop, over, plan, rules)
    return step


def learn_again(muscle: Muscle) -> None:
    """Listen for what rest is like now, before anything is an onset again."""
    muscle.learning = True
    muscle.heard = []
    muscle.score = 0.0
    muscle.over = muscle.crossing = False


def _learn_at_first(muscle: Muscle, hop: Hop, plan: Plan) -> None:
    """Learn the resting level from a first moment; it may fall fast afterwards."""
    if not hop.clean:
        return
    muscle.heard.append(hop.fast)
    if len(muscle.heard) < plan.warm_up:
        return
    settled = sorted(muscle.heard[min(3, plan.warm_up // 3) :])
    muscle.rest = max(muscle.rest, settled[int(0.3 * len(settled))])
    muscle.before = muscle.rest
    muscle.learning = False
    muscle.heard = []


def _threshold(muscle: Muscle, hop: Hop, plan: Plan, rules: Rules) -> float:
    s = plan.settings
    least = rules.on if muscle.hops >= plan.boot - plan.warm_up else rules.boot
    lasting = max(
        max(muscle.rest, rules.floor) + max(s.spreads_on * muscle.spread, least),
        math.log(muscle.usual_uv + 1e-9) + rules.usual_on,
        hop.leak,
    )
    penalty = rules.penalty if hop.moving else 0.0
    if hop.fast > lasting + penalty and hop.clean and not hop.line_like:
        muscle.lasting_hops += 1
    else:
        muscle.lasting_hops = max(0, muscle.lasting_hops - BACK_DOWN)
    return max(lasting, muscle.before + rules.before) + penalty


def _score(muscle: Muscle, hop: Hop, over: float, plan: Plan, rules: Rules) -> bool:
    """Say whether this hop counts: what may be mains does not make an onset of others."""
    s = plan.settings
    if not hop.clean:
        muscle.score = 0.0
    elif over <= 0.0:
        muscle.score = max(0.0, muscle.score + max(over, -s.leak))
    elif not hop.line_like:
        usual_uv = muscle.usual_uv
        strong = usual_uv > 0.0 and hop.short > math.log(usual_uv) + rules.strong
        if hop.plain or not strong:
            muscle.score += min(over + s.score_base, s.strong_cap if strong else s.score_cap)
            return True
    return False


def _judge(muscle: Muscle, hop: Hop, scored: bool, plan: Plan, rules: Rules) -> Step:
    if not muscle.active:
        at_once = scored and muscle.score > plan.settings.score_needed
        began = at_once or muscle.lasting_hops >= plan.lasting
        return Step.BEGAN if began else Step.NOTHING
    rest = max(muscle.rest, rules.floor)
    low = max(
        rest + max(plan.settings.spreads_off * muscle.spread, rules.off),
        math.log(muscle.level_uv + 1e-9) + rules.level_off,
    )
    muscle.low_hops = muscle.low_hops + 1 if hop.fast < low else 0
    if muscle.low_hops >= plan.off:
        return Step.ENDED
    return Step.BEGAN_ANEW if _jumps(muscle, hop, plan, rules) else Step.NOTHING


def _jumps(muscle: Muscle, hop: Hop, plan: Plan, rules: Rules) -> bool:
    """Say whether a new contraction grows out of one that lasts."""
    if not muscle.over or hop.moving or muscle.age_hops <= plan.split or muscle.usual_uv <= 0.0:
        return False
    if hop.fast <= math.log(muscle.usual_uv) + rules.split_usual:
        return False
    return hop.fast > max(muscle.recent[: -plan.fast]) + rules.split


def _remember(muscle: Muscle, hop: Hop, over: float, plan: Plan, rules: Rules) -> None:
    """Learn rest where it is quiet, and how strong contractions are while one lasts."""
    still = not (muscle.active or hop.moving or muscle.lasting_hops)
    quiet = hop.clean and over < 0.0 and still
    above = hop.fast - muscle.rest
    if hop.clean and above < 0.0:
        muscle.rest += above * rules.fall
    elif quiet:
        muscle.rest += above * rules.rise
    elif hop.clean and muscle.active:
        muscle.rest += above * rules.rise_active
    if quiet:
        s = plan.settings
        spread = muscle.spread + rules.rise * (1.25 * abs(above) - muscle.spread)
        muscle.spread = min(max(spread, s.spread_least), s.spread_most)
    if muscle.active:
        muscle.level_uv = max(hop.slow_uv, muscle.level_uv * rules.level_kept)
    else:
        muscle.level_uv = 0.0
        recent = muscle.recent
        ago = recent[-1 - plan.lag] if len(recent) > plan.lag else recent[0]
        rate = rules.before_fall if ago < muscle.before else rules.before_rise
        muscle.before += (ago - muscle.before) * rate
    if muscle.active and hop.clean:
        muscle.usual_uv = max(hop.slow_uv, muscle.usual_uv * rules.usual_kept)
    else:
        muscle.usual_uv *= rules.usual_idle_kept


def relax(muscle: Muscle, plan: Plan) -> None:
    """Take the level to which the muscle has relaxed for the level before the next onset."""
    low = muscle.recent[-plan.off :]
    muscle.before = sum(low) / len(low)
    muscle.low_hops = 0


def rising_hops(powers: list[float]) -> int:
    """Return how many hops at the end of `powers` belong to the stronger, later part.

    That is the split of the stretch into two with the greatest Gaussian likelihood.
    """
    n = len(powers)
    total = sum(powers) + n * 1e-9
    best, found = -math.inf, 1
    first = 0.0
    for before, power in enumerate(powers[:-1], start=1):
        first += power + 1e-9
        if before < 3 or (total - first) / (n - before) <= first / before:
            continue
        second = (total - first) / (n - before)
        likelihood = -(before * math.log(first / before) + (n - before) * math.log(second))
        if likelihood > best:
            best, found = likelihood, n - before
    return found
