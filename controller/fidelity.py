"""How faithfully a device plays a program: what it cannot do, and by how much."""

import math
from collections.abc import Iterator, Sequence

import msgspec

from firmware_bridge.capabilities import Capabilities, Channel
from firmware_bridge.framing import OVERHEAD
from profiles.program import Program, Step
from profiles.trajectory import MAX_SEGMENT_S, Track, quantity_of
from profiles.warming import NEUTRAL_DEGC

from .fitting import CannotPlay, Fit, playing, sensors_for
from .lag import Off, lagging

QUEUE_S = 0.5
"""The furthest ahead that a device takes motion (wire, *Motion*)."""

FRAMES_S = 20.0
"""How often motion is sent, a second (`streamer.TOP_UP_S`)."""

KNOT_BYTES, FRAME_BYTES, REPEATED = 7, OVERHEAD + 7, 4
"""What a knot takes, what a frame takes without any, and what each says again (wire, *Motion*)."""

BITS_PER_BYTE = 10
BAUD = 921_600
"""The rate of a serial port where the address names none (wire)."""

BUSY_SHARE = 0.5
"""Share of a link that motion may take: it must also be said again in time (E)."""

_UNITS = {
    "pressure": "kPa", "position": "mm", "amplitude": "mm", "frequency": "Hz",
    "temperature": "degC",
}  # fmt: skip


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """One channel of a program, as the device plays it. Errors are in `unit`, None: not known.

    `effort_*` are shares of the channel's range: what a coil warms by goes with the square of
    `effort_rms`. `duty` is the share of time in which it works at all.
    """

    channel: str | None
    unit: str
    peak: float
    off: Off | None
    quantum: float = 0.0
    dwell_s: float = 0.0
    effort_peak: float = 0.0
    effort_rms: float = 0.0
    duty: float = 0.0


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """What motion asks of the link and the queue, in the busiest second and half second."""

    knots_s: int
    queued: int
    queue_slots: int
    down_share: float
    up_share: float


class Listening(msgspec.Struct, frozen=True):
    """A signal that the profile names: how many sensors give it, and what happens without."""

    sensors: int
    missing: str


class Fidelity(msgspec.Struct, frozen=True, kw_only=True):
    """How a device plays a program, by track; `notes` are sentences for people."""

    device: str
    tracks: dict[str, Played]
    traffic: Traffic
    signals: dict[str, Listening]
    bandwidth_hz: float
    notes: tuple[str, ...]


def fidelity(fit: Fit, capabilities: Capabilities, baud: int = BAUD) -> Fidelity:
    """Return how faithfully a device plays a program. Raises `CannotPlay`, with the line."""
    program = fit.program
    _refuse(program, capabilities)
    written = (name for name in program.steps[0].trajectory.tracks if quantity_of(name) in _UNITS)
    tracks = {name: _played(name, fit) for name in written}
    traffic = _traffic(fit, capabilities, baud)
    if traffic.queued > traffic.queue_slots and not _by_levels(fit):
        raise CannotPlay(
            f"{program.id} needs a queue of {traffic.queued} knots; {capabilities.model} has "
            f"{traffic.queue_slots}: let fewer pads play at once"
        )
    signals = {
        name: Listening(len(sensors_for(name, capabilities)), need.missing)
        for name, need in program.signals.items()
    }
    return Fidelity(
        device=capabilities.model,
        tracks=tracks,
        traffic=traffic,
        signals=signals,
        bandwidth_hz=_bandwidth_hz(program),
        notes=(
            *fit.report,
            *_shortfalls(tracks, fit),
            *_traffic_notes(traffic, baud),
        ),
    )


# --- what breaks it ---------------------------------------------------------------------------


def _refuse(program: Program, capabilities: Capabilities) -> None:
    for name in program.steps[0].trajectory.tracks:
        channel = playing(name, program, capabilities)
        if channel is None:
            continue
        for step in program.steps:
            _refuse_beyond(step, step.trajectory.tracks[name], channel)
            if channel.choices and name == "pressure":
                _refuse_unnamed(step, channel)


def _refuse_beyond(step: Step, track: Track, channel: Channel) -> None:
    most = max(track.value)
    if most > channel.high + channel.resolution / 2.0:
        raise CannotPlay(
            f"line {step.line}: {step.label} goes to {most:.4g} {channel.unit}; {channel.name} "
            f"reaches {channel.high:g} {channel.unit}",
            step.line,
        )


def _refuse_unnamed(step: Step, channel: Channel) -> None:
    """A device of names plays its own; it must know the name, and press no harder than allowed."""
    if step.technique not in channel.choices:
        raise CannotPlay(
            f"line {step.line}: {step.label}: the device knows no {step.technique}; it knows "
            f"{', '.join(channel.choices)}",
            step.line,
        )
    if channel.high > step.limit.value and any(step.trajectory.tracks["pressure"].value):
        raise CannotPlay(
            f"line {step.line}: {step.label}: the device presses as hard as it was built to, up to "
            f"{channel.high:g} kPa; {step.limit.owner} allows {step.limit.value:.4g} kPa",
            step.line,
        )


# --- how far off ------------------------------------------------------------------------------


def _played(name: str, fit: Fit) -> Played:
    tracks = [step.trajectory.tracks[name] for step in fit.program.steps]
    channel = fit.channel_of.get(name)
    unit = _UNITS[quantity_of(name)]
    peak = max(max(track.value) for track in tracks)
    rms, duty = _effort(tracks)
    if channel is None:
        return Played(channel=None, unit=unit, peak=peak, off=Off(rms, peak), duty=duty)
    range_ = channel.high or 1.0
    return Played(
        channel=channel.name,
        unit=unit,
        peak=peak,
        off=fit.levels.written if name == "pressure" and fit.levels else _off(tracks, channel),
        quantum=channel.step or channel.resolution,
        dwell_s=channel.dwell_s,
        effort_peak=peak / range_,
        effort_rms=rms / range_,
        duty=duty,
    )


def _off(tracks: Sequence[Track], channel: Channel) -> Off | None:
    """Return the error of a channel; None where the device keeps to itself what it does."""
    if channel.choices or not channel.absolute:
        return None
    if channel.step:  # the level below, whatever the value
        return Off(channel.step / math.sqrt(3.0), channel.step)
    rounded = Off(channel.resolution / math.sqrt(12.0), channel.resolution / 2.0)
    if channel.bandwidth_hz is None:
        return rounded
    if channel.quantity == "temperature":
        tracks = [_from_neutral(track) for track in tracks]
    lag = lagging(tracks, 1.0 / (2.0 * math.pi * channel.bandwidth_hz))
    return Off(math.hypot(lag.rms, rounded.rms), lag.most + rounded.most)


def _from_neutral(track: Track) -> Track:
    """Return a temperature without its way from off and to off, which nobody feels."""
    felt = [value > NEUTRAL_DEGC for value in track.value]
    value = tuple(max(value, NEUTRAL_DEGC) for value in track.value)
    slope = tuple(slope if warm else 0.0 for slope, warm in zip(track.slope, felt, strict=True))
    return Track(track.at_s, value, slope, track.rhythmic)


def _effort(tracks: Sequence[Track]) -> tuple[float, float]:
    """Return the root of the mean square over all time, and the share of time over zero."""
    squares, busy_s, all_s = 0.0, 0.0, 0.0
    for track in tracks:
        for i in range(1, len(track.at_s)):
            length_s = track.at_s[i] - track.at_s[i - 1]
            a, b = track.value[i - 1], track.value[i]
            squares += length_s * (a * a + a * b + b * b) / 3.0
            busy_s += length_s if a or b else 0.0
            all_s += length_s
    return (math.sqrt(squares / all_s), busy_s / all_s) if all_s else (0.0, 0.0)


def _bandwidth_hz(program: Program) -> float:
    """Return how quick a rhythm of pressure is, at most: half the turns in the busiest second."""
    quickest = 0.0
    for step in program.steps:
        for _, track in step.pressures():
            turns = list(_turns(track))
            quickest = max(
                [quickest, *(1.0 / (c - a) for a, c in zip(turns, turns[2:], strict=False))]
            )
    return quickest


def _turns(track: Track) -> Iterator[float]:
    """Yield when a curve turns from rising to falling or back."""
    rising: bool | None = None
    for i in range(1, len(track.at_s)):
        change = track.value[i] - track.value[i - 1]
        if abs(change) < 1e-9:
            continue
        if rising is not None and rising != (change > 0.0):
            yield track.at_s[i - 1]
        rising = change > 0.0


# --- the link ---------------------------------------------------------------------------------


def _traffic(fit: Fit, capabilities: Capabilities, baud: int) -> Traffic:
    instants: list[float] = []
    begins_s = 0.0
    for step in fit.program.steps:
        for name in fit.channel_of:
            instants += [begins_s + at_s for at_s in step.trajectory.tracks[name].at_s[1:]]
        begins_s += step.trajectory.duration_s
    instants.sort()
    always_s = 2.0 / MAX_SEGMENT_S  # gain and cap have a knot for every segment
    knots_s = _busiest(instants, 1.0) + math.ceil(always_s)
    down = knots_s * KNOT_BYTES + FRAMES_S * (FRAME_BYTES + REPEATED * KNOT_BYTES)
    return Traffic(
        knots_s=knots_s,
        queued=_busiest(instants, QUEUE_S) + math.ceil(always_s * QUEUE_S),
        queue_slots=capabilities.queue_slots,
        down_share=down * BITS_PER_BYTE / baud,
        up_share=capabilities.uplink_bytes_s * BITS_PER_BYTE / baud,
    )


def _busiest(instants: Sequence[float], within_s: float) -> int:
    most, oldest = 0, 0
    for i, at_s in enumerate(instants):
        while instants[oldest] <= at_s - within_s:
            oldest += 1
        most = max(most, i - oldest + 1)
    return most


def _by_levels(fit: Fit) -> bool:
    pressure = fit.channel_of["pressure"]
    return bool(pressure.step or pressure.choices)


# --- in sentences -----------------------------------------------------------------------------


def _shortfalls(tracks: dict[str, Played], fit: Fit) -> Iterator[str]:
    for name, played in tracks.items():
        channel = fit.channel_of.get(name)
        if channel is None or (name == "pressure" and fit.levels is not None):
            continue  # the fit has told of it
        if played.off is None:
            yield f"{name}: the device plays techniques by name; how hard and how fast is its own"
        elif channel.step:
            yield (
                f"{name}: levels of {channel.step:g} {played.unit}, each for {channel.dwell_s:g} s "
                f"at least; off by {played.off.rms:.2g} {played.unit} (RMS), "
                f"{played.off.most:.2g} at most, and never more than what is written"
            )
        elif played.off.rms > max(2.0 * channel.resolution, 0.02 * played.peak):
            yield (
                f"{name}: {channel.name} follows {channel.bandwidth_hz or math.inf:g} Hz; off by "
                f"{played.off.rms:.2g} {played.unit} (RMS), {played.off.most:.2g} at most"
            )
        if channel.quantity == "position":
            yield from _too_quick(name, channel, fit.program)


def _too_quick(name: str, channel: Channel, program: Program) -> Iterator[str]:
    for step in program.steps:
        fastest = max(map(abs, step.trajectory.tracks[name].slope))
        if fastest > channel.max_rate:
            yield (
                f"line {step.line}: {step.label} moves at {fastest:.4g} mm/s; {channel.name} does "
                f"{channel.max_rate:g} mm/s"
            )


def _traffic_notes(traffic: Traffic, baud: int) -> Iterator[str]:
    for way, share in (("motion", traffic.down_share), ("readings", traffic.up_share)):
        if share > BUSY_SHARE:
            yield f"{way} take {share:.0%} of {baud} baud; {BUSY_SHARE:.0%} is the most to plan for"
