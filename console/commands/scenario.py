"""myoloop scenario: stories with an ending, played and judged."""

import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from console.documents import Told
from console.exits import STOPPED
from console.scenario_documents import (
    ListedScenario,
    PlayedScenario,
    ScenarioList,
    ScenarioRun,
)
from console.stories import stories_of, try_out_at
from console.tables import table
from sim.judging import Missed, judge
from sim.performance import Performance
from sim.rigs import NAMED, no_rig
from sim.scenario import Story, load_scenario
from sim.scenario_files import library, name_of
from sim.staging import perform

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Files, folders, or library:NAME of those that come along; library: is all of them.",
    ),
]
RigName = Annotated[
    str,
    typer.Option(
        "--rig",
        metavar="virtual|pty|ble|URL",
        help="On what: virtual time, a pty, a virtual radio, a device.",
    ),
]


def run(
    files: Files,
    rig: RigName = "virtual",
    into: Annotated[
        Path, typer.Option("--into", metavar="FOLDER", help="Where pictures go.")
    ] = Path(),
    *,
    plot: Annotated[
        bool, typer.Option("--plot", help="Draw every run; one that fails is always drawn.")
    ] = False,
) -> Told:
    """Play scenarios, and say which did not end as they expect."""
    if (why_not := no_rig(rig)) is not None:
        raise typer.BadParameter(f"--rig {why_not}")
    stories = stories_of(files, rig)
    if rig not in NAMED:
        try_out_at(rig, stories)
        typer.echo(
            f"whoever is at {rig} has a body of their own: that of a story is left out", err=True
        )
    _make(into)
    played = tuple(
        _played(story, name, rig, into / picture, plot=plot)
        for story, name, picture in zip(
            stories, _told_names(stories), _picture_names(stories), strict=True
        )
    )
    failed = sum(not one.passed for one in played)
    document = ScenarioRun(rig=rig, passed=len(played) - failed, failed=failed, scenarios=played)
    lines = [line for one in played for line in _lines(one)]
    lines.append(f"{document.passed} as expected, {failed} not")
    return Told(document, "\n".join(lines), STOPPED if failed else 0)


def list_scenarios() -> Told:
    """List the scenarios that come along."""
    stories = [load_scenario(file) for file in library()]
    listed = tuple(
        ListedScenario(name=f"library:{story.id}", title=story.title, hazards=story.hazards)
        for story in stories
    )
    rows = [(one.name, one.title, " ".join(one.hazards)) for one in listed]
    return Told(ScenarioList(scenarios=listed), table(("scenario", "title", "hazards"), rows))


def _make(folder: Path) -> None:
    """Make the folder for pictures, where it is not there yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or "cannot be made").lower()
        raise typer.BadParameter(f"--into {folder}: {why}; name a folder") from error


def _told_names(stories: Sequence[Story]) -> list[str]:
    """Return how each story is told: by the name of its file, and its folder if another has it."""
    names = [name_of(Path(story.file)) for story in stories]
    return [
        name if names.count(name) == 1 else story.file
        for story, name in zip(stories, names, strict=True)
    ]


def _picture_names(stories: Sequence[Story]) -> list[str]:
    """Return how the picture of each story is called: by its id, and a number if that is taken."""
    taken = {story.id for story in stories}
    names: list[str] = []
    for story in stories:
        further = (f"{story.id}-{number}" for number in count(2))
        free = (name for name in further if name not in taken)
        names.append(next(free) if story.id in names else story.id)
        taken.add(names[-1])
    return names


def _played(story: Story, name: str, rig: str, picture_name: Path, *, plot: bool) -> PlayedScenario:
    typer.echo(f"{name} ...", err=True)
    began_s = time.perf_counter()
    seen = perform(story, rig)
    wall_s = time.perf_counter() - began_s
    missed = judge(story.expect, seen, waits=rig != "virtual")
    picture = _picture(story, seen, missed, rig, picture_name) if missed or plot else None
    return PlayedScenario(
        name=name,
        title=story.title,
        passed=not missed,
        expected=story.expect.outcome,
        seen=f"{seen.outcome} ({seen.reason})",
        missed=tuple(map(str, missed)),
        simulated_s=round(seen.simulated_s, 3),
        wall_s=round(wall_s, 3),
        trace_sha256=seen.trace_sha256,
        picture=picture,
    )


def _picture(
    story: Story, seen: Performance, missed: tuple[Missed, ...], rig: str, name: Path
) -> str:
    from console.story_picture import draw_story

    file = name.with_name(f"{name.name}.{'failed.' if missed else ''}svg")
    draw_story(story, seen, missed, rig, file)
    return str(file)


def _lines(played: PlayedScenario) -> Iterator[str]:
    mark = "ok    " if played.passed else "FAILED"
    yield (
        f"{mark} {played.name}: {played.seen}, {played.simulated_s:.0f} s in "
        f"{played.wall_s:.1f} s, trace {played.trace_sha256[:12]}"
    )
    for missed in played.missed:
        yield f"         {missed}"
    if played.picture is not None:
        yield f"         picture {played.picture}"
