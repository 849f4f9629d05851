"""A wire that never leaves the process: real frames, delivered by a call."""

import asyncio

from firmware_bridge.errors import LinkClosed
from firmware_bridge.framing import MAX_BODY, Deframer, stuff
from firmware_bridge.link import OnFrame, OnLost


class MemoryLink:
    """One end of a `pair`. COBS and checksum are done for real, so that bytes may be harmed."""

    kind = "memory"
    max_frame = MAX_BODY

    def __init__(self) -> None:
        self._far: MemoryLink | None = None
        self._deframer = Deframer()
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def frames_bad(self) -> int:
        return self._deframer.bad

    def send(self, body: bytes) -> None:
        self._peer().receive(stuff(body))

    def send_urgent(self, body: bytes) -> None:
        self._peer().receive(b"\0" + stuff(body))

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    async def aclose(self) -> None:
        far, self._far = self._far, None
        if far is not None:
            self._loop.call_soon(far.lose)

    def receive(self, data: bytes) -> None:
        """Take bytes off the wire: whoever listens is called before this returns."""
        for body in self._deframer.feed(data):
            if self._on_frame is not None:
                self._on_frame(body, self._loop.time())

    def lose(self) -> None:
        """The far end has hung up."""
        if self._far is not None:
            self._far = None
            if self._on_lost is not None:
                self._on_lost(LinkClosed("the far end of the memory link hung up"))

    def join(self, far: "MemoryLink") -> None:
        """Become one end of a pipe whose other end is `far`."""
        self._far = far

    def _peer(self) -> "MemoryLink":
        if self._far is None:
            raise LinkClosed("the memory link is closed")
        return self._far


def pair() -> tuple[MemoryLink, MemoryLink]:
    """Return two links, each the other's far end."""
    near, far = MemoryLink(), MemoryLink()
    near.join(far)
    far.join(near)
    return near, far
