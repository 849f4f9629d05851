"""The other side of the door: a blocking client that says one thing and waits for the answer."""

import socket
import time
from types import TracebackType
from typing import Self

from .door import LENGTH, MAX_FRAME, PROTOCOL, Hello, Refused, Role, Said, frame, said_of, token
from .words import Accepted, Answer, Ended, Order, Outcome, Rejected


class DoorError(Exception):
    """Nobody answers at this door in time, or it refuses."""


class Client:
    """A connection to the process that runs a session.

    `address` is a path, or `127.0.0.1:PORT`. Raises `DoorError`.
    """

    def __init__(self, address: str, role: Role = "none", *, within_s: float = 1.0) -> None:
        self._until_s = time.monotonic() + within_s
        self._heard: list[Said] = []
        try:
            self._socket = _connect(address, within_s)
        except OSError as error:
            raise DoorError(f"nobody is at {address}: {error}") from error
        self._send(frame(Hello(PROTOCOL, token(), role)))

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
        self._send(frame(order))
        while True:
            match self._receive():
                case Accepted() | Rejected() as answer:
                    return answer
                case Refused(why):
                    raise DoorError(why)
                case other:
                    self._heard.append(other)

    def outcome(self, *, within_s: float) -> Outcome:
        """Return how the session ended, when it has. Raises `DoorError`."""
        self._until_s = time.monotonic() + within_s
        while True:
            word = self._heard.pop() if self._heard else self._receive()
            if isinstance(word, Ended):
                return word.outcome

    def _send(self, data: bytes) -> None:
        try:
            self._socket.settimeout(self._left_s())
            self._socket.sendall(data)
        except OSError as error:
            raise DoorError(f"the session does not listen: {error}") from error

    def _receive(self) -> Said:
        (length,) = LENGTH.unpack(self._read(LENGTH.size))
        if length > MAX_FRAME:
            raise DoorError("whoever answers here is no session")
        return said_of(self._read(length))

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                self._socket.settimeout(self._left_s())
                piece = self._socket.recv(count - len(data))
            except OSError as error:
                raise DoorError(f"the session does not answer: {error}") from error
            if not piece:
                raise DoorError("the session has hung up")
            data += piece
        return data

    def _left_s(self) -> float:
        return max(0.001, self._until_s - time.monotonic())


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
