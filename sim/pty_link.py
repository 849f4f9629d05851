"""The device's end of a pseudo-terminal: what a host opens like any serial port."""

import asyncio
import contextlib
import errno
import os
import termios
import tty
from collections.abc import Callable
from pathlib import Path

from firmware_bridge.errors import LinkClosed, LinkUnavailable
from firmware_bridge.framing import MAX_BODY, Deframer, stuff
from firmware_bridge.link import OnFrame, OnLost

LOOK_EVERY_S = 0.020
"""How often a port that nobody has open is looked at: a closed one would spin a reader (wire)."""

_CHUNK = 4096


class PtyLink:
    """A link whose far end may come and go. `on_open` is called each time somebody comes."""

    kind = "serial"
    max_frame = MAX_BODY

    def __init__(self, path: Path, on_open: Callable[[], None]) -> None:
        self._path = path
        self._on_open = on_open
        self._loop = asyncio.get_running_loop()
        self._deframer = Deframer()
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._rest = b""
        self._is_open = False
        self._look_again: asyncio.TimerHandle | None = None
        self._fd = _master(path)
        self._look()

    @property
    def frames_bad(self) -> int:
        return self._deframer.bad

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    def send(self, body: bytes) -> None:
        """Write, if the far end reads; a host that does not loses whole frames, never parts."""
        if not self._is_open:
            raise LinkClosed(f"nobody has {self._path} open")
        if self._rest:
            self._rest = self._write(self._rest)
        if not self._rest:
            self._rest = self._write(stuff(body), whole=True)

    def send_urgent(self, body: bytes) -> None:
        self.send(body)

    async def aclose(self) -> None:
        if self._look_again is not None:
            self._look_again.cancel()
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
            self._path.unlink(missing_ok=True)

    def _look(self) -> None:
        """See whether somebody has opened the port: only then a read does not fail."""
        data = _read(self._fd)
        if data is None:
            self._look_again = self._loop.call_later(LOOK_EVERY_S, self._look)
            return
        self._look_again = None
        self._is_open = True
        self._rest = b""
        self._on_open()
        self._loop.add_reader(self._fd, self._readable)
        self._deliver(data)

    def _readable(self) -> None:
        data = _read(self._fd)
        if data is not None:
            self._deliver(data)
            return
        self._loop.remove_reader(self._fd)
        self._is_open = False
        self._deliver(b"\0")
        if self._on_lost is not None:
            self._on_lost(LinkClosed(f"the last host has closed {self._path}"))
        self._look_again = self._loop.call_later(LOOK_EVERY_S, self._look)

    def _deliver(self, data: bytes) -> None:
        now_s = self._loop.time()
        for body in self._deframer.feed(data):
            if self._on_frame is not None:
                self._on_frame(body, now_s)

    def _write(self, data: bytes, *, whole: bool = False) -> bytes:
        """Return what did not go out, nothing if a `whole` frame found no room at all."""
        try:
            written = os.write(self._fd, data)
        except BlockingIOError:
            return b"" if whole else data
        except OSError:
            return b""  # the reader will hear of it
        return data[written:]


def _read(fd: int) -> bytes | None:
    """Return what is there, b"" if nothing yet, None if nobody has the port open."""
    try:
        return os.read(fd, _CHUNK) or None
    except BlockingIOError:
        return b""
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return None


def _master(path: Path) -> int:
    """Open a pseudo-terminal in raw mode, and let `path` lead to it. Return its master's end."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave, termios.TCSANOW)
        os.set_blocking(master, False)
        _point(path, os.ttyname(slave))
    except BaseException:
        os.close(master)
        raise
    finally:
        os.close(slave)
    return master


def _point(path: Path, port: str) -> None:
    if path.is_symlink() and not path.exists():
        path.unlink()  # left behind by a twin that was killed
    with contextlib.suppress(FileNotFoundError):
        if path.is_symlink() and str(path.readlink()) == port:
            path.unlink()  # the same, and its number was given to us
    try:
        path.symlink_to(port)
    except FileExistsError:
        raise LinkUnavailable(
            f"{path} exists already: is another twin there? else remove it, or name another path"
        ) from None
    except OSError as error:
        raise LinkUnavailable(f"{path} cannot be made: {error.strerror}") from error
