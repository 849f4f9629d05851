"""What is lost when a curve becomes levels: in numbers, and as sentences."""

import math
from collections.abc import Iterator

import msgspec

from firmware_bridge.capabilities import Capabilities, Channel
from firmware_bridge.levels import follow, level_under, value_of
from firmware_bridge.wish import TICK_S
from profiles.program import Program

from .lag import Off, Sum


class InLevels(msgspec.Struct, frozen=True, kw_only=True):
    """How a programme sounds on a device of levels.

    `played` is how far what it presses is off the curve that it is given, `written` how far off the
    one that was written: the same, but for what it plays in its own way. `quantised_kpa` is how far
    the levels would be off with all the time in the world; `shortest_s` is how long one lasts at
    least.
    """

    played: Off
    written: Off
    quantised_kpa: float
    step_kpa: float
    shortest_s: float
    changes: int
    highest: int


def in_levels(program: Program, channel: Channel, written: Program | None = None) -> InLevels:
    """Play the programme's pressure on a channel of levels, in the mind."""
    said = changes = highest = 0
    played, meant, coarse = Sum(), Sum(), Sum()
    pressed = _Pressed(channel)
    asked = _curve(written or program)
    for (_, kpa, level), (_, written_kpa) in zip(climbed(program, channel), asked, strict=False):
        changes += level != said
        said, highest = level, max(highest, level)
        pressing_kpa = pressed.after(value_of(level, channel))
        played.note(pressing_kpa - kpa, TICK_S)
        meant.note(pressing_kpa - written_kpa, TICK_S)
        coarse.note(value_of(level_under(kpa, channel), channel) - kpa, TICK_S)
    return InLevels(
        played=played.off,
        written=meant.off,
        quantised_kpa=coarse.off.rms,
        step_kpa=channel.step,
        shortest_s=channel.dwell_s,
        changes=changes,
        highest=highest,
    )


class _Pressed:
    """What is pressed of a level: a channel that says how slow it is goes there no faster."""

    def __init__(self, channel: Channel) -> None:
        hz = channel.bandwidth_hz
        self._follows = 1.0 if hz is None else 1.0 - math.exp(-2.0 * math.pi * hz * TICK_S)
        self._most_kpa = channel.max_rate * TICK_S
        self._kpa = 0.0

    def after(self, level_kpa: float) -> float:
        """Return what is pressed a tick later."""
        step = (level_kpa - self._kpa) * self._follows
        self._kpa += min(max(step, -self._most_kpa), self._most_kpa)
        return self._kpa


def climbed(program: Program, channel: Channel) -> Iterator[tuple[float, float, int]]:
    """Yield, each time that levels are looked at: when, what is asked for, the level played."""
    said, said_s, woken_s = 0, float("-inf"), float("inf")
    for at_s, kpa in _curve(program):
        after = follow(said, level_under(kpa, channel), channel)
        free = at_s - said_s >= channel.dwell_s
        if said or not after:
            woken_s = float("inf")
        elif free:
            woken_s = min(woken_s, at_s + channel.wake_s)
        if after != said and free and (said or at_s >= woken_s):
            said, said_s = after, at_s
        yield at_s, kpa, said


def told(lost: InLevels, channel: Channel, capabilities: Capabilities) -> tuple[str, ...]:
    """Return a sentence for each thing that is lost."""
    levels = round((channel.high - channel.low) / channel.step)
    lines = [
        f"pressure is played as {levels} levels of the {channel.name}, {channel.step:.3g} kPa "
        f"apart, the highest being level {lost.highest}: {lost.played.rms:.1f} kPa off (RMS), "
        f"{lost.quantised_kpa:.1f} kPa if they could change at any time" + _but_written(lost),
        f"a level lasts {lost.shortest_s:.3g} s at least"
        + ("" if channel.absolute else ", and goes one up or down at a time"),
    ]
    if not capabilities.sensors_of("pressure"):
        lines.append(
            "it does not measure what it presses: its kPa are shares of its strongest level, "
            "nobody listens to the body, and half its levels are left out"
        )
    if (rest := goes_on(capabilities)) is not None:
        lines.append(f"if the link or this program is lost, it goes on {rest}")
    return tuple(lines)


def _but_written(lost: InLevels) -> str:
    if lost.written == lost.played:
        return ""
    return f"; {lost.written.rms:.1f} kPa off what is written, as it plays some of it by itself"


def goes_on(capabilities: Capabilities) -> str | None:
    """Return for how long a device presses that nobody talks to any more; None: it lets go."""
    pressure = capabilities.channel("pressure")
    if pressure is None or pressure.on_loss != "holds":
        return None
    if capabilities.auto_off_s is None:
        return "until it is switched off by hand: keep its own remote at hand"
    return f"for up to {capabilities.auto_off_s / 60:g} min, by its own timer"


def _curve(program: Program) -> Iterator[tuple[float, float]]:
    """Yield what is asked for each time that levels are looked at, under the envelope."""
    begin_s, limit_kpa = 0.0, program.envelope.pressure_kpa.value
    number = 0
    for step in program.steps:
        track, end_s = step.trajectory.tracks["pressure"], begin_s + step.trajectory.duration_s
        while (at_s := number * TICK_S) < end_s:
            yield at_s, min(track.value_at(at_s - begin_s), limit_kpa)
            number += 1
        begin_s = end_s
