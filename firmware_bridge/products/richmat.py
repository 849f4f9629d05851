"""Richmat "WiLinke" bed bases, and BedTech: one byte, framed; what it means is the brand's."""

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

LEVELS = 3
"""Low, middle, high (V for Richmat, E for BedTech)."""

PACE_S = 0.3
"""Between two frames (E)."""

BEDTECH_MAKER = 0x4C57
"""The company that BedTech advertises (V)."""

GATTS = (
    Gatt(
        service="0000fee9-0000-1000-8000-00805f9b34fb",
        write="d44bc439-abfd-45a2-b575-925416129600",
        notify="d44bc439-abfd-45a2-b575-925416129601",
    ),
    Gatt(
        service="0000fee9-0000-1000-8000-00805f9b34bb",
        write="d44bc439-abfd-45a2-b575-925416129622",
        notify="d44bc439-abfd-45a2-b575-925416129611",
    ),
    Gatt(
        service="8ebd4f76-da9d-4b5a-a96e-8ebfbeb622e7",
        write="d44bc439-abfd-45a2-b575-925416129600",
        notify="d44bc439-abfd-45a2-b575-925416129601",
    ),
)
"""Services, in the order in which they are tried (V)."""


def framed(command: int) -> bytes:
    """Return a frame: 6E 01 00, the command, and their sum."""
    body = bytes((0x6E, 0x01, 0x00, command))
    return body + bytes((sum(body) & 0xFF,))


_ZONE = {HEAD: 0x98, FOOT: 0x9C}
"""Off; one, two and three more are the levels."""


class Richmat:
    """Discrete levels, no feedback, no timer."""

    name = "richmat"
    title = "Richmat WiLinke bed base"
    evidence = Evidence(
        source="smartbed-mqtt, src/Richmat; ha-adjustable-bed, docs/beds/richmat.md",
        tested_upstream=True,
        unchecked=("the discrete levels on every remote's code",),
    )
    gatts = GATTS
    pace_s = PACE_S
    auto_off_s: float | None = None
    refresh_s: float | None = None
    must_report = False
    hello: tuple[bytes, ...] = ()
    capabilities = described(
        "richmat_wilinke",
        (
            level(HEAD, "head zone", LEVELS, PACE_S, site="upper body"),
            level(FOOT, "foot zone", LEVELS, PACE_S, site="lower body"),
        ),
    )

    def matches(self, seen: Advertisement) -> float:
        if BEDTECH_MAKER in seen.makers:
            return 0.1
        known = any(gatt.service in seen.services for gatt in GATTS)
        return 0.8 if known else 0.2 if named(seen, "qrrm", "richmat") else 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        for channel in (HEAD, FOOT):
            number = wanted.get(channel, 0)
            if number != said.get(channel, 0):
                return Move(framed(_ZONE[channel] + number), {**said, channel: number})
        return None

    def off(self, said: Levels | None) -> Sequence[bytes]:
        del said
        return (framed(_ZONE[HEAD]), framed(_ZONE[FOOT]))

    def decode(self, value: bytes) -> Report | None:
        del value
        return None


MASSAGE_OFF, TIMER_10_MIN = 0x5E, 0x5F
"""What BedTech takes these bytes for (V)."""

_UP = {HEAD: 0x4C, FOOT: 0x4E}
_DOWN = {HEAD: 0x4D, FOOT: 0x4F}


class BedTech:
    """Counted levels from a discrete off, with a timer; no feedback.

    Its off is taken to end the timer as well, so that is armed before every first level.
    """

    name = "bedtech"
    title = "BedTech bed base"
    evidence = Evidence(
        source="ha-adjustable-bed, docs/beds/bedtech.md",
        tested_upstream=True,
        unchecked=(
            "how many levels there are",
            "which level it begins with when massage is switched on (taken for none)",
        ),
    )
    gatts = GATTS
    pace_s = PACE_S
    auto_off_s: float | None = 600.0
    refresh_s: float | None = 200.0
    must_report = False
    hello: tuple[bytes, ...] = ()
    capabilities = described(
        "bedtech",
        (
            level(
                HEAD, "head zone", LEVELS, PACE_S, site="upper body", absolute=False, wake_s=PACE_S
            ),
            level(
                FOOT, "foot zone", LEVELS, PACE_S, site="lower body", absolute=False, wake_s=PACE_S
            ),
        ),
        auto_off_s,
    )

    def matches(self, seen: Advertisement) -> float:
        known = any(gatt.service in seen.services for gatt in GATTS)
        if BEDTECH_MAKER in seen.makers:
            return 0.95 if known else 0.7
        return 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        if not highest(wanted):
            return Move(framed(MASSAGE_OFF), {}) if highest(said) else None
        if not said.get(TIMER, 0):
            return Move(framed(TIMER_10_MIN), {**said, TIMER: 1})
        for channel in (HEAD, FOOT):
            now, then = said.get(channel, 0), wanted.get(channel, 0)
            if then < now:
                return Move(framed(_DOWN[channel]), {**said, channel: now - 1})
            if then > now:
                return Move(framed(_UP[channel]), {**said, channel: now + 1})
        return None

    def off(self, said: Levels | None) -> Sequence[bytes]:
        del said
        return (framed(MASSAGE_OFF),)

    def decode(self, value: bytes) -> Report | None:
        del value
        return None
