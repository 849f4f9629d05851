"""Every message on the wire, in the order a session meets them: payload bytes <-> typed values.

Layouts are append-only: a decoder takes the fields it knows and ignores what follows. The tables
in PROTOCOL.md say the same, with worked examples.
"""

import struct
from collections.abc import Callable
from typing import ClassVar, Self, TypeAlias

import msgspec

from .codes import Cause, Document, Gesture, Refusal, Role, Source, State
from .errors import BadFrame, UnknownMessage
from .framing import OVERHEAD
from .knots import Knot

MAGIC = 0x4C4D
"""The first two bytes of HELLO, "ML"."""

MAJOR, MINOR = 1, 2
"""This protocol. Another major version may be watched and stopped, not moved."""


class _Fixed(msgspec.Struct, frozen=True, gc=False):
    """A message whose fields are those of its layout, in order."""

    LAYOUT: ClassVar[struct.Struct]

    def pack(self) -> bytes:
        return self.LAYOUT.pack(*msgspec.structs.astuple(self))

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        return cls(*cls.LAYOUT.unpack_from(body, 8))


class _Coded(_Fixed, frozen=True, gc=False, array_like=True):
    """One of those with numbers that have names. Raises `ValueError` for one that may not be."""

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        return msgspec.convert(cls.LAYOUT.unpack_from(body, 8), cls)


class Hello(msgspec.Struct, frozen=True, gc=False):
    """Host: here I am. Frozen for ever."""

    KIND: ClassVar = 0x01
    LAYOUT: ClassVar = struct.Struct("<HBBI")

    host_nonce: int
    major: int = MAJOR
    minor: int = MINOR

    def pack(self) -> bytes:
        return self.LAYOUT.pack(MAGIC, self.major, self.minor, self.host_nonce)

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        magic, major, minor, host_nonce = cls.LAYOUT.unpack_from(body, 8)
        if magic != MAGIC:
            raise BadFrame(f"HELLO starts with {magic:#06x}, not {MAGIC:#06x}")
        return cls(host_nonce, major, minor)


class HelloAck(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Device: who I am, and what you are to me."""

    KIND: ClassVar = 0x02
    LAYOUT: ClassVar = struct.Struct("<HBBIQIIIIHBBBBBB")

    major: int = MAJOR
    minor: int = MINOR
    boot_nonce: int
    clock_us: int
    schema_crc: int
    features: int
    host_nonce: int
    latch_nonce: int
    max_payload: int
    queue_slots: int
    role: Role
    state: State
    cause: Cause
    source: Source
    epoch: int

    def pack(self) -> bytes:
        return self.LAYOUT.pack(MAGIC, *msgspec.structs.astuple(self))

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        magic, *fields = cls.LAYOUT.unpack_from(body, 8)
        if magic != MAGIC:
            raise BadFrame(f"HELLO_ACK starts with {magic:#06x}, not {MAGIC:#06x}")
        return msgspec.convert(fields, cls)


class Ask(_Coded, frozen=True, gc=False):
    """Host: send one piece of a document. Asking for piece 0 makes the document anew."""

    KIND: ClassVar = 0x30
    LAYOUT: ClassVar = struct.Struct("<BH")

    document: Document
    piece: int


class Piece(msgspec.Struct, frozen=True):
    """Device: piece `piece` of `of` of a document."""

    KIND: ClassVar = 0x31
    LAYOUT: ClassVar = struct.Struct("<BHH")

    document: Document
    piece: int
    of: int
    data: bytes

    def pack(self) -> bytes:
        return self.LAYOUT.pack(self.document, self.piece, self.of) + self.data

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        document, piece, of = cls.LAYOUT.unpack_from(body, 8)
        return cls(Document(document), piece, of, body[13:-4])


class Ping(_Fixed, frozen=True, gc=False):
    """Host: what time is it? `host_us` comes back as it is."""

    KIND: ClassVar = 0x03
    LAYOUT: ClassVar = struct.Struct("<Q")

    host_us: int


class Pong(_Fixed, frozen=True, gc=False):
    """Device: when PING came and when this left, in device microseconds."""

    KIND: ClassVar = 0x04
    LAYOUT: ClassVar = struct.Struct("<QQQH")

    host_us: int
    received_us: int
    sent_us: int
    boot_nonce16: int


class Ack(_Fixed, frozen=True, gc=False):
    """Device: the order of this type and sequence number is taken."""

    KIND: ClassVar = 0x06
    LAYOUT: ClassVar = struct.Struct("<BH")

    kind: int
    seq: int


class Nak(_Coded, frozen=True, gc=False):
    """Device: the order of this type and sequence number is refused, and why."""

    KIND: ClassVar = 0x07
    LAYOUT: ClassVar = struct.Struct("<BHB")

    kind: int
    seq: int
    refusal: Refusal


class Arm(msgspec.Struct, frozen=True):
    """Host: be ready to move, under these limits. Rates in 0.01 kPa/s, ceilings as in knots."""

    KIND: ClassVar = 0x0C
    LAYOUT: ClassVar = struct.Struct("<HHHHHBHB")
    CEILING: ClassVar = struct.Struct("<Bh")

    rise_level: int
    rise_rhythm: int
    fall_max: int
    static_max_s: int
    session_max_s: int
    effort_percent: int
    revision: int
    ceilings: tuple[tuple[int, int], ...]

    def pack(self) -> bytes:
        *limits, ceilings = msgspec.structs.astuple(self)
        head = self.LAYOUT.pack(*limits, len(ceilings))
        return head + b"".join(self.CEILING.pack(*ceiling) for ceiling in ceilings)

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        *limits, n = cls.LAYOUT.unpack_from(body, 8)
        start = 8 + cls.LAYOUT.size
        end = start + n * cls.CEILING.size
        if end > len(body) - 4:
            raise BadFrame(f"{n} ceilings are announced, {len(body) - 4 - start} bytes are there")
        return cls(*limits, ceilings=tuple(cls.CEILING.iter_unpack(body[start:end])))


class Disarm(msgspec.Struct, frozen=True, gc=False):
    """Host: ease to zero and be idle."""

    KIND: ClassVar = 0x0D
    LAYOUT: ClassVar = struct.Struct("")

    def pack(self) -> bytes:
        return b""

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        del body
        return cls()


MAX_KNOTS = 30
"""Knots that fit one frame."""

_PACK_KNOTS = [struct.Struct("<HHB" + "BHhh" * n).pack for n in range(MAX_KNOTS + 1)]


class _KnotFrame(msgspec.Struct, frozen=True, gc=False):
    LAYOUT: ClassVar = struct.Struct("<HHB")
    KNOT: ClassVar = struct.Struct("<BHhh")

    revision: int
    first_index: int
    knots: list[Knot]

    def pack(self) -> bytes:
        n = len(self.knots)
        flat = sum(self.knots, ())  # quicker than a loop: a frame has a few knots
        return _PACK_KNOTS[n](self.revision & 0xFFFF, self.first_index & 0xFFFF, n, *flat)

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        revision, first_index, n = _unpack_head(body, 8)
        end = 13 + 7 * n
        if end > len(body) - 4:
            raise BadFrame(f"{n} knots are announced, {len(body) - 17} bytes are there")
        return cls(revision, first_index, [*_iter_knots(body[13:end])])


_unpack_head, _iter_knots = _KnotFrame.LAYOUT.unpack_from, _KnotFrame.KNOT.iter_unpack


class Knots(_KnotFrame, frozen=True, gc=False):
    """Host: continue the queue of `revision` with these knots, the first of them `first_index`."""

    KIND: ClassVar = 0x10


class Splice(_KnotFrame, frozen=True, gc=False):
    """Host: from the header's time on, these knots replace the whole queue."""

    KIND: ClassVar = 0x11


class StatusReport(_Fixed, frozen=True, gc=False):
    """Device: acknowledgement, credit, heartbeat and state in one."""

    KIND: ClassVar = 0x05
    LAYOUT: ClassVar = struct.Struct("<HHHBBBIBBIBBHHHHBH")

    revision: int
    last_index: int
    gap_bitmap: int
    free_slots: int
    state: int
    flags: int
    executed_until_us: int
    cause: int
    source: int
    latch_nonce: int
    buttons: int
    pain_count: int
    faults: int
    frames_bad: int
    frames_stale: int
    knots_lost: int
    fades: int
    boot_nonce16: int


class Samples(msgspec.Struct, frozen=True, gc=False):
    """Device: `count` base-rate samples of a sensor group, a block of i16 for each sensor.

    `first` numbers the first of them since boot. A sensor that gives every k-th sample has those
    whose number is a multiple of k. The header's time is that of the first sample.
    """

    KIND: ClassVar = 0x20
    LAYOUT: ClassVar = struct.Struct("<BIB")

    group: int
    first: int
    count: int
    data: bytes

    def pack(self) -> bytes:
        return _pack_samples(self.group, self.first, self.count) + self.data

    @classmethod
    def unpack(cls, body: bytes) -> Self:
        group, first, count = _unpack_samples(body, 8)
        return cls(group, first, count, body[14:-4])


_pack_samples, _unpack_samples = Samples.LAYOUT.pack, Samples.LAYOUT.unpack_from


class Beat(_Fixed, frozen=True, gc=False):
    """Host: my control task lives; `judged` is the `first` of the last SAMPLES it has judged."""

    KIND: ClassVar = 0x12
    LAYOUT: ClassVar = struct.Struct("<I")

    judged: int


class Stop(_Coded, frozen=True, gc=False):
    """Anyone: let go now. Any epoch, any state, before anything else."""

    KIND: ClassVar = 0x08
    LAYOUT: ClassVar = struct.Struct("<HB")

    stop_id: int
    source: Source


class StopAck(_Coded, frozen=True, gc=False):
    """Device: latched. `path` is the way the latching stop came, `nonce` what CLEAR must name."""

    KIND: ClassVar = 0x09
    LAYOUT: ClassVar = struct.Struct("<HBBI")

    stop_id: int
    source: Source
    path: Cause
    nonce: int


class Clear(_Fixed, frozen=True, gc=False):
    """Host: leave the latch whose nonce this is."""

    KIND: ClassVar = 0x0A
    LAYOUT: ClassVar = struct.Struct("<I")

    nonce: int


class Act(_Coded, frozen=True, gc=False):
    """Host, to an emulated device only: the simulated person does this."""

    KIND: ClassVar = 0x60
    LAYOUT: ClassVar = struct.Struct("<B")

    gesture: Gesture


Message: TypeAlias = (
    Hello | HelloAck | Ask | Piece | Ping | Pong | Ack | Nak | Arm | Disarm | Knots | Splice
    | StatusReport | Samples | Beat | Stop | StopAck | Clear | Act
)  # fmt: skip

MESSAGES: dict[int, type[Message]] = {
    kind.KIND: kind
    for kind in (
        Hello, HelloAck, Ask, Piece, Ping, Pong, Ack, Nak, Arm, Disarm, Knots, Splice,
        StatusReport, Samples, Beat, Stop, StopAck, Clear, Act,
    )
}  # fmt: skip

_UNPACK: dict[int, tuple[Callable[[bytes], Message], int]] = {
    kind: (message.unpack, OVERHEAD + message.LAYOUT.size) for kind, message in MESSAGES.items()
}


def decode(kind: int, body: bytes) -> Message:
    """Return the message of type `kind` in a checked body. Raises `BadFrame`, `UnknownMessage`."""
    try:
        unpack, shortest = _UNPACK[kind]
    except KeyError:
        raise UnknownMessage(f"message type {kind:#04x}") from None
    if len(body) < shortest:
        raise BadFrame(f"{MESSAGES[kind].__name__}: {shortest - len(body)} bytes are missing")
    try:
        return unpack(body)
    except ValueError as error:
        raise BadFrame(f"{MESSAGES[kind].__name__}: {error}") from error
