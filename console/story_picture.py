"""The page of a scenario: its traces, what was expected, and the moment at which it broke."""

from collections.abc import Sequence
from pathlib import Path

from sim.judging import Missed
from sim.performance import NO_SIGNAL, Performance
from sim.scenario import Story

from .drawing import COMMANDED, INK, LIMIT, MEASURED, MUSCLES, TRUE, Panel, Sheet

SHOWN = 6
"""So many missed expectations are written on a page (E)."""

_ROWS = ((3.2, "pressure in kPa"), (1.1, "muscle, share of all"), (1.1, "EMG in uV"))
_TOLD = ("fault", "order", "verdict", "mode", "paused", "resumed", "pain", "guarding")


def draw_story(
    story: Story, seen: Performance, missed: Sequence[Missed], rig: str, file: Path
) -> None:
    """Draw how a story went into `file`."""
    verdict = "as expected" if not missed else f"missed: {'; '.join(map(str, missed[:SHOWN]))}"
    line = f"{story.file} on {rig}; {seen.outcome} ({seen.reason}) after {seen.ended_s:.1f} s"
    sheet = Sheet(story.title, f"{line}\n{verdict}", _ROWS)
    pressure, muscle, emg = sheet.panels
    end_s = max(1.0, seen.ended_s + 2.0)
    _pressure(pressure, seen, missed, end_s)
    _curve(muscle, seen, "activation", MUSCLES[0])
    _curve(emg, seen, "emg", MUSCLES[1])
    _moments(pressure, seen, missed, end_s)
    pressure.during(0.0, end_s)
    pressure.legend()
    sheet.save(file)


def _pressure(panel: Panel, seen: Performance, missed: Sequence[Missed], end_s: float) -> None:
    highest = 1.0
    for name, colour, width in (
        ("true_pressure", TRUE, 3.0),
        ("pressure", MEASURED, 1.2),
        ("target", COMMANDED, 1.0),
    ):
        signal = seen.signals.get(name, NO_SIGNAL).during(0.0, end_s)
        panel.curve(signal.at_s, signal.value, colour, width=width, name=name.replace("_", " "))
        highest = max(highest, float(signal.value.max(initial=0.0)))
    panel.limit(0.0, end_s, seen.envelope_kpa)
    panel.note(f"envelope {seen.envelope_kpa:.1f} kPa", seen.envelope_kpa, LIMIT, right=True)
    for miss in missed:
        if miss.limit is not None and miss.signal.endswith("pressure"):
            panel.level(miss.limit)
            panel.note(miss.expected, miss.limit, INK)
    panel.between(0.0, 1.15 * max(highest, min(seen.envelope_kpa, 100.0)))


def _curve(panel: Panel, seen: Performance, name: str, colour: str) -> None:
    signal = seen.signals.get(name, NO_SIGNAL)
    panel.curve(signal.at_s, signal.value, colour)


def _moments(panel: Panel, seen: Performance, missed: Sequence[Missed], end_s: float) -> None:
    for at_s, text in seen.events:
        if 0.0 <= at_s <= end_s and text.startswith(_TOLD):
            panel.note_at(at_s, text)
    for miss in missed:
        if miss.at_s is not None and 0.0 <= miss.at_s <= end_s:
            panel.mark(miss.at_s, f"missed: {miss.where.split(':')[0]}")
