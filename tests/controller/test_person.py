"""A person's thresholds: what was measured here, what was measured elsewhere, and how it ages."""

import msgspec
import pytest

from controller.person import ANY_DEVICE, Calibration, Pad, Unlock, at_1_cm2
from controller.screening import Answer
from profiles.limits import Body
from profiles.regions import ppt_at_area
from tests.controller.people import DEVICE, HOUR_S, NOW_S, PAD, UPPER, person, screening

OTHER = Pad("test device", 20.0)


def measured(kpa=40.0, pad=PAD, days_ago=0.0, side="left", **more):
    at_s = NOW_S - days_ago * 24 * HOUR_S
    return Calibration(at_s=at_s, region=UPPER, side=side, pad=pad, kpa=kpa, **more)


def allowed_kpa(someone, pad=PAD):
    body = Body(
        envelope=DEVICE,
        area_cm2=pad.area_cm2,
        thresholds=someone.thresholds(pad, NOW_S),
        emulated=False,
        closed_loop=True,
    )
    return body.pressing("trigger_point", UPPER)


def test_measured_on_this_pad_three_quarters_of_it_may_be_pressed():
    limit = allowed_kpa(person(calibrations=(measured(40.0),)))
    assert (limit.value, limit.owner) == (pytest.approx(30.0), "person")


def test_measured_on_another_pad_it_is_an_estimate():
    limit = allowed_kpa(person(calibrations=(measured(40.0, OTHER),)))
    assert limit.value == pytest.approx(0.45 * ppt_at_area(at_1_cm2(40.0, 20.0), 10.0))


def test_a_measurement_that_is_a_month_old_is_an_estimate():
    assert allowed_kpa(person(calibrations=(measured(40.0, days_ago=31.0),))).value == (
        pytest.approx(0.45 * 40.0)
    )


def test_the_more_tender_side_counts():
    both = (measured(40.0), measured(28.0, side="right"))
    assert allowed_kpa(person(calibrations=both)).value == pytest.approx(21.0)


def test_of_one_side_the_newest_counts():
    twice = (measured(28.0, days_ago=3.0), measured(40.0, days_ago=1.0))
    assert allowed_kpa(person(calibrations=twice)).value == pytest.approx(30.0)


def test_what_an_emulated_pad_measured_is_no_persons():
    emulated = msgspec.structs.replace(PAD, emulated=True)
    someone = person(calibrations=(measured(40.0, emulated),))
    found = someone.thresholds(PAD, NOW_S)
    assert (dict(found.ppt_1_kpa), dict(found.calibrated_kpa)) == ({}, {})
    assert someone.thresholds(emulated, NOW_S).calibrated_kpa == {UPPER: 40.0}


def test_at_least_is_used_as_it_is():
    at_least = measured(40.0, at_least=True)
    assert allowed_kpa(person(calibrations=(at_least,))).value == pytest.approx(30.0)


def test_sore_muscles_hurt_earlier():
    sore = screening(sore_from_exercise=Answer("yes", (UPPER,)))
    limit = allowed_kpa(person(sore, calibrations=(measured(40.0),)))
    assert limit.value == pytest.approx(0.76 * 30.0)


def test_sore_muscles_hurt_earlier_where_nothing_was_measured():
    sore = screening(sore_from_exercise=Answer("yes", (UPPER,)))
    usual, less = allowed_kpa(person()), allowed_kpa(person(sore))
    assert (less.value, less.owner) == (pytest.approx(0.76 * usual.value), "nobody")


def test_what_the_answers_allow_has_their_name():
    fragile = screening(fragile=Answer("yes"))
    limit = allowed_kpa(person(fragile, calibrations=(measured(40.0),)))
    assert (limit.value, limit.owner) == (pytest.approx(16.0), "screening")


def test_a_technique_is_rehearsed_then_open_then_closed():
    someone = person(unlocked=frozenset())
    assert someone.stage("petrissage", "d") == "simulator"
    rehearsed = Unlock("petrissage", ANY_DEVICE, "simulator")
    someone = person(unlocked=frozenset({rehearsed}))
    assert someone.stage("petrissage", "d") == "open_loop"
    played = frozenset({rehearsed, Unlock("petrissage", "d", "open_loop")})
    assert person(unlocked=played).stage("petrissage", "d") == "closed_loop"
    assert person(unlocked=played).stage("petrissage", "another device") == "open_loop"
    assert person(unlocked=played).stage("trigger_point", "d") == "simulator"
