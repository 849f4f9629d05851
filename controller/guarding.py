"""A muscle that guards against what presses on it: noticed at once, confirmed, answered once."""

from functools import lru_cache

import msgspec

from .emg_noise import NOISE_UV, net_uv
from .emg_words import EmgFeatures
from .references import LEAST_OF_NOISE, Values

AFTER_RISE_S = 0.3
"""An onset so long after a rise may still be its answer (E, rules)."""

WINDOW_S, CONFIRM_S = 0.7, 0.5
"""A candidate is confirmed by so much activity within the window after it (E, rules)."""

GUARDING_OVER = (3.0, 0.10)
"""What counts as activity: over this many baselines and this share of the strongest (E, rules)."""

STRONGEST_COUNTS_UV = 200.0
"""The shares are of a contraction of at most so much, without its noise: a muscle that is strong,
or was measured too strong, must not guard unseen (E; of 400 uV a tenth is 40 uV, and a body that
guards early was never eased)."""

CALM_UNDER, CALM_S = (2.0, 0.05), 1.0
"""What is calm again: under one of these for so long (E, rules)."""

REFRACTORY_S, PERSISTS_S = 3.0, 10.0
"""One cause is answered once: no other for so long after it, nor before all was calm again; but a
guard that outlasts its answer by the second counts as another (E, rules; the second E)."""

OFTEN, OFTEN_S = 3, 60.0
"""So many guards within so long lower the ceiling; as many again close the region (E, rules)."""

NEAR_PAIN_S = 120.0
"""A guard within so long of a press of the pain button closes the region (E, rules)."""

SPASM_OVER, SPASM_S = (5.0, 0.20), 2.0
"""A spasm: over both of these for so long, without our act or movement to explain it (E, rules)."""

ANSWERING_S = 3.0
"""How long what is loud is explained by our act: less is pressed then, and a guard fades in about
so long; a cramp does not (E; physiology 4.3 gives no number)."""


class Loudness(msgspec.Struct, frozen=True, gc=False):
    """How loud the muscles are, as the largest multiple of each threshold over all channels."""

    guarding: float
    calm: float
    spasm: float


class Guard(msgspec.Struct, frozen=True):
    """What is remembered of the muscles' answers to what was done to them.

    `tense` is that one crosses while something of ours presses, `loud_s` how much of the window
    after `candidate_s` was loud so far, `answered_s` when a guard was answered last and `answering`
    whether it is not calm yet since, `confirmed_s` when the latest were confirmed, and `lowered`
    how often they came so close that the ceiling was lowered.
    """

    heard_s: float = 0.0
    tense: bool = False
    candidate_s: float | None = None
    loud_s: float = 0.0
    answered_s: float = -REFRACTORY_S
    calm_since_s: float | None = 0.0
    confirmed_s: tuple[float, ...] = ()
    lowered: int = 0
    answering: bool = False
    spasm_since_s: float | None = None

    def is_calm(self, at_s: float) -> bool:
        """Whether nothing has been loud for long enough."""
        calm_s = self.calm_since_s
        return calm_s is not None and at_s - calm_s >= CALM_S and self.candidate_s is None

    def counting_anew(self) -> "Guard":
        """Return it after a silence: what was confirmed stays, what was being counted does not."""
        return msgspec.structs.replace(
            self, tense=False, candidate_s=None, loud_s=0.0, calm_since_s=None, spasm_since_s=None
        )


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What the muscles ask for now. `measured` is how loud, in multiples of what counts."""

    freeze: bool = False
    ease: bool = False
    lower: bool = False
    close: bool = False
    spasm: bool = False
    measured: float = 0.0


def loudness(
    emg: EmgFeatures, baseline: Values, mvc: Values, noise_uv: tuple[float, ...]
) -> Loudness:
    """Return how loud the muscles are. A channel that cannot be trusted says nothing.

    A baseline that was not measurable counts as what is just measurable: a quiet muscle is one.
    `mvc` is a contraction to refer to; without one that half of a threshold is left out, and of a
    very strong one only `STRONGEST_COUNTS_UV` count.
    """
    guarding = calm = spasm = 0.0
    for i, slow_uv in enumerate(emg.slow_uv):
        if emg.trusted[i]:
            noise = _at(noise_uv, i) or NOISE_UV
            guards_uv, calms_uv, cramps_uv = _thresholds_uv(_at(baseline, i), _at(mvc, i), noise)
            loud_uv = net_uv(slow_uv, noise)
            guarding = max(guarding, loud_uv / guards_uv)
            calm = max(calm, loud_uv / calms_uv)
            spasm = max(spasm, loud_uv / cramps_uv)
    return Loudness(guarding, calm, spasm)


def hear(
    guard: Guard,
    at_s: float,
    loud: Loudness,
    *,
    crossing: bool,
    pressing: bool,
    moving: bool,
    pained_s: float | None = None,
) -> tuple[Guard, Answer | None]:
    """Return what to remember of one batch, and what the muscles ask for.

    `crossing` is an unconfirmed onset in any channel, `pressing` that pressure rises or has risen
    a moment ago or is held, `moving` that an electrode or the person moves, and `pained_s` when
    the pain button was pressed last. A muscle that is tense already when something begins to press
    opens a candidate then.
    """
    passed_s = at_s - guard.heard_s
    tense = crossing and pressing
    begins = tense and not guard.tense
    guard = _replace(guard, heard_s=at_s, tense=tense)
    guard = _listen_for_calm(guard, at_s, loud)
    guard, spasm = _listen_for_spasm(guard, at_s, loud, moving=moving)
    if spasm:
        return guard, Answer(spasm=True, measured=loud.spasm)
    if guard.answering and at_s - guard.answered_s >= REFRACTORY_S and guard.is_calm(at_s):
        guard = _replace(guard, answering=False)
    if guard.candidate_s is None:
        since_s = at_s - guard.answered_s
        if not begins or since_s < (PERSISTS_S if guard.answering else REFRACTORY_S):
            return guard, None
        guard = _replace(guard, candidate_s=at_s, loud_s=0.0)
        return guard, Answer(freeze=True, measured=loud.guarding)
    return _weigh(guard, at_s, passed_s, loud, pained_s)


def _weigh(
    guard: Guard, at_s: float, passed_s: float, loud: Loudness, pained_s: float | None
) -> tuple[Guard, Answer | None]:
    """Confirm a candidate, or drop it as soon as too little of its window is left for that."""
    candidate_s = guard.candidate_s if guard.candidate_s is not None else at_s
    loud_s = guard.loud_s + (passed_s if loud.guarding > 1.0 else 0.0)
    if loud_s >= CONFIRM_S - _EPSILON_S:
        return _confirm(guard, at_s, loud, pained_s)
    if at_s - candidate_s - loud_s > WINDOW_S - CONFIRM_S + _EPSILON_S:
        return _replace(guard, candidate_s=None, loud_s=0.0), None
    return _replace(guard, loud_s=loud_s), None


def _confirm(
    guard: Guard, at_s: float, loud: Loudness, pained_s: float | None
) -> tuple[Guard, Answer]:
    recent = (*(s for s in guard.confirmed_s if at_s - s <= OFTEN_S), at_s)
    often = len(recent) >= OFTEN
    near_pain = pained_s is not None and at_s - pained_s <= NEAR_PAIN_S
    answer = Answer(
        ease=True,
        lower=often and guard.lowered == 0,
        close=near_pain or (often and guard.lowered > 0),
        measured=loud.guarding,
    )
    guard = msgspec.structs.replace(
        guard,
        candidate_s=None,
        loud_s=0.0,
        answered_s=at_s,
        answering=True,
        confirmed_s=() if often else recent,
        lowered=guard.lowered + often,
    )
    return guard, answer


def _listen_for_calm(guard: Guard, at_s: float, loud: Loudness) -> Guard:
    if loud.calm >= 1.0:
        return guard if guard.calm_since_s is None else _replace(guard, calm_since_s=None)
    return guard if guard.calm_since_s is not None else _replace(guard, calm_since_s=at_s)


def _listen_for_spasm(
    guard: Guard, at_s: float, loud: Loudness, *, moving: bool
) -> tuple[Guard, bool]:
    ours = guard.candidate_s is not None or at_s - guard.answered_s < ANSWERING_S
    explained = moving or (ours and not _was_loud_before(guard))
    if loud.spasm <= 1.0 or explained:
        return guard if guard.spasm_since_s is None else _replace(guard, spasm_since_s=None), False
    if guard.spasm_since_s is None:
        return _replace(guard, spasm_since_s=at_s), False
    return guard, at_s - guard.spasm_since_s >= SPASM_S - _EPSILON_S


def _was_loud_before(guard: Guard) -> bool:
    """Return whether it was loud before we pressed: a cramp, and no answer to us."""
    loud_s, candidate_s = guard.spasm_since_s, guard.candidate_s
    if loud_s is None or candidate_s is None:
        return loud_s is not None  # what a candidate has not explained, its answer does not either
    return loud_s < candidate_s


@lru_cache(maxsize=256)
def _thresholds_uv(
    baseline_uv: float | None, mvc_uv: float | None, noise_uv: float
) -> tuple[float, float, float]:
    """Return what counts as guarding, as calm and as a spasm in one channel."""
    rest_uv = net_uv(baseline_uv or LEAST_OF_NOISE * noise_uv, noise_uv)
    most_uv = min(STRONGEST_COUNTS_UV, net_uv(mvc_uv or 0.0, noise_uv))
    guarding, calm, spasm = (
        max(shares[0] * rest_uv, shares[1] * most_uv)
        for shares in (GUARDING_OVER, CALM_UNDER, SPASM_OVER)
    )
    return guarding, calm, spasm


def _at(values: Values, index: int) -> float | None:
    return values[index] if index < len(values) else None


_replace = msgspec.structs.replace
_EPSILON_S = 1e-6
