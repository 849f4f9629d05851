"""Which sessions run on this machine: each says so in a file beside its socket."""

import contextlib
import os
import secrets
from pathlib import Path

import msgspec

from firmware_bridge.lock import is_alive, runtime_folder, write_whole

PREFIX = "session-"


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """A session: its process, where it takes orders, and on which device it plays, if it does."""

    session: str
    pid: int
    door: str
    url: str = ""


def new_name() -> str:
    """Return a name for a session of this process."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


def socket_path(session: str) -> Path:
    """Return where the door of a session is."""
    return runtime_folder() / f"{PREFIX}{session}.sock"


def announce(announced: Announced) -> None:
    """Say that this session runs; again, when there is more to say."""
    write_whole(_file(announced.session), msgspec.to_builtins(announced))


def withdraw(session: str) -> None:
    """Leave nothing behind."""
    for file in (_file(session), socket_path(session)):
        file.unlink(missing_ok=True)


def announced() -> list[Announced]:
    """Return the sessions of this user that run now. What dead ones left behind is removed."""
    found: list[Announced] = []
    for file in sorted(runtime_folder().glob(f"{PREFIX}*.json")):
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            one = msgspec.json.decode(file.read_bytes(), type=Announced)
            if is_alive(one.pid):
                found.append(one)
            else:
                withdraw(one.session)
    return found


def _file(session: str) -> Path:
    return runtime_folder() / f"{PREFIX}{session}.json"
