"""myoloop profile: the library, a profile's text, what it does, and a drawing of it."""

from typing import Annotated

import typer

from console.authoring import (
    Host,
    able,
    checked,
    compiled,
    faithful,
    host,
    read_profile,
)
from console.documents import Told
from console.exits import STOPPED
from console.options import ProfileName, Settings, settings
from console.profile_documents import ListedProfile, ProfileList, ProfileText
from console.proof import check_document, check_report, minutes, on_person
from console.tables import table
from profiles.check import Check
from profiles.library import library_ids, library_text

PersonName = Annotated[
    str,
    typer.Option(
        "--person", metavar="nobody|simulated|ID", help="On whom: an id is a person known here."
    ),
]
ModelOrUrl = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="MODEL|URL",
        help="voice_coil, airbag, levels10, levels3, named, jensen, ...; or a device to ask.",
    ),
]


def list_profiles() -> Told:
    """List the profiles that come along, with the longest each can take."""
    listed = [_listed(profile_id) for profile_id in library_ids()]
    rows = [(f"library:{p.id}", p.title, p.region, minutes(p.worst_case_s)) for p in listed]
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
    on = host(device, person)
    found, faithful_to = faithful(checked(text, name, settings(set_), on), on, name)
    document = check_document(found, faithful_to, on)
    if found.program is None or faithful_to is None:
        lines = [*map(str, found.problems), *_on_somebody_else(found, on)]
        return Told(document, "\n".join(lines), STOPPED)
    report = check_report(found, faithful_to, on, document.fidelity.notes)
    if on.person is None:
        return Told(document, report)
    return on_person(on.person, found.program, found, document, report)


def _listed(profile_id: str) -> ListedProfile:
    text = library_text(profile_id)
    program, _ = compiled(text, f"library:{profile_id}", {}, able(text))
    return ListedProfile(
        id=profile_id,
        title=program.title,
        region=program.steps[0].region,
        worst_case_s=round(program.worst_case_s, 1),
    )


def _on_somebody_else(found: Check, on: Host) -> list[str]:
    if found.refused is None or on.capabilities.emulated:
        return []
    if on.person is not None:
        measure = f"`myoloop person calibrate {on.person.id}`"
        return [f"refused {on.whom}; {measure} measures where pain begins"]
    return [f"refused {on.whom}; `--person simulated` checks it on a simulated person"]
