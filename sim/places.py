"""Where a twin is found: `serial:PATH` or `tcp:PORT`, each perhaps over a slow line."""

import ipaddress
import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.links.serial import open_serial
from firmware_bridge.lock import runtime_folder

from .birth import Recipe
from .hub import Hub
from .paced import PacedLink
from .pty_link import PtyLink
from .tcp_link import TcpPort
from .twin import Twin

HERE = "127.0.0.1"
"""Whom a twin listens to unless another address is named: this machine alone (E)."""


class SerialPlace(msgspec.Struct, frozen=True):
    """A tty that is there already, or a link to a new pseudo-terminal."""

    path: Path


class TcpPlace(msgspec.Struct, frozen=True):
    """A port to listen on; 0 takes a free one."""

    host: str
    port: int


class AirPlace(msgspec.Struct, frozen=True):
    """A virtual radio, joined at a socket ("": one of its own), or a dongle, as "usb:0"."""

    at: str


Place: TypeAlias = SerialPlace | TcpPlace | AirPlace


class Reached(Protocol):
    """A twin's end of whatever it is found at."""

    async def aclose(self) -> None: ...


def place(on: str) -> Place:
    """Return the place that `--on` names. Raises `LinkUnavailable`."""
    scheme, _, where = on.partition(":")
    if scheme == "serial" and where:
        return SerialPlace(Path(where))
    if scheme == "tcp" and where:
        host, _, port = where.removeprefix("//").rpartition(":")
        host = host.strip("[]") or HERE
        if port.isascii() and port.isdigit() and int(port) < 1 << 16 and _is_address(host):
            return TcpPlace(host, int(port))
    if scheme == "ble":
        return AirPlace(where)
    raise LinkUnavailable(
        f'"{on}" is no place for a twin; write serial:/tmp/myoloop-twin, ble, tcp:5555 or, to be '
        "reached from other machines, tcp:0.0.0.0:5555"
    )


def on_air(where: AirPlace, wanted: Recipe, twin: Twin) -> AbstractAsyncContextManager[str]:
    """Put a twin on the air; the context gives its address. Raises `LinkUnavailable`."""
    try:
        from . import airborne
        from .radio import Air
    except ImportError as error:
        raise no_radio(error) from error
    if where.at.startswith(("usb:", "serial:", "hci-socket:")):
        return airborne.on_dongle(where.at, wanted, twin)
    socket = Path(where.at) if where.at else runtime_folder() / f"twin-{os.getpid()}.hci"
    return airborne.on_virtual_air(socket, Air(interval_s=wanted.interval_ms * 1e-3), wanted, twin)


def no_radio(error: ImportError) -> LinkUnavailable:
    """Return what to do where the virtual radio is not installed."""
    return LinkUnavailable(
        f"the virtual radio needs {error.name or 'bumble'}: install myoloop[radio]"
    )


async def reach(where: SerialPlace | TcpPlace, twin: Twin, baud: int | None) -> tuple[Reached, str]:
    """Let hosts find a twin; return its end, and the address to open. Raises `LinkUnavailable`."""
    if isinstance(where, TcpPlace):
        hub = Hub(lambda: twin.attach(hub), twin.abandon)
        port = TcpPort(where.host, where.port, hub, baud)
        return port, port.address
    path = where.path
    if path.is_char_device() and not path.is_symlink():
        tty = await open_serial(f"serial://{path}" + (f"?baud={baud}" if baud else ""))
        twin.attach(tty)
        return tty, f"serial://{path}"
    pty = PtyLink(path, lambda: twin.attach(line))
    line = PacedLink(pty, baud) if baud else pty
    return pty, f"serial://{path}" + (f"?baud={baud}" if baud else "")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
