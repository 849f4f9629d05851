"""Our Bluetooth LE service: which characteristic carries what, and how a value is made up."""

import struct
from collections.abc import Iterable, Sequence
from typing import ClassVar, Self
from zlib import crc32

import msgspec

from .errors import BadFrame
from .framing import MAX_BODY, OVERHEAD, RESIDUE
from .messages import MAGIC, Beat, Knots, Ping, Pong, Samples, Splice, StatusReport, Stop

SERVICE = "6d796f00-6c6f-4f70-9a3e-51c27d08e4b6"
CMD = "6d796f01-6c6f-4f70-9a3e-51c27d08e4b6"
STOP = "6d796f02-6c6f-4f70-9a3e-51c27d08e4b6"
DATA = "6d796f03-6c6f-4f70-9a3e-51c27d08e4b6"
CTRL = "6d796f04-6c6f-4f70-9a3e-51c27d08e4b6"
INFO = "6d796f05-6c6f-4f70-9a3e-51c27d08e4b6"
"""The service and its five characteristics (E; drawn once, kept for ever)."""

ATT_OVERHEAD = 3
"""What a write or a notification needs of the MTU (V, Bluetooth Core, Vol 3 Part F)."""

LEAST_VALUE = 64
"""Below this a value holds HELLO, STOP and BEAT; a session needs more (wire, *BLE*)."""

COMMANDS = frozenset({Knots.KIND, Splice.KIND, Beat.KIND, Ping.KIND})
"""What a host writes to CMD. STOP goes to STOP, and to CMD too; everything else to CTRL."""

NEWS = frozenset({StatusReport.KIND, Samples.KIND, Pong.KIND})
"""What a device says on DATA. Everything else goes to CTRL."""

_NUMBER = struct.Struct("<H")


class Info(msgspec.Struct, frozen=True):
    """INFO: the first eight bytes of HELLO_ACK, and the longest payload the device takes."""

    LAYOUT: ClassVar = struct.Struct("<HBBIH")

    major: int
    minor: int
    boot_nonce: int
    max_payload: int

    def pack(self) -> bytes:
        return self.LAYOUT.pack(MAGIC, *msgspec.structs.astuple(self))

    @classmethod
    def unpack(cls, value: bytes) -> Self:
        """Read a value that may be longer. Raises `BadFrame`."""
        if len(value) < cls.LAYOUT.size:
            raise BadFrame(f"INFO: {cls.LAYOUT.size - len(value)} bytes are missing")
        magic, *fields = cls.LAYOUT.unpack_from(value)
        if magic != MAGIC:
            raise BadFrame(f"INFO starts with {magic:#06x}, not {MAGIC:#06x}")
        return cls(*fields)


def lane(kind: int) -> str:
    """Return the characteristic that a host writes a message of this type to."""
    if kind == Stop.KIND:
        return STOP
    return CMD if kind in COMMANDS else CTRL


def is_body(value: bytes) -> bool:
    """Return whether `value` is one whole body."""
    return OVERHEAD <= len(value) <= MAX_BODY and crc32(value) == RESIDUE


def room_for(body: bytes) -> int:
    """Return how many bytes of a DATA value `body` takes."""
    return 1 + len(body)


DATA_OVERHEAD = _NUMBER.size
"""Bytes of a DATA value that are no bodies: its number."""


def bundle(number: int, bodies: Iterable[bytes]) -> bytes:
    """Return the DATA value of this number that holds these bodies, each behind its length."""
    return _NUMBER.pack(number & 0xFFFF) + b"".join(bytes((len(b),)) + b for b in bodies)


def unbundle(value: bytes) -> tuple[int, Sequence[bytes]]:
    """Return the number of a DATA value, and its bodies. Raises `BadFrame` unless all are whole."""
    if len(value) < DATA_OVERHEAD:
        raise BadFrame("DATA: a value without its number")
    bodies: list[bytes] = []
    at = DATA_OVERHEAD
    while at < len(value):
        body = value[at + 1 : at + 1 + value[at]]
        if len(body) != value[at] or not is_body(body):
            raise BadFrame(f"DATA: no frame of {value[at]} bytes at {at}")
        bodies.append(body)
        at += room_for(body)
    return _NUMBER.unpack_from(value)[0], bodies
