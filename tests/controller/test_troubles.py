"""An error that crosses the door is the same error on the other side."""

import pytest

from controller.fitting import CannotPlay
from controller.preflight import NotReady, Obstacle
from controller.troubles import Left, error_of, trouble_of
from firmware_bridge import errors


@pytest.mark.parametrize(
    "error",
    [
        Left("left"),
        CannotPlay("no pressure channel"),
        NotReady(Obstacle.NOT_ZERO, "reads 1 kPa"),
        NotReady(Obstacle.LINK, "could not be tried"),
        errors.LinkBusy("in use"),
        errors.LinkUnavailable("not there"),
        errors.LinkTimeout("no answer"),
        errors.LinkClosed("hung up"),
        errors.VersionMismatch("3.0"),
        errors.DeviceRefused("ARM", "BAD_STATE"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_it_comes_out_as_it_went_in(error):
    again = error_of(trouble_of(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert getattr(again, "obstacle", None) == getattr(error, "obstacle", None)


def test_one_that_nobody_expected_is_told_in_its_words():
    again = error_of(trouble_of(ZeroDivisionError("division by zero")))
    assert isinstance(again, RuntimeError)
    assert str(again) == "division by zero"


@pytest.mark.parametrize("error", [errors.DeviceRestarted("anew"), errors.DeviceUnruly("no")])
def test_one_of_many_kinds_is_at_least_of_its_family(error):
    assert isinstance(error_of(trouble_of(error)), errors.DeviceError)
