"""A wire that takes its time: whatever link it is put around, a baud rate both ways."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from firmware_bridge.errors import LinkClosed, LinkError
from firmware_bridge.link import Link, OnFrame, OnLost
from firmware_bridge.room import BITS_PER_BYTE

FRAMING_BYTES = 2
"""What COBS adds to a body: one code byte, and the zero at its end (D)."""

BUFFER_S = 0.25
"""So much wire time may wait in a device's buffer, 2.9 kB at 115200; the rest is lost (E)."""

_Arrive: TypeAlias = Callable[[], None]


class PacedLink:
    """A link over a slow line: a frame arrives when its last byte would."""

    def __init__(self, link: Link, baud: int) -> None:
        self.kind = link.kind
        self.max_frame = link.max_frame
        self._link = link
        byte_s = BITS_PER_BYTE / baud
        self.bytes_s = 1.0 / byte_s
        self._out, self._in = _Line(byte_s), _Line(byte_s)
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._open = True
        link.listen(self._hear, self._lose)

    @property
    def frames_bad(self) -> int:
        return self._link.frames_bad

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost
        self._open = True
        self._link.listen(self._hear, self._lose)

    def send(self, body: bytes) -> None:
        self._check_open()
        if self._out.waiting_s < BUFFER_S:
            self._out.carry(len(body), lambda: self._put(body))

    def send_urgent(self, body: bytes) -> None:
        self._check_open()
        self._out.carry(len(body), lambda: self._put(body), urgent=True)

    async def aclose(self) -> None:
        """Hang up once everything has left."""
        self._open = False
        await self._out.emptied()
        self._in.cut()
        await self._link.aclose()

    def _put(self, body: bytes) -> None:
        with contextlib.suppress(LinkError):  # hung up meanwhile, which is told by itself
            self._link.send(body)

    def _hear(self, body: bytes, at_s: float) -> None:
        del at_s
        self._in.carry(len(body), lambda: self._take(body))

    def _take(self, body: bytes) -> None:
        if self._on_frame is not None:
            self._on_frame(body, self._in.now_s)

    def _lose(self, error: LinkError) -> None:
        """What was said before hanging up is heard first, at once: the next host may be near."""
        self._out.cut()
        self._in.hurry()
        was_open, self._open = self._open, False
        if was_open and self._on_lost is not None:
            self._on_lost(error)

    def _check_open(self) -> None:
        if not self._open:
            raise LinkClosed("the line is closed")


class _Line:
    """One direction: frames one after the other, each for as long as its bytes take."""

    def __init__(self, byte_s: float) -> None:
        self._byte_s = byte_s
        self._loop = asyncio.get_running_loop()
        self._waiting = deque[tuple[float, _Arrive]]()
        self._free_at_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def now_s(self) -> float:
        """The loop's time."""
        return self._loop.time()

    @property
    def waiting_s(self) -> float:
        """How long what waits will take."""
        return sum(takes_s for takes_s, _ in self._waiting)

    def carry(self, size: int, arrive: _Arrive, *, urgent: bool = False) -> None:
        """Call `arrive` when a body of `size` bytes is through."""
        frame = (self._byte_s * (size + FRAMING_BYTES), arrive)
        if urgent:
            self._waiting.appendleft(frame)
        else:
            self._waiting.append(frame)
        self._empty.clear()
        if self._timer is None:
            self._free_at_s = max(self._free_at_s, self.now_s)
            self._next()

    def cut(self) -> None:
        """Lose whatever is on the way."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting.clear()
        self._empty.set()

    def hurry(self) -> None:
        """Let whatever is on the way arrive now."""
        arriving = [arrive for _, arrive in self._waiting]
        if self._timer is not None:
            arriving.insert(0, self._arriving)
        self.cut()
        for arrive in arriving:
            arrive()

    async def emptied(self) -> None:
        """Wait until all has arrived."""
        await self._empty.wait()

    def _next(self) -> None:
        takes_s, self._arriving = self._waiting.popleft()
        self._free_at_s += takes_s
        self._timer = self._loop.call_at(self._free_at_s, self._done)

    def _done(self) -> None:
        self._timer, arrive = None, self._arriving
        if self._waiting:
            self._next()
        else:
            self._empty.set()
        arrive()
