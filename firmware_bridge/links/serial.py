"""A serial port: frames between zeros, an own account of wire time, and a STOP that overtakes."""

import asyncio
import contextlib
import errno
import os
import termios
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import serial_asyncio_fast  # pyright: ignore[reportMissingTypeStubs]
from serial import Serial, SerialException

from firmware_bridge.errors import LinkBusy, LinkClosed, LinkError, LinkUnavailable
from firmware_bridge.framing import MAX_PAYLOAD_DOWN, OVERHEAD, Deframer, stuff
from firmware_bridge.link import OnFrame, OnLost
from firmware_bridge.lock import Owner, hold, let_go, owner_of
from firmware_bridge.room import BITS_PER_BYTE

DEFAULT_BAUD = 921_600
"""Two EMG channels fill 80 % of 115200, eight 23 % of this (V, arithmetic)."""

_FRAME_S = 0.005
"""The longest a frame may take on the wire, so that nothing waits longer behind one (E)."""

_QUIET_S = 0.020
"""After this much quiet a spare zero ends whatever noise has left in the receiver (E)."""

_RETRY_S = 0.001
"""When to look again at a port that takes no more bytes (E)."""

_CLOSE_WITHIN_S = 0.1
"""How long closing waits for what was sent before: a full frame at 9600 takes 240 ms (E)."""

_Connect: TypeAlias = Callable[
    [asyncio.AbstractEventLoop, Callable[[], asyncio.Protocol], Serial],
    Awaitable[tuple[asyncio.Transport, asyncio.Protocol]],
]
_connect = cast(_Connect, serial_asyncio_fast.connection_for_serial)  # pyright: ignore[reportUnknownMemberType]


async def open_serial(url: str) -> "SerialLink":
    """Open `serial:///dev/ttyACM0?baud=921600`, for this process alone.

    Raises `LinkUnavailable` and `LinkBusy`.
    """
    path, baud = address(url)
    port = await asyncio.to_thread(_open_port, path, baud)
    try:
        hold(path, Owner(pid=os.getpid(), url=url))
        link = SerialLink(path, port)
        await link.connect()
    except OSError as error:
        port.close()
        raise LinkUnavailable(f"{path} cannot be used: {error}") from error
    return link


class SerialLink(asyncio.Protocol):
    """An open serial port.

    The library reads; writing is done here, straight to the descriptor. The kernel's buffer must
    never hold more than one waiting frame, it cannot be asked on every system, and the library's
    `write` spins for as long as that buffer is full.
    """

    kind = "serial"

    def __init__(self, path: str, port: Serial) -> None:
        self._path = path
        self._port = port
        self._fd: int = port.fileno()
        self._byte_s = BITS_PER_BYTE / port.baudrate
        self._loop = asyncio.get_running_loop()
        self._deframer = Deframer()
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._waiting = deque[bytes]()
        self._rest = b""
        self._room_at_s = self._quiet_from_s = -1.0
        self._wake: asyncio.TimerHandle | None = None
        self._closing = False
        self._failure: Exception | None = None
        self._closed = asyncio.Event()

    @property
    def max_frame(self) -> int:
        room = int(_FRAME_S / self._byte_s) - 2  # without the code byte and the zero of COBS
        return min(OVERHEAD + MAX_PAYLOAD_DOWN, room)

    @property
    def bytes_s(self) -> float:
        return 1.0 / self._byte_s

    @property
    def frames_bad(self) -> int:
        return self._deframer.bad

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    def send(self, body: bytes) -> None:
        self._check_open()
        self._waiting.append(stuff(body))
        if self._wake is None:
            self._pump()

    def send_urgent(self, body: bytes) -> None:
        """The same, ahead of whatever waits here; bytes that wait in the kernel are dropped."""
        self._check_open()
        with contextlib.suppress(termios.error):  # a port that is gone says so when written to
            termios.tcflush(self._fd, termios.TCOFLUSH)
        self._quiet_from_s = self._loop.time()
        self._write(b"\0" + stuff(body))

    async def aclose(self) -> None:
        """Hang up once the last frames are out, or after 0.1 s. Drops DTR."""
        if not self._closing:
            self._closing = True
            if not self._transport.is_closing():
                await self._drain()
            let_go(self._path)
            self._abort()
        await self._closed.wait()

    # -- the library's side ------------------------------------------------------------------

    async def connect(self) -> None:
        """Start to read. The last step of opening."""
        self._transport, _ = await _connect(self._loop, lambda: self, self._port)
        with contextlib.suppress(termios.error):  # a port that is gone says so when read
            _tune(self._port)

    def data_received(self, data: bytes) -> None:
        now_s = self._loop.time()
        for body in self._deframer.feed(data):
            if self._on_frame is not None:
                self._on_frame(body, now_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()
        if self._wake is not None:
            self._wake.cancel()
        if not self._closing:
            let_go(self._path)
            if self._on_lost is not None:
                error = LinkClosed(
                    f"the device at {self._path} is gone: unplugged, or switched off"
                )
                error.__cause__ = self._failure or exc
                self._on_lost(error)

    # -- writing -----------------------------------------------------------------------------

    def _pump(self) -> None:
        self._wake = None
        while (self._rest or self._waiting) and not self._transport.is_closing():
            if self._loop.time() < self._room_at_s:
                self._wake = self._loop.call_at(self._room_at_s, self._pump)
                return
            self._write(self._rest or self._waiting.popleft())

    def _write(self, data: bytes) -> None:
        """Write, and keep account: there is room again once this starts to leave the wire."""
        now_s = self._loop.time()
        if now_s - self._quiet_from_s > _QUIET_S:
            data = b"\0" + data
        try:
            written = os.write(self._fd, data)
        except BlockingIOError:
            written = 0
        except OSError as error:
            self._failure = error
            self._abort()
            return
        starts_s = max(now_s, self._quiet_from_s)
        self._quiet_from_s = starts_s + written * self._byte_s
        self._rest = data[written:]
        self._room_at_s = now_s + _RETRY_S if self._rest else starts_s

    async def _drain(self) -> None:
        give_up_s = self._loop.time() + _CLOSE_WITHIN_S
        with contextlib.suppress(OSError):  # gone: nothing to wait for
            while self._rest or self._waiting or self._port.out_waiting:
                if self._loop.time() > give_up_s or self._transport.is_closing():
                    termios.tcflush(self._fd, termios.TCOFLUSH)
                    break
                await asyncio.sleep(_RETRY_S)

    def _abort(self) -> None:
        if not self._transport.is_closing():
            self._transport.abort()

    def _check_open(self) -> None:
        if self._closing or self._transport.is_closing():
            raise LinkClosed(f"{self._path} is closed")


def address(url: str) -> tuple[str, int]:
    """Return the path and the baud rate that a `serial://` address names.

    Raises `LinkUnavailable`.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    baud = options.pop("baud", str(DEFAULT_BAUD))
    if not parts.path or options or not baud.isdecimal() or int(baud) < 9600:
        raise LinkUnavailable(f'"{url}" is no serial port; write serial:///dev/ttyACM0?baud=921600')
    return unquote(parts.path), int(baud)


def _open_port(path: str, baud: int) -> Serial:
    try:
        return Serial(path, baud, exclusive=True)
    except (SerialException, OSError, ValueError, termios.error) as error:
        raise _why_not(path, baud, error) from error


def _why_not(path: str, baud: int, error: Exception) -> LinkError:
    """Say in a person's words why a port did not open, and what to do."""
    number = getattr(error, "errno", None)
    if number in (errno.EWOULDBLOCK, errno.EBUSY):
        owner = owner_of(path)
        who = f"process {owner.pid}" if owner is not None else "another program"
        return LinkBusy(f"{path} is in use by {who}: end it first, or stop it with `myoloop stop`")
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO):
        return LinkUnavailable(f"there is no device at {path}: is it plugged in and switched on?")
    if number in (errno.EACCES, errno.EPERM):
        return LinkUnavailable(
            f"you may not open {path}: join its group "
            "(on Debian `sudo usermod -aG dialout $USER`, then log in again)"
        )
    return LinkUnavailable(f"{path} is no serial port, or none that does {baud} baud: {error}")


def _tune(port: Serial) -> None:
    """Hang up on closing; survive a second reader; ask for low latency where there is such a mode.

    With VMIN at 1 a read that a second reader has beaten to the bytes fails with "try again"; at
    0 it returns nothing, which the library takes for the end of the device.
    """
    attributes = termios.tcgetattr(port.fileno())
    attributes[2] |= termios.HUPCL
    attributes[6][termios.VMIN] = 1
    termios.tcsetattr(port.fileno(), termios.TCSANOW, attributes)
    with contextlib.suppress(ValueError, NotImplementedError):
        port.set_low_latency_mode(True)
