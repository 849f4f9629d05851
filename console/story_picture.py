"""The page of a scenario: its traces, what was expected, and the moment at which it broke."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from sim.judging import Missed
from sim.performance import NO_SIGNAL, Performance, of_pad
from sim.scenario import Story

from .drawing import COMMANDED, LIMIT, MEASURED, MUSCLES, TRUE, Panel, Sheet

SHOWN = 6
"""So many missed expectations are written on a page (E)."""

_PRESSURES = (("true_pressure", TRUE, 3.0), ("pressure", MEASURED, 1.2), ("target", COMMANDED, 1.0))
_MUSCLE = {"activation": "muscle,\nshare of all", "emg": "EMG in uV"}
_OTHERS = {
    "pain": "pain, share\nof threshold", "carriage": "carriage\nin mm",
    "head_frequency": "head in Hz", "head_amplitude": "head in mm",
    "surface_temperature": "surface\nin degC",
}  # fmt: skip
"""What is drawn of other signals where something was missed of them; pads press in kPa."""

_TOLD = ("fault", "order", "verdict", "mode", "paused", "resumed", "pain", "guarding")
_HIGH, _LOW = 3.2, 1.2
_LETTERS = 150
"""How many letters of a line fit across the page."""


def draw_story(
    story: Story, seen: Performance, missed: Sequence[Missed], rig: str, file: Path
) -> None:
    """Draw how a story went into `file`."""
    names = [*_MUSCLE, *_others(missed)]
    rows = [(_HIGH, "pressure in kPa"), *((_LOW, _label(name)) for name in names)]
    sheet = Sheet(story.title, _lines(story, seen, missed, rig), rows)
    pressure, *others = sheet.panels
    end_s = max(1.0, seen.ended_s + 2.0)
    _pressure(pressure, seen, end_s)
    for number, (name, panel) in enumerate(zip(names, others, strict=True)):
        _curve(panel, seen, name, MUSCLES[number] if number < len(MUSCLES) else TRUE)
    panels = dict(zip(names, others, strict=True))
    for name in dict.fromkeys(miss.signal for miss in missed):
        of_it = [miss for miss in missed if miss.signal == name]
        _miss(panels.get(name, pressure), of_it, end_s)
    _moments(pressure, seen, end_s)
    pressure.during(0.0, end_s)
    pressure.legend()
    sheet.save(file)


def _others(missed: Sequence[Missed]) -> list[str]:
    """Return the signals that are drawn because something was missed of them, each once."""
    always = {*_MUSCLE, *(name for name, _, _ in _PRESSURES)}
    return [name for name in dict.fromkeys(miss.signal for miss in missed) if name not in always]


def _label(name: str) -> str:
    site = name.removeprefix(of_pad(""))
    return _MUSCLE.get(name) or _OTHERS.get(name) or f"{site}\nin kPa"


def _lines(story: Story, seen: Performance, missed: Sequence[Missed], rig: str) -> str:
    line = f"{story.file} on {rig}; {seen.outcome} ({seen.reason}) after {seen.ended_s:.1f} s"
    told = [f"missed: {miss}" for miss in missed[:SHOWN]] or ["as expected"]
    if len(missed) > SHOWN:
        told.append(f"and {len(missed) - SHOWN} more")
    return "\n".join(part for one in (line, *told) for part in wrap(one, _LETTERS))


def _pressure(panel: Panel, seen: Performance, end_s: float) -> None:
    highest = 1.0
    for name, colour, width in _PRESSURES:
        signal = seen.signals.get(name, NO_SIGNAL).during(0.0, end_s)
        panel.curve(signal.at_s, signal.value, colour, width=width, name=name.replace("_", " "))
        highest = max(highest, float(signal.value.max(initial=0.0)))
    panel.limit(0.0, end_s, seen.envelope_kpa)
    panel.note(f"envelope {seen.envelope_kpa:.1f} kPa", seen.envelope_kpa, LIMIT, right=True)
    panel.between(0.0, 1.15 * max(highest, min(seen.envelope_kpa, 100.0)))


def _miss(panel: Panel, missed: Sequence[Missed], end_s: float) -> None:
    """Draw what a signal should have kept, where it should have, and when that broke."""
    broke: dict[float, list[str]] = {}
    for miss in missed:
        if miss.limit is not None:
            to_s = end_s if miss.to_s is None else min(miss.to_s, end_s)
            panel.bound(miss.from_s, to_s, miss.limit, miss.expected)
        if miss.at_s is not None and 0.0 <= miss.at_s <= end_s:
            broke.setdefault(miss.at_s, []).append(miss.where.split(":")[0])
    for at_s, words in broke.items():
        panel.mark(at_s, f"missed: {', '.join(dict.fromkeys(words))}")


def _curve(panel: Panel, seen: Performance, name: str, colour: str) -> None:
    signal = seen.signals.get(name, NO_SIGNAL)
    panel.curve(signal.at_s, signal.value, colour)


def _moments(panel: Panel, seen: Performance, end_s: float) -> None:
    for at_s, text in seen.events:
        if 0.0 <= at_s <= end_s and text.startswith(_TOLD):
            panel.note_at(at_s, text)
