"""Enough power to begin, for another step, to go on at all: and what a dead gauge changes."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.battery import (
    FOR_S,
    LAST_STEP_PERCENT,
    RELEASE_PERCENT,
    START_PERCENT,
    UNKNOWN_AFTER_S,
    Charge,
    believed_percent,
    too_low,
    watch_charge,
)
from controller.intent import wake
from controller.mind import decide
from controller.words import Alarm, Pause, Reason, StepBegan
from sim.battery_faults import BatteryGauge
from sim.birth import Recipe
from tests.controller.moments import WELL, moment
from tests.controller.programs import compiled
from tests.controller.stories import story

THREE = """
format: myoloop-profile/1
id: test-battery
revision: 1
title: Three steps
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 12 kPa}
steps:
  - settle: {label: One, pressure: 3 kPa, for: 10 s}
  - settle: {label: Two, pressure: 5 kPa, for: 10 s}
  - settle: {label: Three, pressure: 4 kPa, for: 10 s}
"""
PERIOD_S = 0.1


def fold(percents, *, age_s=0.0, charge=None):
    """Judge one gauge's word after another, ten moments a second."""
    charge, verdicts = charge or Charge(), []
    for percent in percents:
        at_s = charge.at_s + PERIOD_S
        age = age_s(at_s) if callable(age_s) else age_s
        health = msgspec.structs.replace(WELL, battery_percent=percent, battery_age_s=age)
        charge, verdict = watch_charge(charge, moment(at_s, health=health))
        verdicts.append(verdict)
    return charge, verdicts


def lasting(percent, seconds):
    return [percent] * round(seconds / PERIOD_S)


# --- what it is judged by ---------------------------------------------------------------------


def test_under_10_percent_for_two_seconds_no_further_step_begins():
    charge, verdicts = fold(lasting(9.9, FOR_S + 0.2))
    assert set(verdicts) == {None}
    verdict = too_low(charge)
    assert (verdict.action, verdict.reason) == ("release", Reason.BATTERY_LOW)
    assert verdict.measured == pytest.approx(9.9)
    assert verdict.limit == LAST_STEP_PERCENT


def test_at_10_percent_steps_go_on_and_so_they_do_after_one_wrong_reading():
    assert too_low(fold(lasting(LAST_STEP_PERCENT, 600.0))[0]) is None
    once = [*lasting(60.0, 5.0), *lasting(2.0, 1.0), *lasting(60.0, 5.0)]
    charge, verdicts = fold(once)
    assert too_low(charge) is None
    assert set(verdicts) == {None}


def test_under_5_percent_it_is_released_at_once():
    _, verdicts = fold(lasting(4.9, FOR_S + 0.2))
    acts = [(v.action, v.reason, v.limit) for v in verdicts if v is not None]
    assert set(acts) == {("release", Reason.BATTERY_LOW, RELEASE_PERCENT)}
    assert verdicts.index(next(v for v in verdicts if v)) * PERIOD_S >= FOR_S - 0.2
    assert set(fold(lasting(RELEASE_PERCENT, 60.0))[1]) == {None}


def test_a_charger_that_is_plugged_in_makes_no_session_go_on():
    low, _ = fold(lasting(9.0, 3.0))
    assert too_low(fold(lasting(90.0, 60.0), charge=low)[0]) is not None


def test_without_a_gauge_nothing_is_judged():
    assert watch_charge(Charge(), moment(5.0)) == (Charge(), None)


def test_a_gauge_that_died_leaves_less_to_rely_on_with_every_second():
    assert believed_percent(80.0, 0.0) == 80.0
    assert believed_percent(80.0, 720.0) == pytest.approx(70.0)
    assert believed_percent(12.0, 36_000.0) == 0.0
    assert believed_percent(None, 0.0) == START_PERCENT, "it was enough to begin"
    charge, _ = fold(lasting(12.0, 200.0), age_s=lambda at_s: at_s)
    assert too_low(charge) is not None, "two per cent are gone in less than 200 s"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.005, 2.0), st.floats(0.0, 100.0)), min_size=2, max_size=30),
    st.integers(0, 30),
)
def test_a_gauge_that_dies_never_makes_anything_press_more(said, dies):
    """Two minds hear the same, but in one the gauge says its last word early."""
    program = compiled(THREE)
    living = dying = mains = wake(program)
    at_s, last = 0.0, (None, 0.0)
    for n, (wait_s, _) in enumerate(said):
        at_s += wait_s
        percent = min(percent for _, percent in said[: n + 1])  # what is used does not come back
        if n < dies:
            last = (percent, at_s)
        true = msgspec.structs.replace(WELL, battery_percent=percent, battery_age_s=0.0)
        told = msgspec.structs.replace(WELL, battery_percent=last[0], battery_age_s=at_s - last[1])
        mains = decide(mains, moment(at_s, 3.0))[0]
        living = decide(living, moment(at_s, 3.0, true))[0]
        dying = decide(dying, moment(at_s, 3.0, told))[0]
        for k in range(40):
            future_s = at_s + k / 10
            assert dying.target_kpa(future_s) <= mains.target_kpa(future_s) + 1e-9
            assert living.target_kpa(future_s) <= mains.target_kpa(future_s) + 1e-9


# --- sessions on a real far end ---------------------------------------------------------------


def battery_at(percent, worn_s=None):
    def happen(stage):
        battery = stage.twin.machine.beside.battery
        battery.percent, battery.worn_s = percent, worn_s

    return happen


def alarms(stage):
    return [(e.reason.value, e.state) for e in stage.said(Alarm)]


async def test_a_battery_that_runs_low_makes_the_step_the_last_one():
    stage = await story((3.0, battery_at(9.0)), text=THREE, recipe=Recipe(battery=80.0))
    assert (stage.outcome.result, stage.outcome.reason) == ("stopped", Reason.BATTERY_LOW)
    assert stage.outcome.limit == LAST_STEP_PERCENT
    assert stage.outcome.measured == pytest.approx(9.0, abs=0.2)
    assert [step.outcome for step in stage.outcome.steps] == ["done", "stopped"]
    assert stage.judged == [("release", "battery_low")]
    assert 9.9 < stage.outcome.duration_s < 11.5
    assert ("battery_low", "raised") in alarms(stage)
    assert stage.felt(4.0, 9.9).min() > 2.5, "the step is played to its end"
    assert stage.felt(11.5, 12.0).max(initial=0.0) < 0.5


async def test_a_battery_that_fails_within_a_step_is_released_while_there_is_power():
    stage = await story((2.0, battery_at(8.0, 100.0)), text=THREE, recipe=Recipe(battery=80.0))
    assert stage.outcome.reason is Reason.BATTERY_LOW
    assert stage.outcome.limit == RELEASE_PERCENT
    assert stage.outcome.duration_s < 9.0
    assert stage.twin.machine.beside.battery.percent > 0.5


async def test_a_pause_on_an_empty_battery_ends_by_letting_go():
    stage = await story(
        (2.0, lambda stage: stage.tell(Pause())), (4.0, battery_at(3.0)),
        text=THREE, recipe=Recipe(battery=80.0),
    )  # fmt: skip
    assert stage.outcome.reason is Reason.BATTERY_LOW


async def test_a_gauge_that_falls_silent_is_told_and_changes_nothing_that_is_pressed():
    plain = await story(text=THREE, recipe=Recipe(battery=80.0))
    gauge = BatteryGauge(says="nothing")
    silent = await story(
        (2.0, lambda stage: gauge.befall(stage.twin, None)),
        text=THREE, recipe=Recipe(battery=80.0),
    )  # fmt: skip
    assert plain.outcome.result == silent.outcome.result == "complete"
    assert alarms(plain) == []
    assert ("battery_unknown", "raised") in alarms(silent)
    raised_s = next(e.at_s for e in silent.said(Alarm))
    assert 2.0 + UNKNOWN_AFTER_S - 1.1 < raised_s < 2.0 + UNKNOWN_AFTER_S + 0.2
    assert abs(silent.felt(0.0, 30.0) - plain.felt(0.0, 30.0)).max() < 0.05


async def test_a_gauge_that_says_what_cannot_be_is_as_good_as_silent():
    class Mad:
        def read(self, true_percent):
            return 612.0

    def happen(stage):
        stage.twin.machine.beside.battery.gauge = Mad()

    stage = await story((2.0, happen), text=THREE, recipe=Recipe(battery=80.0))
    assert stage.outcome.result == "complete"
    assert ("battery_unknown", "raised") in alarms(stage)


async def test_a_device_with_a_good_battery_plays_what_one_on_the_mains_plays():
    mains = await story(text=THREE, recipe=Recipe())
    charged = await story(text=THREE, recipe=Recipe(battery=80.0))
    assert charged.outcome.result == "complete"
    assert [e.label for e in charged.said(StepBegan)] == ["One", "Two", "Three"]
    assert abs(mains.felt(0.0, 30.0) - charged.felt(0.0, 30.0)).max() < 0.3
