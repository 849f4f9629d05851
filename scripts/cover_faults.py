#!/usr/bin/env python3
"""Writes the table of faults and responses into docs/scenarios.md: `--check` only compares."""

import sys
from pathlib import Path

from sim.expectations import ExpectWords
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
    heads = ("fault", "what it is", *RESPONSES, "stories")
    lines = [_row(heads), _row(["---"] * len(heads))]
    for name, kind in FAULTS.items():
        told = [story for story in stories if any(one.name == name for one in story.happens)]
        lines.append(_row([f"`{name}`", (kind.__doc__ or "").splitlines()[0], *_cells(told)]))
    hazards = sorted({hazard for story in stories for hazard in story.hazards})
    shown = [
        _row([hazard, ", ".join(f"`{one.id}`" for one in stories if hazard in one.hazards)])
        for hazard in hazards
    ]
    lines += ["", "By the hazards of [SAFETY.md](../SAFETY.md):", "", *_HAZARD_HEADS, *shown]
    others = [story for story in stories if not any(h.name in FAULTS for h in story.happens)]
    plain = "\n".join(f"* `{story.id}`: {story.title}" for story in others)
    return "\n".join([*lines, "", "Stories of bodies, orders and normal days:", "", plain])


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
