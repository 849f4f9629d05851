"""People, their answers, thresholds and doses, in one file that is never half written.

Every verb is one transaction of its own, on the disk when it returns, so a process may be killed
at any moment: either all of it has happened, or nothing.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from controller.ledger import Entry, Ledger, booked, settled
from controller.person import Calibration, Contraction, Person, Sex, Stage, Unlock
from controller.screening import Screening
from profiles.dose import Dose

from .database import RecordsError, damaged, erase_what_is_free, opened
from .folder import data_folder

FILE = "people.sqlite3"
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
"""What an id may look like: it stands on command lines and in file names."""
TAKEN = frozenset({"nobody", "simulated"})
"""Words that already mean somebody on the command line."""

Kept = TypeVar("Kept")


class NoSuchPerson(Exception):
    """Nobody has this id; the message says who is there."""


class IdRefused(Exception):
    """An id that is taken, or cannot be one; the message says what would be right."""


class People:
    """Everybody who is known here."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or data_folder() / FILE

    def ids(self) -> list[str]:
        """Return everybody's id, in order."""
        with opened(self._file) as db:
            return [row[0] for row in db.execute("SELECT id FROM person ORDER BY id")]

    def make(self, person_id: str, sex: Sex = "unsaid") -> Person:
        """Make a person of whom nothing else is known yet. Raises `IdRefused`."""
        if not _can_be_id(person_id):
            raise IdRefused(
                f'"{person_id}" cannot be an id: letters, digits, ".", "_" and "-", at most 32 of '
                f"them, and not {' or '.join(sorted(TAKEN))}; no name is needed, p1 will do"
            )
        with opened(self._file) as db:
            if _sex_of(db, person_id) is not None:
                raise IdRefused(f"{person_id} is there already; choose another id")
            db.execute("INSERT INTO person (id, sex) VALUES (?, ?)", (person_id, sex))
        return Person(id=person_id, sex=sex)

    def load(self, person_id: str) -> Person:
        """Return what is known of a person. Raises `NoSuchPerson`."""
        with opened(self._file) as db:
            return self._load(db, person_id)

    def screen(self, person_id: str, screening: Screening) -> None:
        """Keep what a person has answered. Raises `NoSuchPerson`."""
        self._keep("screening", person_id, screening.at_s, screening)

    def calibrate(self, person_id: str, calibration: Calibration) -> None:
        """Keep a pain threshold. Raises `NoSuchPerson`."""
        self._keep("calibration", person_id, calibration.at_s, calibration)

    def contract(self, person_id: str, one: Contraction) -> None:
        """Keep how strong a muscle is, in the place of what was measured there before.

        Raises `NoSuchPerson`.
        """
        device = f"{one.model}{' (emulated)' if one.emulated else ''}"
        row = (person_id, one.region, one.side, one.light, device, msgspec.json.encode(one))
        with opened(self._file) as db:
            _must_exist(db, person_id)
            db.execute("INSERT OR REPLACE INTO contraction VALUES (?, ?, ?, ?, ?, ?)", row)

    def unlock(self, person_id: str, unlocks: Iterable[Unlock]) -> None:
        """Keep which techniques were played to their end; who was forgotten stays forgotten."""
        with opened(self._file) as db:
            if _sex_of(db, person_id) is None:
                return
            db.executemany(
                "INSERT OR IGNORE INTO unlocked VALUES (?, ?, ?, ?)",
                [(person_id, one.technique, one.device, one.stage) for one in unlocks],
            )

    # --- the ledger -----------------------------------------------------------------------

    def reserve(self, person_id: str, entry: Entry, admit: Callable[[Person], None]) -> int:
        """Keep a reservation if `admit` returns for what is known now, and return its number.

        Nobody else reserves in between. Raises `NoSuchPerson`, and whatever `admit` raises.
        """
        with opened(self._file) as db:
            admit(self._load(db, person_id))
            row = db.execute(
                "INSERT INTO entry (person, entry) VALUES (?, ?) RETURNING number",
                (person_id, msgspec.json.encode(entry)),
            ).fetchone()
            return int(row[0])

    def book(self, number: int, doses: Mapping[str, Dose], now_s: float) -> None:
        """Keep what was really done. A person who was forgotten meanwhile stays forgotten."""
        self._change(number, lambda entry: booked(entry, doses, now_s))

    def settle(self, person_id: str) -> list[Entry]:
        """Count what was never booked as played in full, and return it. Raises `NoSuchPerson`."""
        with opened(self._file) as db:
            _must_exist(db, person_id)
            found: list[Entry] = []
            for number, entry in self._entries(db, person_id):
                if entry.state == "open":
                    found.append(settled(entry))
                    _write(db, number, found[-1])
            return found

    def doses(self, person_id: str) -> int:
        """Return how many doses are kept of a person. Raises `NoSuchPerson`."""
        with opened(self._file) as db:
            _must_exist(db, person_id)
            (count,) = db.execute("SELECT COUNT(*) FROM entry WHERE person = ?", (person_id,))
        return cast("int", count[0])

    def forget(self, person_id: str) -> None:
        """Delete everything of a person, doses too, and leave no trace. Raises `NoSuchPerson`."""
        with opened(self._file) as db:
            _must_exist(db, person_id)
            db.execute("DELETE FROM person WHERE id = ?", (person_id,))
        erase_what_is_free(self._file)

    # --- rows -----------------------------------------------------------------------------

    def _load(self, db: sqlite3.Connection, person_id: str) -> Person:
        sex = _must_exist(db, person_id)
        unlocked = db.execute(
            "SELECT technique, device, stage FROM unlocked WHERE person = ?", (person_id,)
        )
        return Person(
            id=person_id,
            sex=cast("Sex", sex),
            screenings=tuple(self._kept(db, "screening", person_id, Screening)),
            calibrations=tuple(self._kept(db, "calibration", person_id, Calibration)),
            contractions=tuple(self._kept(db, "contraction", person_id, Contraction)),
            unlocked=frozenset(
                Unlock(technique, device, cast("Stage", stage))
                for technique, device, stage in unlocked
            ),
            ledger=Ledger(tuple(entry for _, entry in self._entries(db, person_id))),
        )

    def _kept(
        self, db: sqlite3.Connection, table: str, person_id: str, kind: type[Kept]
    ) -> list[Kept]:
        query = f"SELECT {table} FROM {table} WHERE person = ? ORDER BY rowid"  # noqa: S608  our own names
        return [self._read(blob, kind) for (blob,) in db.execute(query, (person_id,))]

    def _entries(self, db: sqlite3.Connection, person_id: str) -> list[tuple[int, Entry]]:
        query = "SELECT number, entry FROM entry WHERE person = ? ORDER BY number"
        return [(number, self._read(e, Entry)) for number, e in db.execute(query, (person_id,))]

    def _keep(self, table: str, person_id: str, at_s: float, what: msgspec.Struct) -> None:
        with opened(self._file) as db:
            _must_exist(db, person_id)
            query = f"INSERT INTO {table} VALUES (?, ?, ?)"  # noqa: S608  our own names
            db.execute(query, (person_id, at_s, msgspec.json.encode(what)))

    def _change(self, number: int, change: Callable[[Entry], Entry]) -> None:
        with opened(self._file) as db:
            row = db.execute("SELECT entry FROM entry WHERE number = ?", (number,)).fetchone()
            if row is not None:
                _write(db, number, change(self._read(row[0], Entry)))

    def _read(self, blob: bytes, kind: type[Kept]) -> Kept:
        try:
            return msgspec.json.decode(blob, type=kind)
        except msgspec.DecodeError as error:
            raise RecordsError(damaged(self._file)) from error


def _write(db: sqlite3.Connection, number: int, entry: Entry) -> None:
    db.execute("UPDATE entry SET entry = ? WHERE number = ?", (msgspec.json.encode(entry), number))


def _can_be_id(word: str) -> bool:
    return ID.fullmatch(word) is not None and word not in TAKEN


def _sex_of(db: sqlite3.Connection, person_id: str) -> str | None:
    row = db.execute("SELECT sex FROM person WHERE id = ?", (person_id,)).fetchone()
    return None if row is None else str(row[0])


def _must_exist(db: sqlite3.Connection, person_id: str) -> str:
    sex = _sex_of(db, person_id)
    if sex is None:
        known = [row[0] for row in db.execute("SELECT id FROM person ORDER BY id")]
        there = f"there are {', '.join(known)}" if known else "there is nobody yet"
        made = person_id if _can_be_id(person_id) else "ID"  # advice that would be refused is none
        raise NoSuchPerson(
            f'nobody here is called "{person_id}": {there}; `myoloop person new {made}` makes one'
        )
    return sex
