"""myoloop twin: a virtual device in its own process, for any program to talk to."""

import contextlib
import sys
from typing import Annotated

import typer

from console.documents import Told, Twin


def twin(
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="serial:PATH|tcp:PORT|ble",
            help="Where it is found; also ble:usb:0, a dongle.",
        ),
    ],
    preset: Annotated[str, typer.Option(help="Who lies under it.")] = "healthy_f",
    seed: Annotated[int, typer.Option(min=0, help="Which of these persons.")] = 7,
    more: Annotated[
        str, typer.Option(metavar="OPTIONS", help="More of its address: guards=early&ecg=on.")
    ] = "",
    baud: Annotated[
        int | None, typer.Option(min=9600, help="Make its line as slow as a serial one.")
    ] = None,
    product: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Be a product instead: jensen, linak, ... (ble only)."),
    ] = None,
    *,
    stroke: Annotated[bool, typer.Option("--stroke", help="It moves along the body.")] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="Scheduled ahead, if it may.")] = False,
) -> Told:
    """Be a virtual device until Ctrl-C.

    PATH becomes a link to its serial port. PORT is one of this machine's alone, as 127.0.0.1;
    tcp:ADDRESS:PORT names another address. `ble` is a virtual radio, and the address to open is
    told; `ble:usb:0` is a dongle, untested on hardware. A product says what it does as it does it.
    """
    if product is not None:
        if stroke or more or baud is not None:
            raise typer.BadParameter("--stroke, --baud and --more are for our own device")
        return _product(on, product)
    from sim.birth import recipe
    from sim.process import serve

    options = [f"seed={seed}", "stroke=1" if stroke else "", more]
    wanted = recipe(f"sim://{preset}?{'&'.join(filter(None, options))}")
    with contextlib.redirect_stdout(sys.stderr):  # that it is ready is progress, not the result
        serve(on, wanted, baud=baud, fifo=urgent)
    return Told(Twin(on=on, preset=preset), f"{on}: the virtual device is gone")


def _product(on: str, name: str) -> Told:
    from firmware_bridge.errors import LinkUnavailable
    from sim.places import AirPlace, no_radio, place

    where = place(on)
    if not isinstance(where, AirPlace):
        raise LinkUnavailable(
            f'a product is found over Bluetooth alone: write --on ble, not "{on}"'
        )
    try:
        from sim.products.process import serve
    except ImportError as error:
        raise no_radio(error) from error
    with contextlib.redirect_stdout(sys.stderr):
        serve(name, where)
    return Told(Twin(on=on, product=name), f"{on}: the emulated product is gone")
