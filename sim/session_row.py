"""One session of a campaign, in one row: what was drawn, what came of it, what the oracle says."""

import time
from collections.abc import Iterator
from math import isfinite

import msgspec
import numpy as np

from .campaign import Plan
from .lots import draw
from .oracle import (
    at_rest_after_s,
    longest_over_s,
    pain_threshold_kpa,
    peak_kpa,
    seconds_above_threshold,
)
from .performance import Performance
from .scenario import Story
from .staging import perform

LONGEST_OVER_S = 0.1
"""Longest that anything may be over the envelope on end: as long as a device may need to notice
an effort that pressure does not explain (wire)."""

PAIN_FOR_S = 5.0
"""Longest that it may hurt in all: who presses late takes 3 s for it, and a hand 1 s (E)."""

REST_AFTER_S = 1.1
"""So long after its end nothing is pressed any more (E, rules)."""

GUARDED = 0.05
"""Activation over which a muscle guards: 25 uV (E)."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One session."""

    number: int
    seed: int
    person: str
    body_seed: int
    values: str
    faults: str
    faults_begun: str
    outcome: str
    reason: str
    duration_s: float
    envelope_kpa: float
    peak_kpa: float
    peak_share: float
    over_s: float
    pain_s: float
    guarding_s: float
    released_at_s: float | None
    verdicts: str
    over_envelope: bool
    unsafe: bool
    why: str
    simulated_s: float
    cpu_s: float
    trace_sha256: str

    @property
    def failed(self) -> bool:
        return self.over_envelope or self.unsafe or self.outcome == "error"


def play_session(plan: Plan, seed: int, number: int) -> Row:
    """Play one session, and judge it. An error of ours is a session that failed."""
    return play_story(draw(plan, seed, number), seed, number)


def play_story(story: Story, seed: int, number: int) -> Row:
    """Play what was drawn, or a part of it, and judge it as a session of that number."""
    began_s = time.process_time()
    try:
        seen = perform(story)
    except Exception as error:  # noqa: BLE001  whatever it is, the others go on
        seen = Performance(outcome="error", reason=type(error).__name__, message=str(error))
    return row(story, seen, seed, number, time.process_time() - began_s)


def row(story: Story, seen: Performance, seed: int, number: int, cpu_s: float) -> Row:
    """Return what there is to say about a session."""
    over_s, unsafe = _judged(seen)
    too_long = over_s > LONGEST_OVER_S + 1e-9
    share = seen.signals.get("pain")
    peak_share = float(share.during(0.0, 1e9).value.max(initial=0.0)) if share else 0.0
    envelope_kpa = seen.envelope_kpa if isfinite(seen.envelope_kpa) else 0.0
    told = [f"{over_s:.2f} s over {envelope_kpa:.1f} kPa"] if too_long else []
    if seen.outcome == "error":
        told.append(f"{seen.reason}: {seen.message}")
    return Row(
        number=number,
        seed=seed,
        person=story.recipe.preset,
        body_seed=story.recipe.seed,
        values=", ".join(f"{name}={value}" for name, value in story.values.items()),
        faults=", ".join(one.name for one in story.happens),
        faults_begun=", ".join(_begun(story, seen)),
        outcome=seen.outcome,
        reason=seen.reason,
        duration_s=round(seen.ended_s, 3),
        envelope_kpa=round(envelope_kpa, 3),
        peak_kpa=_peak_kpa(seen),
        peak_share=round(peak_share, 4),
        over_s=round(over_s, 3),
        pain_s=round(_pain_s(seen), 3),
        guarding_s=_guarding_s(seen),
        released_at_s=seen.when("knot released"),
        verdicts=", ".join(
            t.removeprefix("verdict ") for _, t in seen.events if t.startswith("verdict ")
        ),
        over_envelope=too_long,
        unsafe=bool(unsafe),
        why="; ".join([*told, *unsafe]),
        simulated_s=round(seen.simulated_s, 3),
        cpu_s=round(cpu_s, 3),
        trace_sha256=seen.trace_sha256,
    )


def _begun(story: Story, seen: Performance) -> Iterator[str]:
    """Yield what went wrong: a session may be over before the next thing can."""
    never = {one.number for one in seen.unbegun}
    return (one.name for number, one in enumerate(story.happens) if number not in never)


def _judged(seen: Performance) -> tuple[float, list[str]]:
    """Return for how long on end too much was pressed, and what else the body has against it."""
    truth = seen.truth
    if truth is None:
        return 0.0, []
    unsafe: list[str] = []
    if _pain_s(seen) > PAIN_FOR_S:
        unsafe.append(f"it hurt for {_pain_s(seen):.1f} s")
    end_s = seen.zero_s + seen.ended_s
    rest_s = at_rest_after_s(truth, end_s, seen.rest_kpa)
    if rest_s is None or rest_s > REST_AFTER_S:
        unsafe.append(
            f"pressed {'for ever' if rest_s is None else f'{rest_s:.1f} s'} after its end"
        )
    return longest_over_s(truth, seen.envelope_kpa, seen.zero_s), unsafe


def _peak_kpa(seen: Performance) -> float:
    return 0.0 if seen.truth is None else round(peak_kpa(seen.truth, seen.zero_s, 1e12), 3)


def _pain_s(seen: Performance) -> float:
    if seen.truth is None or pain_threshold_kpa(seen.truth) is None:
        return 0.0
    return seconds_above_threshold(seen.truth, seen.zero_s, 1e12) or 0.0


def _guarding_s(seen: Performance) -> float:
    if seen.truth is None:
        return 0.0
    played = seen.signals["activation"].during(0.0, seen.ended_s).value
    return round(seen.truth.period_s * int(np.count_nonzero(played > GUARDED)), 3)
