"""A surface that warms: never too warm, never unknown, never for too long."""

import msgspec

from .moment import Moment
from .words import Reason, Verdict

CUT_DEGC, CUT_AFTER_S = 41.0, 0.3
"""How warm a surface is measured from which the session is stopped (E, physiology 2.8), and for how
long (E: three readings)."""

READING_LOST_S = 1.0
"""Age of the newest reading from which the heat is switched off (E: ten readings)."""

QUICKEST_DEGC_S, QUICK_OVER_S = 0.6, 2.0
"""No surface of tau 60 s changes faster (D, physiology 5.1: 36 degC apart from what is around it),
looked at over so long (E): a thermometer that comes off does."""

PLAUSIBLE_DEGC = (5.0, 60.0)
"""What a thermometer on somebody says, if it is whole (E)."""

STUCK_S = 5.0
"""The same reading for so long is none (E: fifty readings, of which no two need be alike)."""

SHORT_DEGC, GAINED_DEGC, GAINED_WITHIN_S = 3.0, 0.5, 20.0
"""So far below what is asked for a surface gets warmer by so much within so long, or the heat is
switched off (E)."""

HEATED_MAX_S = 1200.0
"""Longest warming in a session (E, physiology H-18)."""

_EPSILON_S = 1e-6


class Heat(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of a surface.

    `seen` is a reading and when it was, to compare later ones with; `gained` likewise, the warmest
    while it was short of what is asked for; `same` the newest that differs from the one before.
    `off`: the heat stays off in this session.
    """

    at_s: float = 0.0
    hot_s: float = 0.0
    heated_s: float = 0.0
    seen: tuple[float, float] | None = None
    gained: tuple[float, float] | None = None
    same: tuple[float, float] | None = None
    off: bool = False


def watch_heat(before: Heat, moment: Moment, asked_degc: float) -> tuple[Heat, Verdict | None]:
    """Return what to remember, and what must happen: nothing, heat off, or a stop.

    `asked_degc` is what the surface is asked to be, 0 for off.
    """
    felt = moment.features
    surface_degc = None if felt is None else felt.surface_degc
    heat = _lived(before, moment.at_s, asked_degc, surface_degc)
    if surface_degc is not None and heat.hot_s >= CUT_AFTER_S - _EPSILON_S:
        return heat, Verdict("stop", Reason.OVER_TEMPERATURE, surface_degc, CUT_DEGC)
    if heat.off:
        return heat, None
    verdict = (
        _unknown(moment)
        or _impossible(surface_degc)
        or _too_quick(before, moment.at_s, surface_degc)
        or _stuck(heat, moment.at_s)
        or _idle(heat, moment.at_s, asked_degc, surface_degc)
        or _long_enough(heat)
    )
    return (heat, None) if verdict is None else (_switched_off(heat), verdict)


def _lived(before: Heat, at_s: float, asked_degc: float, surface_degc: float | None) -> Heat:
    passed_s = max(0.0, at_s - before.at_s)
    heated_s = before.heated_s + (passed_s if asked_degc > 0.0 else 0.0)
    if surface_degc is None:
        return msgspec.structs.replace(before, at_s=at_s, heated_s=heated_s)
    return Heat(
        at_s=at_s,
        hot_s=before.hot_s + passed_s if surface_degc > CUT_DEGC else 0.0,
        heated_s=heated_s,
        seen=_reading_before(before.seen, at_s, surface_degc),
        gained=_warmest(before.gained, at_s, asked_degc, surface_degc),
        same=_unchanged(before.same, at_s, surface_degc),
        off=before.off,
    )


def _switched_off(heat: Heat) -> Heat:
    return msgspec.structs.replace(heat, off=True)


def _reading_before(
    seen: tuple[float, float] | None, at_s: float, surface_degc: float
) -> tuple[float, float]:
    kept = seen is not None and at_s - seen[0] < QUICK_OVER_S
    return seen if seen is not None and kept else (at_s, surface_degc)


def _warmest(
    gained: tuple[float, float] | None, at_s: float, asked_degc: float, surface_degc: float
) -> tuple[float, float] | None:
    """Return since when it has not got warmer by enough; None where it is warm enough."""
    if asked_degc - surface_degc <= SHORT_DEGC:
        return None
    if gained is None or surface_degc >= gained[1] + GAINED_DEGC:
        return at_s, surface_degc
    return gained


def _unchanged(
    same: tuple[float, float] | None, at_s: float, surface_degc: float
) -> tuple[float, float]:
    return same if same is not None and same[1] == surface_degc else (at_s, surface_degc)


def _unknown(moment: Moment) -> Verdict | None:
    age_s = moment.health.surface_age_s
    if age_s is None or age_s <= READING_LOST_S:
        return None
    return Verdict("cool", Reason.HEAT_SENSOR_LOST, age_s, READING_LOST_S)


def _impossible(surface_degc: float | None) -> Verdict | None:
    low, high = PLAUSIBLE_DEGC
    if surface_degc is None or low <= surface_degc <= high:
        return None
    limit_degc = low if surface_degc < low else high
    return Verdict("cool", Reason.HEAT_SENSOR_RANGE, surface_degc, limit_degc)


def _too_quick(before: Heat, at_s: float, surface_degc: float | None) -> Verdict | None:
    if surface_degc is None or before.seen is None:
        return None
    since_s, since_degc = before.seen
    rate_degc_s = abs(surface_degc - since_degc) / max(QUICK_OVER_S, at_s - since_s)
    if rate_degc_s <= QUICKEST_DEGC_S:
        return None
    return Verdict("cool", Reason.HEAT_SENSOR_WRONG, rate_degc_s, QUICKEST_DEGC_S)


def _stuck(heat: Heat, at_s: float) -> Verdict | None:
    if heat.same is None or at_s - heat.same[0] < STUCK_S - _EPSILON_S:
        return None
    return Verdict("cool", Reason.HEAT_SENSOR_STUCK, at_s - heat.same[0], STUCK_S)


def _idle(heat: Heat, at_s: float, asked_degc: float, surface_degc: float | None) -> Verdict | None:
    if surface_degc is None or heat.gained is None or at_s - heat.gained[0] < GAINED_WITHIN_S:
        return None
    return Verdict("cool", Reason.NOT_WARMING, surface_degc, asked_degc)


def _long_enough(heat: Heat) -> Verdict | None:
    if heat.heated_s <= HEATED_MAX_S:
        return None
    return Verdict("cool", Reason.HEAT_TIME, heat.heated_s, HEATED_MAX_S)
