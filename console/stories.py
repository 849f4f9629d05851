"""The stories that a command line names: all of them sound, or every mistake of every one."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from math import floor
from pathlib import Path

import typer

from controller.fitting import CannotPlay, Fit
from firmware_bridge.capabilities import Capabilities
from profiles.problems import Problem, ProfileProblems, Refused
from sim.birth import announced
from sim.campaign import Plan
from sim.host_side import at_device
from sim.likeness import unlike
from sim.lots import tried
from sim.rehearsal import rehearse
from sim.rigs import NAMED, capabilities_at, check_spared
from sim.scenario import Story, load_scenario
from sim.scenario_files import SUFFIX, found
from sim.varying import FaultsVary


def stories_of(names: Sequence[str], rig: str) -> list[Story]:
    """Return the stories of files, folders and of the library, each tried out without a device.

    Where `rig` is the address of a device, `try_out_at` asks what that one has.

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


def try_out_at(url: str, stories: Sequence[Story]) -> None:
    """Try out stories beside the device at an address, before any of them is played there.

    Raises:
        LinkUnavailable: there is none, or a story makes fail what is not ours.
        BridgeError: it does not answer as a device does.
        ProfileProblems: it lacks what stories ask for; all that is wrong with all.
    """
    for story in stories:
        check_spared(url, at_device(story))
    there = asyncio.run(capabilities_at(url))
    problems: list[Problem] = []
    for story in stories:
        if (sentence := unlike(story.recipe, there)) is not None:
            problems.append(story.places.problem(("device",), f"at {url}: {sentence}"))
            continue
        try:
            _try_out(story, there)
        except ProfileProblems as error:
            problems.extend(error.problems)
    if problems:
        raise ProfileProblems(problems)


def _sound(file: Path) -> Story:
    """Return the story in a file."""
    story = load_scenario(file)
    _try_out(story, announced(story.recipe))
    return story


def try_out_campaign(plan: Plan, faults_of: Plan | None = None) -> None:
    """Try out a campaign with all that it may set; `faults_of` another, where those come from.

    Raises `ProfileProblems`.
    """
    longest_s = max(fit.program.worst_case_s for fit in _fits(plan))
    declared_in = (faults_of or plan).campaign
    late = _too_late(declared_in.faults, longest_s, all_of_it=faults_of is None)
    if late is not None:
        word, sentence = late
        whose = "the programme" if faults_of is None else f"the programme of {plan.file}"
        problem = declared_in.places.problem(("faults", word), f"{whose} {sentence}")
        raise ProfileProblems([problem])


def _fits(plan: Plan) -> Sequence[Fit]:
    """Return what some sessions of a campaign would play; all may not, but some must."""
    fits: list[Fit] = []
    refusals: list[str] = []
    for story in tried(plan):
        try:
            fits.append(rehearse(story, announced(story.recipe)))
        except (Refused, CannotPlay) as error:
            refusals.append(str(error))
    if not fits:
        sentence = f"no device or person of this campaign can be played on: {refusals[0]}"
        raise ProfileProblems([plan.campaign.places.problem(("profile",), sentence)])
    return fits


def _too_late(
    faults: FaultsVary | None, longest_s: float, *, all_of_it: bool
) -> tuple[str, str] | None:
    """Return which word declares what goes wrong only when a programme is over, and why; or None.

    `all_of_it`: nothing may, which is too much to ask of a programme that borrows its faults.
    """
    lasts = f"lasts {longest_s:.0f} s at most"
    if faults is not None and faults.start >= longest_s:
        begins = f"nothing goes wrong before {faults.start:g} s"
        return "from", f"{lasts}, and {begins}: none of it would ever happen"
    if faults is not None and all_of_it and faults.end > longest_s:
        ends = f"faults are drawn up to {faults.end:g} s"
        right = f"write to: {floor(longest_s)} s, or less"
        return "to", f"{lasts}, and {ends}: those after it would never happen; {right}"
    return None


def _try_out(story: Story, device: Capabilities) -> None:
    """Raise `ProfileProblems`; that person or device allow less may be what a story is about."""
    with contextlib.suppress(Refused, CannotPlay):
        rehearse(story, device)


def _files(names: Iterable[str]) -> Iterator[Path]:
    unknown: list[str] = []
    for name in names:
        try:
            yield from found(name)
        except KeyError as error:
            unknown.append(str(error.args[0]))
    if unknown:
        raise typer.BadParameter("; ".join(unknown))
