"""The knot queue by itself: what no order of orders may break."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codes import Refusal
from sim.curves import value_at
from sim.motion import AHEAD_US, SLOTS, Motion, serial

RESOLUTION = {0: 0.001, 1: 0.01, 2: 0.01}
u16 = st.integers(0, 0xFFFF)
heads = st.sampled_from([0, 1, 2, 0x42, 0x80, 0x82, 5])
after = st.integers(0, 5500)
i16 = st.integers(-32768, 32767)
knots = st.lists(st.tuples(heads, after, i16, i16), max_size=30).map(
    lambda several: sorted(several, key=lambda k: k[1])
)
whole = st.tuples(st.integers(0, 1000), i16, i16).map(
    lambda k: [(0, k[0], 1000, 0), (1, k[0], 4000, 0), (2, *k)]
)
offsets_us = st.integers(-200_000, 500_000)
orders = st.lists(
    st.one_of(
        st.tuples(st.just("splice"), u16, offsets_us, st.one_of(knots, whole)),
        st.tuples(st.just("extend"), st.integers(0, 99), offsets_us, st.one_of(knots, whole)),
        st.tuples(st.just("pass"), st.integers(1, 120), st.just(0), st.just([])),
    ),
    max_size=40,
)


def fresh():
    motion = Motion(RESOLUTION)
    motion.arm(0, {0: 1.0})
    return motion


def level(kpa, after_ms):
    return [(0, after_ms * 10, 1000, 0), (1, after_ms * 10, 4000, 0), (2, after_ms * 10, kpa, 0)]


@settings(max_examples=100, deadline=None)
@given(orders)
def test_no_orders_break_the_queue(story):
    motion, now_us = fresh(), 10_000_000
    for number, (what, argument, offset_us, some) in enumerate(story):
        base_us = now_us + offset_us
        if what == "splice":
            motion.splice(number + 1, argument, base_us, some, now_us)
        elif what == "extend":
            motion.extend((motion.last_index + argument) & 0xFFFF, base_us, some, now_us)
        else:
            for _ in range(argument):
                now_us += 1000
                if not motion.queued:
                    break
                until_us = motion.select(now_us)
                if until_us is None:  # starved: the device stands still from here on
                    motion.empty()
                    for lane in motion.lanes.values():
                        lane.place(0.0)
                    break
                assert until_us >= now_us
                gain, cap, pressure = (value_at(motion.lanes[c].cubic, now_us) for c in range(3))
                assert -1e-6 <= gain <= 1.0 + 1e-6
                assert min(cap, pressure) >= -1e-6
        assert 0 <= motion.free_slots <= SLOTS
        assert 0 <= motion.gap_bitmap <= 0xFFFF
        assert 0 <= motion.last_index <= 0xFFFF
        assert 0 <= motion.knots_lost <= 0xFFFF


@given(u16, st.integers(-32767, 32767))
def test_serial_numbers_know_who_is_newer_across_their_end(one, ahead):
    two = (one + ahead) & 0xFFFF
    assert serial(two, one) == ahead
    assert serial(one, two) == -ahead


def test_a_curve_runs_from_knot_to_knot():
    motion, now_us = fresh(), 1_000_000
    assert motion.splice(1, 1, now_us, level(400, 100), now_us) is None
    assert motion.extend(4, now_us, level(800, 200), now_us) is None
    felt = []
    for at_ms in (50, 100, 150, 200):
        motion.select(now_us + at_ms * 1000)
        felt.append(value_at(motion.lanes[2].cubic, now_us + at_ms * 1000))
    assert felt == pytest.approx([2.0, 4.0, 6.0, 8.0], abs=1e-9)
    assert motion.select(now_us + 201_000) is None


def test_a_splice_goes_on_with_value_and_slope():
    motion, now_us = fresh(), 1_000_000
    ramp = [(0, 1000, 1000, 0), (1, 1000, 4000, 0), (2, 1000, 1000, 10000)]
    motion.splice(1, 1, now_us, ramp, now_us)
    half_us = now_us + 50_000
    motion.select(half_us)
    before = value_at(motion.lanes[2].cubic, half_us)
    motion.splice(2, 4, half_us, level(2000, 100), half_us)
    motion.select(half_us + 1000)
    after_kpa = value_at(motion.lanes[2].cubic, half_us + 1000)
    assert before < after_kpa < before + 0.4


def test_a_splice_of_the_future_keeps_the_way_there_and_forgets_the_rest():
    motion, now_us = fresh(), 1_000_000
    motion.splice(1, 1, now_us, level(400, 100), now_us)
    for n in range(2, 5):
        motion.extend(3 * n - 2, now_us, level(400, 100 * n), now_us)
    assert motion.free_slots == SLOTS - 12
    motion.splice(2, 13, now_us + 150_000, level(0, 50), now_us)
    assert motion.free_slots == SLOTS - 6 - 3
    motion.select(now_us + 140_000)
    assert value_at(motion.lanes[2].cubic, now_us + 140_000) == pytest.approx(4.0)
    motion.select(now_us + 200_000)
    assert value_at(motion.lanes[2].cubic, now_us + 200_000) == pytest.approx(0.0)


def test_a_newer_splice_of_the_future_replaces_an_older_one():
    motion, now_us = fresh(), 1_000_000
    motion.splice(1, 1, now_us, level(400, 100), now_us)
    motion.splice(2, 4, now_us + 90_000, level(900, 50), now_us)
    motion.splice(3, 7, now_us + 50_000, level(200, 50), now_us)
    motion.select(now_us + 100_000)
    assert value_at(motion.lanes[2].cubic, now_us + 100_000) == pytest.approx(2.0)


def test_a_knot_over_what_is_armed_is_taken_for_that():
    motion = Motion(RESOLUTION)
    motion.arm(0, {0: 0.5})
    motion.splice(1, 1, 1_000_000, level(400, 100), 1_000_000)
    motion.select(1_100_000)
    assert value_at(motion.lanes[0].cubic, 1_100_000) == pytest.approx(0.5)


def test_exactly_half_a_second_ahead_is_not_too_far():
    motion, now_us = fresh(), 1_000_000
    motion.splice(1, 1, now_us + 400_000, level(0, 100), now_us)
    assert motion.revision == 1
    later = motion.splice(2, 4, now_us + 400_100, level(0, 100), now_us)
    assert later is Refusal.TOO_FAR
    assert AHEAD_US == 500_000
