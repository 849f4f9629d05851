"""Device time, from round trips of any kind."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.clock import FIRST_PERIOD_S, FIRST_PINGS, PERIOD_S, DeviceClock, unwrap


class Crystal:
    """A device's own clock."""

    def __init__(self, ahead_s=0.0, drift=0.0):
        self.ahead_s, self.drift = ahead_s, drift

    def at(self, host_s):
        return self.ahead_s + host_s * (1 + self.drift)

    def us(self, host_s):
        return round(self.at(host_s) * 1e6)


def usb(rng):
    """A virtual serial port: polled once a millisecond, held up now and then."""
    held_up = rng.uniform(0.005, 0.010) if rng.random() < 0.02 else 0.0
    late = rng.uniform(0, 0.001)
    there, back = 0.00015 + late, 0.00015 + rng.uniform(0, 0.001)
    return (there + held_up, back) if rng.random() < 0.5 else (there, back + held_up)


def bluetooth(rng):
    """15 ms between events: the question waits for the next, the answer for the one after."""
    return rng.uniform(0.001, 0.016), 0.016 + (0.015 if rng.random() < 0.03 else 0.0)


def ping(clock, crystal, sent_s, there_s, back_s, boot=1):
    """Send one ping over a wire that takes so long either way."""
    arrived_s = sent_s + there_s
    left_s = arrived_s + 0.0002
    clock.add(sent_s, crystal.us(arrived_s), crystal.us(left_s), left_s + back_s, boot)


def listen(clock, crystal, delays, seconds, rng, start_s=0.0):
    """Ping as the clock asks for so many seconds; return when the last one was sent."""
    at_s = start_s
    while at_s < start_s + seconds:
        ping(clock, crystal, at_s, *delays(rng))
        at_s += clock.ping_after_s
    return at_s


def errors_ms(delays, seconds, runs=60):
    """Return the errors half a second after the last ping, and how many were over what is said."""
    errors, excused = [], 0
    for seed in range(runs):
        rng = random.Random(seed)
        crystal = Crystal(rng.uniform(0, 1000), rng.gauss(0, 30e-6))
        clock = DeviceClock()
        now_s = listen(clock, crystal, delays, seconds, rng) + 0.5
        error_s = clock.device_s(now_s) - crystal.at(now_s)
        errors.append(error_s * 1e3)
        excused += abs(error_s) <= clock.uncertainty_s
    return errors, excused / runs


@pytest.mark.parametrize("seconds", [3, 30, 120])
def test_over_usb_the_device_is_known_to_half_a_millisecond(seconds):
    errors, within = errors_ms(usb, seconds)
    assert max(map(abs, errors)) < 0.5
    assert abs(statistics.mean(errors)) < 0.2
    assert within == 1


@pytest.mark.parametrize("seconds", [3, 30, 120])
def test_over_bluetooth_the_error_is_steady_and_owned_up_to(seconds):
    errors, within = errors_ms(bluetooth, seconds)
    assert statistics.stdev(errors) < 1
    assert max(map(abs, errors)) < 9
    assert within == 1


@given(
    st.floats(0, 1e6), st.floats(-1e-4, 1e-4), st.floats(0.0001, 0.02), st.floats(0, 1e5),
)  # fmt: skip
def test_where_both_ways_take_equally_long_only_rounding_is_left(ahead_s, drift, way_s, start_s):
    crystal, clock = Crystal(ahead_s, drift), DeviceClock()
    now_s = listen(clock, crystal, lambda _: (way_s, way_s), 25, random.Random(0), start_s)
    assert clock.device_s(now_s) == pytest.approx(crystal.at(now_s), abs=5e-6)
    assert clock.uncertainty_s == pytest.approx(way_s, abs=1e-5)


@given(st.integers(0, 2**32), st.floats(-1e-4, 1e-4), st.integers(3, 40))
def test_the_error_is_never_beyond_half_the_best_round_trip_and_the_drift(seed, drift, seconds):
    rng = random.Random(seed)
    crystal, clock = Crystal(rng.uniform(0, 1000), drift), DeviceClock()
    now_s = listen(clock, crystal, usb, seconds, rng)
    assert abs(clock.device_s(now_s) - crystal.at(now_s)) <= clock.uncertainty_s + 2e-4


def test_before_the_first_answer_nothing_is_known():
    clock = DeviceClock()
    assert clock.uncertainty_s == float("inf")
    assert clock.trip_s(0.5) is None
    with pytest.raises(ValueError, match="not been read"):
        clock.device_s(0)


def test_the_first_pings_come_quickly():
    clock, waits = DeviceClock(), []
    for i in range(FIRST_PINGS + 2):
        waits.append(clock.ping_after_s)
        ping(clock, Crystal(), i, 0.001, 0.001)
    assert waits == [FIRST_PERIOD_S] * FIRST_PINGS + [PERIOD_S] * 2


def test_no_slope_is_believed_before_ten_seconds():
    clock = DeviceClock()
    listen(clock, Crystal(drift=100e-6), lambda _: (0.001, 0.001), 9, random.Random(0))
    assert clock.device_s(1000) - clock.device_s(0) == pytest.approx(1000, abs=1e-9)


def test_a_slope_that_no_crystal_has_is_cut():
    clock = DeviceClock()
    listen(clock, Crystal(drift=0.001), lambda _: (0.001, 0.001), 30, random.Random(0))
    assert clock.device_s(1000) - clock.device_s(0) == pytest.approx(1000 * 1.0002)


def test_a_held_up_answer_moves_the_estimate_little():
    clock, crystal = DeviceClock(), Crystal(50)
    now_s = listen(clock, crystal, lambda _: (0.0005, 0.0005), 20, random.Random(0))
    now_s = 2.0 * (now_s // 2 + 1)  # the first of a new bucket: nothing quicker beside it
    ping(clock, crystal, now_s, 0.0005, 0.020)
    assert clock.device_s(now_s) == pytest.approx(crystal.at(now_s), abs=1e-4)


def test_what_is_older_than_a_minute_is_forgotten():
    clock = DeviceClock()
    listen(clock, Crystal(0), lambda _: (0.0001, 0.0001), 5, random.Random(0))
    listen(clock, Crystal(7), lambda _: (0.001, 0.001), 5, random.Random(0), start_s=70)
    assert clock.device_s(75) == pytest.approx(82, abs=1e-5)


def test_a_restarted_device_is_learnt_anew():
    clock = DeviceClock()
    now_s = listen(clock, Crystal(100), lambda _: (0.001, 0.001), 20, random.Random(0))
    ping(clock, Crystal(-now_s), now_s, 0.001, 0.001, boot=2)
    assert clock.device_s(now_s) == pytest.approx(0, abs=1e-5)
    assert clock.ping_after_s == FIRST_PERIOD_S


def test_a_boot_nonce_may_be_given_whole_or_by_its_low_half():
    clock = DeviceClock()
    ping(clock, Crystal(), 0, 0.0001, 0.0001, boot=0x1234_5678)
    ping(clock, Crystal(0.05), 0.1, 0.1, 0.1, boot=0x5678)
    assert clock.device_s(0.2) == pytest.approx(0.2, abs=1e-4)


def test_in_a_session_the_estimate_moves_by_a_millisecond_at_a_time():
    clock = DeviceClock()
    ping(clock, Crystal(), 0, 0.010, 0.010)
    clock.steady = True
    moves = []
    for i in range(1, 8):
        before_s = clock.device_s(i)
        ping(clock, Crystal(0.004), i, 0.001, 0.001)
        moves.append(clock.device_s(i) - before_s)
    assert moves == pytest.approx([0.001, 0.001, 0.001, 0.001, 0, 0, 0], abs=1e-5)


def test_what_is_owed_in_a_session_is_uncertain():
    clock = DeviceClock()
    ping(clock, Crystal(), 0, 0.010, 0.010)
    clock.steady = True
    ping(clock, Crystal(0.004), 1, 0.001, 0.001)
    assert clock.uncertainty_s == pytest.approx(0.001 + 0.003, abs=2e-5)


@given(st.floats(-1e-4, 1e-4), st.floats(0, 1e5))
def test_host_time_is_device_time_the_other_way_round(drift, host_s):
    clock = DeviceClock()
    listen(clock, Crystal(12, drift), lambda _: (0.001, 0.001), 15, random.Random(0))
    assert clock.host_s(clock.device_s(host_s)) == pytest.approx(host_s, abs=1e-6)


@given(st.integers(-(2**40), 2**40), st.integers(-(2**31), 2**31 - 1))
def test_a_stamp_of_32_bits_is_the_one_nearest_by(near, away):
    true = near + away
    assert unwrap(true & 0xFFFFFFFF, near) == true


def test_stamps_are_unwrapped_near_the_estimate():
    clock, crystal = DeviceClock(), Crystal(4294.9)  # the low 32 bits turn over at 4294.967
    ping(clock, crystal, 0, 0.001, 0.001)
    stamp_s = crystal.at(0.1)
    assert clock.stamp_s(round(stamp_s * 1e6) & 0xFFFFFFFF, 0.1) == pytest.approx(stamp_s)


@pytest.mark.parametrize(("off_s", "jumped"), [(-30, False), (0, False), (4.9, False), (5.1, True)])
def test_a_stamp_from_the_future_is_of_another_boot_and_one_that_is_late_is_not(off_s, jumped):
    clock = DeviceClock()
    ping(clock, Crystal(100), 0, 0.001, 0.001)
    clock.hear(clock.device_s(-30.5))
    assert clock.has_jumped(clock.device_s(0) + off_s, 0) is jumped


@pytest.mark.parametrize(("back_s", "jumped"), [(-0.1, False), (0.9, False), (1.1, True)])
def test_a_stamp_before_one_already_heard_is_of_another_boot(back_s, jumped):
    clock = DeviceClock()
    ping(clock, Crystal(100), 0, 0.001, 0.001)
    clock.hear(clock.device_s(10))
    assert clock.has_jumped(clock.device_s(10) - back_s, 12) is jumped


def test_a_clock_that_stood_still_is_learnt_anew():
    clock = DeviceClock()
    now_s = listen(clock, Crystal(100), usb, 20, random.Random(0))
    ping(clock, Crystal(98.6), now_s, 0.3, 0.001)
    assert clock.device_s(now_s) == pytest.approx(now_s + 98.6, abs=0.15)
    assert clock.uncertainty_s >= 0.15
    assert clock.ping_after_s == FIRST_PERIOD_S


def test_an_answer_that_took_long_does_not_make_the_clock_another():
    clock = DeviceClock()
    now_s = listen(clock, Crystal(100), usb, 20, random.Random(0))
    ping(clock, Crystal(100), now_s, 0.001, 3.0)
    assert clock.device_s(now_s) == pytest.approx(now_s + 100, abs=0.001)


def test_while_a_session_plays_a_clock_that_was_moved_is_uncertain_instead():
    clock = DeviceClock()
    now_s = listen(clock, Crystal(100), usb, 20, random.Random(0))
    clock.steady = True
    ping(clock, Crystal(98.6), now_s, 0.001, 0.001)
    assert clock.device_s(now_s) == pytest.approx(now_s + 100, abs=0.002)
    assert clock.uncertainty_s > 0.05


def test_round_trips_are_told_by_rank():
    clock = DeviceClock()
    for i in range(100):
        ping(clock, Crystal(), i, 0.001, i * 0.001)
    assert clock.trip_s(0.5) == pytest.approx(0.050, abs=2e-6)
    assert clock.trip_s(0.99) == pytest.approx(0.099, abs=2e-6)
