"""A sensor that says the same all the time: dead, saturated, or read from a buffer nobody fills."""

import msgspec

from .moment import Features
from .words import Reason, Verdict

STUCK_WHILE_MOVED_S, MOVED_KPA = 0.25, 2.0
"""The same code for so long, while the command has moved so far (E, rules)."""

STUCK_S = 1.0
"""The same code for so long, whatever the command does (E, rules)."""


class Same(msgspec.Struct, frozen=True, gc=False):
    """What one sensor says all the time, for how long, and how the command moved meanwhile."""

    value: float
    for_s: float
    low_kpa: float
    high_kpa: float


Sticking = tuple[Same | None, ...]


def watch_sticking(before: Sticking, felt: Features, asked_kpa: float) -> Sticking:
    """Return what each sensor has been saying all the time."""
    if not any(value is not None for value in felt.still):
        return ()
    known = before or (None,) * len(felt.still)
    return tuple(
        None if value is None else _longer(same, value, felt, asked_kpa)
        for same, value in zip(known, felt.still, strict=False)
    )


def stuck(sticking: Sticking) -> Verdict | None:
    """Return a stop, if a sensor has said the same for too long."""
    for same in sticking:
        if same is None:
            continue
        moved = same.high_kpa - same.low_kpa >= MOVED_KPA
        limit_s = STUCK_WHILE_MOVED_S if moved else STUCK_S
        if same.for_s >= limit_s - 1e-6:
            return Verdict("stop", Reason.SENSOR_STUCK, same.for_s, limit_s)
    return None


def _longer(same: Same | None, value: float, felt: Features, asked_kpa: float) -> Same:
    if same is None or same.value != value:
        return Same(value, felt.duration_s, asked_kpa, asked_kpa)
    return Same(
        value,
        same.for_s + felt.duration_s + felt.lost_s,
        min(same.low_kpa, asked_kpa),
        max(same.high_kpa, asked_kpa),
    )
