"""myoloop run: a profile on a device."""

from typing import Annotated

import typer

from console import drawing
from console.documents import Told
from console.options import (
    DeviceUrl,
    Driver,
    NoDisplay,
    Picture,
    ProfileName,
    Settings,
    driven,
    settings,
)


def run(
    profile: ProfileName,
    device: DeviceUrl = None,
    driver: Driver = None,
    set_: Settings = [],  # noqa: B006  typer copies it
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing. Emulated devices alone start unattended.")
    ] = False,
    no_display: NoDisplay = False,
    picture: Picture = None,
) -> Told:
    """Play a profile on a device."""
    from console.authoring import not_played_yet, read_profile
    from console.playing import play
    from controller.play import prepare

    url, values = driven(device, driver), settings(set_)
    file = drawing.check_kind(picture) if picture else None
    text, name = read_profile(profile)
    for sentence in not_played_yet(text, name):
        typer.echo(f"note: {sentence}", err=True)
    return play(
        url,
        lambda capabilities: prepare(text, name, capabilities, values),
        display=not no_display,
        yes=yes,
        picture=file,
    )
