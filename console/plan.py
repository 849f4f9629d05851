"""The drawing of profiles: every channel over time, limits, typical and worst case, events."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from controller.player import at_beginning
from profiles.exchange.carried import thinned
from profiles.program import AllOf, AnyOf, Button, Condition, Elapsed, Program, Signal
from profiles.trajectory import Track
from profiles.warming import MAX_HEAT_DEGC, NEUTRAL_DEGC

from .authoring import Host
from .drawing import COMMANDED, INK, LETTERS_ACROSS, LIMIT, MEASURED, MUSCLES, TRUE, Panel, Sheet

FINE_S, FINE_UP_TO_S = 0.025, 60.0
"""Between knots a curve is drawn this finely, in steps short enough to show it."""

SEEN_SHARE = 0.004
"""Less than this share of a curve's height is not seen (E: half a point of three inches)."""

MINUTES_FROM_S = 150.0
"""From this length on, time is counted in minutes."""

DENSE_TURNS = 260.0
"""With more turns than this across the whole picture, a curve is drawn thinner."""

UNITS = {
    "pressure": "kPa", "position": "mm", "frequency": "Hz", "amplitude": "mm",
    "temperature": "degC",
}  # fmt: skip
WARMTH_DEGC = (NEUTRAL_DEGC - 1.0, MAX_HEAT_DEGC + 1.5)
"""What is drawn of a temperature: off is below (E)."""
OTHER_COLOURS = (MEASURED, MUSCLES[0], TRUE, MUSCLES[1])


class Plan(msgspec.Struct, frozen=True):
    """What is drawn: a program, the same with every live parameter at its highest, and for whom."""

    program: Program
    worst: Program
    on: Host

    @property
    def line(self) -> str:
        """A line about it."""
        program = self.program
        minutes, seconds = divmod(round(program.worst_case_s), 60)
        regions = ", ".join(sorted({step.region for step in program.steps}))
        return (
            f"{regions}; at most {minutes}:{seconds:02d} min, {program.peak_kpa:.1f} kPa, rising "
            f"at {program.peak_rise_kpa_s:.1f} kPa/s; {self.on.capabilities.model}, {self.on.whom}"
        )

    @property
    def short_line(self) -> str:
        """A shorter line, for where two stand side by side."""
        minutes, seconds = divmod(round(self.program.worst_case_s), 60)
        return (
            f"{self.on.capabilities.model}; at most {minutes}:{seconds:02d} min, "
            f"{self.program.peak_kpa:.1f} kPa, {self.program.peak_rise_kpa_s:.1f} kPa/s"
        )


def draw_program(program: Program, worst: Program, on: Host, file: Path) -> None:
    """Draw what a program does into `file`."""
    draw_plans([Plan(program, worst, on)], file)


def draw_plans(plans: Sequence[Plan], file: Path) -> None:
    """Draw one plan, or several side by side."""
    names = list(dict.fromkeys(name for plan in plans for name in _channels(plan.program)))
    kinds = list(dict.fromkeys(kind for plan in plans for kind, _, _ in _events(plan.program)))
    rows = [(3.2 if name == "pressure" else 1.25, _axis(name)) for name in names]
    rows += [(0.3 + 0.22 * len(kinds), "")] if kinds else []
    first = plans[0]
    if len(plans) == 1:
        sheet = Sheet(first.program.title, first.line, rows)
    else:
        same = len({plan.program.title for plan in plans}) == 1
        title = first.program.title if same else "Side by side"
        sheet = Sheet(title, first.on.whom, rows, columns=len(plans))
    top = max(_top(plan) for plan in plans)
    for plan, panels in zip(plans, sheet.columns, strict=True):
        if len(plans) > 1:
            panels[0].title(plan.program.title, plan.short_line)
        _draw(plan, panels, names, kinds, top, LETTERS_ACROSS // len(plans))
    sheet.save(file)


def _draw(
    plan: Plan, panels: Sequence[Panel], names: Sequence[str], kinds: Sequence[str], top: float,
    letters: int,
) -> None:  # fmt: skip
    playhead = at_beginning(plan.program)
    for step, begin_s in zip(plan.program.steps, playhead.begins_s, strict=True):
        end_s = begin_s + step.trajectory.duration_s
        for panel in panels:
            panel.band(begin_s, end_s, step.technique)
        panels[0].name_band(begin_s, end_s, step.label, playhead.end_s, letters)
    for name, panel in zip(names, panels, strict=False):
        if name == "pressure":
            _pressure(panel, plan, playhead.begins_s, top)
        else:
            _other(panel, plan.program, name, playhead.begins_s, names.index(name))
    if kinds:
        panels[-1].rows(kinds)
        for kind, begin_s, end_s in _events(plan.program):
            panels[-1].span(begin_s, end_s, kinds.index(kind), MUSCLES[0])
    panels[-1].during(0.0, playhead.end_s)
    if playhead.end_s > MINUTES_FROM_S:
        panels[-1].minutes(playhead.end_s)


def _pressure(panel: Panel, plan: Plan, begins_s: tuple[float, ...], top: float) -> None:
    program = plan.program
    for step, worst, begin_s in zip(program.steps, plan.worst.steps, begins_s, strict=True):
        at_s, value = _curve(step.trajectory.tracks["pressure"], begin_s)
        hard_s, hardest = _curve(worst.trajectory.tracks["pressure"], begin_s)
        first, thin = begin_s == 0.0, _thin(step.trajectory.tracks["pressure"], plan.program)
        dark = max(0.7, thin)
        if plan.worst is not program:
            name = "at most (live parameters)" if first else None
            panel.curve(hard_s, hardest, TRUE, width=0.7 * thin, alpha=0.75 * dark, name=name)
        typical = "typical" if first and plan.worst is not program else None
        panel.curve(at_s, value, COMMANDED, width=1.2 * thin, alpha=dark, name=typical)
        panel.fill(at_s, value, COMMANDED)
        panel.forbid(begin_s, begin_s + step.trajectory.duration_s, step.limit.value)
    last = program.steps[-1].limit
    owners = " / ".join(dict.fromkeys(step.limit.owner for step in program.steps))
    if last.value < top:
        panel.note(f"limit {last.value:.1f} kPa ({owners})", last.value, LIMIT, right=True)
    else:
        panel.note(
            f"limit {last.value:.1f} kPa ({owners}) is higher", 0.93 * top, LIMIT, right=True
        )
    panel.level(program.peak_kpa)
    panel.note(f"worst case {program.peak_kpa:.1f} kPa", program.peak_kpa, INK)
    panel.between(0.0, top)
    if plan.worst is not program:
        panel.legend()


def _thin(track: Track, program: Program) -> float:
    """Return how thin a curve is drawn: where it swings often, it would be one dark block."""
    turns = sum(
        (b - a) * (c - b) < 0.0
        for a, b, c in zip(track.value, track.value[1:], track.value[2:], strict=False)
    )
    across = track.at_s[-1] / max(program.worst_case_s, 1e-9)
    return min(1.0, max(0.35, DENSE_TURNS * across / max(turns, 1)))


def _other(
    panel: Panel, program: Program, name: str, begins_s: tuple[float, ...], number: int
) -> None:
    colour = OTHER_COLOURS[(number - 1) % len(OTHER_COLOURS)]
    highest = 1.0
    for step, begin_s in zip(program.steps, begins_s, strict=True):
        track = step.trajectory.tracks.get(name)
        if track is not None:
            height = WARMTH_DEGC[1] - WARMTH_DEGC[0] if name == "temperature" else None
            drawn = _curve(track, begin_s, height)
            panel.curve(*drawn, colour, width=1.2 * _thin(track, program))
            highest = max(highest, *track.value)
    if name == "temperature":
        _warmth(panel, program)
    else:
        panel.between(0.0, 1.08 * highest)


def _warmth(panel: Panel, program: Program) -> None:
    """Draw the limit over a temperature, and leave out its way from off and to off."""
    limit, end_s = program.envelope.temperature_degc, program.worst_case_s
    panel.forbid(0.0, end_s, limit.value)
    panel.note(f"limit {limit.value:.3g} degC ({limit.owner})", limit.value, LIMIT, right=True)
    panel.between(*WARMTH_DEGC)


def _top(plan: Plan) -> float:
    """Return how far the pressure's panel reaches: to the limit, if that is not too far up."""
    peak = max(plan.program.peak_kpa, 1.0)
    highest = max(step.limit.value for step in plan.program.steps)
    return max(1.25 * peak, min(1.12 * highest, 1.7 * peak))


def _channels(program: Program) -> Iterator[str]:
    """Yield the channels that do anything; the first pad always, and first."""
    yield "pressure"
    for name in program.steps[0].trajectory.tracks:
        if name != "pressure" and any(
            any(step.trajectory.tracks[name].value) for step in program.steps
        ):
            yield name


def _axis(name: str) -> str:
    quantity, _, site = name.partition(":")
    return f"{site or quantity} in {UNITS[quantity]}"


def _events(program: Program) -> Iterator[tuple[str, float, float]]:
    """Yield what may happen on the way, and when."""
    begin_s = 0.0
    for step in program.steps:
        end_s = begin_s + step.trajectory.duration_s
        if step.baseline:
            yield f"baseline of {step.baseline}", begin_s, end_s
        if step.adapt:
            yield f"presses less with {step.adapt.signal}", begin_s, end_s
        if step.until:
            yield f"may end sooner ({', '.join(_named(step.until))})", begin_s, end_s
        if step.wait:
            yield "waits for a person", begin_s, end_s
        begin_s = end_s
    for rule in program.rules:
        yield f"rule {rule.name}", 0.0, begin_s


def _named(condition: Condition) -> Iterator[str]:
    match condition:
        case Signal():
            yield condition.signal
        case Button():
            yield condition.button
        case Elapsed():
            yield "time"
        case AnyOf() | AllOf():
            for inner in condition.conditions:
                yield from _named(inner)


def _curve(
    track: Track, begin_s: float, height: float | None = None
) -> tuple[list[float], list[float]]:
    """Return a curve through its knots and finely between them, and what of it can be seen.

    `height` is how much of its quantity is drawn, where that is not all from 0 on.
    """
    end_s = track.at_s[-1]
    fine = range(int(end_s / FINE_S) + 1) if end_s <= FINE_UP_TO_S else ()
    instants = sorted({*track.at_s, *(k * FINE_S for k in fine)})
    points = [(at_s, track.value_at(at_s)) for at_s in instants]
    seen = thinned(points, SEEN_SHARE * (height or max(track.value)))
    return [begin_s + at_s for at_s, _ in seen], [value for _, value in seen]
