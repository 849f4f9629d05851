"""How full the battery is: enough to begin, enough for another step, enough to go on at all.

A device that runs out of power while it presses lets go by itself, or it would not be played; but
then nobody has chosen the instant, and nothing is listened to any more. So a session ends before.
"""

import msgspec

from .moment import Moment
from .words import Reason, Verdict

START_PERCENT = 20.0
"""With less nothing begins (E: twice what ends a session; of a battery that lasts three hours it
leaves nearly twenty minutes for work)."""

LAST_STEP_PERCENT = 10.0
"""Under this no further step begins: as when time is up (E)."""

RELEASE_PERCENT = 5.0
"""Under this it is released at once: a gauge is off by as much (E)."""

FOR_S = 2.0
"""How long it must be under a limit: one reading may be wrong (E: two readings)."""

UNKNOWN_AFTER_S = 10.0
"""Age of the newest reading from which somebody should look (E: ten readings)."""

EMPTY_IN_S = 7200.0
"""Since its newest reading a battery is taken to go down as one that is empty in so long (E): a
gauge that dies leaves nothing to rely on for ever."""

PLAUSIBLE_PERCENT = (0.0, 100.0)
"""What a gauge says, if it is whole (D)."""

_EPSILON_S = 1e-6


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of a battery: how full it is believed to be, and for how long too low.

    `last_step` says that no further step begins, for the whole session: whoever plugs in a charger
    meanwhile changes nothing.
    """

    at_s: float = 0.0
    percent: float = START_PERCENT
    low_s: float = 0.0
    empty_s: float = 0.0
    last_step: bool = False


def watch_charge(before: Charge, moment: Moment) -> tuple[Charge, Verdict | None]:
    """Return what to remember of the battery, and a release where too little is left in it."""
    age_s = moment.health.battery_age_s
    if age_s is None:
        return before, None
    charge = _lived(before, moment.at_s, believed_percent(moment.health.battery_percent, age_s))
    if charge.empty_s < FOR_S - _EPSILON_S:
        return charge, None
    return charge, _low(charge, RELEASE_PERCENT)


def believed_percent(said_percent: float | None, age_s: float) -> float:
    """Return how full a battery is at least, whose gauge said this so long ago.

    One that has said nothing yet was full enough to begin.
    """
    percent = START_PERCENT if said_percent is None else said_percent
    return max(0.0, percent - 100.0 * age_s / EMPTY_IN_S)


def too_low(charge: Charge) -> Verdict | None:
    """Return a release, if no further step may begin because the battery is low."""
    return _low(charge, LAST_STEP_PERCENT) if charge.last_step else None


def worth_a_look(charge: Charge, moment: Moment) -> Reason | None:
    """Return why somebody should look at the battery, None where all is well with it."""
    age_s = moment.health.battery_age_s
    if age_s is None:
        return None
    if charge.last_step:
        return Reason.BATTERY_LOW
    return Reason.BATTERY_UNKNOWN if age_s > UNKNOWN_AFTER_S else None


def _lived(before: Charge, at_s: float, percent: float) -> Charge:
    passed_s = max(0.0, at_s - before.at_s)
    low_s = before.low_s + passed_s if percent < LAST_STEP_PERCENT else 0.0
    return Charge(
        at_s=at_s,
        percent=percent,
        low_s=low_s,
        empty_s=before.empty_s + passed_s if percent < RELEASE_PERCENT else 0.0,
        last_step=before.last_step or low_s >= FOR_S - _EPSILON_S,
    )


def _low(charge: Charge, limit_percent: float) -> Verdict:
    return Verdict("release", Reason.BATTERY_LOW, charge.percent, limit_percent)
