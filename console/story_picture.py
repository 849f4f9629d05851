"""The page of a scenario: its traces, what was expected, and the moment at which it broke."""

from collections.abc import Iterable, Sequence
from math import inf
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
LINE_LETTERS, TITLE_LETTERS = 150, 78
"""How many letters of a line, and of a title, fit across the page."""

_ONE_PLACE = 0.012
"""What is closer together than this share of the page would be written over each other (E)."""


def draw_story(
    story: Story, seen: Performance, missed: Sequence[Missed], rig: str, file: Path
) -> None:
    """Draw how a story went into `file`."""
    names = [*_MUSCLE, *_others(missed)]
    rows = [(_HIGH, "pressure in kPa"), *((_LOW, _label(name)) for name in names)]
    sheet = Sheet(
        "\n".join(wrap(story.title, TITLE_LETTERS)), _lines(story, seen, missed, rig), rows
    )
    pressure, *others = sheet.panels
    end_s = max(1.0, seen.ended_s + 2.0)
    _pressure(pressure, seen, end_s)
    for number, (name, panel) in enumerate(zip(names, others, strict=True)):
        colour = MUSCLES[number] if number < len(MUSCLES) else TRUE
        _curve(panel, seen, name, colour, end_s)
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
    return "\n".join(part for one in (line, *told) for part in wrap(one, LINE_LETTERS))


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
    for miss in missed:
        if miss.limit is not None:
            to_s = end_s if miss.to_s is None else min(miss.to_s, end_s)
            late = miss.from_s > end_s / 2
            panel.bound(miss.from_s, to_s, miss.limit, miss.expected, right=late)
    broke = [(miss.at_s, miss.where.split(":")[0]) for miss in missed if miss.at_s is not None]
    for at_s, words in _by_place(broke, end_s):
        panel.mark(at_s, f"missed: {', '.join(words)}", right=at_s < 0.05 * end_s)


def _by_place(moments: Iterable[tuple[float, str]], end_s: float) -> list[tuple[float, list[str]]]:
    """Return the moments of a page, the earliest first; each text once in a place."""
    places: dict[float, dict[str, None]] = {}
    place_s = -inf
    for at_s, text in sorted(one for one in moments if 0.0 <= one[0] <= end_s):
        if at_s - place_s >= _ONE_PLACE * end_s:
            place_s = at_s
        places.setdefault(place_s, {})[text] = None
    return [(at_s, list(texts)) for at_s, texts in places.items()]


def _curve(panel: Panel, seen: Performance, name: str, colour: str, end_s: float) -> None:
    signal = seen.signals.get(name, NO_SIGNAL).during(0.0, end_s)
    panel.curve(signal.at_s, signal.value, colour)


def _moments(panel: Panel, seen: Performance, end_s: float) -> None:
    told = (event for event in seen.events if event[1].startswith(_TOLD))
    for at_s, texts in _by_place(told, end_s):
        panel.note_at(at_s, "\n".join(texts))
