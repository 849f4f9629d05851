import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.check import check_profile
from profiles.compiler import compile_profile
from profiles.course import seconds_over
from profiles.dose import dose, integral
from profiles.envelope import Envelope, Limit
from profiles.library import library_text
from profiles.load import read
from profiles.model import Profile
from profiles.trajectory import Track

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))


def test_a_sound_profile_is_told_at_its_worst():
    check = check_profile(library_text("kneading"), "kneading.yaml", {}, DEVICE)
    assert check.ok
    assert check.problems == ()
    assert check.worst_case_s == 240.0
    assert check.peak_kpa == 20.0
    assert 30.0 < check.peak_rise_kpa_s < 40.0
    assert check.needs.channels == ("pressure",)
    assert check.needs.signals["emg"].missing == "timed"
    found = check.regions["upper_trapezius"].dose
    profile = read(library_text("kneading"), Profile)
    played = dose(compile_profile(profile, {}, DEVICE))["upper_trapezius"]
    assert found.pressure_kpa_s > played.pressure_kpa_s > 0.0
    assert 0.0 < played.occluded_s < found.occluded_s < 240.0


def test_a_wrong_one_is_told_with_its_problems():
    text = library_text("kneading").replace("0.6 Hz", "0.6 kPa")
    check = check_profile(text, "my.yaml", {}, DEVICE)
    assert not check.ok
    assert check.refused is None
    assert [p.where for p in check.problems] == ["steps[2].petrissage.rate"]


def test_a_refused_one_is_told_with_its_reason():
    check = check_profile(library_text("trigger-point"), "tp.yaml", {}, DEVICE)
    assert not check.ok
    assert check.refused == "no_person"
    assert check.problems[0].line == 29


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_it_never_raises_for_bad_input(text):
    assert not check_profile(text, "x", {"depth": "?"}, DEVICE).ok


@given(st.sampled_from(library_text("kneading").split("\n")), st.text(max_size=30))
def test_it_never_raises_for_a_damaged_profile(line, junk):
    text = library_text("kneading").replace(line, junk, 1)
    check = check_profile(text, "x", {}, DEVICE)
    assert check.ok or all(p.line >= 1 and p.column >= 1 and p.problem for p in check.problems)


def test_the_area_under_a_curve_is_exact_for_cubics():
    cubic = Track((0.0, 2.0), (0.0, 8.0), (0.0, 12.0), (False, False))
    assert integral(cubic) == pytest.approx(4.0)


def test_seconds_over_a_level_are_counted_between_knots():
    ramp = Track((0.0, 1.0, 2.0), (0.0, 2.0, 0.0), (2.0, 0.0, -2.0), (False,) * 3)
    assert seconds_over(ramp, 1.0) == pytest.approx(1.0)
    assert seconds_over(ramp, 3.0) == 0.0
