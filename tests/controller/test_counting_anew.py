"""A pause is no time in which anybody has listened: what was being counted begins anew."""

import pytest
from msgspec.structs import replace

from controller.adaptation import Adaptation
from controller.emg_trust import EmgTrust
from controller.guarding import Guard
from controller.hearing import heard
from controller.intent import wake
from controller.mind import decide
from controller.reacting import Reaction
from controller.words import Pause, Reacted, Resume, Unmeasurable
from tests.controller.moments import WELL, emg, moment
from tests.controller.programs import compiled

LISTENING = """
format: myoloop-profile/1
id: test-counting
revision: 1
title: Listening over a pause
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {emg: {missing: timed, lost: ease}}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 3 kPa, for: 40 s}
  - petrissage:
      pressure: {low: 3 kPa, high: 6 kPa}
      rate: 0.6 Hz
      for: 12 s
      until: {signal: emg, above: 50 uV, for: 2 s}
rules:
  tense:
    when: {signal: emg, above: 40 uV, for: 1 s}
    do: {ease: {to: 50 %, over: 500 ms, keep: 3 s}}
  very-tense:
    when: {signal: emg, above: 90 uV, for: 1 s}
    do: {hold: {for: 4 s}}
"""


@pytest.fixture(scope="module")
def program():
    return compiled(LISTENING)


def reacted(program, loud, until_s=25.0):
    """Pause from 10 s to 20 s, loud where `loud` says; return when rules have acted."""
    mind, acted, orders = wake(program), [], {1000: [Pause()], 2000: [Resume()]}
    for k in range(round(until_s * 100)):
        at_s = k / 100
        felt = emg(45.0 if loud(at_s) else 5.0, crossing=False)
        mind, _, events = decide(
            mind, moment(at_s, mind.target_kpa(at_s), WELL, orders.get(k, ()), felt)
        )
        acted += [at_s for event in events if isinstance(event, Reacted)]
    return acted


def test_a_rule_counts_no_instant_before_a_pause(program):
    around = reacted(program, lambda at_s: 9.5 <= at_s < 20.6)
    assert around == [], "half a second before it, and another one after it, are no second"
    (acted_s,) = reacted(program, lambda at_s: at_s >= 9.5)
    assert acted_s == pytest.approx(21.0, abs=0.02)


def after_silence(program, hearing, silent_s, **more):
    """Return what is remembered when one batch comes after `silent_s` without any."""
    at_s = hearing.heard_s + silent_s
    felt = moment(at_s, 3.0, heard=emg(30.0, **more)).features
    return heard(hearing, program, hearing.step, felt, WELL, at_s, 10.0)


STARTING = """
format: myoloop-profile/1
id: test-start
revision: 1
title: Compared with its start over a pause
region: upper_trapezius
needs: {channels: [pressure], signals: {emg: {missing: timed, lost: ease}}}
limits: {pressure: 20 kPa, rise: 20 kPa/s, session: 10 min}
steps:
  - settle: {pressure: 3 kPa, for: 6 s, baseline: emg}
  - settle: {pressure: 6 kPa, for: 60 s, until: {signal: emg, below: 50 %, of: start, for: 30 s}}
  - settle: {pressure: 3 kPa, for: 5 s}
"""


def started(paused_s, at_pause_s=7.5):
    """Pause in the second step; EMG is 6 uV at rest, and 0.5 uV more for each kPa asked for.

    Yield when its start was complete, what that is, and what is not measurable so far.
    """
    mind, said = wake(compiled(STARTING)), []
    resumed_s = at_pause_s + paused_s
    orders = {round(at_pause_s * 100): [Pause()], round(resumed_s * 100): [Resume()]}
    for k in range(round((resumed_s + 12.0) * 100)):
        at_s = k / 100
        felt = emg(6.0 + 0.5 * mind.target_kpa(at_s), crossing=False)
        before = mind
        mind, _, events = decide(
            mind, moment(at_s, mind.target_kpa(at_s), WELL, orders.get(k, ()), felt)
        )
        said += [event.of for event in events if isinstance(event, Unmeasurable)]
        key = ("emg", "start")
        if key in mind.hearing.references and key not in before.hearing.references:
            yield at_s, mind.hearing.references[key], said


@pytest.mark.parametrize("paused_s", [20.0, 70.0])
def test_a_start_is_measured_at_the_target_before_a_pause_or_after_it(paused_s):
    *_, (complete_s, (start_uv,), _) = started(paused_s)
    assert start_uv == pytest.approx(9.0, abs=0.02)
    assert complete_s >= 7.5 + paused_s + 2.0


def test_after_a_minute_a_start_is_measured_anew_and_a_baseline_that_is_forgotten_is_told():
    (first_s, _, _), (again_s, (start_uv,), said) = started(70.0, at_pause_s=20.0)
    assert first_s < 20.0 < 92.0 < again_s
    assert start_uv == pytest.approx(9.0, abs=0.02)
    assert said == ["baseline"]
    assert len([*started(50.0, at_pause_s=20.0)]) == 1


@pytest.fixture
def hearing(program):
    """What is remembered in the middle of everything."""
    guard = Guard(
        heard_s=9.0,
        tense=True,
        candidate_s=8.8,
        loud_s=0.2,
        answered_s=5.0,
        calm_since_s=8.5,
        confirmed_s=(4.0, 5.0),
        lowered=1,
        answering=True,
        spasm_since_s=8.0,
    )
    eased = Reaction(8.0, share=0.5, kept_until_s=12.0, acted_s=8.5, answers=True)
    holds = Reaction(8.0, acted_s=8.5, answers=True)
    return replace(
        wake(program).hearing,
        step=1,
        heard_s=9.0,
        guard=guard,
        reactions=(eased, holds),
        adaptation=Adaptation(share=0.6, ratio=0.8, heard_s=9.0, calm_s=8.0),
        until=8.0,
    )


def test_after_a_silence_everything_that_is_counted_begins_anew(program, hearing):
    then = after_silence(program, hearing, 5.0)
    assert then.until is None
    assert [reaction.state for reaction in then.reactions] == [None, None]
    assert not then.reactions[1].answers, "a hold is none of before"
    assert then.adaptation.calm_s is None
    guard = then.guard
    assert (guard.candidate_s, guard.loud_s, guard.spasm_since_s) == (None, 0.0, None)
    assert not guard.is_calm(14.0)


def test_what_was_answered_before_a_silence_stays_answered(program, hearing):
    then = after_silence(program, hearing, 5.0)
    assert (then.guard.answering, then.guard.lowered) == (True, 1)
    assert (then.guard.answered_s, then.guard.confirmed_s) == (5.0, (4.0, 5.0))
    assert then.adaptation.share == 0.6
    eased = then.reactions[0]
    assert (eased.share, eased.answers) == (0.5, True)
    assert eased.kept_until_s == 17.0, "nor does an ease lapse meanwhile"


def test_a_batch_or_two_that_are_missing_change_no_count(program, hearing):
    then = after_silence(program, hearing, 0.4)
    assert (then.guard, then.reactions, then.until) == (
        hearing.guard,
        hearing.reactions,
        hearing.until,
    )


@pytest.mark.parametrize("trusted", [True, False])
def test_a_silence_is_neither_bad_nor_clean(program, hearing, trusted):
    bad = replace(hearing, trust=EmgTrust(8.5))
    then = after_silence(program, bad, 60.0, trusted=trusted)
    assert then.trust.standing(69.0) == "doubted"
    clean = replace(hearing, trust=EmgTrust(7.0, 8.0))
    then = after_silence(program, clean, 60.0, trusted=trusted)
    assert then.trust.standing(69.0) == "lost"
