"""Encode + decode of one frame: ours, bare struct with the same framing, and pymavlink."""

import random
import struct
import time
from collections.abc import Callable, Mapping
from statistics import median
from zlib import crc32

import mavlink
from cobs.cobs import decode as uncobs
from cobs.cobs import encode as cobs
from table import Table, alone

from firmware_bridge.framing import RESIDUE, Deframer, seal, stuff, unseal
from firmware_bridge.messages import Knots, Samples, decode

SAMPLES = [random.Random(7).randint(-3000, 3000) for _ in range(91)]
"""As many as fill a body of 200 bytes; one knot makes one of 24."""

_NUMBERS = struct.Struct(f"<{len(SAMPLES)}h")
_BYTES = _NUMBERS.pack(*SAMPLES)
_KNOT_BODY = struct.Struct("<BBHIHHBBHhh")
_SAMPLES_BODY = struct.Struct(f"<BBHIBIB{len(SAMPLES)}h")
_SAMPLES_HEAD = struct.Struct("<BBHIBIB")
_CRC = struct.Struct("<I")

Round = Callable[[], object]


def measure(quick: bool) -> Table:
    """Compare them in thread CPU time."""
    repeats, each = (9, 1000) if quick else (31, 4000)
    peers = mavlink.rounds(SAMPLES)
    kinds: list[tuple[str, dict[str, Round]]] = [
        ("24-byte setpoint frame", {"ours": _our_knots, "bare": _bare_knots}),
        (
            "200-byte sensor frame, numbers at both ends",
            {"ours": _our_numbers, "bare": _bare_numbers},
        ),
        ("200-byte sensor frame, samples left as bytes", {"ours": _our_bytes, "bare": _bare_bytes}),
    ]
    if peers is not None:
        kinds[0][1]["peer"], kinds[1][1]["peer"] = peers
    return Table(
        "Codec: encode + decode, framing and checksum included",
        ("frame", "ours, us", "bare struct + cobs + crc32, us", "ours / bare", "pymavlink, us",
         "pymavlink / ours"),
        tuple(_row(name, _race(rounds, repeats, each)) for name, rounds in kinds),
        (
            f"Thread CPU time, medians of {repeats} interleaved repeats of {each} rounds, normal "
            "priority; ratios are medians of the repeats' own. Goals: at most 1.3 x bare, "
            "pymavlink at least 5 x ours."
            + ("" if peers else " pymavlink is not installed here: `pip install -e .[bench]`."),
        ),
    )  # fmt: skip


def _our_knots() -> object:
    return _hear(seal(Knots.KIND, 3, 17, 123456, Knots(3, 41, [(2, 250, 1500, -200)]).pack()))


def _our_numbers() -> object:
    samples = Samples(0, 77, 10, _NUMBERS.pack(*SAMPLES))
    heard = _hear(seal(Samples.KIND, 3, 17, 123456, samples.pack()))
    assert isinstance(heard, Samples)
    return _NUMBERS.unpack(heard.data)


def _our_bytes() -> object:
    return _hear(seal(Samples.KIND, 3, 17, 123456, Samples(0, 77, 10, _BYTES).pack()))


def _bare_knots() -> object:
    body = _KNOT_BODY.pack(Knots.KIND, 3, 17, 123456, 3, 41, 1, 2, 250, 1500, -200)
    return _KNOT_BODY.unpack_from(_bare_wire(body))


def _bare_numbers() -> object:
    body = _SAMPLES_BODY.pack(Samples.KIND, 3, 17, 123456, 0, 77, 10, *SAMPLES)
    return _SAMPLES_BODY.unpack_from(_bare_wire(body))


def _bare_bytes() -> object:
    body = _SAMPLES_HEAD.pack(Samples.KIND, 3, 17, 123456, 0, 77, 10) + _BYTES
    heard = _bare_wire(body)
    return _SAMPLES_HEAD.unpack_from(heard), heard[_SAMPLES_HEAD.size : -4]


_deframer = Deframer()


def _hear(body: bytes) -> object:
    (heard,) = _deframer.feed(stuff(body))
    kind, _, _, _ = unseal(heard)
    return decode(kind, heard)


def _bare_wire(body: bytes) -> bytes:
    frame = cobs(body + _CRC.pack(crc32(body))) + b"\0"
    heard = uncobs(frame[:-1])
    assert crc32(heard) == RESIDUE
    return heard


def _race(rounds: Mapping[str, Round], repeats: int, each: int) -> dict[str, list[float]]:
    """Return microseconds of each, one number a repeat; they take turns."""
    us: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(repeats):
        for name, run in rounds.items():
            began_ns = time.thread_time_ns()
            for _ in range(each):
                run()
            us[name].append((time.thread_time_ns() - began_ns) / each / 1e3)
    return us


def _row(name: str, us: dict[str, list[float]]) -> tuple[str, ...]:
    ours, bare, peer = us["ours"], us["bare"], us.get("peer")
    return (
        name,
        f"{median(ours):.2f}",
        f"{median(bare):.2f}",
        _ratio(ours, bare),
        f"{median(peer):.2f}" if peer else "-",
        _ratio(peer, ours) if peer else "-",
    )


def _ratio(one: list[float], other: list[float]) -> str:
    return f"{median(a / b for a, b in zip(one, other, strict=True)):.2f}"


if __name__ == "__main__":
    alone(measure)
