"""Care for one person's session: whether it may be, within which limits, and what it unlocks."""

import time
from collections.abc import Mapping
from types import TracebackType

from controller.eligibility import NotAdmitted, admit, screened
from controller.fitting import Fit
from controller.ledger import Doses
from controller.person import ANY_DEVICE, Contraction, Pad, Person, Stage, Unlock, pad_of
from controller.play import pad_area_cm2, prepare
from firmware_bridge.capabilities import Capabilities
from profiles.check import highest
from profiles.dose import Dose, dose
from profiles.load import read
from profiles.model import Profile
from records.people import People

from .booking import Booking, reservation
from .questions import at_terminal, interview

Values = Mapping[str, str | float]


class Care(Booking):
    """One person's session with a profile. What was played to its end is unlocked.

    `contractions` are those that are known once it is prepared.
    """

    def __init__(self, people: People, person_id: str) -> None:
        super().__init__(people, person_id)
        self.contractions: tuple[Contraction, ...] = ()
        self._pad: Pad | None = None
        self._closed_loop = False

    def prepare(
        self, text: str | bytes, name: str, capabilities: Capabilities, values: Values
    ) -> Fit:
        """Return a profile fitted to device and person, its worst case reserved.

        An emulated device brings its own person: nothing is reserved there. Raises `NotAdmitted`,
        and as `controller.play.prepare`.
        """
        pad = self._pad = pad_of(capabilities, pad_area_cm2(capabilities))
        self.contractions = self.people.load(self.person_id).contractions
        if capabilities.emulated:
            return prepare(text, name, capabilities, values)
        now_s = time.time()
        person = self.people.load(self.person_id)
        must_be_screened(person, now_s)
        known = person.thresholds(pad, now_s)
        fitted = prepare(text, name, capabilities, values, person=known)
        if capabilities.sensors_of("emg") and _unlocked(person, fitted, pad):
            self._closed_loop = True
            fitted = prepare(text, name, capabilities, values, person=known, closed_loop=True)
        most = {**values, **highest(read(text, Profile, file=name))}
        worst = prepare(
            text, name, capabilities, most, person=known, closed_loop=self._closed_loop
        ).program
        entry = reservation(pad, worst, at_most(dose(worst), dose(fitted.program)), now_s)
        self.reserve(entry, lambda person: admit(person, worst, entry.doses, now_s))
        if self.booked is not None:  # the very person that the control process will see
            self.contractions = self.booked.person.contractions
        return fitted

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        meter = self.watch.meter if self.watch else None
        if meter is not None and meter.complete and self._pad is not None:
            stage: Stage = "closed_loop" if self._closed_loop else "open_loop"
            stage = "simulator" if self._pad.emulated else stage
            device = ANY_DEVICE if self._pad.emulated else self._pad.model
            techniques = sorted({name for step in meter.program.steps for name in step.techniques})
            unlocks = [Unlock(technique, device, stage) for technique in techniques]
            self.people.unlock(self.person_id, unlocks)
            if self.watch is not None and self._pad.emulated:
                self.watch.say(f"rehearsed for {self.person_id}: {', '.join(techniques)}")


def _unlocked(person: Person, fitted: Fit, pad: Pad) -> bool:
    """Return whether every technique has been played without the loop on this device before."""
    techniques = {name for step in fitted.program.steps for name in step.techniques}
    return all(person.stage(technique, pad.model) == "closed_loop" for technique in techniques)


def care_for(person_id: str, url: str, *, ask: bool) -> Care:
    """Return the care for a person; where the health questions are due, they are asked first.

    An address of a simulation needs no answers. Raises `NoSuchPerson`, `RecordsError`.
    """
    people = People()
    due = people.load(person_id).screening(time.time()) is None
    if due and ask and at_terminal() and not url.startswith("sim:"):
        people.screen(person_id, interview(time.time()))
    return Care(people, person_id)


def at_most(one: Doses, two: Doses) -> dict[str, Dose]:
    """Return the larger of two doses, region by region."""
    regions = dict.fromkeys((*one, *two))
    return {name: one.get(name, Dose()).or_more(two.get(name, Dose())) for name in regions}


def must_be_screened(person: Person, now_s: float) -> None:
    """Raise `NotAdmitted` where a person's answers are missing, old, or rule everything out."""
    refusals = tuple(screened(person, now_s))
    if refusals:
        raise NotAdmitted(person.id, refusals)
