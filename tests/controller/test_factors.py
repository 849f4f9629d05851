"""The course of gain and cap: whatever comes meanwhile, what falls goes on falling."""

from hypothesis import given
from hypothesis import strategies as st

from controller.factors import (
    CAP_RISE_KPA_S,
    GAIN_RISE_PER_S,
    Factors,
    begin,
    let_go,
    steer,
)

LATER_S = [k / 100 for k in range(101)]
factors = st.builds(
    Factors,
    limit_kpa=st.just(20.0),
    share=st.floats(0.0, 1.0),
    guard=st.sampled_from([1.0, 0.7]),
    frozen_kpa=st.sampled_from([float("inf"), 0.2, 5.0]),
)
turns = st.lists(
    st.tuples(st.floats(0.0, 0.6), factors, st.sampled_from([0.005, 0.5, 1.0])), max_size=8
)


@given(turns)
def test_no_turn_is_above_the_way_before_it_but_for_the_slow_way_back(story):
    course, at_s = begin(Factors(limit_kpa=20.0)), 0.0
    for wait_s, wanted, over_s in story:
        at_s += wait_s
        before, course = course, steer(course, wanted, at_s, over_s)
        for later_s in LATER_S:
            then_s = at_s + later_s
            gain, was = course.gain.value_at(then_s), before.gain.value_at(then_s)
            assert gain <= was + GAIN_RISE_PER_S * later_s + 1e-9
            cap_kpa, was_kpa = course.cap.value_at(then_s), before.cap.value_at(then_s)
            assert cap_kpa <= was_kpa + CAP_RISE_KPA_S * later_s + 1e-9


@given(turns)
def test_every_turn_arrives_where_it_is_wanted(story):
    course, at_s, wanted = begin(Factors(limit_kpa=20.0)), 0.0, Factors(limit_kpa=20.0)
    for wait_s, wanted, over_s in story:
        at_s += wait_s
        course = steer(course, wanted, at_s, over_s)
    assert course.gain.value_at(at_s + 1e3) == wanted.gain
    assert course.cap.value_at(at_s + 1e3) == wanted.cap_kpa


def test_letting_go_is_never_slower_than_a_fall_that_is_under_way():
    falling = steer(begin(Factors(limit_kpa=20.0)), Factors(limit_kpa=20.0, share=0.0), 1.0, 0.005)
    gone = let_go(falling, 1.002, 0.5)
    assert gone.gain.value_at(1.002) == falling.gain.value_at(1.002)
    assert gone.gain.value_at(1.005) == 0.0
