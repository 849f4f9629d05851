"""Where a program meets a device: the only file that knows both."""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from firmware_bridge.capabilities import Capabilities, Channel, Sensor
from firmware_bridge.setpoints import CAP, GAIN, ArmedLimits, Ceiling, Setpoint
from profiles.envelope import Envelope, Limit
from profiles.limits import DEEP_BY_NAME, SINGLE_SENSOR, SINGLE_SENSOR_SHARE
from profiles.program import Program, Step
from profiles.rig import Rig
from profiles.trajectory import Track, presses, quantity_of

from .hearing import EMG, SKIN_TEMPERATURE, STIFFNESS
from .in_levels import InLevels, in_levels, told
from .own_techniques import play_own
from .pausing import PAUSED_MAX_S
from .unpowered import HOLDING_KPA, OPTION, holding, holds

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

AIRBAG_BELOW_HZ = 1.0
"""A pad that follows no faster than this is a bladder of air (E, physiology 5.1)."""

AIRBAG_KPA = 13.3
"""Hardest a bladder presses: 100 mmHg (E, physiology 2.6)."""

VENT_WITHIN_S = 1.0
"""A pad must be let go of within this (E, rules, *Devices that differ*) ..."""

SLOW_VENT_KPA = 4.3
"""... or presses no more than what closes no small vessel (V, physiology 2.7)."""


LOWER_BODY = frozenset(
    {
        "thigh_quadriceps_belly",
        "thigh_hamstring",
        "calf_gastrocnemius",
        "tibialis_anterior",
        "foot_heel",
        "foot_medial_arch",
    }
)
UPPER_BODY = frozenset(
    {
        "neck_cervical_paraspinal",
        "upper_trapezius",
        "mid_trapezius_rhomboid",
        "lumbar_erector_spinae",
        "gluteus",
    }
)
"""What lies on the two zones of a bed (E); arms and hands lie on neither."""

ZONES = {
    "upper body": UPPER_BODY,
    "lower body": LOWER_BODY,
    "whole body": UPPER_BODY | LOWER_BODY,
}
"""Sites of channels that are no pad and stay where they are."""


SENSED = {SKIN_TEMPERATURE: "temperature", STIFFNESS: "depth"}
"""What the sensors of a signal measure, where it is called otherwise."""

HEARD = (EMG, SKIN_TEMPERATURE, STIFFNESS, "pressure")
"""Signals that sensors give."""

ALWAYS_HEARD = ("pressure", "force")
"""Signals that every device gives that can be played on."""


class Fit(msgspec.Struct, frozen=True):
    """A program that this device can play: which channel plays each quantity.

    `levels` says in numbers what a device of levels loses; others lose nothing.
    """

    program: Program
    channel_of: dict[str, Channel]
    report: tuple[str, ...]
    levels: InLevels | None = None


class CannotPlay(Exception):
    """The device lacks what the program needs; the message says what, and where it is needed.

    `line` is the line of the profile that cannot be played, if it is one alone.
    """

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


def device_envelope(capabilities: Capabilities) -> Envelope:
    """Return what the device allows at all, before anybody lowers it further."""
    pads = _pads(capabilities)
    if not pads:
        raise CannotPlay(f"{capabilities.model} has no pressure channel: nothing can be played")
    envelope = Envelope(
        static_max_s=Limit(STATIC_MAX_S, "device"), session_max_s=Limit(SESSION_MAX_S, "device")
    )
    for pad in pads:
        envelope = envelope.lower(_most(pad)).lower(_rates(pad, pad.bandwidth_hz or math.inf))
        if not _watched(pad, capabilities, alone=len(pads) == 1):
            half = Limit(SINGLE_SENSOR_SHARE * _reach(pad).value, SINGLE_SENSOR)
            envelope = envelope.lower(Envelope(pressure_kpa=half))
    heater = capabilities.channel("temperature")
    if heater is not None:
        envelope = envelope.lower(Envelope(temperature_degc=Limit(heater.high, "device")))
    return envelope


def watched(capabilities: Capabilities) -> bool:
    """Whether a second sensor, independent of the regulated one, watches every pad."""
    pads = _pads(capabilities)
    return all(_watched(pad, capabilities, alone=len(pads) == 1) for pad in pads)


def _watched(pad: Channel, capabilities: Capabilities, *, alone: bool) -> bool:
    """Whether a second sensor, independent of the regulated one, watches a pad."""
    sensors = capabilities.sensors_of("pressure")
    return any(one.independent and (alone or one.site == pad.site) for one in sensors)


def _most(pressure: Channel) -> Envelope:
    """Return how hard a pad presses, by what it is and by how it lets go."""
    limits = [_reach(pressure)]
    vents_unless_told_s = math.inf if _is_airbag(pressure) else 0.0
    vent_s = vents_unless_told_s if pressure.vent_s is None else pressure.vent_s
    if not vent_s <= VENT_WITHIN_S:
        limits.append(Limit(SLOW_VENT_KPA, "device without a dump valve"))
    if holds(pressure):
        limits.append(Limit(HOLDING_KPA, "device that holds without power"))
    return Envelope(pressure_kpa=min(limits, key=lambda limit: limit.value))


def _reach(pressure: Channel) -> Limit:
    """Return how hard a pad presses, by what it is alone."""
    if _is_airbag(pressure) and pressure.high > AIRBAG_KPA:
        return Limit(AIRBAG_KPA, "airbag")
    return Limit(pressure.high, "device")


def _is_airbag(pressure: Channel) -> bool:
    return (pressure.bandwidth_hz or math.inf) < AIRBAG_BELOW_HZ


def _rates(pressure: Channel, bandwidth_hz: float) -> Envelope:
    """Return how fast a pad presses; a slow one falls as slowly as it rises."""
    fall = pressure.max_rate if bandwidth_hz < AIRBAG_BELOW_HZ else FALL_MAX_KPA_S
    return Envelope(
        rise_level_kpa_s=Limit(min(RISE_LEVEL_KPA_S, pressure.max_rate), "device"),
        rise_rhythm_kpa_s=Limit(min(RISE_RHYTHM_KPA_S, pressure.max_rate), "device"),
        fall_kpa_s=Limit(fall, "device"),
        bandwidth_hz=Limit(bandwidth_hz, "device"),
    )


def rig(capabilities: Capabilities) -> Rig:
    """Return what the device has to move, in the words of a profile: a zone is no pad to name."""
    sites = tuple(channel.site or "" for channel in _pads(capabilities))
    return Rig(
        quantities=frozenset(channel.quantity for channel in capabilities.channels),
        sites=sites if sites and sites[0] not in ZONES else ("",),
    )


def fit(program: Program, capabilities: Capabilities) -> Fit:
    """Return `program` with a channel for each of its quantities. Raises `CannotPlay`.

    Checks and reports; reshapes nothing, but for what the device plays by itself.
    """
    _check_depth(program, capabilities)
    written = program
    program, report = _own(program, capabilities)
    channel_of: dict[str, Channel] = {}
    report += (
        f"{sentence}: it is played with {OPTION} alone" for sentence in holding(capabilities)
    )
    report += _without(program, capabilities)
    report += (
        f"line {one.line}: {one.label} is left out: {capabilities.model} has no {one.quantity}"
        for one in program.left_out
    )
    for track in program.steps[0].trajectory.tracks:
        channel = playing(track, program, capabilities)
        if channel is not None:
            channel_of[track] = channel
            continue
        step = _in_need(track, program)
        if step is not None:
            where = f"line {step.line}: {step.label}"
            raise CannotPlay(f"{where} needs {track}, which {capabilities.model} lacks", step.line)
        if track in program.channels:
            raise CannotPlay(f"{program.id} needs {track}, which {capabilities.model} lacks")
        report.append(f"{capabilities.model} has no {track}: it is left out")
    pressure = channel_of["pressure"]
    _check_peak(program, pressure)
    if not pressure.step:
        return Fit(program, channel_of, tuple(report))
    lost = in_levels(program, pressure, written)
    report += told(lost, pressure, capabilities)
    return Fit(program, channel_of, tuple(report), lost)


def _own(program: Program, capabilities: Capabilities) -> tuple[Program, list[str]]:
    """Leave to the device what it does by itself, and say what that is."""
    technique = capabilities.channel("technique")
    if technique is None or "on" not in technique.choices:
        return program, []
    speed = capabilities.channel("frequency")
    played = [play_own(step, technique, speed) for step in program.steps]
    report = [
        f"{one.step.label} is its own {one.name}, as strong as the mean of what is written"
        if one.name
        else f"{one.step.label}: it has no {one.step.technique}; its strength alone follows"
        for one in played
    ]
    return msgspec.structs.replace(program, steps=tuple(one.step for one in played)), report


def _zone(zones: Sequence[Channel], program: Program, capabilities: Capabilities) -> Channel:
    """Return the zone on which the program lies. Raises `CannotPlay`."""
    regions = {step.region: step.line for step in reversed(program.steps)}
    for zone in zones:
        if regions.keys() <= ZONES.get(zone.site or "", frozenset[str]()):
            return zone
    reached = frozenset[str]().union(*(ZONES.get(c.site or "", ()) for c in zones))
    for region, line in regions.items():
        if region not in reached:
            raise CannotPlay(f"line {line}: {capabilities.model} does not reach {region}")
    raise CannotPlay(
        f"{program.id} goes over several zones of {capabilities.model}: "
        f"{', '.join(sorted(regions))}; write a profile for each"
    )


def hears(capabilities: Capabilities, signal: str) -> bool:
    """Return whether a signal of a profile can be heard from a device."""
    return signal in ALWAYS_HEARD or bool(sensors_for(signal, capabilities))


def sensors_for(signal: str, capabilities: Capabilities) -> tuple[Sensor, ...]:
    """Return the sensors that give a signal of a profile."""
    found = capabilities.sensors_of(SENSED.get(signal, signal)) if signal in HEARD else ()
    return found if signal != STIFFNESS else tuple(s for s in found if _probes(s, capabilities))


def _probes(depth: Sensor, capabilities: Capabilities) -> bool:
    """Whether a depth comes with the pressure of its pad: how stiff it is there is both."""
    return any(
        (one.site, one.every) == (depth.site, depth.every) and not one.independent
        for one in capabilities.sensors_of("pressure")
    )


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


def playing(track: str, program: Program, capabilities: Capabilities) -> Channel | None:
    """Return the channel that plays a track: "pressure:SITE" is the pad at that site.

    Of zones that stay where they are, it is the one on which the program lies.
    """
    quantity, site = quantity_of(track), track.partition(":")[2]
    several = tuple(c for c in capabilities.channels if c.quantity == quantity)
    if several and several[0].site in ZONES:
        return _zone(several, program, capabilities)
    if quantity == "pressure":
        return next((pad for pad in several if not site or pad.site == site), None)
    return several[0] if several else None


def _pads(capabilities: Capabilities) -> tuple[Channel, ...]:
    return tuple(c for c in capabilities.channels if c.quantity == "pressure")


def _in_need(track: str, program: Program) -> Step | None:
    """Return the first step that cannot do without a track."""
    for step in program.steps:
        if track in step.needs or (presses(track) and any(step.trajectory.tracks[track].value)):
            return step
    return None


def armed_limits(fit: Fit) -> ArmedLimits:
    """Return what the device is lowered to for this program, and all its pauses."""
    envelope = fit.program.envelope
    return ArmedLimits(
        ceilings=(
            *(
                Ceiling(channel.id, envelope.pressure_kpa.value)
                for channel in fit.channel_of.values()
                if channel.quantity == "pressure"
            ),
            Ceiling(CAP, envelope.pressure_kpa.value),
            *(
                Ceiling(channel.id, envelope.temperature_degc.value)
                for channel in fit.channel_of.values()
                if channel.quantity == "temperature"
            ),
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


def _check_depth(program: Program, capabilities: Capabilities) -> None:
    """See that nothing is deep where one sensor alone, or none, watches. Raises `CannotPlay`."""
    for step in () if watched(capabilities) else program.steps:
        if step.grade == "deep" or not DEEP_BY_NAME.isdisjoint(step.techniques):
            raise CannotPlay(
                f"line {step.line}: {step.label} is deep work, and {capabilities.model} has no "
                "independent second pressure sensor: use a device that has one, or play less",
                step.line,
            )


def _check_peak(program: Program, pressure: Channel) -> None:
    if program.peak_kpa > pressure.high:
        raise CannotPlay(
            f"{program.id} presses up to {program.peak_kpa:.1f} kPa; "
            f"{pressure.name} reaches {pressure.high:g} kPa"
        )
