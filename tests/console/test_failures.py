"""Every way a command can fail has one message, a hint where there is one, and its exit code."""

import pytest
import typer

from console.failures import StoppedAgain, failed
from controller.fitting import CannotPlay
from controller.preflight import NeedsPerson, NotReady, Obstacle
from controller.troubles import ControlLost, Left
from firmware_bridge import errors
from profiles.problems import Problem, ProfileProblems, Reason, Refused

PROBLEM = Problem("a.yaml", 3, 5, "steps[0]", "is too hard")


@pytest.mark.parametrize(
    ("error", "kind", "exit_code"),
    [
        (typer.BadParameter("which device?"), "usage", 2),
        (FileNotFoundError(2, "No such file or directory", "a.yaml"), "file", 2),
        (PermissionError("the folder is not yours alone"), "system", 3),
        (typer.Abort(), "not_confirmed", 1),
        (KeyboardInterrupt(), "interrupted", 1),
        (Left("left"), "interrupted", 1),
        (ControlLost("gone"), "control_lost", 3),
        (ProfileProblems([PROBLEM]), "profile", 1),
        (Refused(Reason.NO_PERSON, PROBLEM), "refused", 4),
        (CannotPlay("no pressure channel"), "cannot_play", 4),
        (NeedsPerson("is real"), "needs_person", 4),
        (NotReady(Obstacle.NOT_ZERO, "reads 1 kPa"), "not_ready", 4),
        (NotReady(Obstacle.LINK, "could not be tried"), "link", 3),
        (StoppedAgain("stopped again"), "stopped_again", 4),
        (errors.LinkBusy("in use"), "busy", 3),
        (errors.LinkUnavailable("not there"), "unavailable", 3),
        (errors.LinkTimeout("no answer"), "silent", 3),
        (errors.LinkClosed("hung up"), "link", 3),
        (errors.VersionMismatch("3.0"), "version", 3),
        (errors.DeviceRefused("ARM", "BAD_STATE"), "device_refused", 3),
        (errors.DeviceRestarted("restarted"), "device", 3),
        (ZeroDivisionError("division by zero"), "bug", 3),
    ],
)
def test_a_failure_has_a_kind_and_an_exit_code(error, kind, exit_code):
    told = failed(error, ["run", "a.yaml"])
    assert (told.document.error.kind, told.exit_code) == (kind, exit_code)
    assert told.document.error.message
    assert told.text.startswith("myoloop: ")
    assert "Traceback" not in told.text


def test_a_bug_asks_to_be_reported_and_shows_where_it_was_only_when_asked(monkeypatch):
    with pytest.raises(ZeroDivisionError) as caught:
        divmod(1, 0)
    assert "please report" in failed(caught.value, []).text
    monkeypatch.setenv("MYOLOOP_DEBUG", "1")
    assert "test_failures.py" in failed(caught.value, []).text


def test_wrong_usage_points_to_the_help_of_its_command():
    told = failed(typer.BadParameter("no"), ["profile", "check", "--device"])
    assert told.document.error.hint == "`myoloop profile check --help` shows how it is used"
