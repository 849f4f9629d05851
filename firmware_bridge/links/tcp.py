"""A TCP connection: frames between zeros, nothing piled up in the kernel, a STOP that overtakes."""

import asyncio
import contextlib
import errno
import fcntl
import math
import os
import socket
import struct
from collections import deque
from urllib.parse import parse_qsl, urlsplit

import msgspec

from firmware_bridge.errors import LinkBusy, LinkClosed, LinkError, LinkUnavailable
from firmware_bridge.framing import MAX_PAYLOAD_DOWN, OVERHEAD, Deframer, stuff
from firmware_bridge.link import OnFrame, OnLost
from firmware_bridge.lock import Owner, claim, hold, let_go, owner_of
from firmware_bridge.room import BITS_PER_BYTE

_CONNECT_WITHIN_S = 3.0
"""How long a device in the same building may take to answer a call (E)."""

_FRAME_S = 0.005
"""The longest a frame may take on a serial line behind the address (E, as on one)."""

_BACKLOG_BYTES = 256
"""One frame: no more may wait in the kernel for the wire to take it (wire, *Frames*)."""

_QUIET_S = 0.020
"""After this much quiet a spare zero ends whatever noise a serial line behind has made (E)."""

_RETRY_S = 0.002
"""When to look again at a connection that takes no more bytes (E)."""

_WAITING_FRAMES = 256
"""So many wait here for a far end that does not read; then the oldest are lost (E: 2 s of them)."""

_CLOSE_WITHIN_S = 0.1
"""How long closing waits until the far end has everything (E)."""

_GONE_MS = 2000
"""After so long without a sign that bytes arrive the far end is gone: a cable was cut (E)."""

_CHUNK = 4096
_UNSENT = 0x894B
"""SIOCOUTQNSD of Linux: how many bytes wait that were not yet put on the wire (V, tcp(7))."""

_USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)


class Address(msgspec.Struct, frozen=True):
    """What a `tcp://` address names. `baud` is that of a serial line behind it, if there is one."""

    host: str
    port: int
    baud: int | None = None


async def open_tcp(url: str) -> "TcpLink":
    """Open `tcp://192.168.4.1:5555`, for this process alone among this user's.

    Raises `LinkUnavailable` and `LinkBusy`.
    """
    wanted = address(url)
    with contextlib.ExitStack() as stack:
        connection = await _reach(wanted, url, stack)
        link = TcpLink(connection, url.partition("?")[0], baud=wanted.baud)
        link.keep(stack.pop_all())
        return link


class TcpLink:
    """One end of an open connection; both ends are alike.

    Writing is done here, straight to the socket: a transport would take any number of bytes, and
    a STOP could not overtake them.
    """

    kind = "tcp"

    def __init__(
        self,
        connection: socket.socket,
        name: str,
        *,
        baud: int | None = None,
        longest: int = OVERHEAD + MAX_PAYLOAD_DOWN,
    ) -> None:
        _tune(connection)
        self._socket = connection
        self._name = name
        self._byte_s = BITS_PER_BYTE / baud if baud else 0.0
        room = int(_FRAME_S / self._byte_s) - 2 if baud else longest
        self._longest = min(longest, room)
        self._loop = asyncio.get_running_loop()
        self._deframer = Deframer()
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._waiting = deque[bytes](maxlen=_WAITING_FRAMES)
        self._rest = b""
        self._room_at_s = self._quiet_from_s = -1.0
        self._wake: asyncio.TimerHandle | None = None
        self._held = contextlib.ExitStack()
        self._closing = self._lost = False
        self._closed = asyncio.Event()
        self._loop.add_reader(connection, self._readable)

    @property
    def max_frame(self) -> int:
        return self._longest

    @property
    def bytes_s(self) -> float:
        return 1.0 / self._byte_s if self._byte_s else math.inf

    @property
    def frames_bad(self) -> int:
        return self._deframer.bad

    def keep(self, held: contextlib.ExitStack) -> None:
        """Let go of this as soon as the connection is closed."""
        self._held = held

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    def send(self, body: bytes) -> None:
        self._check_open()
        self._waiting.append(stuff(body))
        if self._wake is None:
            self._pump()

    def send_urgent(self, body: bytes) -> None:
        """The same, ahead of whatever waits here, and instead of the rest of half a frame."""
        self._check_open()
        self._write(b"\0" + stuff(body))
        if self._rest and self._wake is None:
            self._pump()

    async def aclose(self) -> None:
        """Hang up once the far end has everything, or after 0.1 s."""
        if not self._closing and not self._lost:
            self._closing = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_WITHIN_S):
                    await self._drain()
                    await self._closed.wait()  # the far end hangs up when it has read to the end
            self._close()
        await self._closed.wait()

    # -- reading -----------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lose(error)
            return
        if not data:
            self._lose(None)
            return
        now_s = self._loop.time()
        for body in self._deframer.feed(data):
            if self._on_frame is not None and not self._closing:
                self._on_frame(body, now_s)

    # -- writing -----------------------------------------------------------------------------

    def _pump(self) -> None:
        self._wake = None
        while (self._rest or self._waiting) and not self._lost:
            after_s = self._room_after_s()
            if after_s > 0.0:
                self._wake = self._loop.call_later(after_s, self._pump)
                return
            self._write(self._rest or self._waiting.popleft())

    def _room_after_s(self) -> float:
        """Return when to try again, 0 if there is room now."""
        if _unsent(self._socket) >= _BACKLOG_BYTES:
            return _RETRY_S
        return self._room_at_s - self._loop.time()

    def _write(self, data: bytes) -> None:
        """Write, and keep account of the serial line behind, if there is one."""
        now_s = self._loop.time()
        if now_s - self._quiet_from_s > _QUIET_S:
            data = b"\0" + data
        try:
            written = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            written = 0
        except OSError as error:
            self._loop.call_soon(self._lose, error)
            written = len(data)
        starts_s = max(now_s, self._quiet_from_s)
        self._quiet_from_s = starts_s + written * self._byte_s
        self._rest = data[written:]
        self._room_at_s = now_s + _RETRY_S if self._rest else starts_s

    async def _drain(self) -> None:
        while self._rest or self._waiting:  # noqa: ASYNC110  a kernel has no event for this
            await asyncio.sleep(_RETRY_S)
        with contextlib.suppress(OSError):  # gone: nobody left to tell
            self._socket.shutdown(socket.SHUT_WR)

    # -- the end -----------------------------------------------------------------------------

    def _lose(self, why: Exception | None) -> None:
        """The far end has hung up, or cannot be reached any more."""
        if self._lost:
            return
        self._lost = True
        self._close()
        if not self._closing and self._on_lost is not None:
            error = LinkClosed(f"the far end at {self._name} is gone: switched off, or cut off")
            error.__cause__ = why
            self._on_lost(error)

    def _close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            if self._wake is not None:
                self._wake.cancel()
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._held.close()

    def _check_open(self) -> None:
        if self._closing or self._lost:
            raise LinkClosed(f"{self._name} is closed")


def address(url: str) -> Address:
    """Return what a `tcp://` address names. Raises `LinkUnavailable`."""
    example = f'"{url}" is no address; write tcp://192.168.4.1:5555'
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise LinkUnavailable(f"{example}: {error}") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    baud = options.pop("baud", None)
    if not host or not port or parts.path.strip("/") or options:
        raise LinkUnavailable(example)
    if baud is not None and (not baud.isdecimal() or int(baud) < 9600):
        raise LinkUnavailable(f"{example}?baud=115200, the speed of a serial line behind it")
    return Address(host, port, int(baud) if baud else None)


async def _reach(wanted: Address, url: str, stack: contextlib.ExitStack) -> socket.socket:
    """Connect to the first of an address's meanings that answers, and hold it."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LinkUnavailable(f"there is no host called {wanted.host}: {error.strerror}") from error
    failure: LinkError = LinkUnavailable(f"{wanted.host} has no address")
    for family, *_, where in found:
        with contextlib.ExitStack() as held:
            try:
                _own(f"tcp:{where[0]}:{where[1]}", url, held)
                connection = await _connect(family, where)
            except OSError as error:
                failure = LinkUnavailable(_why_not(wanted, error))
                failure.__cause__ = error
                continue
            stack.enter_context(held.pop_all())
            return connection
    raise failure


def _own(port: str, url: str, held: contextlib.ExitStack) -> None:
    """Be the one process of this user that has this address. Raises `LinkBusy`."""
    lock = claim(port)
    if lock is None:
        owner = owner_of(port)
        who = f"process {owner.pid}" if owner is not None else "another program"
        raise LinkBusy(f"{url} is in use by {who}: end it first, or stop it with `myoloop stop`")
    held.callback(os.close, lock)
    hold(port, Owner(pid=os.getpid(), url=url))
    held.callback(let_go, port)


async def _connect(family: int, where: tuple[str | int | bytes, ...]) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        async with asyncio.timeout(_CONNECT_WITHIN_S):
            await asyncio.get_running_loop().sock_connect(connection, where)
    except BaseException:
        connection.close()
        raise
    return connection


def _why_not(wanted: Address, error: OSError) -> str:
    """Say in a person's words why nobody answered, and what to do."""
    where = f"{wanted.host}, port {wanted.port}"
    if isinstance(error, PermissionError) and error.filename is None and not error.errno:
        return str(error)
    if isinstance(error, TimeoutError):
        return f"nothing answers at {where}: is it switched on, and in the same network?"
    if error.errno == errno.ECONNREFUSED:
        return f"nobody listens at {where}: is the device, or the twin, running?"
    return f"{where} cannot be reached: {error.strerror or error}"


def _tune(connection: socket.socket) -> None:
    """Send each frame at once, and notice within seconds that nothing arrives any more."""
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if _USER_TIMEOUT is not None:
        connection.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, _GONE_MS)


def _unsent(connection: socket.socket) -> int:
    """Return how many bytes wait in the kernel; 0 on a system that does not say."""
    try:
        (waiting,) = struct.unpack("i", fcntl.ioctl(connection, _UNSENT, b"\0\0\0\0"))
    except OSError:
        return 0
    return waiting
