"""Where a program meets a device: the only file that knows both."""

import heapq
from collections.abc import Iterator, Mapping

import msgspec

from firmware_bridge.capabilities import Capabilities, Channel
from firmware_bridge.setpoints import CAP, GAIN, ArmedLimits, Ceiling, Setpoint
from profiles.envelope import Envelope, Limit
from profiles.program import Program
from profiles.trajectory import Track

from .hearing import EMG
from .intent import Rig
from .pausing import PAUSED_MAX_S
from .tracking import BANDWIDTH_HZ

RISE_LEVEL_KPA_S = 10.0
"""Rise of first contact, holds and changes of level (E, physiology 1.2)."""

RISE_RHYTHM_KPA_S = 60.0
"""Rise inside a rhythm on confirmed contact, at most (E, physiology 1.2)."""

FALL_MAX_KPA_S = 200.0
"""Fastest fall of a trajectory (E); a stop falls as fast as the actuator lets go."""

STATIC_MAX_S = 180.0
"""Longest static contact over 4.3 kPa without relief (E on V, physiology 2.7)."""

SESSION_MAX_S = 1800.0
"""Longest session (E)."""

SINGLE_SENSOR_SHARE = 0.5
"""Share of the range for a device without an independent second pressure sensor (E)."""


ALWAYS_HEARD = ("pressure", "force")
"""Signals that every device gives that can be played on."""


class Fit(msgspec.Struct, frozen=True):
    """A program that this device can play: which channel plays each quantity."""

    program: Program
    channel_of: dict[str, Channel]
    report: tuple[str, ...]


class CannotPlay(Exception):
    """The device lacks what the program needs; the message says what, and where it is needed."""


def device_envelope(capabilities: Capabilities) -> Envelope:
    """Return what the device allows at all, before anybody lowers it further."""
    pressure = capabilities.channel("pressure")
    if pressure is None:
        raise CannotPlay(f"{capabilities.model} has no pressure channel: nothing can be played")
    high = Limit(pressure.high, "device")
    if not any(sensor.independent for sensor in capabilities.sensors_of("pressure")):
        high = Limit(SINGLE_SENSOR_SHARE * pressure.high, "device without a second sensor")
    return Envelope(
        pressure_kpa=high,
        rise_level_kpa_s=Limit(min(RISE_LEVEL_KPA_S, pressure.max_rate), "device"),
        rise_rhythm_kpa_s=Limit(min(RISE_RHYTHM_KPA_S, pressure.max_rate), "device"),
        static_max_s=Limit(STATIC_MAX_S, "device"),
        session_max_s=Limit(SESSION_MAX_S, "device"),
    )


def fit(program: Program, capabilities: Capabilities) -> Fit:
    """Return `program` with a channel for each of its quantities. Raises `CannotPlay`.

    Checks and reports; reshapes nothing.
    """
    channel_of: dict[str, Channel] = {}
    report = [*_without(program, capabilities)]
    for quantity in sorted({q for step in program.steps for q in step.trajectory.tracks}):
        channel = next((c for c in capabilities.channels if c.quantity == quantity), None)
        if channel is not None:
            channel_of[quantity] = channel
        elif quantity in program.channels:
            raise CannotPlay(f"{program.id} needs {quantity}, which {capabilities.model} lacks")
        else:
            report.append(f"{capabilities.model} has no {quantity}: it is left out")
    _check_peak(program, channel_of["pressure"])
    return Fit(program, channel_of, tuple(report))


def hears(capabilities: Capabilities, signal: str) -> bool:
    """Return whether a signal of a profile can be heard from a device."""
    return signal in ALWAYS_HEARD or (signal == EMG and bool(capabilities.sensors_of(EMG)))


def _without(program: Program, capabilities: Capabilities) -> Iterator[str]:
    """Tell what becomes of each signal that the device does not have. Raises `CannotPlay`."""
    for name, need in program.signals.items():
        if hears(capabilities, name):
            continue
        match need.missing:
            case "refuse":
                raise CannotPlay(
                    f"{program.id} listens to {name}, which {capabilities.model} cannot give; "
                    f"a profile that says `missing: skip` or `missing: timed` of it is played "
                    "without"
                )
            case "skip":
                yield f"{capabilities.model} gives no {name}: what listens to it is left out"
            case "timed":
                yield f"{capabilities.model} gives no {name}: steps take their full time"


def rig(fit: Fit) -> Rig:
    """Return what the mind must know of the device that plays this."""
    pressure = fit.channel_of["pressure"]
    return Rig(pressure.area_cm2 or Rig().area_cm2, pressure.bandwidth_hz or BANDWIDTH_HZ)


def armed_limits(fit: Fit) -> ArmedLimits:
    """Return what the device is lowered to for this program, and all its pauses."""
    envelope = fit.program.envelope
    return ArmedLimits(
        ceilings=(
            Ceiling(fit.channel_of["pressure"].id, envelope.pressure_kpa.value),
            Ceiling(CAP, envelope.pressure_kpa.value),
        ),
        rise_level_kpa_s=envelope.rise_level_kpa_s.value,
        rise_rhythm_kpa_s=envelope.rise_rhythm_kpa_s.value,
        fall_max_kpa_s=FALL_MAX_KPA_S,
        static_max_s=envelope.static_max_s.value,
        session_max_s=envelope.session_max_s.value + PAUSED_MAX_S,
    )


def setpoints(ahead: Mapping[str, Track], fit: Fit, offset_s: float) -> list[Setpoint]:
    """Return the knots of all tracks in time order, in device time: `offset_s` is session zero.

    The one place where time changes its name.
    """
    columns = [
        [
            Setpoint(_channel(quantity, fit), offset_s + at_s, value, slope, rhythmic)
            for at_s, value, slope, rhythmic in zip(
                track.at_s, track.value, track.slope, track.rhythmic, strict=True
            )
        ]
        for quantity, track in ahead.items()
    ]
    return list(heapq.merge(*columns, key=_at_s))


def _channel(quantity: str, fit: Fit) -> int:
    if quantity == "gain":
        return GAIN
    if quantity == "cap":
        return CAP
    return fit.channel_of[quantity].id


def _at_s(setpoint: Setpoint) -> float:
    return setpoint.at_s


def _check_peak(program: Program, pressure: Channel) -> None:
    if program.peak_kpa > pressure.high:
        raise CannotPlay(
            f"{program.id} presses up to {program.peak_kpa:.1f} kPa; "
            f"{pressure.name} reaches {pressure.high:g} kPa"
        )
