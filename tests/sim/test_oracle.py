"""The oracle, judging truths that are known."""

import cbor2
import numpy as np
import pytest

from sim.oracle import (
    Truth,
    activation_onsets_s,
    pain_threshold_kpa,
    peak_kpa,
    read_truth,
    rises_last_after_s,
    rms_error_kpa,
    seconds_above_threshold,
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


def test_a_document_from_before_the_body_was_told_is_read_all_the_same():
    document = cbor2.dumps({"start_us": 0, "period_us": 10_000, "true_kpa": b"\0\0", "events": []})
    read = read_truth(document)
    assert len(read.activation) == 0
    assert read.body == {}
    assert pain_threshold_kpa(read) is None
    assert seconds_above_threshold(read, 0.0, 9.0) is None
    assert activation_onsets_s(read, 0.0, 9.0) == ()


def test_a_document_tells_of_the_body_in_shares_and_kpa():
    document = cbor2.dumps(
        {
            "start_us": 0, "period_us": 10_000, "true_kpa": bytes(40), "events": [],
            "activation": np.array([44] * 20, "<i2").tobytes(),
            "threshold_period_us": 100_000,
            "threshold_kpa": np.array([9470, 9480], "<i2").tobytes(),
            "body": {"pain_nrs": 0.0},
        }
    )  # fmt: skip
    read = read_truth(document)
    assert read.activation == pytest.approx([0.0044] * 20)
    assert pain_threshold_kpa(read) == pytest.approx([94.7] * 10 + [94.8] * 10)
    assert read.body["pain_nrs"] == 0.0


def body(kpa, threshold_kpa, activation):
    return Truth(
        START_S, 0.01, np.array(kpa, float), (), np.array(activation, float),
        np.array(threshold_kpa, float),
    )  # fmt: skip


def test_the_seconds_above_the_threshold_are_counted_at_the_threshold_of_their_time():
    """15 kPa throughout; the threshold falls from 20 to 10 kPa in the middle of two seconds."""
    told = body([15.0] * 200, [20.0] * 10 + [10.0] * 10, [0.004] * 200)
    assert seconds_above_threshold(told, START_S, START_S + 5) == pytest.approx(1.0)
    assert seconds_above_threshold(told, START_S, START_S + 1.495) == pytest.approx(0.5)
    assert seconds_above_threshold(told, START_S, START_S + 0.5) == 0.0


def test_onsets_are_where_activation_leaves_its_rest():
    activation = np.full(1000, 0.0044)
    activation[200:260] = activation[265:300] = activation[600:] = 0.05
    activation[400:430] = 0.008
    told = body([0.0] * 1000, [90.0] * 100, activation)
    onsets_s = activation_onsets_s(told, START_S, START_S + 10)
    assert onsets_s == pytest.approx((START_S + 2.0, START_S + 6.0))


def test_a_busy_muscle_has_onsets_only_beyond_what_is_usual_for_it():
    activation = np.full(1000, 0.05)
    activation[500:] = 0.2
    told = body([0.0] * 1000, [90.0] * 100, activation)
    assert activation_onsets_s(told, START_S, START_S + 20) == pytest.approx((START_S + 5.0,))


def test_all_events_of_a_name_are_told_in_time():
    events = [(103.0, "guarding begins"), (101.0, "guarding begins"), (102.0, "guarding ends")]
    assert truth([0.0], events).all("guarding begins") == (101.0, 103.0)
