"""What the mind decides, one behaviour at a time."""

import itertools

import msgspec
import pytest

from controller.acts import FROZEN_FOR_S, HELD_MAX_S
from controller.admission import refusal
from controller.cues import Finish, Halt, Keep, Lower
from controller.intent import wake
from controller.mind import decide
from controller.words import (
    Ceiling,
    Ease,
    Eased,
    Judged,
    Mark,
    Marked,
    ModeChanged,
    Reason,
    Release,
    StepBegan,
    StepEnded,
    Stop,
)
from tests.controller.moments import WELL, moment
from tests.controller.programs import compiled


@pytest.fixture(scope="module")
def program():
    return compiled()


def health(**changes):
    return msgspec.structs.replace(WELL, **changes)


def play(mind, from_s, to_s, **more):
    """Fold moments every 10 ms in which the body feels just what is asked for."""
    cues, events = [], []
    for k in range(round(from_s * 100), round(to_s * 100)):
        at_s = k / 100
        mind, cue, told = decide(mind, moment(at_s, mind.target_kpa(at_s), **more))
        cues.append(cue)
        events.extend(told)
    return mind, cues, events


def test_a_program_plays_to_its_end_and_finishes_complete(program):
    _mind, cues, events = play(wake(program), 0, program.worst_case_s + 0.1)
    assert [type(cue) for cue in cues if not isinstance(cue, Keep)] == [Finish]
    assert next(cue for cue in cues if isinstance(cue, Finish)).verdict is None
    assert [e.label for e in events if isinstance(e, StepBegan)] == [s.label for s in program.steps]
    assert [e.outcome for e in events if isinstance(e, StepEnded)] == ["done"] * 3


def test_a_stop_order_halts_in_any_phase(program):
    playing, _, _ = play(wake(program), 0, 3)
    releasing, _, _ = decide(playing, moment(3.0, 3.0, orders=[Release()]))
    for mind in (wake(program), playing, releasing):
        _, cue, _ = decide(mind, moment(3.01, 3.0, orders=[Stop()]))
        assert isinstance(cue, Halt)
        assert cue.verdict.reason is Reason.OPERATOR


def test_a_stop_and_a_release_together_stop(program):
    _, cue, _ = decide(wake(program), moment(1.0, 1.0, orders=[Stop(), Release()]))
    assert isinstance(cue, Halt)


def test_a_release_reaches_zero_within_a_second_and_finishes(program):
    mind, _, _ = play(wake(program), 0, 10)
    mind, cue, _ = decide(mind, moment(10.0, 10.0, orders=[Release()]))
    assert isinstance(cue, Lower)
    assert mind.target_kpa(11.0) == 0.0
    mind, cues, _ = play(mind, 10.01, 11.01)
    (finish,) = [cue for cue in cues if isinstance(cue, Finish)]
    assert finish.reason is Reason.OPERATOR


@pytest.mark.parametrize(
    ("ages", "reason"),
    [
        ({"pressure_age_s": 0.06}, Reason.SENSOR_STALE),
        ({"judgement_age_s": 0.06}, Reason.JUDGEMENT_LATE),
        ({"fading": True}, Reason.DEVICE_FADING),
    ],
)
def test_nothing_rises_while_the_evidence_is_old(program, ages, reason):
    mind, _, _ = play(wake(program), 0, 6.5)  # on the way up to the first peak
    before_kpa = mind.target_kpa(6.5)
    mind, cue, events = decide(mind, moment(6.5, health=health(**ages)))
    assert isinstance(cue, Lower)
    assert [e.verdict.reason for e in events if isinstance(e, Judged)] == [reason]
    mind, cues, _ = play(mind, 6.51, 7.5, health=health(**ages))
    assert all(isinstance(cue, Keep) for cue in cues), "one freeze for one cause"
    assert max(mind.target_kpa(6.51 + k / 100) for k in range(100)) <= before_kpa + 1e-9


def test_a_frozen_rise_goes_on_slowly_once_all_is_well(program):
    mind, _, _ = play(wake(program), 0, 6.5)
    mind, _, _ = decide(mind, moment(6.5, health=health(pressure_age_s=0.06)))
    frozen_kpa = mind.factors.frozen_kpa
    mind, cues, _ = play(mind, 6.51, 7.2)
    assert sum(isinstance(cue, Lower) for cue in cues) == 1
    course = [mind.course.cap.value_at(7.0 + k / 100) for k in range(500)]
    steepest = max(b - a for a, b in itertools.pairwise(course)) * 100
    assert course[0] <= frozen_kpa + 0.5
    assert course[-1] == program.envelope.pressure_kpa.value
    assert steepest <= 10.0 + 1e-6


@pytest.mark.parametrize(
    ("ages", "reason"),
    [
        ({"pressure_age_s": 0.21}, Reason.SENSOR_STALE),
        ({"judgement_age_s": 0.21}, Reason.JUDGEMENT_LATE),
    ],
)
def test_evidence_that_stays_away_is_a_release(program, ages, reason):
    mind, _, _ = play(wake(program), 0, 6.5)
    mind, cue, _ = decide(mind, moment(6.5, health=health(**ages)))
    assert isinstance(cue, Lower)
    assert mind.why is not None
    assert mind.why.reason is reason
    assert mind.target_kpa(7.5) == 0.0


@pytest.mark.parametrize(
    ("ages", "reason"),
    [
        ({"pressure_age_s": 1.01}, Reason.SENSOR_LOST),
        ({"device_age_s": 0.11}, Reason.DEVICE_SILENT),
        ({"failure": Reason.LINK_LOST}, Reason.LINK_LOST),
        ({"failure": Reason.DEVICE_RESTARTED}, Reason.DEVICE_RESTARTED),
    ],
)
def test_what_is_gone_for_good_is_a_stop(program, ages, reason):
    _, cue, _ = decide(wake(program), moment(1.0, health=health(**ages)))
    assert isinstance(cue, Halt)
    assert cue.verdict.reason is reason


@pytest.mark.parametrize(
    "ages", [{"pressure_age_s": 0.05}, {"judgement_age_s": 0.05}, {"device_age_s": 0.1}]
)
def test_just_inside_its_limits_nothing_is_done(program, ages):
    _, cue, _ = decide(wake(program), moment(1.0, 0.1, health=health(**ages)))
    assert isinstance(cue, Keep)


def test_easing_presses_that_share_of_the_programme_and_comes_back_slowly(program):
    mind, _, _ = play(wake(program), 0, 8)
    mind, cue, events = decide(mind, moment(8.0, 8.0, orders=[Ease(0.5)]))
    assert events == (Eased(8.0, 0.5),)
    assert isinstance(cue, Lower)
    plain = wake(program)
    assert mind.target_kpa(9.0) == pytest.approx(plain.target_kpa(9.0) * 0.5)
    mind, _, _ = decide(mind, moment(9.0, 4.0, orders=[Ease(1.0)]))
    rise = mind.course.gain.value_at(10.0) - mind.course.gain.value_at(9.0)
    assert 0 < rise <= 0.02


def test_a_ceiling_is_never_exceeded(program):
    mind, _, _ = decide(wake(program), moment(0.0, 0.0, orders=[Ceiling(6.0)]))
    assert max(mind.target_kpa(1 + k / 50) for k in range(1300)) == pytest.approx(6.0)


def test_a_release_is_not_undone_by_easing_back_up(program):
    mind, _, _ = play(wake(program), 0, 8)
    mind, _, _ = decide(mind, moment(8.0, 8.0, orders=[Release()]))
    mind, cues, _ = play(mind, 8.01, 8.5, orders=[Ease(1.0), Ceiling(50.0)])
    assert all(isinstance(cue, Keep) for cue in cues)
    assert mind.target_kpa(9.0) == 0.0


@pytest.mark.parametrize("label", ["", "  "])
def test_a_mark_without_a_word_is_refused(program, label):
    assert refusal(wake(program), Mark(label), 3.0) == "a mark needs a word to find it by"


def test_a_mark_is_told_and_changes_nothing(program):
    mind, _, _ = play(wake(program), 0, 3)
    marked, cue, events = decide(mind, moment(3.0, 3.0, orders=[Mark("here")]))
    assert isinstance(cue, Keep)
    assert events == (Marked(3.0, "here"),)
    assert marked.course == mind.course


def frozen_for(program, seconds):
    """Fold a cause that stays away for no longer than this; return what came of it."""
    mind, _, _ = play(wake(program), 0, 6.5)
    mind, _, events = play(mind, 6.5, 6.5 + seconds, health=health(pressure_age_s=0.06))
    return mind, [e.verdict for e in events if isinstance(e, Judged)]


def test_a_hold_of_more_than_five_seconds_is_a_release(program):
    mind, judged = frozen_for(program, HELD_MAX_S + 0.03)
    assert [v.action for v in judged] == ["hold", "release"]
    assert judged[-1].reason is Reason.HELD_TOO_LONG
    assert mind.phase == "releasing"


def test_a_hold_that_is_over_within_five_seconds_is_no_release(program):
    mind, judged = frozen_for(program, HELD_MAX_S - FROZEN_FOR_S - 0.02)
    assert [v.action for v in judged] == ["hold"]
    mind, _, _ = play(mind, 6.5 + HELD_MAX_S, 13.0)
    assert mind.factors.frozen_kpa == float("inf")


def test_a_cause_that_comes_back_at_once_freezes_again_without_a_word(program):
    mind, _, _ = play(wake(program), 0, 6.5)
    judged = []
    for k in range(4):
        from_s = 6.5 + k
        mind, _, events = play(mind, from_s, from_s + 0.1, health=health(pressure_age_s=0.06))
        judged += [e for e in events if isinstance(e, Judged)]
        assert mind.factors.frozen_kpa < float("inf")
        mind, _, _ = play(mind, from_s + 0.1, from_s + 1.0)
    assert len(judged) == 1


def test_whoever_holds_presses_the_lower_of_command_and_value(program):
    mind, _, _ = play(wake(program), 0, 6.5)
    for felt_kpa in (mind.target_kpa(6.5) - 0.8, mind.target_kpa(6.5) + 0.8):
        held, _, _ = decide(mind, moment(6.5, felt_kpa, health(fading=True)))
        lower = min(felt_kpa, mind.target_kpa(6.5))
        assert held.target_kpa(6.6) == pytest.approx(lower, abs=0.01)


def test_a_fade_that_comes_while_something_is_held_is_taken_over_once(program):
    mind, _, _ = play(wake(program), 0, 6.5)
    mind, _, _ = decide(mind, moment(6.5, health=health(pressure_age_s=0.06)))
    mind, cue, _ = decide(mind, moment(6.55, 1.0, health(fading=True)))
    assert isinstance(cue, Lower), "the device waits for a word, and the hold has been said already"
    assert mind.target_kpa(6.6) == pytest.approx(1.0, abs=0.01)
    assert mind.frozen_s == 6.5, "held since the first of both"
    _, cues, _ = play(mind, 6.56, 7.5, health=health(fading=True))
    assert all(isinstance(cue, Keep) for cue in cues)


def test_less_trust_is_told_and_presses_less(program):
    mind, _, _ = play(wake(program), 0, 10)
    mind, cue, events = decide(mind, moment(10.0, mind.target_kpa(10.0), health(clock_s=0.011)))
    (told,) = [e for e in events if isinstance(e, ModeChanged)]
    assert (told.mode, told.reason) == ("step_adjust", Reason.CLOCK_UNSURE)
    assert isinstance(cue, Lower)
    assert cue.cap_kpa == min(0.5 * program.envelope.ppt_kpa.value, mind.factors.limit_kpa)
