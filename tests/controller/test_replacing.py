"""Other values of live parameters: no jump, no haste upwards, and never more than was allowed."""

import msgspec
import numpy as np
import pytest

from controller.admission import refusal
from controller.guard_reply import OFTEN_SHARE, answered
from controller.guarding import Answer, Guard
from controller.intent import wake
from controller.mind import decide
from controller.play import prepare
from controller.words import Accepted, Pause, Replace, Replaced, Resume
from profiles.envelope import Limit
from tests.controller.moments import WELL, moment
from tests.controller.programs import KNEADING, compiled
from tests.controller.stories import story

STEP_S = 0.01


def with_values(settle=3, low=3, high=14):
    text = KNEADING.replace("{pressure: 3 kPa, for", f"{{pressure: {settle} kPa, for")
    return text.replace("low: 3 kPa, high: 14 kPa", f"low: {low} kPa, high: {high} kPa")


@pytest.fixture(scope="module")
def program():
    return compiled()


def played(program, *orders, until_s=28.0):
    """Fold a session with orders at (session time); return what was asked for, and the events."""
    mind, asked, events, waiting = wake(program), [], [], sorted(orders, key=lambda one: one[0])
    for k in range(round(until_s / STEP_S)):
        at_s = k * STEP_S
        now = [order for due_s, order in waiting if due_s <= at_s]
        waiting = [one for one in waiting if one[0] > at_s]
        for order in now:
            assert refusal(mind, order, at_s) is None
        mind, _, told = decide(mind, moment(at_s, mind.target_kpa(at_s), WELL, now))
        asked.append(mind.target_kpa(at_s + STEP_S))
        events.extend(told)
    return np.array(asked), events


def rises(kpa):
    return np.max(np.diff(kpa)) / STEP_S


@pytest.mark.parametrize("at_s", [8.9, 10.0, 10.33, 11.2])
@pytest.mark.parametrize("high", [17, 10])
def test_a_new_depth_counts_within_the_step_and_keeps_the_beat(program, at_s, high):
    plain, _ = played(program)
    asked, events = played(program, (at_s, Replace(compiled(with_values(high=high)))))
    (told,) = [e for e in events if isinstance(e, Replaced)]
    assert (told.index, told.at_once) == (1, True)
    new, _ = played(compiled(with_values(high=high)))
    late = slice(round((at_s + 6.0) / STEP_S), 1790)
    assert asked[late] == pytest.approx(new[late], abs=0.01)
    assert np.abs(np.diff(asked)).max() <= np.abs(np.diff(plain)).max() * 17 / 14 + 0.12


LAST = KNEADING[: KNEADING.index("  - effleurage")]
"""Kneading is the last step: no other one is left for a new value to count in."""


def last(high=14, rate="0.7 Hz"):
    return compiled(LAST.replace("high: 14 kPa", f"high: {high} kPa").replace("0.7 Hz", rate))


@pytest.mark.parametrize("at_s", [6.05, 6.6, 7.4, 7.9])
@pytest.mark.parametrize("high", [18, 16, 12, 8])
def test_a_value_given_on_the_way_to_the_first_peak_counts_from_the_rhythm_on(at_s, high):
    """It was refused in the last step, and waited for the next one in any other."""
    plain, _ = played(last(), until_s=18.0)
    asked, events = played(last(), (at_s, Replace(last(high))), until_s=18.0)
    (told,) = [e for e in events if isinstance(e, Replaced)]
    assert (told.index, told.at_once) == (1, True)
    new, _ = played(last(high), until_s=18.0)
    assert asked[1400:] == pytest.approx(new[1400:], abs=0.01)
    over = asked[round(at_s / STEP_S) :] - plain.max()
    assert np.all(over <= 2.0 * STEP_S * np.arange(1, len(over) + 1) + 0.05)
    assert rises(asked) <= max(rises(plain), rises(new)) * 1.15


def test_a_value_given_while_another_comes_about_counts_too():
    first, second = (8.5, Replace(last(12))), (8.7, Replace(last(10)))
    asked, events = played(last(), first, second, until_s=18.0)
    assert [e.at_once for e in events if isinstance(e, Replaced)] == [True, True]
    new, _ = played(last(10), until_s=18.0)
    assert asked[1400:] == pytest.approx(new[1400:], abs=0.01)


@pytest.mark.parametrize(
    ("values", "at_s", "mode", "why"),
    [
        ({"rate": "0.5 Hz"}, 9.0, "closed_loop", "other beats, or another length, would come"),
        ({"high": 12}, 17.8, "closed_loop", "it ends before a change could have come about"),
        ({"high": 12}, 9.0, "step_adjust", "on a link this slow, values change between two steps"),
    ],
)
def test_a_refusal_in_the_last_step_says_why(values, at_s, mode, why):
    mind = msgspec.structs.replace(wake(last()), mode=mode)
    refused = refusal(mind, Replace(last(**values)), at_s)
    assert "the last step plays already" in refused
    assert why in refused


@pytest.mark.parametrize("at_s", [2.0, 8.9, 10.0, 11.2])
def test_what_goes_up_goes_up_slowly(program, at_s):
    """Never more than 2 kPa/s over the highest that was pressed before."""
    high = compiled(with_values(settle=4, high=18))
    plain, _ = played(program)
    asked, _ = played(program, (at_s, Replace(high)))
    begin = round(at_s / STEP_S)
    step_end = round((6.0 if at_s < 6 else 18.0) / STEP_S)
    top = plain[:step_end].max() if at_s > 6 else 3.0
    over = asked[begin:step_end] - top
    allowed = 2.0 * STEP_S * np.arange(len(over)) + 0.05
    assert np.all(over <= allowed)
    assert asked[:begin] == pytest.approx(plain[:begin])


def test_what_goes_down_does_not_jump(program):
    asked, _ = played(program, (10.3, Replace(compiled(with_values(low=1, high=8)))))
    plain, _ = played(program)
    assert np.abs(np.diff(asked)).max() <= np.abs(np.diff(plain)).max() + 0.1


def test_another_shape_waits_for_the_next_step(program):
    longer = compiled(KNEADING.replace("rate: 0.7 Hz, for: 12 s", "rate: 0.5 Hz, for: 14 s"))
    asked, events = played(program, (3.0, Replace(longer)), until_s=32.0)
    plain, _ = played(longer, until_s=32.0)
    assert asked == pytest.approx(plain, abs=0.02), "the first step is the same in both"
    _, events = played(program, (9.0, Replace(longer)))
    (told,) = [e for e in events if isinstance(e, Replaced)]
    assert (told.index, told.at_once) == (2, False)


def test_a_program_above_the_envelope_is_refused(program):
    for name in ("pressure_kpa", "rise_level_kpa_s", "static_max_s", "session_max_s"):
        limit = getattr(program.envelope, name)
        raised = msgspec.structs.replace(
            program.envelope, **{name: Limit(limit.value + 0.1, "somebody")}
        )
        why = refusal(
            wake(program), Replace(msgspec.structs.replace(program, envelope=raised)), 1.0
        )
        assert "envelope is above" in why


def test_another_programme_is_refused(program):
    shorter = msgspec.structs.replace(program, steps=program.steps[:2])
    renamed = msgspec.structs.replace(program, id="other")
    for other in (shorter, renamed):
        assert "another programme" in refusal(wake(program), Replace(other), 1.0)


def broken(program, **changes):
    step = program.steps[1]
    track = msgspec.structs.replace(step.trajectory.tracks["pressure"], **changes)
    trajectory = msgspec.structs.replace(
        step.trajectory, tracks={**step.trajectory.tracks, "pressure": track}
    )
    steps = list(program.steps)
    steps[1] = msgspec.structs.replace(step, trajectory=trajectory)
    return msgspec.structs.replace(program, steps=tuple(steps))


def test_a_curve_that_is_none_is_refused(program):
    track = program.steps[1].trajectory.tracks["pressure"]
    n = len(track.value)
    wrong = [
        {"value": (float("nan"),) * n},
        {"value": (20.1,) * n},
        {"value": (-1.0,) * n},
        {"value": track.value[:-1]},
        {"slope": (float("inf"),) * n},
        {"at_s": tuple(2 * t for t in track.at_s)},
        {"at_s": tuple(reversed(track.at_s))},
        {"at_s": (), "value": (), "slope": (), "rhythmic": ()},
    ]
    for changes in wrong:
        why = refusal(wake(program), Replace(broken(program, **changes)), 1.0)
        assert "not a curve" in why, changes


def test_after_pain_values_only_go_down(program):
    mind = wake(program)
    hurt = msgspec.structs.replace(WELL, pain_presses=1)
    mind, _, _ = decide(mind, moment(3.0, 3.0, hurt))
    assert "hurt" in refusal(mind, Replace(compiled(with_values(high=15))), 4.0)
    assert refusal(mind, Replace(compiled(with_values(high=12))), 4.0) is None


def test_after_pain_nothing_between_the_peaks_goes_up_either(program):
    mind = msgspec.structs.replace(wake(program), hurt=True)
    for values in ({"low": 5}, {"low": 5, "high": 12}, {"low": 13, "high": 14}, {"settle": 4}):
        assert "hurt" in refusal(mind, Replace(compiled(with_values(**values))), 4.0), values
    for values in ({}, {"low": 2}, {"low": 1, "high": 8}, {"high": 13.9}, {"settle": 2}):
        assert refusal(mind, Replace(compiled(with_values(**values))), 4.0) is None, values


def test_after_pain_nothing_is_pressed_more_often(program):
    mind = msgspec.structs.replace(wake(program), hurt=True)
    for rate, is_more in ((0.8, True), (0.6, False)):
        other = compiled(KNEADING.replace("rate: 0.7 Hz", f"rate: {rate} Hz"))
        assert (refusal(mind, Replace(other), 4.0) is not None) == is_more


def test_after_three_guards_values_only_go_down(program):
    mind = wake(program)
    hearing = msgspec.structs.replace(mind.hearing, guard=Guard(lowered=1))
    mind = msgspec.structs.replace(mind, hearing=hearing)
    assert "guarded" in refusal(mind, Replace(compiled(with_values(high=15))), 4.0)
    assert refusal(mind, Replace(compiled(with_values(high=12))), 4.0) is None
    then, _, _ = decide(mind, moment(4.0, orders=[Replace(compiled(with_values(high=15)))]))
    assert then.program == mind.program


def test_a_raise_under_way_ends_with_the_third_guard(program):
    mind, _, _ = decide(
        wake(program), moment(6.0, orders=[Replace(compiled(with_values(high=18)))])
    )
    answer = Answer(ease=True, lower=True, measured=2.0)
    early, _ = answered(mind, answer, 6.5)
    late, _ = answered(mind, answer, 60.0)
    led_kpa = mind.course.cap.value_at(6.5)
    assert led_kpa < 17.0
    assert early.factors.guarded_often_kpa == pytest.approx(OFTEN_SHARE * led_kpa)
    assert late.factors.guarded_often_kpa == pytest.approx(OFTEN_SHARE * 18.0)


async def test_a_new_depth_is_felt_at_the_same_beat():
    deeper = []

    def change(stage):
        program = stage.fit.program
        steps = []
        for step in program.steps:
            track = step.trajectory.tracks["pressure"]
            scaled = msgspec.structs.replace(
                track,
                value=tuple(v * 0.7 for v in track.value),
                slope=tuple(s * 0.7 for s in track.slope),
            )
            tracks = {**step.trajectory.tracks, "pressure": scaled}
            steps.append(
                msgspec.structs.replace(
                    step, trajectory=msgspec.structs.replace(step.trajectory, tracks=tracks)
                )
            )
        deeper.append(msgspec.structs.replace(program, steps=tuple(steps)))
        stage.tell(Replace(deeper[0]))

    stage = await story(
        (10.0, change),
        (13.0, lambda s: s.tell(Pause())),
        (15.0, lambda s: s.tell(Replace(s.fit.program))),
        (15.1, lambda s: s.tell(Resume())),
    )
    assert stage.answers == [Accepted()] * 4
    assert stage.outcome.result == "complete"
    assert stage.judged == []
    assert 9.0 < stage.felt(11.5, 13.0).max() < 10.4
    assert stage.felt(17.0, 25.0).max() > 13.0


@pytest.mark.parametrize("high", [8, 18])
async def test_on_a_device_a_value_for_the_rhythm_is_felt_and_nothing_starves(high):
    text = LAST.replace("high: 14 kPa", f"high: {high} kPa")

    def change(stage):
        other = prepare(text, "test.yaml", stage.device.capabilities, {}).program
        stage.tell(Replace(other))

    stage = await story((6.6, change), text=LAST)
    assert stage.answers == [Accepted()]
    assert stage.outcome.result == "complete"
    assert stage.judged == []
    assert stage.truth.last("state FADING") is None
    assert stage.felt(6.0, 8.2).max() == pytest.approx(14.0, abs=0.5)
    assert stage.felt(13.0, 17.0).max() == pytest.approx(high, abs=0.5)
