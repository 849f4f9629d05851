"""What somebody should look at: raised, latched when it has passed unseen, acknowledged."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from .words import Act, Alarm, Reason

Urgency: TypeAlias = Literal["low", "medium", "high"]
Cause: TypeAlias = tuple[Reason, Urgency]

SETTLE_S = 2.0
"""How long a cause must be gone before its alarm has passed, and may be raised again (E, rules)."""

URGENCY: dict[Act, Urgency] = {
    "cool": "medium",
    "hold": "low",
    "approach": "medium",
    "pause": "high",
    "release": "high",
    "stop": "high",
}


class Standing(msgspec.Struct, frozen=True, gc=False):
    """One alarm, and when its cause was last seen."""

    alarm: Alarm
    seen_s: float


Alarms: TypeAlias = tuple[Standing, ...]


def hear(alarms: Alarms, causes: Sequence[Cause], at_s: float) -> tuple[Alarms, tuple[Alarm, ...]]:
    """Return the alarms after a judgement, and those that are new or have passed."""
    told: list[Alarm] = []
    kept = [one for one in (_pass(s, at_s, told) for s in alarms) if one is not None]
    for cause in causes:
        kept = _raise(kept, cause, at_s, told)
    return tuple(kept), tuple(told)


def acknowledge(
    alarms: Alarms, reason: Reason | None, at_s: float
) -> tuple[Alarms, tuple[Alarm, ...]]:
    """Return the alarms after a person has seen one, or all: what has passed is forgotten."""
    told: list[Alarm] = []
    kept: list[Standing] = []
    for standing in alarms:
        alarm = standing.alarm
        if alarm.state == "acknowledged" or reason not in (None, alarm.reason):
            kept.append(standing)
            continue
        seen = msgspec.structs.replace(alarm, at_s=at_s, state="acknowledged")
        told.append(seen)
        if alarm.state == "raised":
            kept.append(Standing(seen, standing.seen_s))
    return tuple(kept), tuple(told)


def _pass(standing: Standing, at_s: float, told: list[Alarm]) -> Standing | None:
    """Latch what has passed unseen; forget what has passed and was seen."""
    alarm = standing.alarm
    if alarm.state == "latched" or at_s - standing.seen_s <= SETTLE_S:
        return standing
    if alarm.state == "acknowledged":
        return None
    told.append(msgspec.structs.replace(alarm, at_s=at_s, state="latched"))
    return Standing(told[-1], standing.seen_s)


def _raise(alarms: list[Standing], cause: Cause, at_s: float, told: list[Alarm]) -> list[Standing]:
    reason, urgency = cause
    others = [s for s in alarms if s.alarm.reason is not reason]
    known = next((s.alarm for s in alarms if s.alarm.reason is reason), None)
    if known is not None and known.state != "latched":
        return [*others, Standing(known, at_s)]
    told.append(Alarm(at_s, reason, "raised", urgency))
    return [*others, Standing(told[-1], at_s)]
