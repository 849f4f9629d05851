"""What the supervisor does on a real twin, when the body, a sensor or the wire is at fault."""

import numpy as np
import pytest

from controller.words import Accepted, Acknowledge, Alarm, ModeChanged, Paused, Reason, Resume
from firmware_bridge.codes import Gesture
from tests.controller.programs import KNEADING
from tests.controller.stories import story

SHORT = """
format: myoloop-profile/1
id: test-short
revision: 1
title: A hold and a rhythm
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 4 kPa, for: 6 s}
  - petrissage: {pressure: {low: 3 kPa, high: 12 kPa}, rate: 0.7 Hz, for: 8 s}
  - settle: {pressure: 3 kPa, for: 3 s}
"""

HOLD_S, RHYTHM_S = 3.0, 10.0


def says(what, for_s=1e9, both=False):
    """From now on the sensors say `what(reading)`, for so long."""

    def begin(stage):
        sensors = (stage.regulated, stage.independent) if both else (stage.regulated,)
        until = stage.device.clock.now_s + for_s
        for sensor in sensors:
            sensor.says = lambda reading: (
                what(reading) if stage.device.clock.now_s < until else reading
            )

    return begin


async def play(*happenings):
    return await story(*happenings, text=SHORT)


def at_rest(stage):
    assert stage.felt(stage.outcome.duration_s + 0.3, 1e9).max(initial=0.0) < 0.3


async def test_a_sensor_that_sticks_in_a_hold_is_found_within_a_second():
    stage = await play((HOLD_S, says(lambda _: 4.0)))
    assert stage.outcome.reason is Reason.SENSOR_STUCK
    assert stage.outcome.duration_s == pytest.approx(HOLD_S + 1.0, abs=0.1)


async def test_a_sensor_that_sticks_in_a_rhythm_is_found_in_a_quarter_of_a_second():
    stage = await play((RHYTHM_S, says(lambda _: 8.0)))
    assert stage.outcome.result in ("stopped", "fault")
    assert stage.outcome.duration_s < RHYTHM_S + 0.6
    assert stage.felt(RHYTHM_S, RHYTHM_S + 1.0).max() < 15.0
    at_rest(stage)


async def test_a_sensor_that_sticks_for_a_blink_is_nothing():
    stage = await play((HOLD_S, says(lambda _: 4.0, 0.2)))
    assert stage.outcome.result == "complete"
    assert stage.judged == []


async def test_a_sensor_that_drifts_too_low_is_found_by_the_other_one():
    """The regulator makes up for it, and the body feels the difference."""
    drift = [0.0]

    def lie(reading):
        drift[0] = min(3.0, drift[0] + 0.005)
        return reading - drift[0]

    stage = await play((HOLD_S, says(lie)))
    assert stage.outcome.reason is Reason.TRACKING
    assert stage.felt(0, 20).max() < 4.0 + 3.2
    at_rest(stage)


async def test_a_sensor_that_drifts_a_little_is_lived_with():
    stage = await play((HOLD_S, says(lambda reading: reading - 0.3)))
    assert stage.outcome.result == "complete"


async def test_a_pressure_that_jumps_is_released():
    stage = await play((HOLD_S, says(lambda reading: reading + 1.5, both=True)))
    assert stage.judged[0] == ("release", "rise")
    at_rest(stage)


async def test_a_pad_that_slips_off_is_let_go_and_laid_on_lightly():
    stage = await play(
        (HOLD_S, lambda s: s.act(Gesture.PAD_OFF)), (HOLD_S + 0.5, lambda s: s.act(Gesture.PAD_ON))
    )
    assert stage.outcome.result == "complete"
    assert stage.judged == [("approach", "contact_lost")]
    assert stage.felt(HOLD_S + 0.05, HOLD_S + 2.1).max() < 0.5, "vented, and at rest"
    back = stage.felt(HOLD_S + 2.1, HOLD_S + 4.5)
    assert 2.0 < back.max() < 5.5
    assert np.max(back[5:] - back[:-5]) / 0.05 < 17.5


@pytest.mark.parametrize("at_s", [9.0, 9.3, 9.6, 10.0, 10.4])
async def test_a_pad_that_slips_off_in_a_deep_stroke_is_no_fault(at_s):
    text = KNEADING.replace("high: 14 kPa", "high: 18 kPa")
    stage = await story(
        (at_s, lambda s: s.act(Gesture.PAD_OFF)),
        (at_s + 0.5, lambda s: s.act(Gesture.PAD_ON)),
        text=text,
    )
    assert stage.judged == [("approach", "contact_lost")]
    assert stage.outcome.result == "complete"


async def test_a_pad_that_stays_off_waits_for_a_person():
    stage = await play(
        (HOLD_S, lambda s: s.act(Gesture.PAD_OFF)),
        (HOLD_S + 10.0, lambda s: s.act(Gesture.PAD_ON)),
        (HOLD_S + 11.0, lambda s: s.tell(Resume())),
    )
    assert [e.reason for e in stage.said(Paused)] == [Reason.CONTACT_LOST]
    assert stage.judged == [("approach", "contact_lost"), ("pause", "contact_lost")]
    assert stage.felt(HOLD_S + 16.0, 40.0).max() > 10.0, "and then it is whole again"
    assert stage.outcome.result == "complete"
    assert stage.felt(HOLD_S + 5.0, HOLD_S + 11.0).max() < 0.3


def wire(**changes):
    def change(stage):
        for name, value in changes.items():
            setattr(stage.link, name, value)

    return change


@pytest.mark.parametrize(
    ("lose_every", "modes"), [(40, []), (10, ["step_adjust"]), (4, ["step_adjust", "open_loop"])]
)
async def test_samples_that_are_lost_lower_the_mode_and_the_session_goes_on(lose_every, modes):
    stage = await play((HOLD_S, wire(lose_every=lose_every)))
    assert stage.outcome.result == "complete"
    assert [e.mode for e in stage.said(ModeChanged)] == modes
    if modes:
        ppt_kpa = stage.fit.program.envelope.ppt_kpa.value
        share = 0.5 if modes[-1] == "step_adjust" else 0.4
        assert stage.felt(HOLD_S + 3.0, 20.0).max() <= share * ppt_kpa + 0.5


@pytest.mark.parametrize(("late_s", "modes"), [(0.04, []), (0.08, ["step_adjust"])])
async def test_samples_that_are_late_lower_the_mode_and_the_session_goes_on(late_s, modes):
    stage = await play((HOLD_S, wire(late_s=late_s)))
    assert stage.outcome.result == "complete"
    assert [e.mode for e in stage.said(ModeChanged)] == modes


async def test_a_mode_rises_again_by_a_person_between_two_steps():
    stage = await play(
        (HOLD_S, wire(lose_every=5)),
        (HOLD_S + 1.0, wire(lose_every=0)),
        (8.0, lambda s: s.tell(Acknowledge())),
    )
    modes = [(e.mode, round(e.at_s)) for e in stage.said(ModeChanged)]
    assert modes[0][0] == "step_adjust"
    assert modes[-1] == ("closed_loop", 14)
    assert stage.answers == [Accepted()]
    assert [e.state for e in stage.said(Alarm)][-1] == "acknowledged"


async def test_a_mode_does_not_rise_by_itself():
    stage = await play((HOLD_S, wire(lose_every=5)), (HOLD_S + 1.0, wire(lose_every=0)))
    assert "closed_loop" not in [e.mode for e in stage.said(ModeChanged)]
    assert [e.state for e in stage.said(Alarm)][-1] == "latched"
