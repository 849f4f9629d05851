"""A pipe between processes of one machine: `u32 length | body` over a socket, or over memory."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from typing import Any

from firmware_bridge.errors import LinkClosed, LinkError, LinkUnavailable
from firmware_bridge.framing import LENGTH
from firmware_bridge.link import OnFrame, OnLost

MAX_FRAME = 4 << 20
"""Longest body that is ever taken: a programme is at most 4 MiB (design)."""

MAX_PATH = 100
"""Longest path of a Unix socket, in bytes: 107 on Linux, 103 on macOS."""

SERVED_A_TURN = 4
"""How many bodies of one client a door takes in a turn (E): a flood must not hold up the loop."""

_READ_A_TURN = 64
"""How many bodies are handed on in a turn elsewhere (E)."""

_TURN_S = 0.005
"""How long everything else has before the next ones (E)."""

_CLOSE_WITHIN_S = 0.25
"""How long closing waits for what was sent before (E)."""


class FrameTooLong(LinkError):
    """The far end sent a body that is longer than what is taken; nothing more is read."""


class LocalLink(asyncio.Protocol):
    """One end of the pipe. It reads a little at a time, and says when what was sent still waits.

    `takes` is the longest body that is read; a longer one ends the reading and is told of as a
    loss, `FrameTooLong`, after which something may still be said.
    """

    kind = "local"
    max_frame = MAX_FRAME

    def __init__(self, *, takes: int = MAX_FRAME, a_turn: int = _READ_A_TURN) -> None:
        self.takes = takes
        self._a_turn = a_turn
        self.frames_bad = 0
        self.waits_since_s: float | None = None
        self.on_room: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._read = bytearray()
        self._turn: asyncio.TimerHandle | None = None
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._closing = self._deaf = self._hung_up = False
        self._closed = asyncio.Event()

    def send(self, body: bytes) -> None:
        self.send_all((body,))

    def send_urgent(self, body: bytes) -> None:
        self.send_all((body,))

    def send_all(self, bodies: Sequence[bytes]) -> None:
        """Send several bodies at once. Raises `LinkClosed`."""
        if self._closing or self._transport is None or self._closed.is_set():
            raise LinkClosed("this pipe is closed")
        self._transport.write(b"".join(LENGTH.pack(len(body)) + body for body in bodies))

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    async def aclose(self) -> None:
        """Hang up once what was sent is out, or after a quarter of a second."""
        if not self._closing:
            self._closing = True
            if self._transport is not None:
                self._transport.close()
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                await self._closed.wait()
        except TimeoutError:
            self.abort()
            await self._closed.wait()

    def abort(self) -> None:
        """Hang up now, whatever still waits."""
        self._closing = True
        if self._transport is not None:
            self._transport.abort()

    # --- the loop's side ------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  sockets and memory both are
        transport.set_write_buffer_limits(high=0)
        self._transport = transport
        if self._closing:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if not self._deaf:
            self._read += data
            if self._turn is None:
                self._hand_on()

    def pause_writing(self) -> None:
        self.waits_since_s = self._loop.time()

    def resume_writing(self) -> None:
        self.waits_since_s = None
        self.on_room()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()
        if self._turn is None:
            self._tell_loss()
        self._hung_up = True

    # --- reading --------------------------------------------------------------------------

    def _hand_on(self) -> None:
        self._turn = None
        for _ in range(self._a_turn):
            body = self._next()
            if body is None:
                self._listen_again()
                return
            if self._on_frame is not None and not self._closing:
                self._on_frame(body, self._loop.time())
        self._turn = self._loop.call_later(_TURN_S, self._hand_on)
        self._pause()

    def _next(self) -> bytes | None:
        """Take the next whole body off what was read."""
        if self._deaf or len(self._read) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._read)
        if length > self.takes:
            self._refuse(length)
            return None
        end = LENGTH.size + length
        if len(self._read) < end:
            return None
        body = bytes(self._read[LENGTH.size : end])
        del self._read[:end]
        return body

    def _refuse(self, length: int) -> None:
        self._deaf = True
        self._read.clear()
        self.frames_bad += 1
        self._pause()
        if self._on_lost is not None and not self._closing:
            self._on_lost(
                FrameTooLong(f"a frame of {length} bytes is too long; {self.takes} are allowed")
            )

    def _pause(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def _listen_again(self) -> None:
        if self._hung_up:
            self._tell_loss()
        elif self._transport is not None and not self._deaf and not self._transport.is_closing():
            self._transport.resume_reading()

    def _tell_loss(self) -> None:
        if not self._closing and self._on_lost is not None:
            self._closing = True
            self._on_lost(LinkClosed("the other end has hung up"))


class _Memory(asyncio.Transport):
    """One end of a pipe that never leaves the process: what is written is received by a call."""

    def __init__(self, near: LocalLink, far: LocalLink) -> None:
        super().__init__()
        self._near, self._far = near, far
        self._ended = False

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        if not self._ended:
            self._far.data_received(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing ever waits here."""

    def pause_reading(self) -> None:
        """Whatever comes meanwhile is kept by the link."""

    def resume_reading(self) -> None:
        """Nothing was kept here."""

    def is_closing(self) -> bool:
        return self._ended

    def close(self) -> None:
        if not self._ended:
            self._ended = True
            loop = asyncio.get_running_loop()
            loop.call_soon(self._near.connection_lost, None)
            loop.call_soon(self._far.connection_lost, None)

    def abort(self) -> None:
        self.close()


def memory_pair() -> tuple[LocalLink, LocalLink]:
    """Return two links, each the other's far end: a client's, and a door's."""
    near, far = LocalLink(), LocalLink(a_turn=SERVED_A_TURN)
    near.connection_made(_Memory(near, far))
    far.connection_made(_Memory(far, near))
    return near, far


async def dial(address: str) -> LocalLink:
    """Return a link to whoever listens at a path, or at `127.0.0.1:PORT`.

    Raises `LinkUnavailable`.
    """
    loop = asyncio.get_running_loop()
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdecimal():
            _, link = await loop.create_connection(LocalLink, host, int(port))
        else:
            _, link = await loop.create_unix_connection(LocalLink, address)
    except OSError as error:
        raise LinkUnavailable(f"nobody is at {address}: {error}") from error
    return link


async def answer(path: str, meet: Callable[[LocalLink], None]) -> tuple[asyncio.Server, str]:
    """Listen at a path, or, where that cannot be, at a port of 127.0.0.1; return what was taken."""
    loop = asyncio.get_running_loop()

    def arrive() -> LocalLink:
        link = LocalLink(takes=0, a_turn=SERVED_A_TURN)
        loop.call_soon(meet, link)  # before its first byte is read: `meet` says what it may send
        return link

    if hasattr(loop, "create_unix_server") and len(os.fsencode(path)) <= MAX_PATH:
        with contextlib.suppress(NotImplementedError):
            return await loop.create_unix_server(arrive, path), path
    server = await loop.create_server(arrive, "127.0.0.1", 0)
    return server, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
