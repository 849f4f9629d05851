"""The blunt way to stop a device: past its owner's lock, in case the owner hangs."""

import contextlib
import fcntl
import os
import select
import termios
import time
import tty
from urllib.parse import urlsplit

from serial.serialposix import TIOCCBRK, TIOCSBRK

from firmware_bridge.codes import Cause, Source, State
from firmware_bridge.errors import LinkUnavailable, ProtocolError
from firmware_bridge.framing import Deframer, seal, stuff, unseal
from firmware_bridge.lock import owner_of
from firmware_bridge.messages import Message, StatusReport, Stop, StopAck, decode

from .serial import BITS_PER_BYTE, address

_REPEATS = 3
_BREAK_S = 0.02
"""A BREAK as USB adapters pass it on: longer than one of their frames (E)."""

_ANSWER_S = 0.5
"""How long to look for the answer: 25 STATUS, of which the owner may take most (E)."""


def stop_device(url: str) -> bool:
    """Stop the device at `url` on a path of its own, past whoever holds it; say if it was heeded.

    Blocks for up to 1 s, over Bluetooth for as long as finding it takes. Raises `LinkUnavailable`.
    """
    match urlsplit(url).scheme:
        case "serial":
            return stop_port(url)
        case "ble":
            from .blunt_ble import stop_ble  # bleak takes a while to load

            return stop_ble(url)
        case _:
            raise LinkUnavailable(f"there is no second path to {url}")


def stop_port(url: str) -> bool:
    """Write STOP, and BREAK, to a serial port that somebody else may hold; say if it was heeded.

    Blocks for up to 0.6 s, and works while the owner hangs: it does not read, and both share the
    port. An owner that does read may take the answer, so False means "not seen". Raises
    `LinkUnavailable`.
    """
    path, baud = address(url)
    try:
        port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        raise LinkUnavailable(f"{path} cannot be opened: {error.strerror}") from error
    try:
        if owner_of(path) is None:
            _set_up(port, baud)
        termios.tcflush(port, termios.TCIOFLUSH)  # neither wait behind old orders nor read old news
        _shout(port, baud)
        send_break(port)
        return _is_latched(port)
    except (OSError, termios.error) as error:
        raise LinkUnavailable(f"{path} cannot be used: {error}") from error
    finally:
        os.close(port)


def send_break(port: int) -> None:
    """Hold the line of an open port down for 20 ms. A port without a line is left alone."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(port, TIOCSBRK)
        time.sleep(_BREAK_S)
        fcntl.ioctl(port, TIOCCBRK)


def _set_up(port: int, baud: int) -> None:
    """Make a port that has no owner pass bytes as they are, at `baud`."""
    tty.setraw(port, termios.TCSANOW)
    speed: int | None = getattr(termios, f"B{baud}", None)
    if speed is not None:
        attributes = termios.tcgetattr(port)
        attributes[4] = attributes[5] = speed
        termios.tcsetattr(port, termios.TCSANOW, attributes)


def _shout(port: int, baud: int) -> None:
    """Write STOP, and wait until it is through: a BREAK would cut into it."""
    stop = Stop(int.from_bytes(os.urandom(2), "little"), Source.BYSTANDER)
    frame = b"\0" + stuff(seal(Stop.KIND, 0, 0, 0, stop.pack()))
    for _ in range(_REPEATS):
        with contextlib.suppress(BlockingIOError):
            os.write(port, frame)
    time.sleep(_REPEATS * len(frame) * BITS_PER_BYTE / baud)


def _is_latched(port: int) -> bool:
    """Read until the device says that it is latched."""
    deframer = Deframer()
    give_up_s = time.monotonic() + _ANSWER_S
    while (left_s := give_up_s - time.monotonic()) > 0:
        if not select.select([port], [], [], left_s)[0]:
            break
        with contextlib.suppress(BlockingIOError):  # the owner was quicker
            if any(says_latched(body) for body in deframer.feed(os.read(port, 4096))):
                return True
    return False


def says_latched(body: bytes) -> bool:
    """Return whether a body says that the device is latched."""
    try:
        message: Message = decode(unseal(body)[0], body)
    except ProtocolError:
        return False
    if isinstance(message, StatusReport):
        return message.state >= State.STOPPED
    return isinstance(message, StopAck) and message.path != Cause.NONE
