"""The drawing of a profile: pressure and position over time, limits, and the worst case."""

from pathlib import Path

from controller.player import at_beginning
from profiles.program import Program
from profiles.trajectory import Track

from .authoring import Host
from .drawing import COMMANDED, INK, LIMIT, MEASURED, Panel, Sheet

FINE_S, FINE_UP_TO_S = 0.025, 60.0
"""Between knots a curve is drawn this finely, in steps short enough to show it."""


def draw_program(program: Program, on: Host, file: Path) -> None:
    """Draw what `program` does into `file`."""
    playhead = at_beginning(program)
    rows = [(3.2, "pressure in kPa")]
    if any("position" in step.trajectory.tracks for step in program.steps):
        rows.append((1.3, "position in mm"))
    sheet = Sheet(program.title, _line(program, on), rows)
    for step, begin_s in zip(program.steps, playhead.begins_s, strict=True):
        end_s = begin_s + step.trajectory.duration_s
        for panel in sheet.panels:
            panel.band(begin_s, end_s, step.technique)
        sheet.panels[0].name_band(begin_s, end_s, step.label, playhead.end_s)
    _pressure(sheet.panels[0], program, playhead.begins_s)
    for panel in sheet.panels[1:]:
        _position(panel, program, playhead.begins_s)
    sheet.save(file)


def _line(program: Program, on: Host) -> str:
    minutes, seconds = divmod(round(program.worst_case_s), 60)
    regions = ", ".join(sorted({step.region for step in program.steps}))
    return (
        f"{regions}; at most {minutes}:{seconds:02d} min, {program.peak_kpa:.1f} kPa, rising at "
        f"{program.peak_rise_kpa_s:.1f} kPa/s; {on.capabilities.model}, {on.whom}"
    )


def _pressure(panel: Panel, program: Program, begins_s: tuple[float, ...]) -> None:
    for step, begin_s in zip(program.steps, begins_s, strict=True):
        at_s, value = _curve(step.trajectory.tracks["pressure"], begin_s)
        panel.curve(at_s, value, COMMANDED)
        panel.fill(at_s, value, COMMANDED)
        panel.limit(at_s[0], at_s[-1], step.limit.value)
    owners = " / ".join(dict.fromkeys(step.limit.owner for step in program.steps))
    panel.note(f"limit ({owners})", program.steps[-1].limit.value, LIMIT, right=True)
    panel.level(program.peak_kpa)
    panel.note(f"worst case {program.peak_kpa:.1f} kPa", program.peak_kpa, INK)
    highest = max(step.limit.value for step in program.steps)
    panel.between(0.0, 1.12 * max(highest, program.peak_kpa))


def _position(panel: Panel, program: Program, begins_s: tuple[float, ...]) -> None:
    highest = 1.0
    for step, begin_s in zip(program.steps, begins_s, strict=True):
        track = step.trajectory.tracks.get("position")
        if track is not None:
            panel.curve(*_curve(track, begin_s), MEASURED)
            highest = max(highest, *track.value)
    panel.between(0.0, 1.05 * highest)


def _curve(track: Track, begin_s: float) -> tuple[list[float], list[float]]:
    """Return a curve through its knots, which are its extremes, and finely between them."""
    end_s = track.at_s[-1]
    fine = range(int(end_s / FINE_S) + 1) if end_s <= FINE_UP_TO_S else ()
    instants = sorted({*track.at_s, *(k * FINE_S for k in fine)})
    return [begin_s + at_s for at_s in instants], [track.value_at(at_s) for at_s in instants]
