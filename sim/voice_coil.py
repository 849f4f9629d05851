"""What a twin says of itself: voice coils over pads of 10 cm2, unless it is told otherwise."""

from collections.abc import Iterator
from typing import Any

import msgspec

from firmware_bridge.capabilities import Capabilities, Channel, Sensor
from firmware_bridge.framing import OVERHEAD
from firmware_bridge.messages import Samples, StatusReport
from firmware_bridge.setpoints import CAP, GAIN

from . import airbag, battery, heater, motion, muscle
from .body import PAD_CM2
from .hardware import BuiltIn

PRESSURE, POSITION, FREQUENCY, AMPLITUDE, MORE_PADS = 2, 3, 4, 5, 6
"""Channel numbers beyond gain and cap; further pads count on from the last."""

TEMPERATURE = 16
"""Channel of a heater: beyond all pads."""

NO_READING = -32768
"""What the sample of a slow sensor is that has nothing to say (PROTOCOL.md, *Sensors*)."""

THERMOMETER_EVERY = 100
"""Base samples for each reading of a thermometer: ten a second (E)."""

HIGH_KPA = 40.0
"""Nothing raises the device over this: two thirds of the coil's force (E)."""

RISE_LEVEL_KPA_S, RISE_RHYTHM_KPA_S, FALL_KPA_S = 10.0, 100.0, 200.0
"""Compiled limits of rise and fall (E, wire)."""

STATIC_MAX_S, SESSION_MAX_S = 300.0, 2400.0
"""Compiled timers: pressure without relief (M, physiology 2.7), and one arming (E)."""

STROKE_MM, STROKE_MM_S = 200.0, 250.0
"""Way and speed of the carriage of a device that strokes (E)."""

HEAD_HZ, HEAD_MM = 60.0, 16.0
"""The quickest and the widest that an oscillating head goes (V, physiology 1.1)."""

BUILT_IN = BuiltIn(
    high_kpa=HIGH_KPA,
    rise_level_kpa_s=RISE_LEVEL_KPA_S,
    rise_rhythm_kpa_s=RISE_RHYTHM_KPA_S,
    fall_kpa_s=FALL_KPA_S,
    static_max_s=STATIC_MAX_S,
    session_max_s=SESSION_MAX_S,
)

VENT_S = 0.06
"""From full work to nothing pressed (measured on the model)."""

BANDWIDTH_HZ = 20.0
"""Force bandwidth of a small voice coil: the low end of 20 to 100 (M/E, physiology 5.1)."""

_RATE_HZ = 1000.0
_COBS = 2


class Outfit(msgspec.Struct, frozen=True, kw_only=True):
    """What a twin has: the kind of its pads, where they lie, and what else it moves.

    `battery` is how full one is to begin with, in %; None: it hangs on the mains.
    """

    device: str = "voice_coil"
    sites: tuple[str, ...] = ("",)
    stroke: bool = False
    head: bool = False
    depth: bool = False
    heater: bool = False
    battery: float | None = None
    dump: bool = True
    emg_channels: int = muscle.CHANNELS

    @property
    def built_in(self) -> BuiltIn:
        """The limits it was built with."""
        return airbag.BUILT_IN if self.device == "airbag" else BUILT_IN

    @property
    def pads(self) -> dict[int, str]:
        """The channel of each pad, and its site."""
        numbers = (PRESSURE, *range(MORE_PADS, MORE_PADS + len(self.sites) - 1))
        return dict(zip(numbers, self.sites, strict=True))


def capabilities(
    ppt_kpa: dict[str, float], *, stroke: bool = False, outfit: Outfit | None = None
) -> Capabilities:
    """Return what a twin says of itself; `ppt_kpa` are its person's thresholds."""
    outfit = outfit or Outfit(stroke=stroke)
    sensors = _sensors(outfit)
    return Capabilities(
        model=outfit.device,
        channels=tuple(sorted(_channels(outfit), key=lambda channel: channel.id)),
        sensors=sensors,
        emulated=True,
        queue_slots=motion.SLOTS,
        uplink_bytes_s=_uplink_bytes_s(sensors),
        person=ppt_kpa,
    )


def _channels(outfit: Outfit) -> Iterator[Channel]:
    yield from (_gain(), _cap(outfit.built_in.high_kpa))
    for number, site in outfit.pads.items():
        name = f"pressure, {site}" if site else "pressure"
        if outfit.device == "airbag":
            yield airbag.channel(number, name, site or None, dump=outfit.dump)
        else:
            yield _pressure(number, name, site or None)
    if outfit.stroke:
        yield _position()
    if outfit.head:
        yield from _head()
    if outfit.heater:
        yield _temperature()


def _gain() -> Channel:
    return Channel(
        id=GAIN, name="gain", quantity="gain", unit="1", low=0.0, high=1.0, max_rate=30.0,
        resolution=0.001, **_LETS_GO,
    )  # fmt: skip


def _cap(high_kpa: float) -> Channel:
    return Channel(
        id=CAP, name="cap", quantity="cap", unit="kPa", low=0.0, high=high_kpa,
        max_rate=FALL_KPA_S, resolution=0.01, **_LETS_GO,
    )  # fmt: skip


def _pressure(number: int, name: str, site: str | None) -> Channel:
    return Channel(
        id=number, name=name, quantity="pressure", unit="kPa", low=0.0, high=HIGH_KPA,
        max_rate=RISE_RHYTHM_KPA_S, resolution=0.01, area_cm2=PAD_CM2, site=site,
        bandwidth_hz=BANDWIDTH_HZ, vent_s=VENT_S, **_LETS_GO,
    )  # fmt: skip


def _position() -> Channel:
    return Channel(
        id=POSITION, name="carriage", quantity="position", unit="mm", low=0.0, high=STROKE_MM,
        max_rate=STROKE_MM_S, resolution=0.01, unpowered="holds", on_loss="holds",
    )  # fmt: skip


def _head() -> tuple[Channel, ...]:
    return (
        Channel(
            id=FREQUENCY, name="head frequency", quantity="frequency", unit="Hz", low=0.0,
            high=HEAD_HZ, max_rate=400.0, resolution=0.01, **_LETS_GO,
        ),
        Channel(
            id=AMPLITUDE, name="head amplitude", quantity="amplitude", unit="mm", low=0.0,
            high=HEAD_MM, max_rate=100.0, resolution=0.01, **_LETS_GO,
        ),
    )  # fmt: skip


def _temperature() -> Channel:
    return Channel(
        id=TEMPERATURE, name="heater", quantity="temperature", unit="degC", low=0.0,
        high=heater.MAX_DEGC, max_rate=heater.RISE_DEGC_S, resolution=0.01,
        bandwidth_hz=heater.BANDWIDTH_HZ, **_LETS_GO,
    )  # fmt: skip


_LETS_GO: Any = {"unpowered": "releases", "on_loss": "releases"}


def _sensors(outfit: Outfit) -> tuple[Sensor, ...]:
    emg = tuple(
        Sensor(
            id=i, name=f"emg {i + 1}", quantity="emg", unit="uV", rate_hz=_RATE_HZ, every=1,
            resolution=muscle.RESOLUTION_UV,
        )
        for i in range(outfit.emg_channels)
    )  # fmt: skip
    names = [
        (f"{name}, {site}" if site else name, site, independent)
        for site in outfit.sites
        for name, independent in (("pressure", False), ("second pressure", True))
    ]
    pressure = tuple(
        Sensor(
            id=outfit.emg_channels + i, name=name, quantity="pressure", unit="kPa", rate_hz=200.0,
            every=5, resolution=0.01, site=site or None, independent=independent,
        )
        for i, (name, site, independent) in enumerate(names)
    )  # fmt: skip
    sensors = emg + pressure + (_depths(outfit) if outfit.depth else ())
    if outfit.heater:
        sensors = (*sensors, _surface(len(sensors)))
    return sensors if outfit.battery is None else (*sensors, _gauge(len(sensors)))


def _depths(outfit: Outfit) -> tuple[Sensor, ...]:
    first = outfit.emg_channels + 2 * len(outfit.sites)
    return tuple(
        Sensor(
            id=first + i, name=f"depth, {site}" if site else "depth", quantity="depth", unit="mm",
            rate_hz=200.0, every=5, resolution=0.01, site=site or None,
        )
        for i, site in enumerate(outfit.sites)
    )  # fmt: skip


def _surface(number: int) -> Sensor:
    return Sensor(
        id=number, name="surface", quantity="temperature", unit="degC", rate_hz=10.0,
        every=THERMOMETER_EVERY, resolution=0.01,
    )  # fmt: skip


def _gauge(number: int) -> Sensor:
    return Sensor(
        id=number, name="battery", quantity="battery", unit="%", rate_hz=1.0,
        every=battery.READ_EVERY, resolution=battery.RESOLUTION_PERCENT,
    )  # fmt: skip


def readings(surface: heater.Heater | None, first: int) -> list[int]:
    """Return what a thermometer says in the SAMPLES that begin with base sample `first`."""
    if surface is None or first % THERMOMETER_EVERY:
        return []
    degc = surface.reading
    return [NO_READING if degc is None else max(NO_READING + 1, min(32767, round(degc * 100.0)))]


def charge(cells: battery.Battery, first: int) -> list[int]:
    """Return what a battery's gauge says in the SAMPLES that begin with base sample `first`."""
    if first % battery.READ_EVERY:
        return []
    percent = cells.gauge.read(cells.percent)
    return [NO_READING if percent is None else round(percent / battery.RESOLUTION_PERCENT)]


def _uplink_bytes_s(sensors: tuple[Sensor, ...]) -> float:
    numbers = sum(muscle.HOP / sensor.every for sensor in sensors)
    samples = Samples.LAYOUT.size + 2 * numbers + OVERHEAD + _COBS
    status = StatusReport.LAYOUT.size + OVERHEAD + _COBS
    return 100.0 * samples + 50.0 * status
