"""The first seam: how bytes travel. A link carries whole bodies, whatever wire is underneath."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from .errors import LinkError, LinkUnavailable

OnFrame = Callable[[bytes, float], None]
"""Called with each body that arrives, checksum good, and the loop's time when it did."""

OnLost = Callable[[LinkError], None]
"""Called once, when the far end is gone."""


class Link(Protocol):
    """An open pipe of whole bodies. It may lose, repeat or delay them; it never splits them.

    It calls its listener; nobody waits for a frame. What both ends promise: bodies arrive whole;
    in order, if at all; closing twice is harmless; sending after closing raises `LinkClosed`; a
    far end that hangs up calls `on_lost` once.
    """

    @property
    def kind(self) -> str:
        """What is underneath: "serial", "memory", ..."""
        ...

    @property
    def max_frame(self) -> int:
        """The longest body `send` takes, in bytes."""
        ...

    @property
    def frames_bad(self) -> int:
        """Pieces that arrived and were no frames."""
        ...

    def send(self, body: bytes) -> None:
        """Hand one body to the other end. Raises `LinkClosed`."""
        ...

    def send_urgent(self, body: bytes) -> None:
        """The same, ahead of whatever still waits here."""
        ...

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        """From now on, call these. The newest listener replaces the one before."""
        ...

    async def aclose(self) -> None:
        """Hang up."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A link that knows how much its wire carries."""

    @property
    def bytes_s(self) -> float:
        """Bytes per second, each way."""
        ...


@runtime_checkable
class LosesValues(Protocol):
    """A link over which loss is normal: it numbers what arrives, and knows what did not."""

    @property
    def values_lost(self) -> int:
        """Values that were sent to this end and never came."""
        ...


async def open_link(url: str) -> Link:
    """Open `serial:///dev/ttyACM0`, `tcp://HOST:PORT`, or whatever an entry point offers.

    Raises `LinkUnavailable` and `LinkBusy`.
    """
    scheme = urlsplit(url).scheme
    for entry in entry_points(group="firmware_bridge.links", name=scheme):
        opener: Any = entry.load()
        return await opener(url)
    known = ", ".join(f"{e.name}://" for e in entry_points(group="firmware_bridge.links"))
    raise LinkUnavailable(f'"{url}" is no device address; one starts with {known}')
