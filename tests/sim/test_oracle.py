"""The oracle, judging truths that are known."""

import cbor2
import numpy as np
import pytest

from sim.oracle import (
    Truth,
    peak_kpa,
    read_truth,
    rises_last_after_s,
    rms_error_kpa,
    zero_after_s,
)

START_S = 100.0


def truth(kpa, events=()):
    return Truth(START_S, 0.01, np.array(kpa, float), tuple(events))


def ramp_down():
    """10 kPa for a second, then 10 kPa/s down to nothing."""
    return truth([10.0] * 100 + [max(0.0, 10.0 - 0.1 * k) for k in range(200)])


def test_a_document_is_read_in_seconds_and_kpa():
    document = cbor2.dumps(
        {
            "start_us": 5_000_000,
            "period_us": 10_000,
            "true_kpa": np.array([0, 150, -3], "<i2").tobytes(),
            "events": [[5_010_000, "state ARMED"], [5_020_000, "state FADING"]],
        }
    )
    read = read_truth(document)
    assert read.times_s == pytest.approx([5.0, 5.01, 5.02])
    assert read.true_kpa == pytest.approx([0.0, 1.5, -0.03])
    assert read.events == ((5.01, "state ARMED"), (5.02, "state FADING"))


def test_the_newest_of_several_events_counts():
    events = [(101.0, "state FADING"), (102.0, "state ARMED"), (103.0, "state FADING")]
    assert truth([0.0], events).last("state FADING") == 103.0
    assert truth([0.0], events).last("state FAULT") is None


def test_the_peak_is_that_of_the_span():
    spike = truth([1.0] * 50 + [30.0] + [2.0] * 50)
    assert peak_kpa(spike, START_S, START_S + 1.0) == 30.0
    assert peak_kpa(spike, START_S, START_S + 0.495) == 1.0
    assert peak_kpa(spike, START_S + 50, START_S + 60) == 0.0


def test_the_error_is_that_between_what_was_asked_and_what_was_true():
    asked = [(START_S, 0.0), (START_S + 1.0, 10.0)]
    ideal = truth(np.linspace(0.0, 10.0, 101))
    high = truth(np.linspace(0.0, 10.0, 101) + 0.5)
    assert rms_error_kpa(ideal, asked, START_S, START_S + 1.0) == pytest.approx(0.0, abs=1e-6)
    assert rms_error_kpa(high, asked, START_S, START_S + 1.0) == pytest.approx(0.5)
    assert rms_error_kpa(high, [], START_S, START_S + 1.0) is None
    assert rms_error_kpa(high, asked, START_S + 50, START_S + 60) is None


def test_the_last_rise_is_seen_however_low_the_pressure_was_at_the_event():
    rising_on = truth(np.concatenate([np.linspace(3.0, 9.0, 30), np.linspace(9.0, 0.0, 60)]))
    assert rises_last_after_s(rising_on, START_S + 0.1) == pytest.approx(0.19, abs=0.011)
    assert rises_last_after_s(ramp_down(), START_S) == 0.0
    assert rises_last_after_s(ramp_down(), START_S + 50) is None


def test_zero_is_seen_when_it_is_reached():
    assert zero_after_s(ramp_down(), START_S + 1.0) == pytest.approx(0.98, abs=0.02)
    assert zero_after_s(truth([10.0] * 100), START_S) is None
    assert zero_after_s(truth([0.0] * 100), START_S + 5.0) is None
