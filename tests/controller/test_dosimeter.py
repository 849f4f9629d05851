"""What was really pressed, from what a session tells."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.dosimeter import LETTING_GO_S, Dosimeter
from controller.words import Ended, Outcome, Reason, Sampled, StepBegan
from profiles.dose import Dose
from profiles.trajectory import Trajectory
from tests.controller.programs import compiled

PROGRAM = compiled()
UPPER = "upper_trapezius"


def ended(at_s, result="complete"):
    reason = Reason.COMPLETE if result == "complete" else Reason.OPERATOR
    outcome = Outcome(result=result, reason=reason, duration_s=at_s, began_device_s=0.0, steps=())
    return Ended(at_s, outcome)


def heard(*events):
    meter = Dosimeter(PROGRAM)
    for event in events:
        meter.hear(event)
    return meter


def sampled(at_s, felt, asked=0.0):
    return Sampled(at_s, asked, felt, ())


def test_pressure_is_added_up_over_time():
    meter = heard(StepBegan(0.0, 0, "", ""), *(sampled(k / 100, 5.0) for k in range(1001)))
    found = meter.doses[UPPER]
    assert found.pressure_kpa_s == pytest.approx(50.0)
    assert found.worked_s == found.occluded_s == pytest.approx(10.0)
    assert found.deep_s == 0.0


def test_a_gap_in_the_samples_counts_at_the_higher_of_its_ends():
    meter = heard(sampled(0.0, 2.0), sampled(4.0, 10.0))
    assert meter.doses[UPPER].pressure_kpa_s == pytest.approx(40.0)


def test_a_sensor_that_reads_too_little_hides_nothing():
    meter = heard(sampled(0.0, 0.0, asked=8.0), sampled(1.0, math.nan, asked=8.0))
    assert meter.doses[UPPER].pressure_kpa_s == pytest.approx(8.0)


def test_letting_go_counts_too():
    meter = heard(sampled(0.0, 8.0), sampled(1.0, 8.0), ended(1.0, "stopped"))
    assert meter.doses[UPPER].worked_s == pytest.approx(1.0 + LETTING_GO_S)
    assert not meter.complete


def test_what_was_played_to_its_end_is_complete():
    assert heard(sampled(0.0, 0.0), ended(1.0)).complete


def test_each_region_that_is_pressed_is_booked_and_keeps_its_lock():
    first = msgspec.structs.replace(PROGRAM.steps[0], grade="deep")
    tracks = first.trajectory.tracks
    both = msgspec.structs.replace(
        first,
        regions={"pressure:right": "gluteus"},
        trajectory=Trajectory({**tracks, "pressure:right": tracks["pressure"]}),
    )
    meter = Dosimeter(msgspec.structs.replace(PROGRAM, steps=(both, *PROGRAM.steps[1:])))
    for event in (sampled(0.0, 5.0), sampled(2.0, 5.0)):
        meter.hear(event)
    assert meter.doses == dict.fromkeys((UPPER, "gluteus"), Dose(10.0, 2.0, 2.0, 2.0))


def test_pads_on_one_region_add_up():
    first = PROGRAM.steps[0]
    tracks = first.trajectory.tracks
    both = msgspec.structs.replace(
        first, trajectory=Trajectory({**tracks, "pressure:right": tracks["pressure"]})
    )
    meter = Dosimeter(msgspec.structs.replace(PROGRAM, steps=(both, *PROGRAM.steps[1:])))
    for event in (sampled(0.0, 5.0), sampled(2.0, 5.0)):
        meter.hear(event)
    assert meter.doses[UPPER] == Dose(20.0, 4.0, 2.0, 0.0)


@given(st.lists(st.tuples(st.floats(0.001, 5.0), st.floats(0.0, 60.0)), min_size=1, max_size=50))
def test_it_is_never_less_than_what_was_pressed(pieces):
    """The law, for any curve that is straight between its samples, however far apart."""
    now_s, before, true_kpa_s, events = 0.0, 0.0, 0.0, [sampled(0.0, 0.0)]
    for length_s, kpa in pieces:
        now_s += length_s
        true_kpa_s += length_s * (before + kpa) / 2.0
        events.append(sampled(now_s, kpa))
        before = kpa
    assert heard(*events).doses[UPPER].pressure_kpa_s >= true_kpa_s - 1e-6
