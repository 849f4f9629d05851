"""Keeson bed bases (Ergomotion, Serta, Tempur, Purple): counted levels, and some feedback."""

from collections.abc import Sequence

from firmware_bridge.advertisement import Advertisement

from .product import (
    TIMER,
    Evidence,
    Gatt,
    Levels,
    Move,
    Report,
    described,
    highest,
    level,
    named,
)

HEAD, FOOT = 2, 3
"""Channel numbers."""

LEVELS = 6
"""The highest level that the Ergomotion variant reports (V)."""

PACE_S = 0.4
"""Between two frames: the makers' apps take 0.1 to 0.4 s (V)."""

AUTO_OFF_S = 600.0
"""The first of its timer's three times (V)."""

HEAD_UP, HEAD_DOWN = 0x800, 0x800000
FOOT_UP, FOOT_DOWN = 0x400, 0x1000000
TIMER_STEP = 0x200
"""Commands, of 32 bits (V)."""

_UP = {HEAD: HEAD_UP, FOOT: FOOT_UP}
_DOWN = {HEAD: HEAD_DOWN, FOOT: FOOT_DOWN}
_START = bytes.fromhex("e5fe16")
TEN_MINUTES = 1
"""What a report says of the timer; 2 and 3 are its longer times (V)."""

_REPORT_SIZES = {0xED: 16, 0xF0: 19, 0xF1: 20}


def framed(command: int) -> bytes:
    """Return a frame of the Base variant: the command, little end first, and a checksum."""
    body = _START + command.to_bytes(4, "little")
    return body + bytes(((sum(body) & 0xFF) ^ 0xFF,))


class Keeson:
    """The Base variant. Where it reports its levels, as an Ergomotion does, they are believed."""

    name = "keeson"
    title = "Keeson / Ergomotion bed base"
    evidence = Evidence(
        source="smartbed-mqtt, src/Keeson; ha-adjustable-bed, docs/beds/keeson.md (#41, #508)",
        tested_upstream=True,
        unchecked=(
            "how many levels a base without feedback has",
            "the timer on a base without feedback",
        ),
    )
    gatts = (
        Gatt(
            service="0000ffe5-0000-1000-8000-00805f9b34fb",
            write="0000ffe9-0000-1000-8000-00805f9b34fb",
            notify="0000ffe4-0000-1000-8000-00805f9b34fb",
        ),
        Gatt(
            service="0000fff0-0000-1000-8000-00805f9b34fb",
            write="0000fff2-0000-1000-8000-00805f9b34fb",
        ),
        Gatt(
            service="0000ffb0-0000-1000-8000-00805f9b34fb",
            write="0000ffb2-0000-1000-8000-00805f9b34fb",
        ),
    )
    pace_s = PACE_S
    auto_off_s: float | None = AUTO_OFF_S
    refresh_s: float | None = None
    must_report = False
    hello: tuple[bytes, ...] = ()
    capabilities = described(
        "keeson_base",
        (
            level(HEAD, "head zone", LEVELS, PACE_S, site="upper body", absolute=False),
            level(FOOT, "foot zone", LEVELS, PACE_S, site="lower body", absolute=False),
        ),
        AUTO_OFF_S,
    )

    def matches(self, seen: Advertisement) -> float:
        if named(seen, "base-i4.", "base-i5."):
            return 0.9
        if named(seen, "ergomotion", "serta"):
            return 0.6
        return 0.1 if self.gatts[0].service in seen.services else 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        for channel in (HEAD, FOOT):  # down before up: less is always first
            now = said.get(channel, 0)
            if wanted.get(channel, 0) < now:
                return Move(framed(_DOWN[channel]), {**said, channel: now - 1})
        if highest(wanted) and not said.get(TIMER, 0):
            return Move(framed(TIMER_STEP), {**said, TIMER: 1})
        for channel in (HEAD, FOOT):
            now = said.get(channel, 0)
            if wanted.get(channel, 0) > now:
                return Move(framed(_UP[channel]), {**said, channel: now + 1})
        return None

    def off(self, said: Levels | None) -> Sequence[bytes]:
        """Return as many steps down as there may be, and one to spare: one alone ends nothing."""
        known = {zone: LEVELS if said is None else said.get(zone, 0) for zone in (HEAD, FOOT)}
        steps = {zone: min(number + 1, LEVELS) for zone, number in known.items() if number}
        if not steps:
            return []
        rounds = range(max(steps.values()))
        return [
            framed(_DOWN[zone]) for n in rounds for zone in (HEAD, FOOT) if steps.get(zone, 0) > n
        ]

    def decode(self, value: bytes) -> Report | None:
        if not value or _REPORT_SIZES.get(value[0]) != len(value):
            return None
        timer = int(value[14] == TEN_MINUTES)  # a longer one is not the one that is promised
        return Report(levels={HEAD: value[5], FOOT: value[6], TIMER: timer})
