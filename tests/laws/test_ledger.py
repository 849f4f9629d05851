"""The law of the ledger: what counts is never less than what was really done."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from controller.ledger import DAY_S, DEEP_LOCK_S, Entry, Ledger, booked, settled
from profiles.dose import Dose
from profiles.regions import REGIONS
from records.people import People

SPOT = "gluteus"
assert SPOT in REGIONS
shares = st.floats(0.0, 1.0)
seconds = st.integers(1, 900)


def reservation(now_s, worked_s):
    return Entry(
        at_s=now_s,
        device="d",
        profile="p",
        area_cm2=10.0,
        doses={SPOT: Dose(5.0 * worked_s, worked_s, worked_s, worked_s / 4)},
    )


def played(entry, share):
    whole = entry.doses[SPOT]
    return {SPOT: Dose(*(share * value for value in (
        whole.pressure_kpa_s, whole.occluded_s, whole.worked_s, whole.deep_s
    )))}  # fmt: skip


class Ledgers(RuleBasedStateMachine):
    """Sessions are reserved, played, killed, booked and settled in any order, on the disk."""

    sessions = Bundle("sessions")

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name) / "people.sqlite3"
        self.people = People(self.file)
        self.people.make("p1")
        self.now_s = 1_000_000.0
        self.done = {}  # number -> (when it was last pressed, what was done)

    def teardown(self):
        self.folder.cleanup()

    @rule(target=sessions, worked_s=seconds)
    def reserve(self, worked_s):
        entry = reservation(self.now_s, float(worked_s))
        number = self.people.reserve("p1", entry, lambda person: None)
        return (number, entry)

    @rule(session=sessions, share=shares)
    def play(self, session, share):
        """The device presses: no session outlasts an hour."""
        number, entry = session
        if self.now_s - entry.at_s < 1800.0 and number not in self.done:
            self.done[number] = (self.now_s, played(entry, share)[SPOT])

    @rule(session=sessions)
    def book(self, session):
        """What was measured is booked, once or twice, settled meanwhile or not."""
        number, _ = session
        _, dose = self.done.get(number, (0.0, Dose()))
        self.people.book(number, {SPOT: dose}, self.now_s)
        self.done.setdefault(number, (0.0, Dose()))

    @rule()
    def settle(self):
        self.people.settle("p1")

    @rule()
    def crash(self):
        """Whatever was in memory is gone."""
        self.people = People(self.file)

    @rule(minutes=st.integers(0, 60) | st.integers(0, 3000))
    def wait(self, minutes):
        self.now_s += minutes * 60.0

    @invariant()
    def nothing_that_was_done_is_missing(self):
        ledger = self.people.load("p1").ledger
        counted = ledger.spent(SPOT, self.now_s)
        recent = [dose for at_s, dose in self.done.values() if self.now_s - at_s < DAY_S]
        assert counted.worked_s >= sum(dose.worked_s for dose in recent) - 1e-6
        assert counted.pressure_kpa_s >= sum(dose.pressure_kpa_s for dose in recent) - 1e-6

    @invariant()
    def no_lock_opens_early(self):
        ledger = self.people.load("p1").ledger
        until_s = ledger.deep_lock_until_s(SPOT, self.now_s)
        for at_s, dose in self.done.values():
            if dose.deep_s > 0.0 and self.now_s - at_s < DEEP_LOCK_S:
                assert until_s >= at_s + DEEP_LOCK_S


def test_what_counts_is_never_less_than_what_was_done():
    limits = settings(max_examples=25, stateful_step_count=15, deadline=None)
    run_state_machine_as_test(Ledgers, settings=limits)


def test_what_was_settled_never_gets_less_when_it_is_booked_late():
    entry = settled(reservation(0.0, 100.0))
    late = booked(entry, played(entry, 0.1), 60.0)
    assert late.doses == entry.doses
    assert late.ended_s == entry.ended_s


def test_a_settled_session_grows_old_and_an_open_one_does_not():
    entry = reservation(0.0, 100.0)
    later_s = 10 * DAY_S
    assert Ledger((entry,)).spent(SPOT, later_s).worked_s == 100.0
    assert Ledger((settled(entry),)).spent(SPOT, later_s) == Dose()
