"""A known person's session, in virtual time: reserved before, booked after, or counted in full."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from console.authoring import host
from console.care import Care, care_for
from console.people import SimulatedAttendant
from console.sitting import Programme, Sitting
from console.witness import true_pressure
from controller.eligibility import NotAdmitted, Why
from controller.fitting import CannotPlay
from controller.person import ANY_DEVICE, Calibration, Pad, Unlock, pad_of
from controller.preflight import NeedsPerson
from controller.screening import Answer
from controller.troubles import ControlLost
from firmware_bridge.discovery import open_device
from profiles.library import library_text
from profiles.problems import Reason, Refused
from records.people import People
from tests.console.test_sitting import URL, Watcher, once
from tests.controller.people import TECHNIQUES, UPPER, contraction, screening

BRIEF = """
format: myoloop-profile/1
id: brief
revision: 1
title: Brief
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 20 kPa, rise: 40 kPa/s, session: 2 min}
parameters:
  depth: {default: 4 kPa, min: 3 kPa, max: 8 kPa, live: true}
steps:
  - settle: {pressure: 3 kPa, for: 4 s}
  - effleurage: {pressure: $depth, rate: 12/min, length: 150 mm, for: 16 s}
"""
ROOT = Path(__file__).parents[2]
PAD = Pad("voice_coil", 10.0)
REAL = msgspec.structs.replace(host("voice_coil", "simulated").capabilities, emulated=False)


@pytest.fixture
def people(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    people = People()
    people.make("p1")
    return people


@pytest.fixture
def ready(people, monkeypatch):
    """A person who was screened just now, and has seen every technique."""
    people.screen("p1", screening(time.time()))
    people.unlock("p1", [Unlock(name, ANY_DEVICE, "simulator") for name in TECHNIQUES])
    return people


def real(capabilities):
    """The virtual device, as one that presses on somebody."""
    return msgspec.structs.replace(capabilities, emulated=False)


async def visit(care, watcher, text=BRIEF, host=real, attendant=None):
    with care:
        return await Sitting(
            URL,
            Programme(
                lambda capabilities: care.prepare(text, "brief.yaml", host(capabilities), {})
            ),
            attendant or (lambda device, fit: SimulatedAttendant(device, watcher.say)),
            care.beside(watcher),
        ).run()


async def test_what_was_pressed_is_booked(ready):
    seen = []
    watcher = Watcher()
    once(watcher, 10.0, lambda: seen.extend(ready.load("p1").ledger.entries))
    played = await visit(Care(ready, "p1"), watcher)
    (reserved,), (entry,) = seen, ready.load("p1").ledger.entries
    assert (reserved.state, entry.state) == ("open", "booked")
    true = true_pressure(played)
    felt_kpa_s = float(true.kpa.sum()) * 0.01
    dose = entry.doses[UPPER]
    assert felt_kpa_s <= dose.pressure_kpa_s <= 1.2 * felt_kpa_s
    assert dose.worked_s == pytest.approx(20.0, abs=1.5)
    assert (entry.profile, entry.device, entry.area_cm2) == ("brief", "voice_coil", 10.0)


async def test_what_is_reserved_is_the_worst_that_could_be_chosen_while_it_plays(ready):
    seen = []
    watcher = Watcher()
    once(watcher, 10.0, lambda: seen.extend(ready.load("p1").ledger.entries))
    await visit(Care(ready, "p1"), watcher)
    booked = ready.load("p1").ledger.entries[0].doses[UPPER]
    assert seen[0].doses[UPPER].pressure_kpa_s > 1.4 * booked.pressure_kpa_s


async def test_a_session_that_is_left_early_is_booked_as_far_as_it_came(ready):
    watcher = Watcher()
    care = Care(ready, "p1")
    sitting = Sitting(
        URL,
        Programme(lambda capabilities: care.prepare(BRIEF, "brief.yaml", real(capabilities), {})),
        lambda device, fit: SimulatedAttendant(device, watcher.say),
        care.beside(watcher),
    )
    once(watcher, 6.0, sitting.leave)
    with care:
        await sitting.run()
    (entry,) = ready.load("p1").ledger.entries
    assert entry.state == "booked"
    assert 6.0 < entry.doses[UPPER].worked_s < 9.0
    assert Unlock("settle", "voice_coil", "open_loop") not in ready.load("p1").unlocked


async def test_a_session_whose_end_nobody_saw_counts_in_full(ready):
    watcher = Watcher()
    task = asyncio.create_task(visit(Care(ready, "p1"), watcher))
    once(watcher, 6.0, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    (entry,) = ready.load("p1").ledger.open
    assert entry.doses[UPPER].worked_s == pytest.approx(20.0)
    assert "myoloop person settle p1" in watcher.lines[-1]


DEEP = """
format: myoloop-profile/1
id: deep
revision: 1
title: Deep
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 40 kPa, rise: 40 kPa/s, session: 10 min}
steps:
  - settle: {pressure: 4 kPa, for: 190 s}
  - trigger_point: {pressure: 10 kPa, for: 30 s}
"""


def measured(people):
    """Somebody whose threshold was measured on this pad bears deep work."""
    pad = pad_of(REAL, 10.0)
    known = Calibration(at_s=time.time(), region=UPPER, side="left", pad=pad, kpa=60.0)
    people.calibrate("p1", known)


def begun(people):
    care = Care(people, "p1")
    care.prepare(DEEP, "deep.yaml", REAL, {})
    care.beside(Watcher())
    return care


@pytest.mark.parametrize("lost", [ControlLost("gone"), asyncio.CancelledError()])
def test_a_deep_session_is_not_forgotten_when_its_control_process_is_lost(ready, lost):
    """Not even where nobody saw it begin: it may have begun all the same."""
    measured(ready)
    with pytest.raises(type(lost)), begun(ready):
        raise lost
    (entry,) = ready.load("p1").ledger.open
    assert entry.doses[UPPER].deep_s > 25.0
    with pytest.raises(NotAdmitted, match="person settle p1"):
        begun(ready)
    ready.settle("p1")
    with pytest.raises(NotAdmitted, match="48 hours"):
        begun(ready)


def test_a_deep_session_is_not_forgotten_when_its_client_is_killed(ready):
    """Nor when both are: what is on the disk was there before anything could press."""
    measured(ready)
    killed = (
        "from tests.console.test_care import People, begun; import os, signal; "
        "begun(People()); os.kill(os.getpid(), signal.SIGKILL)"
    )
    client = subprocess.run([sys.executable, "-c", killed], cwd=ROOT, check=False)
    assert client.returncode == -signal.SIGKILL
    with pytest.raises(NotAdmitted, match="person settle p1"):
        begun(ready)


def test_a_deep_session_that_was_refused_at_the_door_has_spent_nothing(ready):
    measured(ready)
    with pytest.raises(CannotPlay), begun(ready):
        raise CannotPlay("not today")
    begun(ready)


async def test_whoever_does_not_agree_has_spent_nothing(ready):
    class Unwilling(SimulatedAttendant):
        async def agree(self):
            raise NeedsPerson("not today")

    watcher = Watcher()
    with pytest.raises(NeedsPerson):
        await visit(
            Care(ready, "p1"), watcher, attendant=lambda device, fit: Unwilling(device, print)
        )
    (entry,) = ready.load("p1").ledger.entries
    assert (entry.state, entry.doses) == ("booked", {})


async def test_without_answers_nothing_is_opened_nor_reserved(people):
    watcher = Watcher()
    with pytest.raises(NotAdmitted) as told:
        await visit(Care(people, "p1"), watcher)
    assert [one.why for one in told.value.refusals] == [Why.SCREENING_MISSING]
    assert people.load("p1").ledger.entries == ()
    assert watcher.events == []


@pytest.mark.parametrize("pressed", [real, lambda capabilities: capabilities])
async def test_what_is_known_of_a_muscle_rides_with_whoever_is_prepared_for(ready, pressed):
    kept = contraction(at_s=time.time())
    ready.contract("p1", kept)
    care = Care(ready, "p1")
    care.prepare(BRIEF, "brief.yaml", pressed(await capabilities()), {})
    assert care.contractions == (kept,)
    assert care.booked is None or care.booked.person.contractions == (kept,)


async def test_a_third_session_is_refused(ready):
    for _ in range(2):
        await visit(Care(ready, "p1"), Watcher())
    with pytest.raises(NotAdmitted, match="has had 2 sessions"):
        await visit(Care(ready, "p1"), Watcher())


async def test_what_answers_allow_lowers_what_is_pressed(ready):
    fragile = screening(time.time(), osteoporosis=Answer("yes", ("gluteus",)))
    ready.screen("p1", fragile)
    text = library_text("kneading")
    fitted = Care(ready, "p1").prepare(text, "k", real(await capabilities()), {})
    kneading = fitted.program.steps[2]
    assert kneading.limit.owner == "screening"
    assert kneading.scale < 1.0
    assert kneading.grade == "light"


async def test_deep_work_needs_a_measured_threshold(ready):
    text, device = library_text("trigger-point"), real(await capabilities())
    with pytest.raises(Refused) as told:
        Care(ready, "p1").prepare(text, "t", device, {})
    assert told.value.reason is Reason.NO_PERSON
    measured = Calibration(at_s=time.time(), region=UPPER, side="left", pad=PAD, kpa=40.0)
    ready.calibrate("p1", measured)
    fitted = Care(ready, "p1").prepare(text, "t", device, {})
    assert {step.limit.owner for step in fitted.program.steps} == {"person"}
    with pytest.raises(NotAdmitted, match="rests for 48 hours"):
        Care(ready, "p1").prepare(text, "t", device, {})


async def test_an_emulated_device_needs_no_answers_and_keeps_no_doses(people):
    watcher = Watcher()
    await visit(Care(people, "p1"), watcher, host=lambda capabilities: capabilities)
    assert watcher.lines[-1] == "rehearsed for p1: effleurage, settle"
    person = people.load("p1")
    assert person.ledger.entries == ()
    assert person.stage("effleurage", "voice_coil") == "open_loop"
    assert person.stage("petrissage", "voice_coil") == "simulator"


async def test_what_was_played_open_loop_to_its_end_is_unlocked_further(ready):
    await visit(Care(ready, "p1"), Watcher())
    assert ready.load("p1").stage("effleurage", "voice_coil") == "closed_loop"


def test_due_questions_are_not_asked_where_nobody_could_answer(people):
    assert care_for("p1", "serial:///dev/null", ask=False).person_id == "p1"
    assert people.load("p1").screenings == ()


async def capabilities():
    async with open_device(URL) as device:
        return device.capabilities
