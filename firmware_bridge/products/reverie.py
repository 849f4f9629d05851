"""Reverie bed bases, protocol 108: two zones of eleven levels, and they say how they are."""

from collections.abc import Sequence

from firmware_bridge.advertisement import Advertisement

from .product import (
    Evidence,
    Gatt,
    Levels,
    Move,
    Report,
    choice,
    described,
    level,
    named,
)

HEAD, FOOT, WAVE = 2, 3, 4
"""Channel numbers."""

PACE_S = 0.2
"""Between two frames (E)."""

SERVICE = "1b1d9641-b942-4da8-89cc-98e6a58fbd93"
CHARACTERISTIC = "6af87926-dc79-412e-a3e0-5f85c2d55de2"
"""Where it is found, and the one characteristic it has (V)."""

WAVES = 9
"""Waves by the maker's app; another driver shows four (V, in conflict)."""

_START, _WAVE, _STOP_MASSAGE = 0x55, 0x40, 0x35
_ZONE = {HEAD: 0x53, FOOT: 0x54}
_REPORT_SIZE = 9


def framed(*payload: int) -> bytes:
    """Return a frame: 55, the payload, and the exclusive or of all that."""
    check = _START
    for byte in payload:
        check ^= byte
    return bytes((_START, *payload, check))


class Reverie:
    """Each zone and the wave have a frame of their own."""

    name = "reverie"
    title = "Reverie bed base (protocol 108)"
    evidence = Evidence(
        source="ha-adjustable-bed, beds/reverie.py (from the maker's app); smartbed-mqtt",
        tested_upstream=False,
        unchecked=("everything", "how many waves there are: 9 or 4"),
    )
    gatts = (Gatt(service=SERVICE, write=CHARACTERISTIC, notify=CHARACTERISTIC),)
    pace_s = PACE_S
    auto_off_s: float | None = None
    refresh_s: float | None = None
    must_report = False
    hello: tuple[bytes, ...] = ()
    capabilities = described(
        "reverie_108",
        (
            level(HEAD, "head zone", 10, PACE_S, site="upper body"),
            level(FOOT, "foot zone", 10, PACE_S, site="lower body"),
            choice(WAVE, "wave", ("steady", *(f"wave {n + 1}" for n in range(WAVES))), PACE_S),
        ),
    )

    def matches(self, seen: Advertisement) -> float:
        if SERVICE in seen.services:
            return 1.0
        return 0.2 if named(seen, "reverie") else 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        for channel in (HEAD, FOOT, WAVE):
            number = wanted.get(channel, 0)
            if number != said.get(channel, 0):
                return Move(_spelled(channel, number), {**said, channel: number})
        return None

    def off(self, said: Levels | None) -> Sequence[bytes]:
        del said
        return (framed(_STOP_MASSAGE), framed(_ZONE[HEAD], 0), framed(_ZONE[FOOT], 0))

    def decode(self, value: bytes) -> Report | None:
        if len(value) != _REPORT_SIZE:
            return None
        return Report(levels={HEAD: value[4], FOOT: value[5]})


def _spelled(channel: int, number: int) -> bytes:
    return framed(_WAVE + number) if channel == WAVE else framed(_ZONE[channel], number)
