import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.shapes import Curve
from profiles.trajectory import Knot, Track, Trajectory

SWING = Track((0.0, 0.1, 0.2), (0.0, 1.0, 3.0), (0.0, 15.0, 0.0), (False, True, True))


@given(st.floats(-1.0, 2.0))
def test_outside_its_knots_a_curve_stands_still_at_its_ends(at_s):
    if at_s < 0.0:
        assert (SWING.value_at(at_s), SWING.slope_at(at_s)) == (0.0, 0.0)
    elif at_s >= 0.2:
        assert (SWING.value_at(at_s), SWING.slope_at(at_s)) == (3.0, 0.0)
    else:
        assert 0.0 <= SWING.value_at(at_s) <= 3.0
        assert SWING.slope_at(at_s) >= 0.0


@given(st.floats(0.001, 0.199))
def test_the_slope_is_the_change_of_the_value(at_s):
    before, after = SWING.value_at(at_s - 1e-6), SWING.value_at(at_s + 1e-6)
    assert SWING.slope_at(at_s) == pytest.approx((after - before) / 2e-6, rel=0.01, abs=0.01)


def test_knots_are_found_by_time():
    assert list(SWING.knots_after(0.0, 0.15)) == [Knot(0.1, 1.0, 15.0, rhythmic=True)]
    assert next(iter(SWING.knots_after(-1.0, 9.0))).rhythmic is False
    assert list(SWING.knots_after(0.2, 9.0)) == []


def test_a_trajectory_lasts_as_long_as_its_pressure():
    assert Trajectory({"pressure": SWING}).duration_s == 0.2


@given(st.floats(0.0, 30.0), st.floats(0.0, 30.0), st.floats(0.05, 5.0))
def test_a_swing_is_a_raised_cosine(start, end, length_s):
    curve = Curve(start)
    curve.swing_to(end, length_s)
    track = curve.track()
    for part in (0.1, 0.25, 0.5, 0.6, 0.9):
        expected = start + (end - start) * (1.0 - math.cos(math.pi * part)) / 2.0
        error = abs(track.value_at(part * length_s) - expected)
        assert error <= 0.001 * abs(end - start) + 1e-12
