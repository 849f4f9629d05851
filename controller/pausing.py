"""Waiting at zero for a person: how long, why, and where to go on."""

import msgspec

from .moment import Health
from .reentry import Place
from .words import Reason, Verdict

PAUSE_OVER_S = 0.5
"""How fast a pause reaches zero (E; as the device does by itself on pain)."""

PAUSED_MAX_S = 600.0
"""How long a session may wait, all its pauses together (E, rules)."""

PAIN_AGAIN_S = 120.0
"""A second press of the pain button within so long ends the session (E, rules)."""

SILENT_S = 20.0
"""How long the host says nothing after pain: a word would end the device's own hold; and without
motion for 30 s its arming lapses, so zeros follow then (E on wire, *Who is in charge*)."""


class Pausing(msgspec.Struct, frozen=True):
    """A pause since `at_s`, at a place of the programme. `silent_until_s`: nothing is sent.

    `kept_gain` is the gain that was left: what had not come back up by then comes up after it.
    """

    at_s: float
    place: Place
    reason: Reason
    silent_until_s: float = 0.0
    kept_gain: float = 1.0


class Pain(msgspec.Struct, frozen=True, gc=False):
    """How often it was said to hurt, and when last."""

    presses: int = 0
    last_s: float = float("-inf")


def watch_pain(
    before: Pain, health: Health, at_s: float, *, said: bool = False
) -> tuple[Pain, Verdict | None]:
    """Return what is known of pain, and what a new press asks for; `said`: by an order, as well."""
    if health.pain_presses <= before.presses:
        return before, None
    again_s = at_s - before.last_s
    now = Pain(health.pain_presses, at_s)
    reason = Reason.PAIN_SAID if said else Reason.PAIN
    if health.pain_presses - before.presses > 1 or again_s <= PAIN_AGAIN_S:
        return now, Verdict("release", reason, health.pain_presses, 1.0)
    return now, Verdict("pause", reason, health.pain_presses, 0.0)


def overdue(pause: Pausing, paused_before_s: float, at_s: float) -> Verdict | None:
    """Return a release, if nobody has gone on for too long."""
    for_s = paused_before_s + at_s - pause.at_s
    if for_s <= PAUSED_MAX_S:
        return None
    return Verdict("release", Reason.PAUSED_OUT, for_s, PAUSED_MAX_S)
