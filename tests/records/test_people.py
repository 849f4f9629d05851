"""People on the disk: whole or not at all, whoever is killed; private; and forgotten for good."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from controller.eligibility import NotAdmitted, admit
from controller.ledger import Entry
from controller.person import ANY_DEVICE, Calibration, Unlock
from controller.screening import Answer
from profiles.dose import Dose, dose
from records.database import MIGRATIONS, RecordsError, opened
from records.folder import data_folder
from records.people import IdRefused, NoSuchPerson, People
from tests.controller.people import (
    NOW_S,
    PAD,
    TECHNIQUES,
    UPPER,
    contraction,
    programme,
    screening,
)

RESERVING = Path(__file__).with_name("reserving.py")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "people.sqlite3"


@pytest.fixture
def people(file):
    people = People(file)
    people.make("p1", "female")
    return people


def reservation(**worked):
    doses = {region: Dose(9.0 * s, s, s, 0.0) for region, s in worked.items()}
    return Entry(at_s=NOW_S, device="d", profile="p", area_cm2=10.0, doses=doses)


def ready(people):
    people.screen("p1", screening())
    people.unlock("p1", [Unlock(name, ANY_DEVICE, "simulator") for name in TECHNIQUES])


def test_what_is_kept_comes_back(people, file):
    calibration = Calibration(at_s=NOW_S, region=UPPER, side="left", pad=PAD, kpa=31.5)
    answered = screening(implant=Answer("yes", ("gluteus",)))
    people.screen("p1", answered)
    people.calibrate("p1", calibration)
    people.unlock("p1", [Unlock("settle", ANY_DEVICE, "simulator")] * 2)
    number = people.reserve("p1", reservation(gluteus=60.0), lambda person: None)
    people.book(number, {"gluteus": Dose(1.5, 0.0, 2.5, 0.0)}, NOW_S + 9)
    found = People(file).load("p1")
    assert (found.id, found.sex) == ("p1", "female")
    assert found.screenings == (answered,)
    assert found.calibrations == (calibration,)
    assert found.unlocked == {Unlock("settle", ANY_DEVICE, "simulator")}
    (entry,) = found.ledger.entries
    assert (entry.state, entry.ended_s) == ("booked", NOW_S + 9)
    assert entry.doses == {"gluteus": Dose(1.5, 0.0, 2.5, 0.0)}


def test_of_a_muscle_the_newest_contraction_is_kept_for_each_side_device_and_strength(people, file):
    old, new = contraction(uv=(170.0, None)), contraction(at_s=NOW_S)
    others = [
        contraction(side="right"), contraction(light=True), contraction(emulated=True),
        contraction(region="gluteus"), contraction(model="another"),
    ]  # fmt: skip
    for one in (old, *others, new):
        people.contract("p1", one)
    assert set(People(file).load("p1").contractions) == {*others, new}
    with pytest.raises(NoSuchPerson):
        people.contract("p2", new)


def test_a_file_from_before_contractions_is_brought_up_to_date(tmp_path):
    file = tmp_path / "old.sqlite3"
    file.touch(0o600)
    calibration = Calibration(at_s=NOW_S, region=UPPER, side="left", pad=PAD, kpa=31.5)
    with sqlite3.connect(file) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("INSERT INTO person VALUES ('p1', 'female')")
        kept = msgspec.json.encode(calibration)
        db.execute("INSERT INTO calibration VALUES ('p1', ?, ?)", (NOW_S, kept))
        db.execute("PRAGMA user_version = 1")
    db.close()
    found = People(file).load("p1")
    assert (found.sex, found.calibrations, found.contractions) == ("female", (calibration,), ())
    People(file).contract("p1", contraction())
    assert People(file).load("p1").contractions == (contraction(),)
    assert People(file).load("p1").calibrations == (calibration,)


@pytest.mark.parametrize("name", ["", "nobody", "simulated", "a b", "-x", "../p", "x" * 33, "ä"])
def test_an_id_stands_on_command_lines_and_in_file_names(people, name):
    with pytest.raises(IdRefused):
        people.make(name)


def test_nobody_is_made_twice_and_nobody_is_made_up(people):
    with pytest.raises(IdRefused, match="there already"):
        people.make("p1")
    for verb in (people.load, people.settle, people.forget):
        with pytest.raises(NoSuchPerson, match="there are p1"):
            verb("p2")


def test_what_is_not_admitted_is_not_reserved(people):
    program = programme()
    worst = dose(program)
    entry = msgspec.structs.replace(reservation(), doses=worst)
    with pytest.raises(NotAdmitted):
        people.reserve("p1", entry, lambda person: admit(person, program, worst, NOW_S))
    assert people.load("p1").ledger.entries == ()
    ready(people)
    people.reserve("p1", entry, lambda person: admit(person, program, worst, NOW_S))
    assert len(people.load("p1").ledger.open) == 1


def test_two_programs_at_once_cannot_both_have_the_last_minutes(people, file):
    """The second reservation sees the first, though neither has been booked."""
    ready(people)
    program = programme()
    worst = dose(program)
    entry = msgspec.structs.replace(reservation(), doses=worst)

    def reserve():
        admit_now = lambda person: admit(person, program, worst, NOW_S)  # noqa: E731
        return People(file).reserve("p1", entry, admit_now)

    reserve()
    reserve()
    with pytest.raises(NotAdmitted, match="2 sessions"):
        reserve()


def test_a_process_that_is_killed_after_reserving_gains_nothing(people, file):
    with subprocess.Popen(
        [sys.executable, RESERVING, file, "wait"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "reserved 1\n"
        process.send_signal(signal.SIGKILL)
    (entry,) = people.load("p1").ledger.open
    assert entry.doses == {"gluteus": Dose(9, 9, 9, 9)}
    much_later_s = 1000.0 + 1e8
    assert people.load("p1").ledger.deep_lock_until_s("gluteus", much_later_s) == float("inf")
    people.settle("p1")
    assert people.load("p1").ledger.deep_lock_until_s("gluteus", much_later_s) == 0.0


@pytest.mark.parametrize("after_s", [0.01, 0.03, 0.08])
def test_killed_at_any_moment_nothing_is_half_written(people, file, after_s):
    with subprocess.Popen(
        [sys.executable, RESERVING, file, "go on"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "reserved 1\n"
        time.sleep(after_s)
        process.kill()
        said = ["reserved 1", *process.stdout.read().splitlines()]
    entries = dict(enumerate(people.load("p1").ledger.entries, start=1))
    for line in said:
        word, number = line.split()
        assert int(number) in entries
        if word == "booked":
            assert entries[int(number)].state == "booked"
    for entry in entries.values():
        assert entry.doses["gluteus"] == (Dose(9, 9, 9, 9) if entry.state == "open" else
                                          Dose(1, 1, 1, 1))  # fmt: skip


def test_forgetting_leaves_no_trace_of_a_person(people, file):
    people.make("someone-else")
    people.screen("p1", screening(implant=Answer("yes", ("foot_medial_arch",))))
    people.contract("p1", contraction(region="foot_medial_arch"))
    number = people.reserve("p1", reservation(gluteus=60.0), lambda person: None)
    people.forget("p1")
    assert people.ids() == ["someone-else"]
    left = b"".join(one.read_bytes() for one in file.parent.iterdir())
    assert b"p1" not in left
    assert b"foot_medial_arch" not in left
    assert b"gluteus" not in left
    people.book(number, {"gluteus": Dose(1, 1, 1, 1)}, NOW_S)
    people.unlock("p1", [Unlock("settle", ANY_DEVICE, "simulator")])
    assert people.ids() == ["someone-else"]
    people.make("p1")
    assert people.load("p1").unlocked == frozenset()
    assert people.load("p1").ledger.entries == ()


def test_every_commit_is_synced_with_its_folder(file):
    with opened(file) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA


def test_nobody_else_may_read_it(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = os.umask(0)
    try:
        People().make("p1")
    finally:
        os.umask(before)
    folder = tmp_path / "data" / "myoloop"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_others_may_look_into_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "myoloop").mkdir()
    (tmp_path / "myoloop").chmod(0o755)
    with pytest.raises(PermissionError, match="not yours alone"):
        data_folder()


def test_a_damaged_file_is_one_message(people, file):
    file.write_bytes(b"this was a database once" * 100)
    with pytest.raises(RecordsError, match=r"is damaged.*48 hours"):
        people.load("p1")


def test_a_damaged_entry_is_one_message(people, file):
    people.reserve("p1", reservation(gluteus=1.0), lambda person: None)
    with sqlite3.connect(file) as db:
        db.execute("UPDATE entry SET entry = X'7B7D'")
    db.close()
    with pytest.raises(RecordsError, match="is damaged"):
        people.load("p1")


def test_a_newer_file_is_left_alone(people, file):
    with sqlite3.connect(file) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    before = file.read_bytes()
    with pytest.raises(RecordsError, match="written by a newer myoloop"):
        people.ids()
    assert file.read_bytes() == before


def test_an_older_file_is_brought_up_to_date(people, file, monkeypatch):
    people.screen("p1", screening())
    more = (*MIGRATIONS, "ALTER TABLE person ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    monkeypatch.setattr("records.database.MIGRATIONS", more)
    assert people.load("p1").screenings == (screening(),)
    with sqlite3.connect(file) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(more),)
    db.close()


def test_a_file_in_use_is_one_message(people, file, monkeypatch):
    monkeypatch.setattr("records.database.BUSY_S", 0.05)
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(RecordsError, match="in use by another process"):
            people.load("p1")
    finally:
        db.close()
