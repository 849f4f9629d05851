"""How long a session, and work on a region, may take: nothing begins when that time is up."""

import msgspec
import pytest

from controller.timekeeping import Spent, step_over, too_long
from controller.words import Reason
from tests.controller.programs import compiled


@pytest.fixture(scope="module")
def program():
    return compiled()


@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        (Spent(began_s=300.0), None),
        (Spent(began_s=300.1), Reason.SESSION_TIME),
        (Spent(on_region=(("upper_trapezius", 900.0),)), None),
        (Spent(on_region=(("upper_trapezius", 900.1),)), Reason.REGION_TIME),
        (Spent(on_region=(("gluteus", 901.0),)), None),
        (Spent(deep=(("upper_trapezius", 601.0),)), None),
    ],
)
def test_no_step_begins_when_time_is_up(program, spent, reason):
    verdict = too_long(spent, program, 1)
    assert (verdict.reason if verdict else None) == reason
    assert verdict is None or verdict.action == "release"


@pytest.mark.parametrize(("deep_s", "over"), [(600.0, False), (600.1, True)])
def test_no_deep_step_begins_after_ten_deep_minutes(program, deep_s, over):
    deep = msgspec.structs.replace(program.steps[1], grade="deep")
    steps = (program.steps[0], deep, program.steps[2])
    changed = msgspec.structs.replace(program, steps=steps)
    spent = Spent(deep=(("upper_trapezius", deep_s),))
    assert (too_long(spent, changed, 1) is not None) is over


def test_pauses_are_no_time_on_a_region(program):
    spent = step_over(Spent(paused_s=100.0, began_s=10.0), program.steps[0], 130.0)
    assert dict(spent.on_region) == {"upper_trapezius": 20.0}


def on_both_sides(step):
    """The same step with a second pad, on another region."""
    tracks = {**step.trajectory.tracks, "pressure:calf": step.trajectory.tracks["pressure"]}
    return msgspec.structs.replace(
        step,
        trajectory=msgspec.structs.replace(step.trajectory, tracks=tracks),
        regions={"pressure:calf": "calf"},
    )


def test_a_step_on_two_regions_is_time_on_both_of_them(program):
    spent = step_over(Spent(began_s=10.0), on_both_sides(program.steps[0]), 30.0)
    assert dict(spent.on_region) == {"upper_trapezius": 20.0, "calf": 20.0}


def test_no_step_begins_when_the_time_of_its_other_region_is_up(program):
    first, *others = program.steps
    changed = msgspec.structs.replace(program, steps=(on_both_sides(first), *others))
    spent = Spent(on_region=(("calf", 901.0),))
    assert too_long(spent, changed, 0).reason is Reason.REGION_TIME
    assert too_long(spent, program, 0) is None
