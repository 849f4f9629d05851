"""How much is trusted to what comes back: closed loop, changes between cycles, open loop."""

import msgspec

from .moment import Features, Health
from .words import Mode, Reason

LOST_SHARE, LOST_MUCH_SHARE, LOST_WITHIN_S = 0.05, 0.2, 2.0
"""Share of samples that are missing, within so long: step-adjust, open loop (E, rules)."""

LATE_S, VERY_LATE_S, LATE_SHARE, LATE_WITHIN_S = 0.06, 0.25, 0.01, 10.0
"""Age that 99 in 100 samples keep to, within so long: beyond, step-adjust, open loop (E, rules)."""

UNSURE_S = 0.01
"""Uncertainty of the device's clock beyond which it is step-adjust (E, wire)."""

STEP_ADJUST_SHARE, OPEN_LOOP_SHARE = 0.5, 0.4
"""Share of the pain threshold that may be pressed (E, rules)."""

SLOT_S = 0.01
"""Time that one bit of the account stands for: a batch (wire, *SAMPLES*)."""
_LOST = (1 << round(LOST_WITHIN_S / SLOT_S)) - 1
_LATE = (1 << round(LATE_WITHIN_S / SLOT_S)) - 1
_TRUSTED: dict[Mode, int] = {"closed_loop": 2, "step_adjust": 1, "open_loop": 0}


class Trust(msgspec.Struct, frozen=True, gc=False):
    """Bits for each 10 ms: missing, late, very late; the clock's uncertainty.

    `age_s` is how old the newest of the late samples was.
    """

    lost: int = 0
    late: int = 0
    very_late: int = 0
    clock_s: float = 0.0
    age_s: float = 0.0


class Doubt(msgspec.Struct, frozen=True, gc=False):
    """Why no more than `mode` is trusted."""

    mode: Mode
    reason: Reason
    measured: float
    limit: float


def watch_trust(before: Trust, felt: Features | None, health: Health) -> Trust:
    """Return the account one moment later; the same object where nothing is or was amiss."""
    if felt is None:
        return before if before.clock_s == health.clock_s else _with_clock(before, health.clock_s)
    age_s = health.pressure_age_s or 0.0  # of what is never measured, nothing is late
    if not (before.lost or before.late or felt.lost_s or age_s > LATE_S):
        return before if before.clock_s == health.clock_s else _with_clock(before, health.clock_s)
    missing = round(felt.lost_s / SLOT_S)
    fresh = max(1, round(felt.duration_s / SLOT_S))
    some = (1 << fresh) - 1
    return Trust(
        ((before.lost << missing | (1 << missing) - 1) << fresh) & _LOST,
        (before.late << fresh | (some if age_s > LATE_S else 0)) & _LATE,
        (before.very_late << fresh | (some if age_s > VERY_LATE_S else 0)) & _LATE,
        health.clock_s,
        age_s if age_s > LATE_S else before.age_s,
    )


def doubt(trust: Trust) -> Doubt | None:
    """Return what is least to be trusted, None where all is well."""
    lost = trust.lost.bit_count() * SLOT_S / LOST_WITHIN_S if trust.lost else 0.0
    if lost > LOST_MUCH_SHARE:
        return Doubt("open_loop", Reason.SAMPLES_MISSING, lost, LOST_MUCH_SHARE)
    allowed = LATE_SHARE * LATE_WITHIN_S / SLOT_S
    if trust.very_late.bit_count() > allowed:
        return Doubt("open_loop", Reason.SAMPLES_LATE, max(trust.age_s, VERY_LATE_S), VERY_LATE_S)
    if lost > LOST_SHARE:
        return Doubt("step_adjust", Reason.SAMPLES_MISSING, lost, LOST_SHARE)
    if trust.late.bit_count() > allowed:
        return Doubt("step_adjust", Reason.SAMPLES_LATE, trust.age_s, LATE_S)
    if trust.clock_s > UNSURE_S:
        return Doubt("step_adjust", Reason.CLOCK_UNSURE, trust.clock_s, UNSURE_S)
    return None


def is_lower(one: Mode, other: Mode) -> bool:
    """Return whether `one` trusts less than `other`."""
    return _TRUSTED[one] < _TRUSTED[other]


def cap_kpa(mode: Mode, ppt_kpa: float) -> float:
    """Return the most that is pressed in a mode."""
    match mode:
        case "closed_loop":
            return float("inf")
        case "step_adjust":
            return STEP_ADJUST_SHARE * ppt_kpa
        case "open_loop":
            return OPEN_LOOP_SHARE * ppt_kpa


def _with_clock(trust: Trust, clock_s: float) -> Trust:
    return msgspec.structs.replace(trust, clock_s=clock_s)
