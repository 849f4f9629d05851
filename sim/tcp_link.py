"""The device's end of TCP: a port that several hosts may call, each over a line of its own."""

import asyncio
import socket

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.framing import MAX_BODY
from firmware_bridge.links.tcp import TcpLink

from .hub import Hub
from .paced import PacedLink


class TcpPort:
    """Listens at an address, and lets whoever calls join a hub. `baud` paces each connection."""

    def __init__(self, host: str, port: int, hub: Hub, baud: int | None) -> None:
        self._hub, self._baud = hub, baud
        self._loop = asyncio.get_running_loop()
        self._socket = _listen(host, port)
        bound: tuple[str, int] = self._socket.getsockname()[:2]
        self.address = (
            f"tcp://[{bound[0]}]:{bound[1]}" if ":" in host else f"tcp://{host}:{bound[1]}"
        )
        self._loop.add_reader(self._socket, self._accept)

    async def aclose(self) -> None:
        """Hang up on everybody, and listen no more."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        await self._hub.aclose()

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:  # whoever called has hung up already
            return
        if self._hub.is_full:
            connection.close()
            return
        link = TcpLink(connection, self.address, longest=MAX_BODY)
        self._hub.join(PacedLink(link, self._baud) if self._baud else link)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise LinkUnavailable(
            f"nobody can listen at {host}, port {port}: {why}; name another port, or 0 for any"
        ) from error
    listening.setblocking(False)
    return listening
