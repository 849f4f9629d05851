"""Where pain begins: the rise, the cut-off, and what four readings say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.calibration import (
    CONTACT_KPA,
    LEAST_RISE_KPA,
    REACTION_S,
    STEADY_CV,
    CalibrationFailed,
    Listener,
    Reading,
    cut_off,
    measured,
    rise,
)
from controller.words import HURTS, Ended, Judged, Outcome, Reason, Sampled, Verdict
from profiles.envelope import Envelope, Limit
from profiles.regions import REGIONS, ppt_at_area
from profiles.trajectory import MAX_SEGMENT_S
from tests.controller.people import DEVICE, UPPER

areas = st.floats(1.0, 100.0)
regions = st.sampled_from(sorted(REGIONS))


@given(regions, areas, st.sampled_from(["female", "male", "unsaid"]))
def test_a_rise_goes_slowly_to_the_cut_off_and_lets_go(region, area_cm2, sex):
    top = cut_off(region, sex, area_cm2, DEVICE)
    if top.value < CONTACT_KPA + LEAST_RISE_KPA:
        with pytest.raises(CalibrationFailed, match="a smaller pad"):
            rise(region, sex, area_cm2, DEVICE)
        return
    program = rise(region, sex, area_cm2, DEVICE)
    track = program.steps[0].trajectory.tracks["pressure"]
    slowest = min(10.0 * area_cm2**-0.49, 10.0)
    assert program.peak_kpa == pytest.approx(top.value)
    assert program.envelope.pressure_kpa.value == top.value
    assert track.value[0] == track.value[-1] == 0.0
    climbing = [s for t, s in zip(track.at_s, track.slope, strict=True) if t > 5.0]
    assert max(climbing) <= slowest + 1e-9
    assert program.peak_rise_kpa_s <= 10.0
    gaps = [b - a for a, b in zip(track.at_s, track.at_s[1:], strict=False)]
    assert min(gaps) > 0.0
    assert max(gaps) <= MAX_SEGMENT_S


@given(regions, areas)
def test_the_cut_off_is_never_over_the_mean_nor_the_force_of_its_region(region, area_cm2):
    for sex in ("female", "male", "unsaid"):
        top = cut_off(region, sex, area_cm2, DEVICE).value
        mean = REGIONS[region].men_ppt_kpa if sex == "male" else REGIONS[region].women_ppt_kpa
        assert top <= ppt_at_area(mean, area_cm2) + 1e-9
        assert top * area_cm2 / 10.0 <= REGIONS[region].group.ceiling_n + 1e-9
    assert cut_off(region, "unsaid", area_cm2, DEVICE) == cut_off(
        region, "female", area_cm2, DEVICE
    )


def test_a_weak_device_ends_the_rise_earlier():
    weak = Envelope(pressure_kpa=Limit(12.0, "device"), rise_level_kpa_s=Limit(2.0, "device"))
    program = rise(UPPER, "female", 10.0, weak)
    assert program.envelope.pressure_kpa == Limit(12.0, "device")
    assert program.peak_rise_kpa_s <= 3.2


def ended(reason):
    result = "complete" if reason is Reason.COMPLETE else "stopped"
    outcome = Outcome(result=result, reason=reason, duration_s=9.0, began_device_s=0.0, steps=())
    return Ended(9.0, outcome)


def rising(until_s, reason):
    listener = Listener()
    for k in range(int(until_s * 100)):
        listener.hear(Sampled(k / 100, 0.0, 3.0 * k / 100, ()))
    if reason in HURTS:
        listener.hear(Judged(until_s, Verdict("release", reason, 1.0, 0.0)))
        listener.hear(Sampled(until_s + 0.01, 0.0, 99.0, ()))
    listener.hear(ended(reason))
    return listener


@pytest.mark.parametrize("reason", sorted(HURTS))
def test_what_was_felt_is_read_a_reaction_before_it_was_pressed_or_said(reason):
    reading = rising(6.0, reason).reading(40.0)
    assert reading == Reading(pytest.approx(3.0 * (6.0 - REACTION_S), abs=0.05))


def test_whoever_does_not_press_bears_at_least_the_cut_off():
    assert rising(6.0, Reason.COMPLETE).reading(40.0) == Reading(40.0, at_cut_off=True)


@pytest.mark.parametrize("reason", [Reason.OPERATOR, Reason.OVER_PRESSURE, Reason.LINK_LOST])
def test_a_rise_that_ended_in_another_way_says_nothing(reason):
    with pytest.raises(CalibrationFailed, match="nothing is kept"):
        rising(6.0, reason).reading(40.0)


def test_a_press_before_the_rise_says_nothing():
    with pytest.raises(CalibrationFailed):
        rising(0.4, Reason.PAIN).reading(40.0)


def readings(*kpa, top=40.0):
    return [Reading(min(one, top), one >= top) for one in kpa]


def test_the_first_reading_is_not_used_and_of_the_others_the_smallest_is():
    assert measured(readings(10.0, 22.0, 20.0, 21.0)) == Reading(20.0)


def test_at_least_is_said_only_where_it_never_hurt():
    assert measured(readings(10.0, 40.0, 40.0, 40.0)) == Reading(40.0, at_cut_off=True)
    assert measured(readings(40.0, 38.0, 40.0, 40.0)) == Reading(38.0)


def test_readings_that_differ_much_are_refused():
    with pytest.raises(CalibrationFailed, match="too far apart"):
        measured(readings(20.0, 10.0, 20.0, 30.0))


@given(st.lists(st.floats(1.0, 40.0), min_size=4, max_size=4))
def test_what_is_kept_is_never_more_than_any_reading_after_the_first(kpa):
    try:
        found = measured(readings(*kpa))
    except CalibrationFailed:
        kept = [min(one, 40.0) for one in kpa[1:]]
        assert max(kept) - min(kept) > STEADY_CV * min(kept)
    else:
        assert found.kpa <= min(kpa[1:])
