"""myoloop demo: a short session on a virtual body, in real time."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from console import drawing
from console.documents import Told
from console.options import NoDisplay, Picture

URL = "sim://healthy_f?seed=7"
PICTURE = Path("myoloop-demo.svg")


class Wire(StrEnum):
    """A serial port, or Bluetooth LE over a virtual radio."""

    SERIAL = "serial"
    BLE = "ble"


def demo(
    seconds: Annotated[int, typer.Option(min=10, max=600, help="How long it plays.")] = 60,
    *,
    link: Annotated[Wire, typer.Option(help="What the virtual device hangs on.")] = Wire.SERIAL,
    no_display: NoDisplay = False,
    picture: Picture = PICTURE,
) -> Told:
    """Settle, stroke and knead a virtual body for a minute, and draw what it felt."""
    from console.excerpt import excerpt
    from console.playing import play
    from console.sitting import Programme

    file = drawing.check_kind(picture or PICTURE)
    return play(
        f"{URL}&link={link}" if link is Wire.BLE else URL,
        Programme(lambda capabilities: excerpt(seconds, capabilities), "library:demo"),
        display=not no_display,
        yes=True,
        picture=file,
    )
