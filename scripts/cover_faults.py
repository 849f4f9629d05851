#!/usr/bin/env python3
"""Writes the table of faults and responses into docs/scenarios.md: `--check` only compares."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from profiles.quantities import shown
from sim.expectations import ExpectWords
from sim.fault import Fault
from sim.fault_words import dimension_of, word_of
from sim.faults import FAULTS
from sim.scenario import Story, load_scenario
from sim.scenario_files import library

PAGE = Path(__file__).parents[1] / "docs" / "scenarios.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"

RESPONSES = (
    "lived with", "less trusted", "held", "eased", "heat off", "felt anew", "paused", "released",
    "stopped", "device lets go", "not begun",
)  # fmt: skip
_ACTS = {
    "hold": "held", "ease": "eased", "cool": "heat off", "approach": "felt anew", "pause": "paused",
    "release": "released", "stop": "stopped",
}  # fmt: skip
_REASONS = {
    "sensor_stuck": "stopped",
    "sensor_lost": "stopped",
    "over_temperature": "stopped",
    "spasm": "stopped",
    "stop_button": "device lets go",
}


_ABOUT_STORIES = (
    "How many of the stories that come along have a fault, by what they expect to be done about it:"
)
_HAZARD_HEADS = ("| hazard | stories |", "| --- | --- |")


def responses(expect: ExpectWords) -> set[str]:
    """Return what a story expects to be done about what happens in it."""
    if expect.outcome in ("not_ready", "no_device", "refused"):
        return {"not begun"}
    found = {_ACTS[verdict.split(" ")[0]] for verdict in expect.verdicts or ()}
    found |= {_ACTS[event.split(" ")[1]] for event in expect.events if event.startswith("verdict ")}
    if expect.modes:
        found.add("less trusted")
    if expect.outcome in ("fault", "killed"):
        found.add("device lets go")
    elif expect.outcome == "stopped":
        found.add(_REASONS.get(expect.reason or "", "released"))
    return found or {"lived with"}


def table() -> str:
    """Return the table, and the list of stories that nothing happens in."""
    stories = [load_scenario(file) for file in library()]
    heads = ("fault", *RESPONSES, "stories")
    lines = [*_faults(), "", _ABOUT_STORIES, "", _row(heads), _row(["---"] * len(heads))]
    for name in FAULTS:
        told = [story for story in stories if any(one.name == name for one in story.happens)]
        lines.append(_row([f"`{name}`", *_cells(told)]))
    hazards = sorted({hazard for story in stories for hazard in story.hazards})
    shown = [
        _row([hazard, ", ".join(f"`{one.id}`" for one in stories if hazard in one.hazards)])
        for hazard in hazards
    ]
    lines += ["", "By the hazards of [SAFETY.md](../SAFETY.md):", "", *_HAZARD_HEADS, *shown]
    others = [story for story in stories if not any(h.name in FAULTS for h in story.happens)]
    plain = "\n".join(f"* `{story.id}`: {story.title}" for story in others)
    return "\n".join([*lines, "", "Stories of bodies, orders and normal days:", "", plain])


def _faults() -> list[str]:
    """Return the table of faults, with the words that each may be written with."""
    heads = ("name of the fault", "what it is", "its words, as they usually are")
    rows = [
        _row([f"**{name}**", (kind.__doc__ or "").splitlines()[0], ", ".join(_words(kind))])
        for name, kind in FAULTS.items()
    ]
    return [_row(heads), _row(["---"] * len(heads)), *rows]


def _words(kind: type[Fault]) -> Iterator[str]:
    """Yield what may be said of a fault: `share: 10 %`, `way: both` (or up, down)."""
    for parameter in msgspec.inspect.type_info(kind).fields:
        usual, dimension = parameter.default, dimension_of(parameter.name)
        told = usual if dimension is None else shown(usual, dimension)
        told = str(told).lower() if isinstance(told, bool) else told
        yield f"`{word_of(parameter.name)}: {told}`{_others(parameter.type, usual)}"


def _others(kind: msgspec.inspect.Type, usual: object) -> str:
    if not isinstance(kind, msgspec.inspect.LiteralType):
        return ""
    others = [str(word) for word in kind.values if word != usual]
    return f" (or {', '.join(others)})" if others else ""


def written(page: str) -> str:
    """Return the page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def _cells(stories: list[Story]) -> list[str]:
    met = [responses(story.expect) for story in stories]
    counts = [sum(response in one for one in met) for response in RESPONSES]
    names = ", ".join(f"`{story.id}`" for story in stories)
    return [*(str(count) if count else "" for count in counts), names]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page, or say that it is not as it would be written."""
    page = PAGE.read_text("utf-8")
    now = written(page)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if now == page else "docs/scenarios.md is not current: run this script")
    PAGE.write_text(now, "utf-8")


if __name__ == "__main__":
    main()
