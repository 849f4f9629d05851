"""Pressing by a signal: less at once, more slowly, never more than the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adaptation import STEP, Adaptation, follow, mapped
from profiles.program import Adapt

MAP = Adapt("emg", "baseline", ((0.8, 1.0), (1.0, 0.9), (1.5, 0.6)), 1.0)


def followed(story, adapt=MAP):
    now, shares = Adaptation(), []
    for at_s, ratio in story:
        now = follow(now, adapt, ratio, at_s)
        shares.append(now.share)
    return shares


def steady(ratio, from_s, to_s):
    return [(k / 100, ratio) for k in range(round(from_s * 100), round(to_s * 100))]


def test_a_map_is_straight_between_its_points_and_level_beyond_them():
    assert [mapped(MAP, ratio) for ratio in (0.1, 0.8, 0.9, 1.25, 1.5, 9.0)] == pytest.approx(
        [1.0, 1.0, 0.95, 0.75, 0.6, 0.6]
    )


def test_a_muscle_that_answers_is_pressed_less():
    shares = followed(steady(0.8, 0, 3) + steady(1.5, 3, 9))
    assert shares[299] == 1.0
    assert shares[-1] == pytest.approx(0.6, abs=STEP)


def test_more_is_pressed_again_only_after_calm():
    shares = followed(steady(1.5, 0, 6) + steady(0.7, 6, 12))
    back = next(k for k in range(600, 1200) if shares[k] > shares[599])
    assert back / 100 - 6.0 >= 2.0


def test_a_signal_that_is_gone_leaves_the_share_as_it_is():
    shares = followed(steady(1.5, 0, 6) + steady(None, 6, 20))
    assert set(shares[600:]) == {shares[599]}


def test_one_channel_that_answers_is_enough_to_press_less_and_too_little_to_press_more():
    now, shares = Adaptation(), []
    for at_s, ratio in steady(1.5, 0, 4) + steady(0.7, 4, 12):
        now = follow(now, MAP, ratio, at_s, whole=False)
        shares.append(now.share)
    assert shares[-1] == shares[399] == pytest.approx(0.6, abs=STEP)
    for at_s, ratio in steady(1.5, 12, 20):
        now = follow(now, MAP, ratio, at_s)
        assert now.share <= shares[-1], "what was quiet alone does not speak for all"


@given(st.lists(st.none() | st.floats(0.0, 10.0), max_size=40), st.floats(0.05, 3.0))
def test_no_signal_ever_asks_for_more_than_the_whole(ratios, step_s):
    shares = followed([(k * step_s, ratio) for k, ratio in enumerate(ratios)])
    assert all(0.0 <= share <= 1.0 for share in shares)
