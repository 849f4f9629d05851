"""What could be opened from here: serial ports, Bluetooth devices near by, running twins."""

import os
from pathlib import Path

import msgspec
from serial.tools.list_ports import comports

from .drivers import drivers
from .links.ble_radio import Radio, SystemRadio
from .lock import is_alive, runtime_folder, write_whole
from .recognise import recognise


class Found(msgspec.Struct, frozen=True):
    """Something that `open_device` may be tried on. `driver` is the kind of address it has.

    `confidence` is how sure it is a device of ours, 0..1; `rssi` in dBm, where there is one.
    """

    url: str
    name: str
    driver: str
    confidence: float = 1.0
    rssi: int | None = None


SERIAL_CONFIDENCE = 0.3
"""Any serial port may be anything (E)."""


class _Announcement(msgspec.Struct, frozen=True):
    url: str
    name: str
    pid: int


def serial_ports() -> list[Found]:
    """Return the serial ports of this machine, by what their maker calls them."""
    return [
        Found(
            f"serial://{port.device}",
            _title(port.product, port.description),
            "serial",
            SERIAL_CONFIDENCE,
        )
        for port in sorted(comports())
    ]


async def near(for_s: float, radio: Radio | None = None) -> list[Found]:
    """Return what some driver knows of what advertises near by. Raises `LinkUnavailable`."""
    from .links.ble_scan import scan  # bleak takes a while to load

    seen = await scan(radio or SystemRadio(), for_s)
    known = drivers()
    guesses = [(one, recognise(one, known)) for one in seen]
    return [
        Found(f"{g.driver}://{one.address}", one.name, g.driver, g.confidence, one.rssi)
        for one, g in guesses
        if g is not None
    ]


def announce(url: str, name: str) -> Path:
    """Say that this process is a virtual device at `url`; return the file that says so.

    Whoever announces removes the file at the end; those of dead processes are swept up.
    """
    file = runtime_folder() / f"{os.getpid()}.twin.json"
    write_whole(file, {"url": url, "name": name, "pid": os.getpid()})
    return file


def announced() -> list[Found]:
    """Return the virtual devices of this user that run now."""
    found: list[Found] = []
    for file in sorted(runtime_folder().glob("*.twin.json")):
        try:
            said = msgspec.json.decode(file.read_bytes(), type=_Announcement)
        except (FileNotFoundError, msgspec.DecodeError):
            continue
        if is_alive(said.pid):
            found.append(Found(said.url, said.name, said.url.partition(":")[0]))
        else:
            file.unlink(missing_ok=True)
    return found


def _title(product: str | None, description: str) -> str:
    return product or (description if description != "n/a" else "serial port")
