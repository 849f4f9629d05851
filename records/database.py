"""The file behind `people.py`: opened, brought up to date, written through to the disk."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_S = 10.0
"""How long one process waits for another to have finished writing (E)."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE person (
        id TEXT PRIMARY KEY, sex TEXT NOT NULL
    ) STRICT;
    CREATE TABLE screening (
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        at_s REAL NOT NULL, screening BLOB NOT NULL
    ) STRICT;
    CREATE TABLE calibration (
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        at_s REAL NOT NULL, calibration BLOB NOT NULL
    ) STRICT;
    CREATE TABLE unlocked (
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        technique TEXT NOT NULL, device TEXT NOT NULL, stage TEXT NOT NULL,
        PRIMARY KEY (person, technique, device, stage)
    ) STRICT;
    CREATE TABLE entry (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        entry BLOB NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE contraction (
        person TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
        region TEXT NOT NULL, side TEXT NOT NULL, light INTEGER NOT NULL, device TEXT NOT NULL,
        contraction BLOB NOT NULL,
        PRIMARY KEY (person, region, side, light, device)
    ) STRICT;
    """,
)
"""Each brings the file from its place in the list to the next; a published one never changes."""

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class RecordsError(Exception):
    """The records cannot be read or written; the message says which file, and what to do."""


@contextmanager
def opened(file: Path) -> Generator[sqlite3.Connection]:
    """Open the file for one transaction: committed and on the disk at the end, or never begun.

    Raises `RecordsError`.
    """
    try:
        file.touch(mode=0o600)
        with closing(sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)) as connection:
            _prepare(connection)
            connection.execute("BEGIN IMMEDIATE")
            try:
                _bring_up_to_date(connection, file)
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise RecordsError(_explained(error, file)) from error


def erase_what_is_free(file: Path) -> None:
    """Leave nothing of what was deleted in the file. Raises `RecordsError`."""
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)) as connection:
            _prepare(connection)
            connection.execute("VACUUM")
    except sqlite3.Error as error:
        raise RecordsError(_explained(error, file)) from error


def _prepare(connection: sqlite3.Connection) -> None:
    """A rollback journal, synced with its folder: what is committed survives a power cut."""
    for pragma in (
        "journal_mode = DELETE",
        "synchronous = EXTRA",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _bring_up_to_date(connection: sqlite3.Connection, file: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise RecordsError(
            f"{file} was written by a newer myoloop (its version {version}; this one knows "
            f"{len(MIGRATIONS)}): update myoloop"
        )
    for number in range(version, len(MIGRATIONS)):
        for statement in MIGRATIONS[number].split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number + 1}")


def _explained(error: sqlite3.Error, file: Path) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return f"{file} is in use by another process: wait until it has finished, then try again"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(file)
    if not os.access(file, os.R_OK | os.W_OK):
        return f"{file} may not be read and written by you: mend its rights"
    return f"{file} cannot be used: {error}"


def damaged(file: Path) -> str:
    """Return what to say of a file that is no longer what was written."""
    return (
        f"{file} is damaged, so nobody knows who was pressed how much: put a copy of it back, or "
        "move it away, and then press nobody for 48 hours"
    )
