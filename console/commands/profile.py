"""myoloop profile: the library, a profile's text, what it does, and a drawing of it."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from console import drawing, standing
from console.authoring import Host, able, checked, compiled, host, read_profile
from console.documents import (
    FoundProblem,
    ListedProfile,
    ProfileCheck,
    ProfileList,
    ProfileNeeds,
    ProfilePlot,
    ProfileText,
    RegionDose,
    SignalNeeded,
    Told,
)
from console.exits import STOPPED
from console.options import ProfileName, Settings, settings
from console.tables import table
from controller.person import Person
from profiles.check import Check
from profiles.library import library_ids, library_text
from profiles.program import Program

PersonName = Annotated[
    str,
    typer.Option(
        "--person", metavar="nobody|simulated|ID", help="On whom: an id is a person known here."
    ),
]
ModelOrUrl = Annotated[
    str,
    typer.Option(
        "--device", metavar="MODEL|URL", help="voice_coil, jensen, ..., or a device to ask."
    ),
]


def list_profiles() -> Told:
    """List the profiles that come along, with the longest each can take."""
    listed = [_listed(profile_id) for profile_id in library_ids()]
    rows = [(f"library:{p.id}", p.title, p.region, _minutes(p.worst_case_s)) for p in listed]
    text = table(("profile", "title", "region", "at most"), rows)
    return Told(ProfileList(profiles=tuple(listed)), text)


def show(profile: ProfileName) -> Told:
    """Print a profile as its author wrote it."""
    text, name = read_profile(profile)
    plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
    document = ProfileText(id=name.removeprefix("library:"), text=plain)
    return Told(document, plain.rstrip("\n"))


def check(
    profile: ProfileName,
    device: ModelOrUrl = "voice_coil",
    person: PersonName = "nobody",
    set_: Settings = [],  # noqa: B006  typer copies it
) -> Told:
    """Say what a profile does at its worst, or everything that is wrong with it."""
    text, name = read_profile(profile)
    values, on = settings(set_), host(device, person)
    found = checked(text, name, values, on)
    if not found.ok:
        lines = [*map(str, found.problems), *_on_somebody_else(found, on)]
        return Told(_document(found, ()), "\n".join(lines), STOPPED)
    program, fidelity = compiled(text, name, values, on)
    report = _report(program, found, on, fidelity)
    if on.person is None:
        return Told(_document(found, fidelity), report)
    return _on_person(on.person, program, found, fidelity, report)


def plot(
    profile: ProfileName,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Where to: .svg or .png")
    ] = None,
    device: ModelOrUrl = "voice_coil",
    person: PersonName = "simulated",
    set_: Settings = [],  # noqa: B006  typer copies it
) -> Told:
    """Draw what a profile does, over time."""
    from console.plan import draw_program

    text, name = read_profile(profile)
    on = host(device, person)
    program, _ = compiled(text, name, settings(set_), on)
    file = drawing.check_kind(picture or Path(f"{program.id}.svg"))
    draw_program(program, on, file)
    return Told(ProfilePlot(id=program.id, picture=str(file)), f"{file}: {program.title}")


def _listed(profile_id: str) -> ListedProfile:
    text = library_text(profile_id)
    program, _ = compiled(text, f"library:{profile_id}", {}, able(text))
    return ListedProfile(
        id=profile_id,
        title=program.title,
        region=program.steps[0].region,
        worst_case_s=round(program.worst_case_s, 1),
    )


def _on_person(
    person: Person, program: Program, found: Check, fidelity: tuple[str, ...], report: str
) -> Told:
    """Return the same with what counts for a person already, and every reason against it now."""
    now_s = time.time()
    refusals = standing.against(person, program, found.dose, now_s)
    ledger = {region: standing.region_ledger(person, region, now_s) for region in found.dose}
    document = msgspec.structs.replace(
        _document(found, fidelity),
        ok=not refusals,
        refused=refusals[0].why.value if refusals else None,
        person=person.id,
        ledger=ledger,
        refusals=standing.found(refusals),
    )
    told = [f"not now: {refusal}" for refusal in refusals]
    text = "\n".join([report, "", standing.ledger_table(ledger), *(["", *told] if told else [])])
    return Told(document, text, STOPPED if refusals else 0)


def _document(found: Check, fidelity: tuple[str, ...]) -> ProfileCheck:
    return ProfileCheck(
        ok=found.ok,
        problems=tuple(
            FoundProblem(p.file, p.line, p.column, p.where, p.problem) for p in found.problems
        ),
        refused=found.refused,
        worst_case_s=round(found.worst_case_s, 3),
        peak_kpa=round(found.peak_kpa, 3),
        peak_rise_kpa_s=round(found.peak_rise_kpa_s, 3),
        dose={
            region: RegionDose(*(round(value, 1) for value in msgspec.structs.astuple(d)))
            for region, d in found.dose.items()
        },
        needs=ProfileNeeds(
            channels=found.needs.channels,
            signals={
                name: SignalNeeded(s.missing, s.lost) for name, s in found.needs.signals.items()
            },
        ),
        fidelity=fidelity,
    )


def _report(program: Program, found: Check, on: Host, notes: Sequence[str]) -> str:
    rows = [
        (
            step.label,
            step.region,
            f"{step.trajectory.duration_s:.1f} s",
            f"{max(step.trajectory.tracks['pressure'].value):.1f} kPa",
            f"{step.limit.value:.1f} kPa ({step.limit.owner})",
            step.grade,
        )
        for step in program.steps
    ]
    doses = [
        f"{region}: {d.pressure_kpa_s:.0f} kPa s, {d.occluded_s:.0f} s over 4.3 kPa"
        for region, d in found.dose.items()
    ]
    return "\n".join(
        [
            f"{program.title}: no problems. Compiled for {on.capabilities.model}, {on.whom}.",
            "",
            table(("step", "region", "takes", "peak", "limit (whose)", "grade"), rows),
            "",
            f"at most   {_minutes(found.worst_case_s)}",
            f"peak      {found.peak_kpa:.1f} kPa; fastest rise {found.peak_rise_kpa_s:.1f} kPa/s",
            f"dose      {'; '.join(doses)}",
            f"needs     {', '.join(found.needs.channels)}{_signals(found)}",
            *(f"note      {note}" for note in notes),
        ]
    )


def _on_somebody_else(found: Check, on: Host) -> list[str]:
    if found.refused is None or on.capabilities.emulated:
        return []
    if on.person is not None:
        measure = f"`myoloop person calibrate {on.person.id}`"
        return [f"refused {on.whom}; {measure} measures where pain begins"]
    return [f"refused {on.whom}; `--person simulated` checks it on a simulated person"]


def _signals(found: Check) -> str:
    return "".join(
        f"; {name} (missing: {need.missing}, lost: {need.lost})"
        for name, need in found.needs.signals.items()
    )


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min"
