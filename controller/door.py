"""What is said through the door of a session: frames of `u32 length | msgpack`, tagged unions."""

import os
import secrets
import struct
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from firmware_bridge.lock import runtime_folder

from .words import Accepted, Ended, Order, Rejected

PROTOCOL = 1
"""Version of these words. A door refuses any other."""

MAX_FRAME = 65_536
"""Longest frame, in bytes: an order is a few dozen (E)."""

LENGTH = struct.Struct("<I")

Role = Literal["none", "operator"]
"""What a client may order: stop only, or everything."""


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


Said: TypeAlias = Welcome | Refused | Accepted | Rejected | Ended
"""Everything a door says: answers in the order of the questions, and how the session ended."""

_encoder = msgspec.msgpack.Encoder()
hello_of = msgspec.msgpack.Decoder(Hello).decode
order_of = msgspec.msgpack.Decoder(Order).decode
said_of = msgspec.msgpack.Decoder(Said).decode


def frame(word: Hello | Order | Said) -> bytes:
    """Return a word with its length before it."""
    body = _encoder.encode(word)
    return LENGTH.pack(len(body)) + body


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
