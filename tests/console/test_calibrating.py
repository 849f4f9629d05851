"""Where pain begins on a virtual body, in virtual time: what is read is what the body feels."""

import time

import msgspec
import pytest

from console.calibrating import Place, Rise, calibrate
from controller.calibration import CalibrationFailed
from controller.eligibility import NotAdmitted
from controller.words import Judged, Reason, Sampled
from firmware_bridge.discovery import open_device
from profiles.regions import ppt_at_area
from records.people import People
from tests.console.test_sitting import Watcher, once
from tests.controller.people import UPPER, screening

TENDER = "sim://trigger_point_ut?seed=3"
TOUGH = "sim://healthy_m?seed=7"
PLACE = Place(UPPER, "left")


@pytest.fixture
def people(tmp_path):
    people = People(tmp_path / "people.sqlite3")
    people.make("p1")
    return people


class RealRise(Rise):
    """A rise on the virtual device, as on one that presses on somebody."""

    def prepare(self, capabilities):
        return super().prepare(msgspec.structs.replace(capabilities, emulated=False))


async def run(people, url, watcher, kind=Rise, visits=None):
    async def visit(sitting):
        if visits is not None:
            visits.append(sitting)
        return await sitting.run()

    def make():
        return kind(people, "p1", PLACE, watcher, yes=True)

    return await calibrate(make, url, PLACE, watcher.say, visit)


async def hurts_at_kpa(url):
    async with open_device(url) as device:
        return ppt_at_area(device.capabilities.person[UPPER], 10.0)


async def test_a_tender_person_is_measured_within_a_kilopascal(people):
    watcher = Watcher()
    found = await run(people, TENDER, watcher)
    truly_kpa = await hurts_at_kpa(TENDER)
    assert len(found.readings) == 4
    assert not found.calibration.at_least
    assert found.calibration.kpa == pytest.approx(truly_kpa, abs=1.0)
    assert found.calibration.kpa == min(one.kpa for one in found.readings[1:])
    assert found.calibration.pad.emulated
    pain = [e for e in watcher.events if isinstance(e, Judged) and e.verdict.reason is Reason.PAIN]
    assert len(pain) == 4


async def test_whoever_feels_nothing_bears_at_least_the_cut_off(people):
    watcher = Watcher()
    found = await run(people, TOUGH, watcher)
    assert found.calibration.at_least
    assert found.calibration.kpa == pytest.approx(40.0)  # 40 N on the shoulder, on 10 cm2
    felt = max(e.pressure_kpa for e in watcher.events if isinstance(e, Sampled))
    assert felt < 1.05 * 40.0 + 0.5


async def test_on_a_person_each_rise_is_reserved_and_booked(people):
    people.screen("p1", screening(time.time()))
    await run(people, TENDER, Watcher(), RealRise)
    entries = people.load("p1").ledger.entries
    assert [(one.kind, one.state) for one in entries] == [("calibration", "booked")] * 4
    spent = people.load("p1").ledger.spent(UPPER, time.time())
    assert 40.0 < spent.worked_s < 70.0
    assert spent.deep_s == 0.0
    assert people.load("p1").ledger.sessions(UPPER, time.time()) == 0


async def test_without_answers_nothing_is_measured(people):
    watcher = Watcher()
    with pytest.raises(NotAdmitted, match="health questions"):
        await run(people, TENDER, watcher, RealRise)
    assert watcher.events == []


async def test_a_rise_that_is_stopped_measures_nothing(people):
    watcher, visits = Watcher(), []
    once(watcher, 7.0, lambda: visits[-1].leave())
    with pytest.raises(CalibrationFailed, match="nothing is kept"):
        await run(people, TOUGH, watcher, visits=visits)
    assert people.load("p1").calibrations == ()
    assert len(visits) == 1
