"""Pausing, resuming and pain, on a real twin: what the body feels, and what is promised of it."""

import msgspec
import numpy as np
import pytest

from controller.chronicle import Chronicle
from controller.intent import wake
from controller.mind import decide
from controller.pausing import PAIN_AGAIN_S, SILENT_S, Pausing
from controller.reentry import COLD_AFTER_S, let_go, places_from, restart_s
from controller.timekeeping import Spent, pause_over
from controller.words import (
    Accepted,
    Ceiling,
    Ease,
    Mark,
    Pain,
    Pause,
    Paused,
    Reason,
    Rejected,
    Release,
    Resume,
    Resumed,
    StepBegan,
    StepEnded,
    Stop,
)
from firmware_bridge.codes import Gesture, State
from profiles.trajectory import Trajectory
from tests.controller.moments import WELL, moment
from tests.controller.programs import compiled
from tests.controller.stories import story

HOLD_S, RHYTHM_S = 4.0, 12.0


def tell(order):
    return lambda stage: stage.tell(order)


def steepest(kpa, over=5):
    """Return the steepest true rise over 50 ms, kPa/s."""
    return float(np.max(kpa[over:] - kpa[:-over])) / (over * 0.01)


@pytest.mark.parametrize("at_s", [HOLD_S, 14.3])
async def test_a_pause_is_at_zero_within_a_second_and_stays_there(at_s):
    stage = await story((at_s, tell(Pause())), (at_s + 32.0, tell(Release())))
    assert stage.felt(at_s + 1.0, at_s + 32.0).max() < 0.3
    assert [e.reason for e in stage.said(Paused)] == [Reason.OPERATOR]
    assert stage.outcome.reason is Reason.OPERATOR
    assert stage.judged == [("release", "operator")]


@pytest.mark.parametrize("at_s", [HOLD_S, RHYTHM_S, 14.3, 21.0])
async def test_after_a_pause_it_goes_on_from_nothing_slowly_and_to_its_end(at_s):
    stage = await story((at_s, tell(Pause())), (at_s + 3.0, tell(Resume())))
    assert stage.outcome.result == "complete"
    assert stage.answers == [Accepted(), Accepted()]
    assert stage.judged == []
    resumed_s = stage.said(Resumed)[0].at_s
    assert stage.felt(at_s + 1.0, resumed_s + 0.1).max() < 0.3
    assert steepest(stage.felt(resumed_s, resumed_s + 1.5)) < 17.5
    assert stage.felt(resumed_s + 2.0, resumed_s + 6.0).max() > 2.5
    assert [e.index for e in stage.said(StepBegan)] == [0, 1, 2], "no step begins twice"
    assert [e.outcome for e in stage.said(StepEnded)] == ["done"] * 3


async def test_a_rhythm_is_entered_anew_at_the_height_it_had():
    whole = await story()
    cut = await story((RHYTHM_S, tell(Pause())), (RHYTHM_S + 2.0, tell(Resume())))
    assert cut.felt(0, 40).max() == pytest.approx(whole.felt(0, 40).max(), abs=0.4)


async def test_whoever_was_eased_before_a_pause_is_eased_after_it():
    stage = await story((10.0, tell(Ease(0.5))), (12.0, tell(Pause())), (14.0, tell(Resume())))
    assert stage.outcome.result == "complete"
    assert stage.felt(15.0, 18.0).max() < 7.6


def waited(seconds, earlier_s=0.0):
    """Pause at 4 s, wait so long, go on; return what that led to. `earlier_s` was paused before."""
    mind = wake(compiled())
    mind = msgspec.structs.replace(mind, spent=Spent(paused_s=earlier_s))
    for k in range(80):
        mind, _, _ = decide(mind, moment(k / 20))
    mind, _, _ = decide(mind, moment(4.0, orders=[Pause()]))
    for k in range(1, round(seconds * 20)):
        mind, _, _ = decide(mind, moment(4.0 + k / 20))
    end_s = 4.0 + seconds
    mind, _, _ = decide(mind, moment(end_s, orders=[Resume()]))
    return mind


@pytest.mark.parametrize("earlier_s", [0.0, 400.0])
def test_ten_minutes_of_pauses_in_all_end_the_session(earlier_s):
    assert waited(599.9 - earlier_s, earlier_s).phase == "playing"
    over = waited(601.0 - earlier_s, earlier_s)
    assert over.phase == "over"
    assert (over.why.action, over.why.reason) == ("release", Reason.PAUSED_OUT)


async def test_what_makes_no_sense_is_refused_and_changes_nothing():
    stage = await story(
        (2.0, tell(Resume())),
        (4.0, tell(Pause())),
        (4.1, tell(Resume())),
        (4.2, tell(Pause())),
        (5.5, tell(Resume())),
        (6.0, tell(Mark("on again"))),
    )
    taken = [isinstance(answer, Accepted) for answer in stage.answers]
    assert taken == [False, True, False, False, True, True]
    assert all(answer.why for answer in stage.answers if isinstance(answer, Rejected))
    assert stage.outcome.result == "complete"


async def test_a_stop_in_a_pause_stops():
    stage = await story((4.0, tell(Pause())), (6.0, tell(Stop())))
    assert stage.outcome.reason is Reason.OPERATOR
    assert stage.truth.last("stop STOP_FRAME") is not None


def hurt(stage):
    stage.act(Gesture.PAIN_PRESS)


async def test_pain_falls_within_100_ms_and_pauses_in_the_devices_own_hold():
    states = []
    stage = await story(
        (RHYTHM_S, hurt),
        (RHYTHM_S + 1.5, lambda s: states.append(s.device.state)),
        (RHYTHM_S + 15.0, lambda s: states.append(s.device.state)),
        (RHYTHM_S + 16.0, tell(Release())),
    )
    pressed_s = stage.truth.last("pain") - stage.outcome.began_device_s
    assert stage.said(Paused)[0].at_s - pressed_s < 0.1
    after = stage.felt(pressed_s + 0.1, pressed_s + 16.0)
    assert np.max(np.diff(after)) < 0.3
    assert after[100:].max() < 0.3
    assert states == [State.PAIN_HOLD, State.PAIN_HOLD], "no word of the host has ended that"


@pytest.mark.parametrize("wait_s", [3.0, SILENT_S + 40.0])
async def test_after_pain_a_person_may_go_on(wait_s):
    stage = await story((RHYTHM_S, hurt), (RHYTHM_S + wait_s, tell(Resume())))
    assert stage.outcome.result == "complete"
    assert stage.judged == [("pause", "pain")]
    resumed_s = stage.said(Resumed)[0].at_s
    assert stage.felt(RHYTHM_S + 1.0, resumed_s + 0.1).max() < 0.3
    assert stage.felt(resumed_s, resumed_s + 5.0).max() > 5.0


async def test_after_pain_nothing_goes_up_any_more():
    stage = await story(
        (9.0, tell(Ease(0.5))),
        (RHYTHM_S, hurt),
        (RHYTHM_S + 3.0, tell(Ease(1.0))),
        (RHYTHM_S + 4.0, tell(Resume())),
    )
    resumed_s = stage.said(Resumed)[0].at_s
    assert 4.0 < stage.felt(resumed_s, resumed_s + 20.0).max() < 7.6


async def test_pain_that_is_said_by_an_order_falls_and_pauses_like_a_press():
    stage = await story(
        (RHYTHM_S, tell(Pain())),
        (RHYTHM_S + 3.0, tell(Ease(1.0))),
        (RHYTHM_S + 4.0, tell(Resume())),
    )
    (paused,) = stage.said(Paused)
    assert paused.reason is Reason.PAIN_SAID
    assert paused.at_s - RHYTHM_S < 0.03
    after = stage.felt(paused.at_s + 0.1, paused.at_s + 4.0)
    assert np.max(np.diff(after)) < 0.3
    assert after[90:].max() < 0.3
    assert stage.outcome.result == "complete"
    assert stage.judged == [("pause", "pain_said")]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (tell(Pain()), Reason.PAIN_SAID),
        (lambda s: s.act(Gesture.PAIN_PRESS), Reason.PAIN),
    ],
)
async def test_pain_that_is_said_and_pain_that_is_pressed_count_together(second, reason):
    stage = await story((8.0, tell(Pain())), (12.0, tell(Resume())), (15.0, second))
    assert stage.outcome.reason is reason
    assert stage.judged == [("pause", "pain_said"), ("release", reason.value)]
    assert stage.felt(16.0, 17.0).max(initial=0.0) < 0.3


def cut_short(place):
    """Pause in the deep step, wait until it is cold, go on to the end; return what was told."""
    mind, deep_s, events = wake(compiled(DEEP)), 200.0, []
    mind, _, told = decide(mind, moment(deep_s))
    events += told
    mind = msgspec.structs.replace(
        mind,
        phase="paused",
        pause=Pausing(deep_s, place, Reason.OPERATOR),
        playhead=let_go(mind.playhead, deep_s, 0.5),
    )
    at_s = deep_s + COLD_AFTER_S + 1.0
    mind, _, told = decide(mind, moment(at_s, orders=[Resume()]))
    events += told
    while mind.phase != "over":
        at_s += 0.05
        mind, _, told = decide(mind, moment(at_s))
        events += told
    return [(e.index, e.outcome) for e in events if isinstance(e, StepEnded)]


def test_a_step_that_is_cut_short_by_a_long_pause_ends_once():
    assert cut_short((1, 12.0)) == [(0, "done"), (1, "stopped"), (2, "done")]


async def test_a_second_press_within_two_minutes_ends_it():
    stage = await story(
        (8.0, hurt),
        (9.0, lambda s: s.act(Gesture.PAIN_RELEASE)),
        (12.0, tell(Resume())),
        (15.0, hurt),
    )
    assert stage.outcome.reason is Reason.PAIN
    assert stage.judged == [("pause", "pain"), ("release", "pain")]
    assert stage.felt(16.0, 17.0).max(initial=0.0) < 0.3


async def test_a_second_press_after_two_minutes_pauses_again():
    later_s = 8.0 + PAIN_AGAIN_S + 3.0
    stage = await story(
        (8.0, hurt),
        (9.0, lambda s: s.act(Gesture.PAIN_RELEASE)),
        (later_s - 3.0, tell(Resume())),
        (later_s, hurt),
        (later_s + 3.0, tell(Resume())),
    )
    assert stage.outcome.result == "complete"
    assert stage.judged == [("pause", "pain")] * 2


DEEP = """
format: myoloop-profile/1
id: test-deep
revision: 1
title: Deep after light
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 30 kPa, rise: 50 kPa/s, session: 15 min}
steps:
  - settle: {pressure: 4 kPa, for: 190 s}
  - trigger_point: {pressure: 20 kPa, for: 30 s}
  - settle: {pressure: 3 kPa, for: 20 s}
"""


@pytest.mark.parametrize(
    ("paused_s", "places", "left_out"),
    [
        (COLD_AFTER_S, [1, 2], []),
        (COLD_AFTER_S + 0.1, [2], [1]),
    ],
)
def test_after_three_minutes_deep_work_needs_warming_up_again(paused_s, places, left_out):
    kept, skipped = places_from(compiled(DEEP), (1, 12.0), paused_s)
    assert ([index for index, _ in kept], list(skipped)) == (places, left_out)


def test_three_minutes_of_lighter_work_are_warming_up():
    kept, skipped = places_from(compiled(DEEP), (0, 5.0), 600.0)
    assert ([index for index, _ in kept], skipped) == ([0, 1, 2], ())
    kept, skipped = places_from(compiled(DEEP), (0, 30.0), 600.0)
    assert ([index for index, _ in kept], skipped) == ([0, 2], (1,))


def test_a_deep_step_on_two_regions_needs_both_warm():
    program = compiled(DEEP)
    light, deep, end = program.steps
    track = deep.trajectory.tracks["pressure"]
    both = msgspec.structs.replace(
        deep,
        regions={"pressure:calf": "calf"},
        trajectory=Trajectory({"pressure": track, "pressure:calf": track}),
    )
    program = msgspec.structs.replace(program, steps=(light, both, end))
    _, skipped = places_from(program, (0, 5.0), 600.0)
    assert skipped == (1,)


RESTED = """
  - settle: {pressure: 3 kPa, for: 10 s}
  - LIGHT
  - trigger_point: {pressure: 12 kPa, for: 30 s}
"""


@pytest.mark.parametrize(
    "light",
    [
        "rest: {for: 200 s}",
        "settle: {pressure: 3 kPa, for: 200 s, until: {elapsed: 2 s}}",
        "settle: {pressure: 3 kPa, for: 170 s}",
    ],
)
def test_after_a_long_pause_only_contact_that_is_certain_is_warming_up(light):
    head, _, _ = DEEP.partition("steps:")
    steps = f"steps:\n  - settle: {{pressure: 3 kPa, for: 185 s}}{RESTED.replace('LIGHT', light)}"
    program = compiled(head + steps)
    _, skipped = places_from(program, (1, 5.0), 600.0)
    assert skipped == (3,)
    _, skipped = places_from(program, (0, 0.0), 600.0)
    assert skipped == ()


def test_pauses_with_little_between_them_cool_as_one():
    once = pause_over(Spent(), 200.0, 370.0)
    twice = pause_over(once, 372.5, 542.5)
    assert (once.cold_s, twice.cold_s, twice.paused_s) == (170.0, 337.5, 340.0)
    assert pause_over(once, 600.0, 601.0).cold_s == 1.0


def test_a_step_that_is_left_out_is_told_and_the_rest_is_played():
    mind = wake(compiled(DEEP))
    deep_s = 200.0
    playing = msgspec.structs.replace(
        mind,
        phase="paused",
        pause=Pausing(deep_s, (1, 12.0), Reason.OPERATOR),
        playhead=let_go(mind.playhead, deep_s, 0.5),
    )
    resumed_s = deep_s + COLD_AFTER_S + 1.0
    mind, _, events = decide(playing, moment(resumed_s, 0.0, orders=[Resume()]))
    assert not [e for e in events if isinstance(e, StepEnded) and e.outcome == "skipped"]
    asked = [mind.target_kpa(resumed_s + k / 20) for k in range(30 * 20)]
    assert 2.9 < max(asked) <= 3.0
    assert asked[-1] == 0.0


@pytest.mark.parametrize("at_s", [7.5 + k * 0.13 for k in range(60)])
def test_a_rhythm_is_always_entered_at_a_peak_that_has_been(at_s):
    """No stroke may reach higher than a slow rise has been: after a pause that is the way in."""
    program = compiled()
    track = program.steps[1].trajectory.tracks["pressure"]
    entry_s = program.steps[1].entry_s
    since_s = at_s - 6.0
    again_s = restart_s(track, since_s)
    assert again_s <= since_s
    if since_s >= entry_s:
        assert track.value_at(again_s) == pytest.approx(14.0)
        assert since_s - again_s <= 1 / 0.7 + 0.15


def test_a_step_that_is_left_out_later_does_not_end_the_one_that_plays():
    chronicle = Chronicle()
    chronicle.hear(StepBegan(0.0, 0, "Settle", "settle"))
    chronicle.hear(StepEnded(5.0, 1, "skipped"))
    chronicle.hear(StepEnded(9.0, 0, "done"))
    assert [(s.label, s.outcome, s.duration_s) for s in chronicle.close(9.0)] == [
        ("Settle", "done", 9.0)
    ]


def test_after_pain_an_order_that_asks_for_more_changes_nothing():
    mind = wake(compiled())
    hurt = msgspec.structs.replace(WELL, pain_presses=1)
    for at_s, health, orders in (
        (3.0, WELL, [Ease(0.5), Ceiling(6.0)]),
        (4.0, hurt, []),
        (5.0, hurt, [Ease(1.0), Ceiling(20.0)]),
    ):
        mind, _, _ = decide(mind, moment(at_s, 1.0, health, orders))
    assert mind.hurt
    assert mind.factors.share <= 0.5
    assert mind.factors.ceiling_kpa <= 6.0
