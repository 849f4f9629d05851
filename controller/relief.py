"""How long tissue has gone without relief from pressure."""

import msgspec

from .moment import Features
from .words import Reason, Verdict

RELIEF_KPA = 4.3
"""Pressure that closes small vessels (V, physiology 2.7)."""

OCCLUDED_S, OCCLUDED_FAULT_S = 180.0, 300.0
"""Time without relief after which it is released, and after which it is a fault (E, rules)."""

SLOT_S = 0.01
_WINDOW = 500
_ENOUGH = 50
"""Half a second below, in total, within any five seconds, is relief (E, rules)."""

_ALL = (1 << _WINDOW) - 1


class Relief(msgspec.Struct, frozen=True, gc=False):
    """Since when there has been none. `low` has a bit for each 10 ms of five seconds."""

    low: int = _ALL
    since_s: float = 0.0
    now_s: float = 0.0

    @property
    def occluded_s(self) -> float:
        return self.now_s - self.since_s


def watch_relief(before: Relief, felt: Features) -> Relief:
    """Return when there last was relief. What was not sampled was none."""
    slots = max(1, round((felt.duration_s + felt.lost_s) / SLOT_S))
    is_low = max(felt.pressure_kpa, felt.lowest_kpa) < RELIEF_KPA
    fresh = max(1, round(felt.duration_s / SLOT_S))
    low = ((before.low << slots) | ((1 << fresh) - 1 if is_low else 0)) & _ALL
    now_s = felt.start_s + felt.duration_s
    relieved = is_low and low.bit_count() >= _ENOUGH
    return Relief(low, now_s if relieved else before.since_s, now_s)


def occluded(relief: Relief) -> Verdict | None:
    """Return a release, and later a stop, if there was no relief for too long."""
    for_s = relief.occluded_s
    if for_s <= OCCLUDED_S:
        return None
    if for_s > OCCLUDED_FAULT_S:
        return Verdict("stop", Reason.OCCLUDED, for_s, OCCLUDED_FAULT_S)
    return Verdict("release", Reason.OCCLUDED, for_s, OCCLUDED_S)
