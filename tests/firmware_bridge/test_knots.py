"""Setpoints to knots and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.knots import knot, setpoint
from firmware_bridge.setpoints import Setpoint

resolutions = st.sampled_from([0.001, 0.01, 0.1, 1.0])
bases = st.floats(0, 1e6)


def plain(**changed):
    said = {"channel": 2, "at_s": 10.0, "value": 0.0, "slope": 0.0} | changed
    return Setpoint(**said)


@given(
    st.integers(0, 63), st.floats(0, 6.5), st.floats(-32.7, 32.7), st.floats(-32.7, 32.7),
    st.booleans(), st.booleans(), resolutions, bases,
)  # fmt: skip
def test_a_setpoint_comes_back_within_half_a_resolution(
    channel, after_s, value, slope, rhythmic, end, resolution, base_s
):
    value, slope = value * resolution * 1000, slope * resolution * 1000
    there = Setpoint(channel, base_s + after_s, value, slope, rhythmic, end)
    back = setpoint(knot(there, base_s, resolution), base_s, resolution)
    assert (back.channel, back.rhythmic, back.end) == (channel, rhythmic, end)
    assert back.at_s == pytest.approx(there.at_s, abs=0.00005 + 1e-9)
    assert back.value == pytest.approx(value, abs=resolution * 0.5001)
    assert back.slope == pytest.approx(slope, abs=resolution * 0.5001)


@given(st.floats(400, 1e9), st.sampled_from([-1, 1]))
def test_a_slope_saturates(slope, sign):
    spelt = knot(plain(slope=sign * slope), 10.0, 0.01)
    assert spelt[3] == (32767 if sign > 0 else -32768)


@given(st.one_of(st.floats(328, 1e9), st.floats(-1e9, -328)))
def test_a_value_that_does_not_fit_is_refused(value):
    with pytest.raises(OverflowError):
        knot(plain(value=value), 10.0, 0.01)


@pytest.mark.parametrize("at_s", [9.9, 16.6])
def test_a_time_that_does_not_fit_is_refused(at_s):
    with pytest.raises(OverflowError):
        knot(plain(at_s=at_s), 10.0, 0.01)


def test_flags_share_the_first_byte_with_the_channel():
    assert knot(plain(rhythmic=True), 10.0, 0.01)[0] == 0x42
    assert knot(plain(end=True), 10.0, 0.01)[0] == 0x82
