"""Jensen JMC400 / LinON bed bases: two zones of eleven levels each, in one frame of six bytes."""

from collections.abc import Sequence

from firmware_bridge.advertisement import Advertisement

from .product import (
    TIMER,
    Equipment,
    Evidence,
    Gatt,
    Levels,
    Move,
    described,
    highest,
    level,
    named,
)

HEAD, FOOT = 2, 3
"""Channel numbers."""

PACE_S = 0.2
"""Between two frames (E: two connection intervals of a slow bed, and a margin)."""

AUTO_OFF_MIN = 1
"""The shortest time that its timer knows, minutes (D from the frame's layout)."""

SERVICE = "00001234-0000-1000-8000-00805f9b34fb"
CHARACTERISTIC = "00001111-0000-1000-8000-00805f9b34fb"
"""Where it is found, and the one characteristic it has (V)."""

PIN = bytes.fromhex("1e0300060000")
"""Unlock with the maker's own "3060" (V)."""
READ_CONFIG = bytes.fromhex("0a0000000000")
READ_POSITION = bytes.fromhex("10ff00000000")
"""Some beds ignore the first order if they were not asked this before (V)."""

OFF = bytes.fromhex("120000000000")
_MASSAGE = 0x12
_BUILT_IN = {HEAD: 0x01, FOOT: 0x02}
"""Flags in byte 2 of what answers `READ_CONFIG` (V)."""


class Jensen:
    """Tells nothing of its massage: what was said is what is believed."""

    name = "jensen"
    title = "Jensen JMC400 / LinON bed base"
    evidence = Evidence(
        source="ha-adjustable-bed, docs/beds/jensen.md and beds/jensen.py",
        tested_upstream=True,
        unchecked=("its auto-off timer (bytes 4 and 5 of the massage frame)",),
    )
    gatts = (Gatt(service=SERVICE, write=CHARACTERISTIC, notify=CHARACTERISTIC),)
    pace_s = PACE_S
    auto_off_s: float | None = 60.0 * AUTO_OFF_MIN
    refresh_s: float | None = 20.0 * AUTO_OFF_MIN
    must_report = False
    hello = (PIN, READ_CONFIG, READ_POSITION)
    capabilities = described(
        "jensen_jmc400",
        (
            level(HEAD, "head zone", 10, PACE_S, site="upper body"),
            level(FOOT, "foot zone", 10, PACE_S, site="lower body"),
        ),
        auto_off_s,
    )

    def matches(self, seen: Advertisement) -> float:
        if SERVICE not in seen.services:
            return 0.6 if named(seen, "jmc") else 0.0
        return 1.0 if named(seen, "jmc") else 0.3

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        head, foot = wanted.get(HEAD, 0), wanted.get(FOOT, 0)
        after = {HEAD: head, FOOT: foot, TIMER: int(bool(head or foot))}
        if all(said.get(channel, 0) == number for channel, number in after.items()):
            return None
        if not highest(after):
            return Move(OFF, after)
        return Move(bytes((_MASSAGE, head, foot, 0, 0, AUTO_OFF_MIN)), after)

    def off(self, said: Levels | None) -> Sequence[bytes]:
        del said
        return (OFF,)

    def decode(self, value: bytes) -> Equipment | None:
        """A position says nothing of massage; the configuration says which zones there are."""
        if len(value) < 6 or value[0] != READ_CONFIG[0]:
            return None
        return Equipment(tuple(zone for zone, flag in _BUILT_IN.items() if not value[2] & flag))
