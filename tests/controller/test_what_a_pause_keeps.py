"""What a pause lifts and what it does not, thought by thought."""

import msgspec
import pytest

from controller.admission import refusal
from controller.cues import KEEP, Lower, Splice, Yield
from controller.intent import wake
from controller.mind import decide
from controller.moment import Health
from controller.pausing import PAUSE_OVER_S
from controller.words import (
    Ceiling,
    Ease,
    Pain,
    Pause,
    Reason,
    Resume,
)
from profiles.envelope import Limit
from tests.controller.moments import WELL, moment
from tests.controller.programs import compiled


def thought(story, mind=None, until_s=20.0):
    """Fold a session in which what is asked for is felt; `story` has orders or a health by time.

    Return what was thought at each hundredth of a second.
    """
    mind, health, minds = mind or wake(compiled()), WELL, []
    for k in range(round(until_s * 100)):
        told = story.get(k, [])
        orders = [] if isinstance(told, Health) else told
        health = told if isinstance(told, Health) else health
        mind, _, _ = decide(mind, moment(k / 100, mind.target_kpa(k / 100), health, orders))
        minds.append(mind)
    return minds


def asked(minds, from_s, to_s):
    return max(minds[k].target_kpa(k / 100) for k in range(round(from_s * 100), round(to_s * 100)))


HURT = msgspec.structs.replace(WELL, pain_presses=1)


def test_a_ceiling_that_is_set_in_a_pause_counts_after_it():
    minds = thought({900: [Pause()], 1000: [Ceiling(6.0)], 1100: [Resume()]})
    assert 4.0 < asked(minds, 11.0, 20.0) <= 6.0 + 1e-9


def test_a_mode_that_falls_in_a_pause_presses_less_after_it():
    unsure = msgspec.structs.replace(WELL, clock_s=0.02)
    program = compiled()
    frail = msgspec.structs.replace(program.envelope, ppt_kpa=Limit(16.0, "person"))
    mind = wake(msgspec.structs.replace(program, envelope=frail))
    minds = thought({900: [Pause()], 1000: unsure, 1100: [Resume()]}, mind)
    assert minds[-1].mode != "closed_loop"
    assert minds[-1].factors.mode_kpa < 14.0
    assert 2.0 < asked(minds, 11.0, 20.0) <= minds[-1].factors.mode_kpa + 1e-9


def test_a_freeze_that_thaws_in_a_pause_is_over_after_it():
    stale = msgspec.structs.replace(WELL, judgement_age_s=0.06)
    minds = thought({710: stale, 715: [Pause()], 716: WELL, 1000: [Resume()]})
    assert minds[714].factors.frozen_kpa < 10.0
    assert asked(minds, 10.0, 20.0) > 13.0


def test_after_pain_a_cap_that_was_on_its_way_up_goes_no_higher():
    minds = thought(
        {200: [Ceiling(3.0)], 900: [Ceiling(20.0)], 930: HURT, 1100: [Resume()]}, until_s=20.0
    )
    reached_kpa = minds[929].course.cap.value_at(9.3)
    assert 3.0 < reached_kpa < 8.0
    assert asked(minds, 11.0, 20.0) <= reached_kpa + 1e-9


def test_a_pause_is_no_way_round_the_slow_way_back():
    minds = thought({800: [Ease(0.5)], 900: [Ease(1.0)], 1100: [Pause()], 1200: [Resume()]})
    left = minds[1099].course.gain.value_at(11.0)
    assert left < 0.55
    for later_s in (0.2, 1.0, 4.0, 7.9):
        gain = minds[1999].course.gain.value_at(12.0 + later_s)
        assert gain <= left + 0.02 * later_s + 1e-9
    assert minds[1999].course.gain.value_at(19.9) > left + 0.05
    assert minds[1999].course.gain.end == 1.0


def test_pain_in_a_pause_leaves_what_was_on_its_way_up_where_it_was():
    story = {800: [Ease(0.5)], 900: [Ease(1.0)], 1100: [Pause()], 1150: HURT, 1200: [Resume()]}
    minds = thought(story)
    left = minds[1099].course.gain.value_at(11.0)
    assert minds[1999].hurt
    assert minds[1999].course.gain.end == pytest.approx(left)
    assert asked(minds, 12.0, 20.0) <= 14.0 * left + 1e-9


def cues_of(*story):
    """Fold (seconds, orders, health); return the last mind and what each thought has led to."""
    mind, cues = wake(compiled()), []
    for at_s, orders, health in story:
        mind, cue, _ = decide(mind, moment(at_s, mind.target_kpa(at_s), health, orders))
        cues.append(cue)
    return mind, cues


def test_pain_and_a_pause_in_one_thought_let_go_at_once():
    for orders in ([Pause(), Pain()], [Pain(), Pause()]):
        mind, cues = cues_of((9.0, [], WELL), (9.01, orders, WELL))
        assert cues[-1] == Splice(9.01, PAUSE_OVER_S)
        assert (mind.phase, mind.pause.reason, mind.hurt) == ("paused", Reason.PAIN_SAID, True)


@pytest.mark.parametrize("wrong", [{"judgement_age_s": 0.06}, {"fading": True}])
def test_nothing_is_said_while_the_device_lets_go_by_itself_whatever_is_late(wrong):
    late = msgspec.structs.replace(HURT, **wrong)
    story = [(9.0, [], WELL), (9.01, [], HURT), *((9.02 + k / 10, [], late) for k in range(190))]
    _, cues = cues_of(*story)
    assert cues[1:] == [Yield()] + [KEEP] * 190


def test_a_device_that_fades_in_any_other_pause_is_taken_over():
    fading = msgspec.structs.replace(WELL, fading=True)
    _, cues = cues_of((9.0, [Pause()], WELL), (10.0, [], fading))
    assert isinstance(cues[-1], Lower)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("order", [Ease, Ceiling])
def test_what_is_no_number_is_refused_and_changes_nothing(order, wrong):
    mind = wake(compiled())
    mind, _, _ = decide(mind, moment(3.0, 3.0, WELL, [Ease(0.5), Ceiling(2.0)]))
    assert str(wrong) in refusal(mind, order(wrong), 4.0)
    then, _, _ = decide(mind, moment(4.0, 2.0, WELL, [order(wrong)]))
    assert then.factors == mind.factors
    decide(then, moment(4.1, 2.0))


def test_a_number_is_taken():
    assert refusal(wake(compiled()), Ease(0.5), 4.0) is None
    assert refusal(wake(compiled()), Ceiling(6.0), 4.0) is None
