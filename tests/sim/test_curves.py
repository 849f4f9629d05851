"""Cubic segments: where they start and end, and that they never leave the way between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.curves import level, line, segment, slope_at, value_at

values = st.floats(-400, 400)
slopes = st.floats(-400, 400)
times_us = st.integers(0, 2**50)
spans_us = st.integers(1_000, 100_200)
shares = st.floats(0, 1)


@given(times_us, spans_us, values, values, slopes, slopes, st.lists(shares, max_size=8))
def test_a_segment_never_leaves_the_interval_of_its_ends(
    start_us, span_us, value, end_value, slope, end_slope, along
):
    curve = segment(start_us, value, slope, start_us + span_us, end_value, end_slope)
    low, high = min(value, end_value), max(value, end_value)
    for share in along:
        assert low - 1e-6 <= value_at(curve, start_us + round(share * span_us)) <= high + 1e-6


@given(times_us, spans_us, values, values, slopes, slopes)
def test_a_segment_starts_and_ends_on_its_knots(
    start_us, span_us, value, end_value, slope, end_slope
):
    curve = segment(start_us, value, slope, start_us + span_us, end_value, end_slope)
    assert value_at(curve, start_us) == value
    assert value_at(curve, start_us + span_us) == pytest.approx(end_value, abs=1e-6)


@given(times_us, spans_us, values, values, st.floats(0, 3), st.floats(0, 3))
def test_slopes_that_fit_are_kept(start_us, span_us, value, end_value, m0, m1):
    secant = (end_value - value) / (span_us * 1e-6)
    end_us = start_us + span_us
    curve = segment(start_us, value, m0 * secant, end_us, end_value, m1 * secant)
    assert slope_at(curve, start_us) == pytest.approx(m0 * secant, rel=1e-6, abs=1e-6)
    assert slope_at(curve, end_us) == pytest.approx(m1 * secant, rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("slope", [-5.0, 100.0])
def test_slopes_that_do_not_fit_are_limited(slope):
    """From 0 to 1 in 0.1 s: at least level, at most three times as steep as the way."""
    curve = segment(0, 0.0, slope, 100_000, 1.0, 10.0)
    assert slope_at(curve, 0) == pytest.approx(0.0 if slope < 0 else 30.0)


def test_a_segment_without_length_is_its_end():
    for end_us in (500, 400):
        assert value_at(segment(500, 1.0, 3.0, end_us, 7.0, 3.0), 500) == 7.0


def test_levels_and_lines():
    assert value_at(level(4.0), 10**12) == 4.0
    assert slope_at(level(4.0), 10**12) == 0.0
    assert value_at(line(1_000_000, 4.0, -8.0), 1_250_000) == pytest.approx(2.0)
    assert slope_at(line(1_000_000, 4.0, -8.0), 1_250_000) == -8.0
