"""Linak bed controls (DPG1M and others): levels that only go one up or one down."""

from collections.abc import Sequence

from firmware_bridge.advertisement import Advertisement

from .product import (
    Evidence,
    Gatt,
    Levels,
    Move,
    Report,
    described,
    level,
    named,
)

HEAD, FOOT = 2, 3
"""Channel numbers."""

LEVELS = 3
"""Levels that are counted; how many there are nobody has written down (E)."""

PACE_S = 0.3
"""Between two orders (E): the motors of the same control want one each 0.1 s (V)."""

SERVICE = "99fa0001-338a-1024-8a49-009c0215f78a"
WRITE = "99fa0002-338a-1024-8a49-009c0215f78a"
"""Where it is found and written to (V)."""

ALL_OFF = bytes.fromhex("8000")
UP = {HEAD: bytes.fromhex("8d00"), FOOT: bytes.fromhex("8f00")}
DOWN = {HEAD: bytes.fromhex("8e00"), FOOT: bytes.fromhex("9000")}


class Linak:
    """Off is where counting begins; it says nothing of its massage, so an order lost is a level."""

    name = "linak"
    title = "Linak bed control (DPG1M)"
    evidence = Evidence(
        source="smartbed-mqtt, src/Linak; ha-adjustable-bed, beds/linak.py",
        tested_upstream=True,
        unchecked=("how many levels there are", "what an order for more than the highest does"),
    )
    gatts = (Gatt(service=SERVICE, write=WRITE),)
    pace_s = PACE_S
    auto_off_s: float | None = None
    refresh_s: float | None = None
    must_report = False
    hello: tuple[bytes, ...] = ()
    capabilities = described(
        "linak_dpg1m",
        (
            level(HEAD, "head zone", LEVELS, PACE_S, site="upper body", absolute=False),
            level(FOOT, "foot zone", LEVELS, PACE_S, site="lower body", absolute=False),
        ),
    )

    def matches(self, seen: Advertisement) -> float:
        if SERVICE in seen.services:
            return 0.9
        return 0.4 if named(seen, "bed ") else 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        for channel in (HEAD, FOOT):
            now, then = said.get(channel, 0), wanted.get(channel, 0)
            if then > now:
                return Move(UP[channel], {**said, channel: now + 1})
            if then < now and not any(wanted.values()):
                return Move(ALL_OFF, {})
            if then < now:
                return Move(DOWN[channel], {**said, channel: now - 1})
        return None

    def off(self, said: Levels | None) -> Sequence[bytes]:
        del said
        return (ALL_OFF,)

    def decode(self, value: bytes) -> Report | None:
        del value
        return None
