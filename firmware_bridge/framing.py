"""Payload <-> body <-> bytes on a wire: header, CRC-32 and, where a wire has no frames, COBS.

body  = type u8 | flags u4, epoch u4 | seq u16 | t_us u32 | payload | CRC-32, little endian
frame = COBS(body) 0x00 on serial and TCP, body itself on Bluetooth LE
"""

import struct
from collections.abc import Callable
from typing import cast
from zlib import crc32

from cobs.cobs import DecodeError, decode, encode  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

HEADER = struct.Struct("<BBHI")
OVERHEAD = HEADER.size + 4
"""Bytes of a body that are not payload."""

MAX_PAYLOAD_DOWN = 216
"""Longest payload, host to device, bytes (wire, *Frames*)."""

MAX_PAYLOAD_UP = 228
"""Longest payload, device to host, bytes."""

MAX_BODY = OVERHEAD + MAX_PAYLOAD_UP
"""Longest body, bytes: no run of it reaches 254, so COBS adds exactly one (D, wire, *Frames*)."""

LENGTH = struct.Struct("<I")
"""What goes before each body on a local socket, which needs neither COBS nor checksum."""

_encode = cast(Callable[[bytes], bytes], encode)
_decode = cast(Callable[[bytes], bytes], decode)
_pack_header = HEADER.pack
_unpack_header = HEADER.unpack_from
_pack_crc = struct.Struct("<I").pack

RESIDUE = 0x2144DF1C
"""CRC-32 of anything that ends in its own CRC-32, little endian."""

_LONGEST_CODE = MAX_BODY + 1


def seal(kind: int, epoch: int, seq: int, t_us: int, payload: bytes) -> bytes:
    """Return the body that carries `payload`; `seq` and `t_us` keep their low 16 and 32 bits."""
    body = _pack_header(kind, epoch, seq & 0xFFFF, t_us & 0xFFFFFFFF) + payload
    return body + _pack_crc(crc32(body))


def unseal(body: bytes) -> tuple[int, int, int, int]:
    """Return (type, epoch, seq, t_us) of a body whose checksum is known to be good."""
    kind, epoch, seq, t_us = _unpack_header(body)
    return kind, epoch & 0x0F, seq, t_us


def stuff(body: bytes) -> bytes:
    """Return the bytes of a frame on a wire: no zero inside, one at the end."""
    return _encode(body) + b"\0"


class Deframer:
    """Bytes in any pieces in, whole bodies out; what does not fit is counted and left behind.

    A body that comes out has a good checksum. `bad` counts pieces between two zeros that were
    not frames; empty pieces do not count, since senders write spare zeros.
    """

    def __init__(self) -> None:
        self.bad = 0
        self._tail = b""
        self._overflowed = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the bodies that `data` completes, each exactly once."""
        codes = (self._tail + data).split(b"\0")
        self._tail = codes.pop()
        if self._overflowed and codes:
            codes[0] = b""  # the start of this piece was given up: its end is no frame
            self._overflowed = False
        if len(self._tail) > _LONGEST_CODE:
            self.bad += not self._overflowed
            self._overflowed = True
            self._tail = b""
        bodies: list[bytes] = []
        for code in codes:
            try:
                body = _decode(code)
            except DecodeError:
                body = b""
            if crc32(body) == RESIDUE and OVERHEAD <= len(body) <= MAX_BODY:
                bodies.append(body)
            elif code:
                self.bad += 1
        return bodies
