"""A muscle that guards: noticed at once, confirmed, answered once per cause."""

import math

import pytest

from controller.guarding import Guard, hear, loudness
from tests.controller.moments import emg

REST_UV, NOISE = (5.0,), (2.0,)


def loud(uv, mvc=(), **more):
    return loudness(emg(uv, **more), REST_UV, mvc, NOISE)


def told(story, pressing=lambda at_s: True, moving=False, pained_s=None):
    """Fold (from_s, to_s, uV) spells; return (second, answer) of everything that was asked for."""
    guard, answers = Guard(), []
    for from_s, to_s, uv in story:
        for k in range(round(from_s * 100), round(to_s * 100)):
            at_s = k / 100
            guard, answer = hear(
                guard,
                at_s,
                loud(uv),
                crossing=uv > 12.0,
                pressing=pressing(at_s),
                moving=moving,
                pained_s=pained_s,
            )
            if answer is not None:
                answers.append((at_s, answer))
    return answers


def eases(answers):
    return [at_s for at_s, answer in answers if answer.ease]


def test_thresholds_are_in_baselines_and_in_shares_of_the_strongest_contraction():
    assert loud(14.3).guarding > 1.0 > loud(13.0).guarding  # 3 x what 5 uV is without noise
    assert loud(14.3, mvc=(180.0,)).guarding < 1.0  # a tenth of 180 uV
    assert loud(18.5, mvc=(180.0,)).guarding > 1.0
    assert loud(25.0, mvc=(180.0,)).spasm < 1.0 < loud(37.0, mvc=(180.0,)).spasm  # and a fifth
    assert loud(9.3, mvc=(200.0,)).calm < 1.0 < loud(10.4, mvc=(200.0,)).calm


@pytest.mark.parametrize("uv", [200.1, 500.0, 1e6, math.inf])
def test_of_a_contraction_no_more_counts_than_what_would_hide_no_guard(uv):
    """A tenth of 200 uV is what most bodies that guard are over."""
    assert loud(20.2, mvc=(uv,)).guarding > 1.0 > loud(19.8, mvc=(uv,)).guarding
    assert loud(40.3, mvc=(uv,)).spasm > 1.0


def test_a_channel_that_cannot_be_trusted_says_nothing():
    assert loud(900.0, trusted=False).spasm == 0.0


def test_a_baseline_that_was_not_measurable_counts_as_twice_the_noise():
    assert loudness(emg(11.0), (None,), (), NOISE).guarding > 1.0
    assert loudness(emg(9.0), (), (), NOISE).guarding < 1.0


def test_an_onset_freezes_at_once_and_half_a_second_of_it_eases():
    answers = told([(0, 2, 5.0), (2, 4, 20.0)])
    assert [at_s for at_s, answer in answers if answer.freeze] == [2.0]
    assert eases(answers) == [pytest.approx(2.5)]


def test_a_twitch_is_no_guard():
    assert eases(told([(0, 2, 5.0), (2, 2.3, 20.0), (2.3, 6, 5.0)])) == []


def test_an_onset_that_nothing_of_ours_explains_opens_nothing():
    assert told([(0, 2, 5.0), (2, 3, 20.0), (3, 5, 5.0)], pressing=lambda at_s: False) == []


def test_a_muscle_that_is_tense_before_a_rise_freezes_it_as_it_begins():
    answers = told([(0, 2, 5.0), (2, 5, 20.0)], pressing=lambda at_s: at_s >= 3.0)
    assert [at_s for at_s, answer in answers if answer.freeze] == [3.0]
    assert eases(answers) == [pytest.approx(3.5)]


def candidates(story):
    """Fold a story; return for how long, in all, a candidate is weighed."""
    guard, weighed_s = Guard(), 0.0
    for from_s, to_s, uv in story:
        for k in range(round(from_s * 100), round(to_s * 100)):
            guard, _ = hear(
                guard, k / 100, loud(uv), crossing=uv > 12.0, pressing=True, moving=False
            )
            weighed_s += 0.01 * (guard.candidate_s is not None)
    return weighed_s


def test_what_cannot_be_confirmed_any_more_is_let_go_on_at_once():
    """Half a second of the next 0.7 must be loud: a fifth of a second of quiet, and it is over."""
    assert candidates([(0, 2, 5.0), (2, 2.01, 20.0), (2.01, 4, 5.0)]) == pytest.approx(0.21)
    assert candidates([(0, 2, 5.0), (2, 2.4, 20.0), (2.4, 5, 5.0)]) == pytest.approx(0.60)


def test_a_cramp_is_no_answer_to_the_stroke_that_comes_after_it():
    story = [(0, 2, 5.0), (2, 6, 60.0)]
    spasms = [
        at_s for at_s, answer in told(story, pressing=lambda at_s: at_s >= 3.0) if answer.spasm
    ]
    assert spasms[0] == pytest.approx(4.0)


def test_one_cause_is_answered_once():
    assert len(eases(told([(0, 2, 5.0), (2, 4.3, 20.0)]))) == 1


def test_what_comes_again_before_it_has_settled_is_the_same_cause():
    again = [(0, 2, 5.0), (2, 2.9, 20.0), (2.9, 3.4, 5.0), (3.4, 4.4, 20.0), (4.4, 6, 5.0)]
    assert len(eases(told(again))) == 1


@pytest.mark.parametrize("rate_hz", [0.4, 0.6, 1.0])
def test_it_works_at_every_rate_of_kneading(rate_hz):
    cycle_s = 1.0 / rate_hz
    story = []
    for k in range(8):  # guards while pressure is high: 60 % of a cycle, and slow RMS blurs it
        story.append((k * cycle_s, (k + 0.4) * cycle_s, 5.0))
        story.append(((k + 0.4) * cycle_s, (k + 1.0) * cycle_s, 25.0))
    first = eases(told(story))[0]
    assert first <= 2 * cycle_s


def bursts(times_s):
    story, now_s = [], 0.0
    for at_s in times_s:
        story += [(now_s, at_s, 5.0), (at_s, at_s + 1.0, 20.0)]
        now_s = at_s + 1.0
    return [*story, (now_s, now_s + 1.0, 5.0)]


def test_three_guards_in_a_minute_lower_the_ceiling_and_three_more_close_the_region():
    answers = told(bursts([2, 12, 22, 32, 42, 52]))
    assert [at_s for at_s, answer in answers if answer.lower] == [pytest.approx(22.5)]
    assert [at_s for at_s, answer in answers if answer.close] == [pytest.approx(52.5)]


def test_three_guards_in_more_than_a_minute_are_just_that():
    answers = told(bursts([2, 34, 66]))
    assert len(eases(answers)) == 3
    assert not any(answer.lower or answer.close for _, answer in answers)


def test_a_guard_near_a_press_of_the_pain_button_closes_the_region():
    answers = told(bursts([50]), pained_s=0.0)
    assert any(answer.close for _, answer in answers)
    assert not any(answer.close for _, answer in told(bursts([150]), pained_s=0.0))


def test_a_spasm_is_two_loud_seconds_that_nothing_of_ours_explains():
    answers = told([(0, 2, 5.0), (2, 6, 60.0)], pressing=lambda at_s: False)
    assert answers[0][0] == pytest.approx(4.0)
    assert answers[0][1].spasm


def test_movement_explains_what_is_loud():
    assert not any(answer.spasm for _, answer in told([(0, 6, 60.0)], moving=True))


def test_what_stays_loud_after_our_answer_is_a_spasm():
    answers = told([(0, 2, 5.0), (2, 8, 60.0)])
    assert eases(answers) == [pytest.approx(2.5)]
    assert next(at_s for at_s, answer in answers if answer.spasm) == pytest.approx(7.5)


def test_a_guard_that_fades_after_our_answer_is_no_spasm():
    fading = [(2 + k, 3 + k, 60.0 * 0.72**k) for k in range(6)]  # as a body's does, in 3 s
    answers = told([(0, 2, 5.0), *fading, (8, 10, 5.0)])
    assert eases(answers) == [pytest.approx(2.5)]
    assert not any(answer.spasm for _, answer in answers)
