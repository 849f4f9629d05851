"""myoloop run: a profile on a device."""

from pathlib import Path
from typing import Annotated

import typer

from console import drawing
from console.documents import Told
from console.options import (
    DeviceUrl,
    Driver,
    NoDisplay,
    PersonId,
    Picture,
    ProfileName,
    Settings,
    driven,
    settings,
)
from controller.person import Side


def run(
    profile: ProfileName,
    device: DeviceUrl = None,
    driver: Driver = None,
    set_: Settings = [],  # noqa: B006  typer copies it
    person: PersonId = None,
    side: Annotated[
        Side | None,
        typer.Option("--side", help="On which side pad and electrodes lie; else it is asked."),
    ] = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing. Emulated devices alone start unattended.")
    ] = False,
    holds_without_power: Annotated[
        bool,
        typer.Option(
            "--holds-without-power",
            help="Play on a device that keeps its pressure without power, up to 2 kPa: something "
            "within reach opens it.",
        ),
    ] = False,
    no_display: NoDisplay = False,
    picture: Picture = None,
) -> Told:
    """Play a profile on a device."""
    from console.authoring import read_profile
    from console.care import care_for
    from console.playing import play
    from console.sitting import Programme
    from controller.play import LIBRARY, prepare
    from profiles.load import read
    from profiles.model import Profile

    url, values = driven(device, driver), settings(set_)
    file = drawing.check_kind(picture) if picture else None
    text, name = read_profile(profile)
    read(text, Profile, file=name)  # a file with mistakes never reaches a device
    care = care_for(person, url, ask=not yes) if person else None
    fitted = care.prepare if care else prepare
    return play(
        url,
        Programme(
            lambda capabilities: fitted(text, name, capabilities, values),
            name if name.startswith(LIBRARY) else str(Path(name).resolve()),
            lambda: care.booked if care else None,
            may_hold=holds_without_power,
            contractions=lambda: care.contractions if care else (),
        ),
        display=not no_display,
        yes=yes,
        picture=file,
        care=care,
        side=side,
    )
