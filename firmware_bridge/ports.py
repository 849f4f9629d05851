"""What could be opened from here: serial ports, and virtual devices that announce themselves."""

import os
from pathlib import Path

import msgspec
from serial.tools.list_ports import comports

from .lock import is_alive, runtime_folder, write_whole


class Found(msgspec.Struct, frozen=True):
    """Something that `open_device` may be tried on. `driver` is the kind of address it has."""

    url: str
    name: str
    driver: str


class _Announcement(msgspec.Struct, frozen=True):
    url: str
    name: str
    pid: int


def serial_ports() -> list[Found]:
    """Return the serial ports of this machine, by what their maker calls them."""
    return [
        Found(f"serial://{port.device}", _title(port.product, port.description), "serial")
        for port in sorted(comports())
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
