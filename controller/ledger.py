"""What was pressed on a person lately, and what may have been: nothing in here is ever forgotten.

A session reserves its worst case before it starts, and books what was measured when it is over.
A reservation that was never booked counts in full, whatever its age, until a person settles it;
so killing a process gains nothing.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from profiles.dose import Dose

DAY_S = 24 * 3600.0
"""The window of the daily limits: the last 24 hours, at any time of day."""

REGION_DAY_S = 900.0
"""Longest work on one region in a day (E, physiology 1.2: the region's ceiling)."""

SESSIONS_A_DAY = 2
"""Most sessions on one region in a day (E, physiology H-24: three must be refused)."""

DEEP_LOCK_S = 48 * 3600.0
"""Rest of a region after deep or trigger-point work (E, rules; physiology H-24)."""

LONGEST_S = 3600.0
"""No session outlasts this (E): 30 minutes, 10 of pause, pre-flight, and a good measure."""

Doses = Mapping[str, Dose]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One session: `doses` by region are reserved while it is open, real once it is booked.

    Times are seconds since 1970. `area_cm2` is the pad's.
    """

    at_s: float
    device: str
    profile: str
    area_cm2: float
    doses: dict[str, Dose]
    kind: Literal["session", "calibration"] = "session"
    state: Literal["open", "booked", "settled"] = "open"
    ended_s: float | None = None

    def age_s(self, now_s: float) -> float:
        """How long ago it ended; 0 while it is open, or where the clock was set back."""
        return 0.0 if self.ended_s is None else max(0.0, now_s - self.ended_s)

    def counts_until_s(self, within_s: float) -> float:
        """Return when it is older than that; inf while it is open."""
        return math.inf if self.ended_s is None else self.ended_s + within_s


def booked(entry: Entry, doses: Doses, now_s: float) -> Entry:
    """Return an entry with what was really done. One that was settled meanwhile never gets less."""
    if entry.ended_s is not None:
        doses = _larger(entry.doses, doses)
        now_s = max(now_s, entry.ended_s)
    return msgspec.structs.replace(entry, state="booked", ended_s=now_s, doses=dict(doses))


def settled(entry: Entry) -> Entry:
    """Return an open entry as played in full, for as long as it can have been."""
    if entry.state != "open":
        return entry
    return msgspec.structs.replace(entry, state="settled", ended_s=entry.at_s + LONGEST_S)


class Ledger(msgspec.Struct, frozen=True):
    """Every entry of one person, in the order of their reservations."""

    entries: tuple[Entry, ...] = ()

    @property
    def open(self) -> tuple[Entry, ...]:
        """What was reserved and never booked."""
        return tuple(entry for entry in self.entries if entry.state == "open")

    def spent(self, region: str, now_s: float) -> Dose:
        """Return what counts on a region in the last day."""
        found = Dose()
        for entry in self._of(region, now_s, DAY_S):
            found = found.plus(entry.doses[region])
        return found

    def sessions(self, region: str, now_s: float) -> int:
        """Return how many sessions have worked on a region in the last day."""
        recent = self._of(region, now_s, DAY_S)
        return sum(1 for entry in recent if entry.kind == "session")

    def free_at_s(self, region: str, now_s: float) -> float:
        """Return when the oldest of the last day's entries stops counting; inf: once settled."""
        recent = self._of(region, now_s, DAY_S)
        return min((entry.counts_until_s(DAY_S) for entry in recent), default=now_s)

    def deep_lock_until_s(self, region: str, now_s: float) -> float:
        """Return until when a region bears light work only: 0 is not at all, inf until settled."""
        deep = (e for e in self._of(region, now_s, DEEP_LOCK_S) if e.doses[region].deep_s > 0.0)
        return max((entry.counts_until_s(DEEP_LOCK_S) for entry in deep), default=0.0)

    def _of(self, region: str, now_s: float, within_s: float) -> Iterable[Entry]:
        return [e for e in self.entries if region in e.doses and e.age_s(now_s) < within_s]


def _larger(one: Doses, two: Doses) -> dict[str, Dose]:
    regions = {**one, **two}
    return {name: one.get(name, Dose()).or_more(two.get(name, Dose())) for name in regions}
