"""From an exception to what a person reads: what happened, what to do, and the exit code."""

import os
import traceback
from collections.abc import Sequence

import typer

from controller.calibration import CalibrationFailed
from controller.client import DoorError
from controller.contraction import ContractionFailed
from controller.eligibility import NotAdmitted
from controller.fitting import CannotPlay
from controller.preflight import NeedsPerson, NotReady, Obstacle
from controller.troubles import ControlLost, Left
from firmware_bridge.errors import (
    BridgeError,
    DeviceError,
    DeviceRefused,
    LinkBusy,
    LinkTimeout,
    LinkUnavailable,
    VersionMismatch,
)
from profiles.problems import ExchangeError, ProfileProblems, Refused
from records.database import RecordsError
from records.people import IdRefused, NoSuchPerson
from sim.campaign_errors import Interrupted, NoDask, NoParquet, OtherCampaign, WorkerLost

from .documents import Error, Failed, Told
from .exits import FAULT, REFUSED, STOPPED, USAGE
from .profile_documents import FoundProblem, found_problems


class NotARecording(Exception):
    """A file that holds no EMG we can read; the message says why, and what would do."""


class StoppedAgain(Exception):
    """A newer stop has latched the device while an older one was being cleared."""


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Every wrong use of a command line: typer gives this class no public name of its own."""

_LIST = "`myoloop device list` shows what can be opened from here"
_CHECK = "`myoloop profile check PROFILE` shows what it would do, and on whom"

_KINDS: dict[type[BaseException], tuple[str, int, str | None]] = {
    _UsageError: ("usage", USAGE, None),
    KeyboardInterrupt: ("interrupted", STOPPED, None),
    Left: ("interrupted", STOPPED, None),
    StoppedAgain: ("stopped_again", REFUSED, "`myoloop device info` shows who stopped it"),
    typer.Abort: ("not_confirmed", STOPPED, "`--yes` confirms where there is no terminal"),
    ExchangeError: ("exchange", STOPPED, None),
    ProfileProblems: ("profile", STOPPED, None),
    Refused: ("refused", REFUSED, _CHECK),
    CannotPlay: ("cannot_play", REFUSED, _CHECK),
    NotARecording: ("recording", USAGE, None),
    NeedsPerson: ("needs_person", REFUSED, None),
    NotAdmitted: ("not_admitted", REFUSED, None),
    CalibrationFailed: ("not_measured", STOPPED, None),
    ContractionFailed: ("not_measured", STOPPED, None),
    NoSuchPerson: ("no_such_person", USAGE, None),
    IdRefused: ("id_refused", USAGE, None),
    Interrupted: ("interrupted", STOPPED, None),
    WorkerLost: ("worker_lost", FAULT, None),
    OtherCampaign: ("other_campaign", USAGE, None),
    NoParquet: ("not_installed", USAGE, None),
    NoDask: ("not_installed", USAGE, None),
    RecordsError: ("records", FAULT, None),
    NotReady: ("not_ready", REFUSED, None),
    LinkBusy: ("busy", FAULT, None),
    LinkUnavailable: ("unavailable", FAULT, _LIST),
    LinkTimeout: ("silent", FAULT, "is this the right address, and the device switched on?"),
    VersionMismatch: ("version", FAULT, None),
    DeviceRefused: ("device_refused", FAULT, "`myoloop device info` shows its state"),
    DeviceError: ("device", FAULT, None),
    BridgeError: ("link", FAULT, None),
    DoorError: ("door", FAULT, None),
    ControlLost: ("control_lost", FAULT, "`myoloop device info` shows what the device does now"),
}


def failed(error: BaseException, words: Sequence[str]) -> Told:
    """Return what there is to say about `error`, which the command `words` has raised."""
    kind, exit_code, hint = _explained(error)
    message = _message(error)
    if kind == "usage":
        hint = f"`{_command(words)} --help` shows how it is used"
    if kind == "bug":
        message = f"{type(error).__name__}: {message}"
    text = f"myoloop: {message}" + (f"\n{hint}" if hint else "")
    if os.environ.get("MYOLOOP_DEBUG"):
        text = "".join(traceback.format_exception(error)) + text
    document = Failed(error=Error(kind, message, hint), problems=_problems(error))
    return Told(document, text, exit_code)


def _problems(error: BaseException) -> tuple[FoundProblem, ...]:
    """Return the mistakes that an error holds, each with its place."""
    match error:
        case ProfileProblems(problems=problems):
            return found_problems(problems)
        case Refused(problem=problem):
            return found_problems([problem])
        case _:
            return ()


def _explained(error: BaseException) -> tuple[str, int, str | None]:
    if isinstance(error, NotReady) and error.obstacle is Obstacle.LINK:
        return "link", FAULT, None
    for cls in type(error).__mro__:
        if cls in _KINDS:
            return _KINDS[cls]
    if isinstance(error, OSError):
        return ("file", USAGE, None) if error.filename else ("system", FAULT, None)
    return (
        "bug",
        FAULT,
        "this should not happen: please report it (MYOLOOP_DEBUG=1 shows where it was)",
    )


def _message(error: BaseException) -> str:
    if isinstance(error, _UsageError):
        return str(getattr(error, "format_message", error.__str__)())
    if isinstance(error, typer.Abort):
        return "not confirmed"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror.lower()}"
    said = str(error) or type(error).__name__
    return said.encode("utf-8", "backslashreplace").decode()  # names of files may be no text


def _command(words: Sequence[str]) -> str:
    from .cli import TABLE

    called = tuple(word for word in words if not word.startswith("-"))
    paths = [path for path in TABLE if called[: len(path)] == path]
    return " ".join(["myoloop", *(paths[0] if paths else ())])
