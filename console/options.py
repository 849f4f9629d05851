"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DeviceUrl = Annotated[
    str | None,
    typer.Option(
        "--device",
        envvar="MYOLOOP_DEVICE",
        metavar="URL",
        help="serial:///dev/ttyACM0?baud=921600, tcp://192.168.4.1:5555, ble://ADDRESS-or-name, "
        "jensen://ADDRESS-or-name (a product), sim://healthy_f?seed=7",
    ),
]

Driver = Annotated[
    str | None,
    typer.Option(
        "--driver",
        metavar="NAME",
        help="Take the Bluetooth device for this product, whatever it says: jensen, keeson, ...",
    ),
]

Settings = Annotated[
    list[str],
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the profile, as depth=14kPa."),
]

ProfileName = Annotated[str, typer.Argument(metavar="PROFILE", help="A file, or library:NAME.")]

Picture = Annotated[
    Path | None, typer.Option("--picture", metavar="FILE", help="Draw the session: .svg or .png")
]

PersonId = Annotated[
    str | None,
    typer.Option("--person", metavar="ID", help="Who is treated: `myoloop person new` makes one."),
]

NoDisplay = Annotated[
    bool, typer.Option("--no-display", help="Plain progress lines instead of the live view.")
]


def needed(url: str | None) -> str:
    """Return the device's address. Raises `typer.BadParameter` where there is none."""
    if not url:
        raise typer.BadParameter(
            "which device? say --device URL, or set MYOLOOP_DEVICE; `myoloop device list` shows "
            "what is there"
        )
    return url


def driven(url: str | None, driver: str | None) -> str:
    """Return the address by which `driver` opens a device. Raises `typer.BadParameter`."""
    url = needed(url)
    if driver is None:
        return url
    from firmware_bridge.drivers import drivers, products

    scheme, _, place = url.partition("://")
    if driver not in drivers():
        raise typer.BadParameter(
            f'there is no driver "{driver}"; there are {", ".join(sorted(drivers()))}'
        )
    if scheme != "ble" and scheme not in products():
        raise typer.BadParameter(f"{url} is no Bluetooth device: --driver is for those")
    return f"{driver}://{place}"


def settings(pairs: list[str]) -> dict[str, str]:
    """Return what `--set` says, by name. Raises `typer.BadParameter`."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise typer.BadParameter(f'"{pair}" is no setting; write it as depth=14kPa')
        if name.strip() in found:
            raise typer.BadParameter(f"{name.strip()} is set twice")
        found[name.strip()] = value.strip()
    return found
