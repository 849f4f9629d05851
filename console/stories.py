"""The stories that a command line names: all of them sound, or every mistake of every one."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from pathlib import Path

import typer

from controller.fitting import CannotPlay, Fit
from profiles.problems import Problem, ProfileProblems, Refused
from profiles.quantities import shown
from sim.birth import announced
from sim.campaign import Plan
from sim.lots import ends
from sim.rehearsal import rehearse
from sim.rigs import NAMED
from sim.scenario import Story, load_scenario
from sim.scenario_files import SUFFIX, found


def stories_of(names: Sequence[str], rig: str) -> list[Story]:
    """Return the stories of files, folders and of the library, each tried out without a device.

    Where `rig` is the address of a device, what that one has is asked when it is played.

    Raises:
        ProfileProblems: some cannot be played as they are written; all that is wrong with all.
        OSError: the only file cannot be read.
        typer.BadParameter: the library has no such story, or a folder none at all.
    """
    files = list(_files(names))
    stories: list[Story] = []
    problems: list[Problem] = []
    for file in files:
        try:
            stories.append(_sound(file) if rig in NAMED else load_scenario(file))
        except ProfileProblems as error:
            problems.extend(error.problems)
        except OSError as error:
            if len(files) == 1:
                raise
            why = (error.strerror or "cannot be read").lower()
            problems.append(Problem(str(file), 1, 1, "", why))
    if problems:
        raise ProfileProblems(problems)
    if not stories:
        raise typer.BadParameter(f"{', '.join(names)}: no file in there is called *{SUFFIX}")
    return stories


def _sound(file: Path) -> Story:
    """Return the story in a file."""
    story = load_scenario(file)
    _try_out(story)
    return story


def try_out_campaign(plan: Plan) -> None:
    """Try out a campaign at both ends of what it sets. Raises `ProfileProblems`."""
    fits = [fit for story in ends(plan) if (fit := _try_out(story)) is not None]
    faults = plan.campaign.faults
    longest_s = max((fit.program.worst_case_s for fit in fits), default=inf)
    if faults is not None and faults.start >= longest_s:
        sentence = (
            f"{shown(faults.start, 'time')} is after the end: the programme lasts "
            f"{shown(round(longest_s, 2), 'time')} at most, and nothing goes wrong after it"
        )
        raise ProfileProblems([plan.campaign.places.problem(("faults", "from"), sentence)])


def _try_out(story: Story) -> Fit | None:
    """Return what is played; None where person or device allow less: a story may be about that.

    Raises `ProfileProblems`.
    """
    with contextlib.suppress(Refused, CannotPlay):
        return rehearse(story, announced(story.recipe))
    return None


def _files(names: Iterable[str]) -> Iterator[Path]:
    unknown: list[str] = []
    for name in names:
        try:
            yield from found(name)
        except KeyError as error:
            unknown.append(str(error.args[0]))
    if unknown:
        raise typer.BadParameter("; ".join(unknown))
