"""The body answers, and what is played changes: stories on the twin, in virtual time."""

import msgspec
import numpy as np
import pytest

from controller.guarding import NEAR_PAIN_S, Guard
from controller.hearing import Hearing
from controller.intent import wake
from controller.mind import decide
from controller.words import (
    Compared,
    Judged,
    Paused,
    Reacted,
    Reason,
    Release,
    StepEnded,
    Unmeasurable,
)
from firmware_bridge.codes import Gesture
from profiles.library import library_text
from sim.birth import recipe
from sim.emg_faults import ElectrodeOff
from sim.oracle import seconds_above_threshold
from tests.controller.moments import WELL, moment
from tests.controller.programs import compiled
from tests.controller.stories import story

KNEADING = """
format: myoloop-profile/1
id: test-loop
revision: 1
title: Kneading that listens
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {{emg: {{missing: timed, lost: {lost}}}}}
limits: {{pressure: 24 kPa, rise: 50 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 8 s, baseline: emg}}
  - petrissage: {{pressure: {{low: 3 kPa, high: 16 kPa}}, rate: {rate} Hz, for: 24 s}}
  - settle: {{pressure: 3 kPa, for: 3 s}}
{more}
"""
EARLY = "sim://healthy_f?seed=7&guards=early"
CALM = "sim://healthy_f?seed=7"


def act(gesture):
    return lambda stage: stage.act(gesture)


async def kneaded(url, *happenings, rate=0.6, lost="ease", more=""):
    text = KNEADING.format(rate=rate, lost=lost, more=more)
    return await story(*happenings, text=text, recipe=recipe(url))


@pytest.mark.parametrize("rate", [0.4, 0.6, 1.0])
async def test_a_guarding_body_is_pressed_less_once(rate):
    stage = await kneaded(EARLY, rate=rate)
    assert stage.judged == [("ease", "guarding")]
    assert stage.outcome.result == "complete"
    (eased_s,) = [e.at_s for e in stage.events if getattr(e, "verdict", None)]
    assert stage.felt(eased_s + 0.6, 31.0).max() < 0.8 * 16.0 + 0.5


async def test_pain_soon_after_a_guard_ends_it_and_much_later_it_is_a_pause():
    stage = await kneaded(EARLY, (15.0, act(Gesture.PAIN_PRESS)))
    assert stage.judged == [("ease", "guarding"), ("release", "pain")]
    assert stage.felt(16.2, 16.5).max(initial=0.0) < 0.3
    guarded = msgspec.structs.replace(
        wake(compiled()), hearing=Hearing(guard=Guard(answered_s=8.0))
    )
    for after_s, phase in ((NEAR_PAIN_S - 1.0, "releasing"), (NEAR_PAIN_S + 1.0, "paused")):
        health = msgspec.structs.replace(WELL, pain_presses=1)
        mind, _, _ = decide(guarded, moment(8.0 + after_s, 3.0, health))
        assert mind.phase == phase


@pytest.mark.parametrize("seed", [3, 5, 8])
async def test_a_body_that_is_let_off_calms_and_is_kneaded_on(seed):
    """What was frozen is no level to stay at: a muscle guards on against what is held."""
    stage = await kneaded(f"sim://healthy_f?seed={seed}&guards=early")
    assert stage.judged[0] == ("ease", "guarding")
    assert set(stage.judged) == {("ease", "guarding")}
    assert stage.outcome.result == "complete"
    (confirmed_s, *_) = [e.at_s for e in stage.said(Judged)]
    frozen_kpa = stage.felt(confirmed_s - 0.1, confirmed_s).mean()
    assert stage.felt(confirmed_s + 0.1, confirmed_s + 0.11).max() < frozen_kpa - 0.05
    assert stage.felt(confirmed_s + 0.6, confirmed_s + 0.7).max() < 0.75 * frozen_kpa


async def test_a_rise_stops_when_the_muscle_answers_it():
    stage = await kneaded(EARLY)
    (begins_s,) = stage.truth.all("guarding begins")
    zero_s = stage.outcome.began_device_s
    before = stage.felt(begins_s - zero_s, begins_s - zero_s + 0.1).max()
    assert stage.felt(begins_s - zero_s + 0.1, begins_s - zero_s + 0.55).max() <= before + 0.1


def contracted(uv, region="upper_trapezius", **more):
    return (Compared(0.0, region, "left", (uv, uv), **more),)


@pytest.mark.parametrize("seed", [2, 4, 5, 7])
async def test_a_muscle_that_is_very_strong_guards_no_more_unseen_than_any_other(seed):
    """Of 400 uV a tenth would be 40 uV, and none of these bodies was eased once."""
    text = KNEADING.format(rate=0.6, lost="ease", more="")
    body = recipe(f"sim://healthy_f?seed={seed}&guards=early")
    stage = await story(text=text, recipe=body, compared=contracted(3000.0))
    assert stage.judged[0] == ("ease", "guarding")
    assert set(stage.judged) == {("ease", "guarding")}


PERCENT = """rules:
  tense:
    when: {signal: emg, above: 10 %, of: mvc, for: 200 ms}
    do: {release: {over: 500 ms, then: stop}}
"""


@pytest.mark.parametrize(
    ("known", "reasons"),
    [
        (contracted(180.0), [Reason.RULE]),
        (contracted(3000.0), [Reason.COMPLETE]),
        (contracted(180.0, region="gluteus"), [Reason.COMPLETE]),
        ((), [Reason.COMPLETE]),
    ],
    ids=["known", "much stronger", "of another muscle", "not known"],
)
async def test_a_rule_of_mvc_acts_on_a_share_of_the_contraction_that_is_known(known, reasons):
    text = KNEADING.format(rate=0.6, lost="ease", more=PERCENT)
    stage = await story(text=text, recipe=recipe(EARLY), compared=known)
    assert [stage.outcome.reason] == reasons
    told = stage.said(Compared)
    assert told == list(known or [Compared(0.0, "upper_trapezius", None)])
    assert stage.events.index(told[0]) == 0


@pytest.mark.parametrize(("known", "share"), [(contracted(50.0), 0.6), ((), 1.0)])
async def test_adapt_of_mvc_presses_less_where_a_contraction_is_known_and_never_more(known, share):
    text = KNEADING.format(rate=0.6, lost="ease", more="").replace(
        "for: 24 s}",
        "for: 24 s, adapt: {pressure: {signal: emg, of: mvc, "
        "map: {0 %: 60 %, 400 %: 60 %}, over: 1 s}}}",
    )
    stage = await story(text=text, recipe=recipe(CALM), compared=known)
    assert stage.outcome.result == "complete"
    peak_kpa = max(stage.fit.program.steps[1].trajectory.tracks["pressure"].value)
    assert stage.felt(14.0, 31.0).max() == pytest.approx(share * peak_kpa, abs=0.4)


async def test_a_calm_body_is_left_alone():
    stage = await kneaded(CALM)
    assert stage.judged == []
    assert stage.felt(10.0, 30.0).max() == pytest.approx(16.0, abs=0.4)


async def test_without_a_measurable_baseline_nothing_is_compared_with_it():
    stage = await kneaded(CALM)
    assert [(e.signal, e.of) for e in stage.said(Unmeasurable)] == [("emg", "baseline")]


async def test_a_cramp_that_nobody_reports_stops_the_session():
    stage = await kneaded(CALM + "&presses=never", (14.0, act(Gesture.CRAMP)))
    assert stage.outcome.reason in (Reason.SPASM, Reason.GUARDING)
    (cramp_s,) = stage.truth.all("spasm")
    assert stage.outcome.duration_s < cramp_s - stage.outcome.began_device_s + 6.0


async def test_an_electrode_that_falls_off_never_leads_to_more_pressure():
    stage = await kneaded(CALM, (14.0, act(Gesture.ELECTRODE_OFF)))
    assert stage.judged == [("ease", "emg_lost"), ("ease", "emg_lost")]
    assert stage.felt(16.0, 30.0).max() < 8.5, "half of it a second after it was lost"
    assert stage.felt(21.0, 30.0).max() < 3.5, "and contact after five"


@pytest.mark.parametrize("at_s", [8.3, 14.0])
async def test_an_electrode_that_falls_off_where_mains_has_60_hz_is_no_guarding(at_s):
    def fall_off(stage):
        ElectrodeOff(frequency_hz=60.0).befall(stage.twin, np.random.default_rng(1))

    stage = await kneaded(CALM, (at_s, fall_off))
    assert stage.judged == [("ease", "emg_lost"), ("ease", "emg_lost")]
    assert stage.felt(at_s + 7.0, 34.0).max() < 3.5


@pytest.mark.parametrize(
    ("lost", "reason"), [("stop", Reason.EMG_LOST), ("release", Reason.EMG_LOST)]
)
async def test_a_profile_may_end_when_emg_is_lost(lost, reason):
    stage = await kneaded(CALM, (14.0, act(Gesture.ELECTRODE_OFF)), lost=lost)
    assert stage.outcome.reason is reason
    assert stage.outcome.duration_s < 17.0


async def test_a_first_rise_on_emg_that_cannot_be_trusted_stays_where_it_is():
    stage = await kneaded(CALM, (8.3, act(Gesture.ELECTRODE_OFF)))
    assert stage.felt(8.5, 34.0).max() < 4.5


def tense(then):
    return f"""rules:
  tense:
    when: {{signal: emg, above: 12 uV, for: 200 ms}}
    do: {{release: {{over: 500 ms, then: {then}}}}}
"""


async def test_the_first_rule_that_holds_acts_and_is_told_by_its_name():
    stage = await kneaded(EARLY, more=tense("stop"))
    (told,) = stage.said(Reacted)
    assert (told.rule, told.action) == ("tense", "release")
    assert stage.outcome.reason is Reason.RULE
    assert stage.outcome.duration_s < 20.0


async def test_a_rule_may_pause_and_nothing_resumes_by_itself():
    stage = await kneaded(EARLY, (25.0, lambda s: s.tell(Release())), more=tense("pause"))
    assert [e.reason for e in stage.said(Paused)] == [Reason.RULE]
    assert stage.felt(16.0, 25.0).max() < 0.3


async def test_a_rule_may_go_on_with_the_next_step():
    stage = await kneaded(EARLY, more=tense("continue"))
    assert stage.outcome.result == "complete", stage.outcome
    assert [e.outcome for e in stage.said(StepEnded)][:2] == ["done", "stopped"]
    assert stage.outcome.duration_s < 20.0


def rest_of_activation(truth, released_s):
    """How active the muscle is 8 to 12 s after its knot has let go, as a share of before."""
    since_s = truth.times_s[: len(truth.activation)] - released_s
    before = truth.activation[(since_s > -5.0) & (since_s < -1.0)]
    after = truth.activation[(since_s > 8.0) & (since_s < 12.0)]
    return after.mean() / before.mean()


@pytest.mark.slow
async def test_a_trigger_point_that_lets_go_is_released_early_and_one_that_does_not_in_time():
    outcomes, truths = {}, {}
    for lets_go in ("usual", "never"):
        url = f"sim://trigger_point_ut?seed=7&lets_go={lets_go}"
        stage = await story(text=library_text("trigger-point"), recipe=recipe(url))
        holds = [s for s in stage.outcome.steps if s.technique == "trigger_point"]
        truths[lets_go] = stage.truth
        outcomes[lets_go] = [s.outcome for s in holds]
        assert seconds_above_threshold(stage.truth, 0.0, 1e12) == 0.0
    assert outcomes["usual"][0] == "released"
    assert outcomes["never"] == ["timed_out", "timed_out"]
    assert truths["never"].all("knot released") == ()
    released_s, *_ = truths["usual"].all("knot released")
    assert rest_of_activation(truths["usual"], released_s) < 0.6


async def test_adapt_presses_as_much_as_its_map_says():
    text = KNEADING.format(rate=0.6, lost="ease", more="").replace(
        "for: 24 s}",
        "for: 24 s, adapt: {pressure: {signal: emg, of: baseline, "
        "map: {20 %: 60 %, 400 %: 60 %}, over: 1 s}}}",
    )
    restless = "sim://acute_spasm_low_back?seed=7&guards=never&presses=never"
    stage = await story(text=text, recipe=recipe(restless))
    assert stage.said(Unmeasurable) == []
    assert stage.outcome.result == "complete"
    peak_kpa = max(stage.fit.program.steps[1].trajectory.tracks["pressure"].value)
    assert stage.felt(14.0, 31.0).max() == pytest.approx(0.6 * peak_kpa, abs=0.4)
