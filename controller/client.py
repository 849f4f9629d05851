"""The other side of the door, for a moment: it says one thing, and waits for the answer."""

import socket
import time
from types import TracebackType
from typing import Self

import msgspec

from firmware_bridge.framing import LENGTH

from .door import (
    PROTOCOL,
    WATCHER_FRAME,
    Answered,
    Brief,
    Hello,
    Ordered,
    Refused,
    Welcome,
    brief_of,
    encode,
    token,
)
from .words import Answer, Ended, Order, Outcome


class DoorError(Exception):
    """Nobody answers at this door in time, or it refuses."""


class Client:
    """A connection without a role, to the process that runs a session. It blocks.

    `address` is a path, or `127.0.0.1:PORT`. Raises `DoorError`.
    """

    def __init__(self, address: str, *, within_s: float = 1.0) -> None:
        self._until_s = time.monotonic() + within_s
        self._ended: Ended | None = None
        self._asked = 0
        try:
            self._socket = _connect(address, within_s)
        except OSError as error:
            raise DoorError(f"nobody is at {address}: {error}") from error
        try:
            self._send(encode(Hello(PROTOCOL, token())))
        except DoorError:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def order(self, order: Order) -> Answer:
        """Give an order, and return what the session says to it. Raises `DoorError`."""
        self._asked += 1
        try:
            self._send(encode(Ordered(self._asked, order)))
        except DoorError:
            self._receive_why()
            raise
        while True:
            match self._receive():
                case Answered(number, answer) if number == self._asked:
                    return answer
                case Ended() as ended:
                    self._ended = ended
                case Welcome() | Answered() | Refused():
                    pass  # an answer to nothing that is waited for

    def outcome(self, *, within_s: float) -> Outcome | None:
        """Return how the session ended, once it has; None if nothing was played.

        Raises `DoorError`.
        """
        self._until_s = time.monotonic() + within_s
        try:
            while self._ended is None:
                word = self._receive()
                if isinstance(word, Ended):
                    self._ended = word
        except _HungUp:
            return None
        return self._ended.outcome

    def _send(self, body: bytes) -> None:
        try:
            self._socket.settimeout(self._left_s())
            self._socket.sendall(LENGTH.pack(len(body)) + body)
        except OSError as error:
            raise DoorError(f"the session does not listen: {error}") from error

    def _receive(self) -> Brief:
        """Return the next word; a refusal is raised."""
        (length,) = LENGTH.unpack(self._read(LENGTH.size))
        if length > WATCHER_FRAME:
            raise DoorError("whoever answers here is no session")
        try:
            word = brief_of(self._read(length))
        except msgspec.DecodeError as error:
            raise DoorError(f"whoever answers here is no session: {error}") from error
        if isinstance(word, Refused):
            raise DoorError(word.why)
        return word

    def _receive_why(self) -> None:
        """Raise the door's last word, if it has said one before it hung up."""
        try:
            while True:
                self._receive()
        except _HungUp:
            return

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                self._socket.settimeout(self._left_s())
                piece = self._socket.recv(count - len(data))
            except OSError as error:
                raise DoorError(f"the session does not answer: {error}") from error
            if not piece:
                raise _HungUp("the session has hung up")
            data += piece
        return data

    def _left_s(self) -> float:
        return max(0.001, self._until_s - time.monotonic())


class _HungUp(DoorError):
    """The session has hung up."""


def _connect(address: str, within_s: float) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal():
        return socket.create_connection((host, int(port)), within_s)
    door = socket.socket(socket.AF_UNIX)
    door.settimeout(within_s)
    try:
        door.connect(address)
    except OSError:
        door.close()
        raise
    return door
