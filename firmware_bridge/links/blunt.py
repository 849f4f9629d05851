"""The blunt way to stop a device: past its owner, in case the owner hangs."""

import contextlib
import fcntl
import os
import select
import socket
import termios
import time
import tty
from urllib.parse import urlsplit

from serial.serialposix import TIOCCBRK, TIOCSBRK

from firmware_bridge.codes import Cause, Source, State
from firmware_bridge.drivers import products
from firmware_bridge.errors import LinkUnavailable, ProtocolError
from firmware_bridge.framing import Deframer, seal, stuff, unseal
from firmware_bridge.lock import owner_of
from firmware_bridge.messages import Message, StatusReport, Stop, StopAck, decode
from firmware_bridge.room import BITS_PER_BYTE

from . import tcp
from .serial import address

_REPEATS = 3
_BREAK_S = 0.02
"""A BREAK as USB adapters pass it on: longer than one of their frames (E)."""

_CALL_S = 2.0
"""How long a device in the same building may take to answer a call (E)."""

_ANSWER_S = 0.5
"""How long to look for the answer: 25 STATUS, of which the owner may take most (E)."""

_HUNG_UP_S = 0.005
"""When to look again at a connection that always has nothing to say (E)."""


def stop_device(url: str) -> bool:
    """Stop the device at `url` on a path of its own, past whoever holds it; say if it was heeded.

    Blocks for up to 3 s, over Bluetooth for as long as finding it takes. Raises `LinkUnavailable`.
    """
    match urlsplit(url).scheme:
        case "serial":
            return stop_port(url)
        case "tcp":
            return stop_connection(url)
        case "ble":
            from .blunt_ble import stop_ble  # bleak takes a while to load

            return stop_ble(url)
        case scheme if scheme in (known := products()):
            from .blunt_product import stop_product

            return stop_product(known[scheme], url)
        case _:
            raise LinkUnavailable(f"there is no second path to {url}")


def stop_connection(url: str) -> bool:
    """Say STOP on a second TCP connection, which the device does not share with its owner.

    Blocks for up to 3 s. Raises `LinkUnavailable`.
    """
    wanted = tcp.address(url)
    try:
        with socket.create_connection((wanted.host, wanted.port), _CALL_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(_REPEATS * _stop_frame())
            return _is_latched(connection.fileno())
    except OSError as error:
        raise LinkUnavailable(f"{url} cannot be reached: {error.strerror or error}") from error


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
    frame = _stop_frame()
    for _ in range(_REPEATS):
        with contextlib.suppress(BlockingIOError):
            os.write(port, frame)
    time.sleep(_REPEATS * len(frame) * BITS_PER_BYTE / baud)


def _stop_frame() -> bytes:
    """Return a STOP after a zero, so that half a frame before it cannot swallow it."""
    stop = Stop(int.from_bytes(os.urandom(2), "little"), Source.BYSTANDER)
    return b"\0" + stuff(seal(Stop.KIND, 0, 0, 0, stop.pack()))


def _is_latched(port: int) -> bool:
    """Read until the device says that it is latched."""
    deframer = Deframer()
    give_up_s = time.monotonic() + _ANSWER_S
    while (left_s := give_up_s - time.monotonic()) > 0:
        if not select.select([port], [], [], left_s)[0]:
            break
        with contextlib.suppress(BlockingIOError):  # the owner was quicker
            data = os.read(port, 4096)
            if any(says_latched(body) for body in deframer.feed(data)):
                return True
            if not data:
                time.sleep(_HUNG_UP_S)
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
