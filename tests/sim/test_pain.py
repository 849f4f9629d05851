"""What hurts how much, and when a hand goes to the button."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.pain import PRESSES, Hand, Pain, area_factor
from tests.sim.bodies import STEP_US, Pressed, dice

shares = st.floats(0.0, 3.0)


def felt(share, seconds, pain=None):
    pain = pain or Pain()
    nrs = []
    for _ in range(round(seconds * 100)):
        pain.feel(share)
        nrs.append(pain.nrs)
    return nrs


@given(st.floats(0.01, 1000.0), st.floats(0.01, 1000.0))
def test_a_larger_area_never_hurts_later(one_cm2, two_cm2):
    small, large = sorted((one_cm2, two_cm2))
    assert area_factor(large) <= area_factor(small)


@given(shares, shares)
def test_more_pressure_never_hurts_less(one, two):
    less, more = sorted((one, two))
    assert felt(less, 0.01)[-1] <= felt(more, 0.01)[-1]
    assert 0.0 <= felt(more, 0.01)[-1] <= 10.0


def test_nothing_is_felt_up_to_0_95_of_the_threshold_and_all_of_it_at_1_8():
    assert felt(0.95, 1)[-1] == 0.0
    assert felt(1.0, 0.01)[-1] == pytest.approx(0.588, abs=0.001)
    assert felt(1.8, 1)[-1] == pytest.approx(10.0)
    assert felt(2.5, 1)[-1] == 10.0


def test_a_steady_pressure_below_the_threshold_is_felt_less_and_less_and_above_it_is_not():
    below, above = felt(0.99, 60), felt(1.3, 60)
    assert below[-1] == pytest.approx(below[0] / 2.718, rel=0.01)
    assert above[-1] == above[0]


def test_repeats_that_come_soon_hurt_more_and_after_a_pause_they_do_not():
    pain = Pain()
    first = felt(1.2, 0.5, pain)[0]
    felt(0.2, 1.0, pain)
    second = felt(1.2, 0.5, pain)[0]
    felt(0.2, 4.0, pain)
    third = felt(1.2, 0.5, pain)[0]
    assert second == pytest.approx(first + 0.3)
    assert third == first


def presses(nrs, seconds, pressing="usual", seed=1):
    """When a hand presses, under a pain that stays."""
    hand = Hand(PRESSES[pressing], dice(seed))
    at = [now for now in range(0, round(seconds * 1e6), STEP_US) if hand.answer(now, nrs)]
    return [now * 1e-6 for now in at]


@pytest.mark.parametrize("seed", range(20))
def test_a_hand_needs_half_a_second_to_a_second(seed):
    (first, *_) = presses(5.0, 2.0, seed=seed)
    assert 0.5 <= first <= 1.01


def test_a_hand_that_is_late_needs_more_pain_and_more_time():
    assert presses(4.0, 10.0, "late") == []
    assert 3.5 <= presses(5.0, 10.0, "late")[0] <= 4.01


def test_a_hand_that_never_presses_never_does():
    assert presses(10.0, 60.0, "never") == []


def test_the_button_is_held_and_pressed_again_while_it_hurts():
    often = presses(5.0, 20.0)
    assert 4 <= len(often) <= 8
    assert min(b - a for a, b in pairwise(often)) >= 0.3 + 2.0 + 0.5


@pytest.mark.parametrize(
    ("preset", "manner"),
    [("reduced_sensation", {}), ("healthy_f", {"presses": "never"}),
     ("healthy_f", {"sensation": "none"}), ("healthy_f", {"sensation": "reduced"})],
)  # fmt: skip
def test_who_does_not_report_pain_presses_nothing_however_much_it_is(preset, manner):
    body = Pressed(preset, **manner)
    body.press_share(2.0, 20)
    assert body.when("pain pressed") == []


def test_whoever_hurts_presses_the_button():
    body = Pressed()
    body.press_share(0.9, 20)
    assert body.when("pain pressed") == []
    began_s = body.now_s
    body.press_share(1.3, 2)
    (pressed_s, *_) = body.when("pain pressed")
    assert 0.5 <= pressed_s - began_s <= 1.03
