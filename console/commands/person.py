"""myoloop person: who is treated, what they answered, where pain begins, how much was pressed."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from console.documents import Told
from console.options import DeviceUrl, NoDisplay, needed
from console.person_documents import (
    PersonCalibrated,
    PersonContracted,
    PersonExport,
    PersonForgotten,
    PersonList,
)
from controller.person import Sex, Side
from records.people import People

Id = Annotated[str, typer.Argument(metavar="ID", help="The id you chose; no name is needed.")]
Answered = Annotated[
    list[str], typer.Option("--yes-to", metavar="QUESTION[:REGION,...]", help="Answer yes.")
]
Agreed = Annotated[
    list[str],
    typer.Option(
        "--agreed-to", metavar="QUESTION[:REGION,...]", help="Yes, and a doctor has agreed."
    ),
]
Denied = Annotated[
    list[str], typer.Option("--no-to", metavar="QUESTION|all", help="Answer no; all: to the rest.")
]


def new(
    person_id: Id,
    sex: Annotated[
        Sex, typer.Option("--sex", help="Sets where a calibration ends that nobody ends.")
    ] = "unsaid",
) -> Told:
    """Make a person."""
    People().make(person_id, sex)
    return _shown(person_id, f"next: `myoloop person screen {person_id}`")


def screen(
    person_id: Id,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="Answers in YAML.")
    ] = None,
    yes_to: Answered = [],  # noqa: B006  typer copies it
    agreed_to: Agreed = [],  # noqa: B006
    no_to: Denied = [],  # noqa: B006
) -> Told:
    """Ask the health questions; what options and file do not answer is asked at the terminal."""
    from console.questions import at_terminal, complete, interview, told

    people, now_s = People(), time.time()
    people.load(person_id)
    given = told(answers, yes_to, agreed_to, no_to)
    screening = interview(now_s, given) if at_terminal() else complete(given, now_s)
    people.screen(person_id, screening)
    return _shown(person_id)


def calibrate(
    person_id: Id,
    region: Annotated[str, typer.Option("--region", metavar="REGION", help="Where.")],
    device: DeviceUrl = None,
    side: Annotated[Side, typer.Option("--side", help="On which side.")] = "middle",
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing. Emulated devices alone start unattended.")
    ] = False,
    no_display: NoDisplay = False,
) -> Told:
    """Measure where pain begins: four slow rises that the person ends with the pain button."""
    import asyncio

    from console.calibrating import Place, Rise
    from console.calibrating import calibrate as measure
    from console.playing import in_foreground
    from console.questions import one_region
    from console.screens import watching
    from console.standing import threshold, threshold_line

    url, people = needed(device), People()
    place = Place(one_region(region), side)
    people.load(person_id)
    with watching(display=not no_display) as audience:
        audience.say("Press the pain button as soon as it begins to hurt, and not later.")
        found = asyncio.run(
            measure(
                lambda: Rise(people, person_id, place, audience, yes=yes),
                url,
                place,
                audience.say,
                in_foreground,
            )
        )
    people.calibrate(person_id, found.calibration)
    kept = threshold(found.calibration, found.calibration.at_s)
    document = PersonCalibrated(
        id=person_id,
        device_url=url,
        threshold=kept,
        readings_kpa=tuple(round(one.kpa, 2) for one in found.readings),
    )
    return Told(document, f"{person_id}: {threshold_line(kept)}")


def contraction(
    person_id: Id,
    region: Annotated[str, typer.Option("--region", metavar="REGION", help="Which muscle.")],
    device: DeviceUrl = None,
    side: Annotated[Side, typer.Option("--side", help="On which side.")] = "middle",
    *,
    submaximal: Annotated[
        bool,
        typer.Option("--submaximal", help="A light contraction, where the muscle must not strain."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing. Emulated devices alone start unattended.")
    ] = False,
) -> Told:
    """Measure how strong a muscle is: three contractions, while nothing presses."""
    import asyncio

    from console.calibrating import Place
    from console.contracting import contract, interruptible, not_measurable, tenser
    from console.questions import one_region
    from console.screens import watching
    from console.standing import strength, strength_line
    from controller.person import Contraction
    from firmware_bridge.discovery import open_device

    url, people = needed(device), People()
    place = Place(one_region(region), side)
    who = people.load(person_id)

    async def measure(say: Callable[[str], None]) -> Contraction:
        async with open_device(url) as opened:
            tense = tenser(opened, who.id, place, say, light=submaximal, yes=yes)
            return await contract(opened, who, place, tense, say, light=submaximal)

    with watching(display=False) as audience:
        found = asyncio.run(interruptible(measure(audience.say)))
    people.contract(person_id, found)
    kept = strength(found, found.at_s)
    lines = [f"{person_id}: {strength_line(kept)}", *not_measurable(found)]
    document = PersonContracted(id=person_id, device_url=url, contraction=kept)
    return Told(document, "\n".join(lines))


def show(
    person_id: Annotated[str, typer.Argument(metavar="[ID]", help="Nobody: everybody.")] = "",
) -> Told:
    """Show what is known of a person, or who is known."""
    if person_id:
        return _shown(person_id)
    ids = People().ids()
    return Told(PersonList(people=tuple(ids)), "\n".join(ids) or "nobody is known here yet")


def export(
    person_id: Id,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to; else it is printed.")
    ] = None,
) -> Told:
    """Give out everything that is kept of a person, as JSON."""
    import msgspec

    kept = msgspec.to_builtins(People().load(person_id))
    text = msgspec.json.format(msgspec.json.encode(kept), indent=2).decode()
    if output is None:
        return Told(PersonExport(person=kept), text)
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    return Told(PersonExport(person=kept, file=str(output)), f"{output}: all of {person_id}")


def forget(
    person_id: Id,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether that is meant.")] = False,
) -> Told:
    """Delete everything of a person: answers, thresholds and doses. It cannot be taken back."""
    from console.questions import agree

    people = People()
    doses = people.doses(person_id)  # what cannot be read any more can be deleted all the same
    if not yes and not agree(f"Delete everything of {person_id}, {doses} doses too?"):
        raise typer.Abort
    people.forget(person_id)
    return Told(PersonForgotten(id=person_id), f"nothing is kept of {person_id} any more")


def settle(person_id: Id) -> Told:
    """Count every session that was never booked as played in full, so that it can grow old."""
    settled = People().settle(person_id)
    told = [
        f"{entry.profile} on {entry.device} counts as played in full: "
        + ", ".join(f"{r} {d.worked_s:.0f} s" for r, d in entry.doses.items())
        for entry in settled
    ]
    return _shown(person_id, *(told or ["there was nothing to settle"]))


def _shown(person_id: str, *notes: str) -> Told:
    from console.standing import lines, shown

    document = shown(People().load(person_id), time.time())
    return Told(document, "\n".join([lines(document), *_spaced(notes)]))


def _spaced(notes: Sequence[str]) -> list[str]:
    return ["", *notes] if notes else []
