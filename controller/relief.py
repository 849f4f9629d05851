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
    """Since when there has been none. `low` has a bit for each 10 ms of five seconds.

    The same of the further pads together: one of them that presses is none for all of them.
    """

    low: int = _ALL
    since_s: float = 0.0
    now_s: float = 0.0
    others_low: int = _ALL
    others_since_s: float = 0.0

    @property
    def occluded_s(self) -> float:
        return self.now_s - min(self.since_s, self.others_since_s)


def watch_relief(before: Relief, felt: Features) -> Relief:
    """Return when there last was relief, under the first pad and under all others."""
    is_low = max(felt.pressure_kpa, felt.lowest_kpa) < RELIEF_KPA
    others_are_low = felt.others_kpa < RELIEF_KPA
    low = _seen(before.low, felt, is_low=is_low)
    others_low = _seen(before.others_low, felt, is_low=others_are_low)
    now_s = felt.start_s + felt.duration_s
    return Relief(
        low,
        now_s if is_low and _is_relief(low) else before.since_s,
        now_s,
        others_low,
        now_s if others_are_low and _is_relief(others_low) else before.others_since_s,
    )


def _seen(low: int, felt: Features, *, is_low: bool) -> int:
    """Return the last five seconds. What was not sampled was no relief."""
    slots = max(1, round((felt.duration_s + felt.lost_s) / SLOT_S))
    fresh = max(1, round(felt.duration_s / SLOT_S))
    return ((low << slots) | ((1 << fresh) - 1 if is_low else 0)) & _ALL


def _is_relief(low: int) -> bool:
    return low.bit_count() >= _ENOUGH


def occluded(relief: Relief) -> Verdict | None:
    """Return a release, and later a stop, if there was no relief for too long."""
    for_s = relief.occluded_s
    if for_s <= OCCLUDED_S:
        return None
    if for_s > OCCLUDED_FAULT_S:
        return Verdict("stop", Reason.OCCLUDED, for_s, OCCLUDED_FAULT_S)
    return Verdict("release", Reason.OCCLUDED, for_s, OCCLUDED_S)
