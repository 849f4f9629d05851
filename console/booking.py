"""A reservation: kept on the disk before anything presses, booked when it is over."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from controller.dosimeter import Dosimeter
from controller.eligibility import Booked
from controller.ledger import Doses, Entry
from controller.person import Pad, Person
from controller.troubles import ControlLost
from controller.words import Event
from profiles.program import Program
from records.people import People

from .sitting import Audience, Scene

UNSEEN = (ControlLost, asyncio.CancelledError)
"""Endings after which nobody can say that nothing was pressed, though nothing was seen to play."""


class Booking:
    """One session on one person. As a context it books what was done when it is left.

    What is left without an end that was told stays reserved, and counts in full.
    """

    def __init__(self, people: People, person_id: str) -> None:
        self.person_id = people.load(person_id).id
        self.people = people
        self.watch: Watch | None = None
        self.booked: Booked | None = None
        self._number: int | None = None

    def reserve(self, entry: Entry, admit: Callable[[Person], None]) -> None:
        """Keep a reservation if `admit` returns. Raises what `admit` raises."""

        def see(person: Person) -> None:
            admit(person)
            self.booked = Booked(person, entry)

        self._number = self.people.reserve(self.person_id, entry, see)

    def beside(self, audience: Audience) -> "Watch":
        """Return an audience that hears the same, and from whom the dose is learnt."""
        self.watch = Watch(audience)
        return self.watch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._number is None:
            return
        meter = self.watch.meter if self.watch else None
        if meter is None and not isinstance(error, UNSEEN):
            self.people.book(self._number, {}, time.time())
        elif meter is not None and meter.ended is not None:
            self.people.book(self._number, meter.doses, time.time())
        elif self.watch is not None:
            self.watch.say(
                f"nobody knows how much was pressed: it counts for {self.person_id} as planned, "
                f"until `myoloop person settle {self.person_id}`"
            )


class Watch:
    """Hears what an audience hears, and adds up the dose. `meter`: None before anything plays."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self.meter: Dosimeter | None = None

    def say(self, line: str) -> None:
        self._audience.say(line)

    def open(self, scene: Scene) -> None:
        self.meter = Dosimeter(scene.fit.program)
        self._audience.open(scene)

    def hear(self, event: Event) -> None:
        if self.meter is not None:
            self.meter.hear(event)
        self._audience.hear(event)

    def close(self) -> None:
        self._audience.close()


def reservation(pad: Pad, program: Program, worst: Doses, now_s: float) -> Entry:
    """Return the entry that a session opens: `worst` is its dose with everything at its most."""
    return Entry(
        at_s=now_s, device=pad.model, profile=program.id, area_cm2=pad.area_cm2, doses=dict(worst)
    )
