"""The first words at the door of a session, and its token: all that `myoloop stop` needs.

What is said further inside is in `visits`. Every frame is msgpack; the tags keep words apart.
"""

import os
import secrets
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from firmware_bridge.lock import runtime_folder

from .words import Answer, Ended, Order

PROTOCOL = 1
"""Version of these words. A door refuses any other."""

STRANGER_FRAME = 1024
"""Longest frame of somebody who has not said who they are, in bytes (E)."""

WATCHER_FRAME = 65_536
"""Longest frame of whoever may not start anything, in bytes: an order is a few dozen (E)."""

Role = Literal["none", "watcher", "operator"]
"""What a client hears and may order: stop only; everything and stop only; everything."""


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """First word of a client. Stop needs the token and no role."""

    protocol: int
    token: str
    role: Role = "none"


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """The door's answer to a hello it accepts."""

    protocol: int
    pid: int


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The door's last word, and why."""

    why: str


class Ordered(msgspec.Struct, frozen=True, tag="ordered"):
    """An order, and its number: the answer will name it."""

    number: int
    order: Order


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """What is said to the order of this number."""

    number: int
    answer: Answer


Brief: TypeAlias = Welcome | Refused | Answered | Ended
"""Everything a door says to whoever has no role."""

encode = msgspec.msgpack.Encoder().encode
hello_of = msgspec.msgpack.Decoder(Hello).decode
brief_of = msgspec.msgpack.Decoder(Brief).decode


def token() -> str:
    """Return the secret of this user's doors; the file that keeps it is made if needed."""
    file = runtime_folder() / "token"
    if not file.exists():
        _make(file)
    return file.read_text("ascii")


def _make(file: Path) -> None:
    """Make the token file readable by its user alone, whole from the first moment on."""
    draft = file.with_name(f"token.{os.getpid()}")
    draft.touch(0o600)
    try:
        draft.write_text(secrets.token_hex(16), "ascii")
        file.hardlink_to(draft)
    except FileExistsError:
        return  # another process was quicker: its token counts
    finally:
        draft.unlink()
