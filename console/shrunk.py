"""A failing session of a campaign, shrunk to the faults it needs, as a scenario of its own."""

import shlex
from pathlib import Path

import typer

from console.documents import Told
from console.exits import STOPPED
from console.scenario_documents import CampaignShrunk
from sim.campaign import Plan
from sim.lots import draw
from sim.scenario import SUFFIX, Story
from sim.session_row import LONGEST_OVER_S, PAIN_FOR_S, Row
from sim.shrinking import shrink
from sim.story_text import story_text


def check_place(file: Path) -> None:
    """Raise `typer.BadParameter` where no scenario can be written."""
    if not file.name.endswith(SUFFIX):
        raise typer.BadParameter(f"{file}: a scenario is called *{SUFFIX}")
    if file.exists():
        raise typer.BadParameter(f"{file} is there already: name another")
    if not file.parent.is_dir():
        raise typer.BadParameter(f"{file.parent}: there is no such folder")


def shrunk(plan: Plan, seed: int, number: int, file: Path) -> Told:
    """Write what is left of a session as a scenario that fails the same way."""
    story = draw(plan, seed, number)
    left = shrink(story, seed, number)
    if left is not None:
        file.write_text(story_text(left.story, _expect(left.row)), "utf-8")
    told = CampaignShrunk(
        campaign=plan.campaign.id,
        number=number,
        seed=seed,
        had=_names(story),
        faults=() if left is None else _names(left.story),
        why="" if left is None else left.row.why,
        played=1 if left is None else left.played,
        file=None if left is None else str(file),
    )
    return Told(told, _text(told), 0 if left is None else STOPPED)


def _expect(row: Row) -> str:
    """Return what the oracle wants of any session, and of this one no other end than it had."""
    outcome = "complete" if row.outcome == "error" else row.outcome
    return (
        f"{{outcome: {outcome}, over_envelope: {LONGEST_OVER_S * 1e3:g} ms, "
        f"in_pain: {PAIN_FOR_S:g} s}}"
    )


def _names(story: Story) -> tuple[str, ...]:
    return tuple(one.name for one in story.happens)


def _text(told: CampaignShrunk) -> str:
    if told.file is None:
        return f"session {told.number} does not fail: there is nothing to leave out"
    left = ", ".join(told.faults) or "nothing at all"
    return (
        f"session {told.number}, {told.why}: of {', '.join(told.had) or 'no faults'} "
        f"{left} is enough ({told.played} sessions played)\n"
        f"  {shlex.join(('myoloop', 'scenario', 'run', told.file))}"
    )
