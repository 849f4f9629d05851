"""The device that the twin is: a voice coil over a 10 cm2 pad, and its compiled limits."""

from typing import Any

from firmware_bridge.capabilities import Capabilities, Channel, Sensor
from firmware_bridge.framing import OVERHEAD
from firmware_bridge.messages import Samples, StatusReport
from firmware_bridge.setpoints import CAP, GAIN

from . import motion, muscle
from .body import PAD_CM2

PRESSURE, POSITION = 2, 3
"""Channel numbers beyond gain and cap."""

HIGH_KPA = 40.0
"""Nothing raises the device over this: two thirds of the coil's force (E)."""

RISE_LEVEL_KPA_S, RISE_RHYTHM_KPA_S, FALL_KPA_S = 10.0, 100.0, 200.0
"""Compiled limits of rise and fall (E, wire)."""

STATIC_MAX_S, SESSION_MAX_S = 300.0, 2400.0
"""Compiled timers: pressure without relief (M, physiology 2.7), and one arming (E)."""

STROKE_MM, STROKE_MM_S = 200.0, 250.0
"""Way and speed of the carriage of a device that strokes (E)."""

VENT_S = 0.06
"""From full work to nothing pressed (measured on the model)."""

BANDWIDTH_HZ = 20.0
"""Force bandwidth of a small voice coil: the low end of 20 to 100 (M/E, physiology 5.1)."""

_RATE_HZ = 1000.0
_COBS = 2


def capabilities(
    ppt_kpa: dict[str, float], *, stroke: bool, emg_channels: int = muscle.CHANNELS
) -> Capabilities:
    """Return what a twin says of itself; `ppt_kpa` are its person's thresholds."""
    channels = (_gain(), _cap(), _pressure()) + ((_position(),) if stroke else ())
    return Capabilities(
        model="voice_coil",
        channels=channels,
        sensors=_sensors(emg_channels),
        emulated=True,
        queue_slots=motion.SLOTS,
        uplink_bytes_s=_uplink_bytes_s(emg_channels),
        person=ppt_kpa,
    )


def _gain() -> Channel:
    return Channel(
        id=GAIN, name="gain", quantity="gain", unit="1", low=0.0, high=1.0, max_rate=30.0,
        resolution=0.001, **_LETS_GO,
    )  # fmt: skip


def _cap() -> Channel:
    return Channel(
        id=CAP, name="cap", quantity="cap", unit="kPa", low=0.0, high=HIGH_KPA,
        max_rate=FALL_KPA_S, resolution=0.01, **_LETS_GO,
    )  # fmt: skip


def _pressure() -> Channel:
    return Channel(
        id=PRESSURE, name="pressure", quantity="pressure", unit="kPa", low=0.0, high=HIGH_KPA,
        max_rate=RISE_RHYTHM_KPA_S, resolution=0.01, area_cm2=PAD_CM2,
        bandwidth_hz=BANDWIDTH_HZ, vent_s=VENT_S, **_LETS_GO,
    )  # fmt: skip


def _position() -> Channel:
    return Channel(
        id=POSITION, name="carriage", quantity="position", unit="mm", low=0.0, high=STROKE_MM,
        max_rate=STROKE_MM_S, resolution=0.01, unpowered="holds", on_loss="holds",
    )  # fmt: skip


_LETS_GO: Any = {"unpowered": "releases", "on_loss": "releases"}


def _sensors(emg_channels: int) -> tuple[Sensor, ...]:
    emg = tuple(
        Sensor(
            id=i, name=f"emg {i + 1}", quantity="emg", unit="uV", rate_hz=_RATE_HZ, every=1,
            resolution=muscle.RESOLUTION_UV,
        )
        for i in range(emg_channels)
    )  # fmt: skip
    pressure = tuple(
        Sensor(
            id=emg_channels + i, name=name, quantity="pressure", unit="kPa", rate_hz=200.0,
            every=5, resolution=0.01, independent=i > 0,
        )
        for i, name in enumerate(("pressure", "second pressure"))
    )  # fmt: skip
    return emg + pressure


def _uplink_bytes_s(emg_channels: int) -> float:
    numbers = emg_channels * muscle.HOP + 2 * 2
    samples = Samples.LAYOUT.size + 2 * numbers + OVERHEAD + _COBS
    status = StatusReport.LAYOUT.size + OVERHEAD + _COBS
    return 100.0 * samples + 50.0 * status
