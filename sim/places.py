"""Where a twin is found: `serial:PATH` or `tcp:PORT`, each perhaps over a slow line."""

import ipaddress
from pathlib import Path
from typing import Protocol

import msgspec

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.links.serial import open_serial

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


class Reached(Protocol):
    """A twin's end of whatever it is found at."""

    async def aclose(self) -> None: ...


def place(on: str) -> SerialPlace | TcpPlace:
    """Return the place that `--on` names. Raises `LinkUnavailable`."""
    scheme, _, where = on.partition(":")
    if scheme == "serial" and where:
        return SerialPlace(Path(where))
    if scheme == "tcp" and where:
        host, _, port = where.removeprefix("//").rpartition(":")
        host = host.strip("[]") or HERE
        if port.isascii() and port.isdigit() and int(port) < 1 << 16 and _is_address(host):
            return TcpPlace(host, int(port))
    raise LinkUnavailable(
        f'"{on}" is no place for a twin; write serial:/tmp/myoloop-twin, ble, tcp:5555 or, to '
        "be reached from other machines, tcp:0.0.0.0:5555"
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
