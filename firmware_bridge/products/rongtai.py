"""The RongTai RT8600S massage chair: named techniques, air bags in five strengths, full status."""

from collections.abc import Sequence

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.capabilities import Channel

from .product import (
    TIMER,
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

TECHNIQUE, AIR, SPEED = 2, 3, 4
"""Channel numbers."""

PACE_S = 1.0
"""Between two keys: the app waits this long after power (V), and rollers take as long (E)."""

AUTO_OFF_S = 600.0
"""The shortest of its three times (V)."""

TOP_HZ = 1.2
"""What its highest speed is called: the documents number speeds, none says how fast (E)."""

POWER, AIR_OFF, TEN_MINUTES = 0x01, 0x4A, 0x50
_AIR_1, _SPEED_1 = 0x45, 0x2E
_KEYS = {"knead": 0x20, "knock": 0x21, "shiatsu": 0x22, "tap": 0x23, "knead and knock": 0x24,
         "rhythm": 0x25}  # fmt: skip
CHOICES = ("off", "on", *_KEYS)
"""`on` is awake, and nothing moves."""

_APP = 0x84
_STANDBY, _RESETTING, _MASSAGING, _FAULT = 0, 1, 3, 5
_REPORTED = {0: "on", 1: "knead", 2: "knock", 3: "knead and knock", 4: "tap", 5: "shiatsu",
             6: "rhythm"}  # fmt: skip
_REPORT_SIZE = 17


def framed(key: int) -> bytes:
    """Return the frame of one key."""
    return bytes((0xF0, _APP, key, ~(_APP + key) & 0x7F, 0xF1))


def _speed() -> Channel:
    return Channel(
        id=SPEED, name="speed", quantity="frequency", unit="Hz (nominal)", low=0.0, high=TOP_HZ,
        max_rate=TOP_HZ, resolution=TOP_HZ / 6, step=TOP_HZ / 6, dwell_s=PACE_S, on_loss="holds",
    )  # fmt: skip


class Rongtai:
    """Its power key toggles, so nothing is pressed before the chair has said how it is."""

    name = "rongtai"
    title = "RongTai RT8600S massage chair"
    evidence = Evidence(
        source="Bread-Yang/RongTai, RTBleConnector.m, RTCommand.h (the maker's app of 2015)",
        tested_upstream=False,
        unchecked=(
            "everything",
            "that power ends a massage",
            "the rule of the checksum in its status (taken from its commands)",
            "how fast its speeds are",
        ),
    )
    gatts = (
        Gatt(
            service="0000fff0-0000-1000-8000-00805f9b34fb",
            write="8b00ace7-eb0b-49b0-bbe9-9aee0a26e1a3",
            notify="0734594a-a8e7-4b1a-a6b1-cd5243059a57",
            answers=False,
        ),
    )
    pace_s = PACE_S
    auto_off_s: float | None = AUTO_OFF_S
    refresh_s: float | None = 200.0
    must_report = True
    hello: tuple[bytes, ...] = ()
    capabilities = described(
        "rongtai_rt8600s",
        (
            choice(TECHNIQUE, "technique", CHOICES, PACE_S),
            level(AIR, "air bags", 5, PACE_S, site="whole body"),
            _speed(),
        ),
        AUTO_OFF_S,
    )

    def matches(self, seen: Advertisement) -> float:
        return 0.9 if named(seen, "rt8600") else 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        technique = wanted.get(TECHNIQUE, 0) or int(wanted.get(AIR, 0) > 0)
        now = said.get(TECHNIQUE, 0)
        if technique < 2 <= now:
            return Move(framed(POWER), {})  # nothing else ends a technique
        if not now:
            return Move(framed(POWER), {TECHNIQUE: 1}) if technique else None
        if not said.get(TIMER, 0):
            return Move(framed(TEN_MINUTES), {**said, TIMER: 1})
        air, speed = wanted.get(AIR, 0), wanted.get(SPEED, 0) or 1
        if air != said.get(AIR, 0):
            return Move(framed(_AIR_1 + air - 1 if air else AIR_OFF), {**said, AIR: air})
        if technique > 1 and technique != now:
            return Move(framed(_KEYS[CHOICES[technique]]), {**said, TECHNIQUE: technique})
        if technique > 1 and speed != said.get(SPEED, 0):
            return Move(framed(_SPEED_1 + speed - 1), {**said, SPEED: speed})
        return None

    def off(self, said: Levels | None) -> Sequence[bytes]:
        """Return nothing for a chair that sleeps: the power key would wake it."""
        return (framed(POWER),) if said is None or said.get(TECHNIQUE, 0) else ()

    def decode(self, value: bytes) -> Report | None:
        if len(value) != _REPORT_SIZE or value[0] != 0xF0 or value[-1] != 0xF1:
            return None
        body = value[1:15]
        if value[15] != ~sum(body) & 0x7F:
            return None
        state = body[6] & 0x0F
        if state == _FAULT:
            return Report(fault=body[4])
        if state == _RESETTING:
            return Report(busy=True)
        if state == _STANDBY:
            return Report(levels=dict.fromkeys((TECHNIQUE, AIR, SPEED, TIMER), 0))
        technique = _REPORTED.get(body[0] >> 3 & 7, "rhythm")
        left_s = (body[3] & 0x1F) * 128 + (body[4] & 0x7F)
        return Report(
            levels={
                TECHNIQUE: CHOICES.index(technique) if state == _MASSAGING else 1,
                AIR: body[2] & 7,
                SPEED: body[1] >> 2 & 7,
                TIMER: int(0 < left_s <= AUTO_OFF_S),
            }
        )
