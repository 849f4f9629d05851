"""Errors on their way through the door: as a word, and as the same error on the far side."""

from firmware_bridge.errors import (
    BridgeError,
    DeviceError,
    DeviceRefused,
    LinkBusy,
    LinkClosed,
    LinkTimeout,
    LinkUnavailable,
    VersionMismatch,
)

from .fitting import CannotPlay
from .preflight import NotReady, Obstacle
from .visits import Trouble


class Left(Exception):
    """A person, or another process, wanted out before anything was played."""


class ControlLost(Exception):
    """The control process is gone, or hangs."""


_PLAIN: dict[str, type[Exception]] = {
    "left": Left,
    "busy": LinkBusy,
    "unavailable": LinkUnavailable,
    "timeout": LinkTimeout,
    "closed": LinkClosed,
    "version": VersionMismatch,
    "device": DeviceError,
    "bridge": BridgeError,
    "cannot_play": CannotPlay,
}
"""Errors that are one sentence, from the particular to the general."""


def trouble_of(error: Exception) -> Trouble:
    """Return the word for an error; one that nobody expected becomes a sentence of its own."""
    match error:
        case NotReady():
            return Trouble("not_ready", (error.obstacle.value, str(error)))
        case DeviceRefused():
            return Trouble("device_refused", (error.order, error.reason))
        case _:
            kinds = (kind for kind, cls in _PLAIN.items() if isinstance(error, cls))
            kind = next(kinds, "unexpected")
            return Trouble(kind, (str(error) or type(error).__name__,))


def error_of(trouble: Trouble) -> Exception:
    """Return the error that a word stands for."""
    match trouble:
        case Trouble("not_ready", (obstacle, message)):
            return NotReady(Obstacle(obstacle), message)
        case Trouble("device_refused", (order, reason)):
            return DeviceRefused(order, reason)
        case Trouble(kind, said):
            return _PLAIN.get(kind, RuntimeError)(" ".join(said))
