"""The door of a session: other processes of this user give orders through it."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from firmware_bridge.lock import is_alive, runtime_folder

from .door import (
    LENGTH,
    MAX_FRAME,
    PROTOCOL,
    Hello,
    Refused,
    Said,
    Welcome,
    frame,
    hello_of,
    order_of,
    token,
)
from .words import Answer, Ended, Order, Rejected, Stop

W = TypeVar("W")

HELLO_WITHIN_S = 2.0
"""How long a client may take to say who it is (E)."""

MAX_PATH = 100
"""Longest path of a Unix socket, in bytes: 107 on Linux, 103 on macOS."""


class Service:
    """Takes orders from clients that know the token, and tells them how the session ended."""

    def __init__(self, tell: Callable[[Order], Answer]) -> None:
        self._tell = tell
        self._token = token()
        self._writers: set[asyncio.StreamWriter] = set()
        self._visits: set[asyncio.Task[None]] = set()

    def end(self, ended: Ended) -> None:
        """Tell everybody that the session is over."""
        for writer in self._writers:
            writer.write(frame(ended))

    def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until either hangs up."""
        visit = asyncio.get_running_loop().create_task(self._visit(reader, writer), name="client")
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def aclose(self) -> None:
        """Hang up on everybody."""
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except _Unfit as error:
            writer.write(frame(Refused(str(error))))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it has hung up
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await self._greet(reader)
        self._writers.add(writer)
        await _say(writer, Welcome(PROTOCOL, os.getpid()))
        while True:
            order = _understood(order_of, await _read(reader))
            if isinstance(order, Stop) or hello.role == "operator":
                await _say(writer, self._tell(order))
            else:
                await _say(writer, Rejected("only an operator may do more than stop"))
            await asyncio.sleep(0)  # one order a turn: a flood must not hold up the loop

    async def _greet(self, reader: asyncio.StreamReader) -> Hello:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = _understood(hello_of, await _read(reader))
        except TimeoutError:
            raise _Unfit("nothing was said here in time") from None
        if hello.protocol != PROTOCOL:
            raise _Unfit(f"this door speaks protocol {PROTOCOL}, not {hello.protocol}")
        if not secrets.compare_digest(hello.token.encode(), self._token.encode()):
            raise _Unfit("this is not the token of this door")
        return hello


class _Unfit(Exception):
    """A client said what it must not."""


@asynccontextmanager
async def open_door(
    tell: Callable[[Order], Answer],
) -> AsyncGenerator[tuple[Service, str]]:
    """Listen for orders while a session runs; give the service and its address.

    A Unix socket in the runtime folder, else a port of 127.0.0.1.
    """
    service = Service(tell)
    _sweep(runtime_folder())
    path = runtime_folder() / f"{os.getpid()}-{secrets.token_hex(4)}.sock"
    server, address = await _listen(service, path)
    try:
        yield service, address
    finally:
        server.close()
        await service.aclose()
        path.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes have left behind."""
    for file in folder.glob("*-*.sock"):
        pid = file.name.partition("-")[0]
        if not (pid.isdecimal() and is_alive(int(pid))):
            file.unlink(missing_ok=True)


async def _listen(service: Service, path: Path) -> tuple[asyncio.Server, str]:
    if hasattr(asyncio, "start_unix_server") and len(os.fsencode(path)) <= MAX_PATH:
        return await asyncio.start_unix_server(service.meet, path, limit=MAX_FRAME), str(path)
    server = await asyncio.start_server(service.meet, "127.0.0.1", 0, limit=MAX_FRAME)
    return server, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _read(reader: asyncio.StreamReader) -> bytes:
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    if length > MAX_FRAME:
        raise _Unfit(f"a frame of {length} bytes is too long; {MAX_FRAME} are allowed")
    return await reader.readexactly(length)


async def _say(writer: asyncio.StreamWriter, word: Said) -> None:
    writer.write(frame(word))
    await writer.drain()


def _understood(decode: Callable[[bytes], W], body: bytes) -> W:
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Unfit(f"this is no word of the door: {error}") from error
