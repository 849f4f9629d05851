"""A surface that warms: what switches it off, what stops the session, and what is just inside."""

import msgspec
import pytest

from controller.fitting import CannotPlay, fit
from controller.heating import Heat, watch_heat
from controller.moment import Features, Moment
from controller.vetting import admit
from controller.words import Ease, Pause, Reason, Release, Resume, Stop
from firmware_bridge.codes import Gesture
from profiles.program import Program
from sim.birth import Recipe
from sim.models import MODELS
from sim.voice_coil import TEMPERATURE, Outfit, capabilities
from tests.controller.moments import WELL
from tests.controller.stories import story

WARMING = """
format: myoloop-profile/1
id: test-warming
revision: 1
title: Warming for tests
region: upper_trapezius
needs: {channels: [pressure, temperature]}
limits: {pressure: 12 kPa}
steps:
  - heat: {temperature: 38 °C, pressure: 3 kPa, for: 75 s}
"""
HEATER = Recipe(heater=True)
PERIOD_S = 0.1


def fold(readings, asked_degc=38.0, *, age_s=0.05, heat=None):
    """Judge one reading after another, ten a second; return what is remembered, and each verdict.

    A reading that should look alive differs a little each time.
    """
    heat, verdicts = heat or Heat(), []
    for k, degc in enumerate(readings, 1):
        at_s = heat.at_s + PERIOD_S
        felt = Features(
            start_s=at_s, duration_s=PERIOD_S, pressure_kpa=3.0, lowest_kpa=3.0, emg_uv=(),
            surface_degc=degc,
        )  # fmt: skip
        health = msgspec.structs.replace(WELL, surface_age_s=age_s)
        asked = asked_degc(k) if callable(asked_degc) else asked_degc
        heat, verdict = watch_heat(heat, Moment(at_s, felt, health), asked)
        verdicts.append(verdict)
    return heat, verdicts


def alive(degc, seconds):
    """A reading that stays where it is, and trembles as thermometers do."""
    return [degc + 0.01 * (k % 2) for k in range(round(seconds / PERIOD_S))]


def acts(verdicts):
    return {(v.action, v.reason) for v in verdicts if v}


# --- what it is judged by ---------------------------------------------------------------------


def test_over_41_degc_for_three_readings_stops_and_two_do_not():
    _, verdicts = fold([40.9, *alive(41.02, 0.5)])
    assert verdicts[1:3] == [None, None]
    assert (verdicts[3].action, verdicts[3].reason) == ("stop", Reason.OVER_TEMPERATURE)
    assert verdicts[3].measured > verdicts[3].limit == 41.0


def test_at_41_degc_it_goes_on():
    assert acts(fold(alive(40.98, 60.0), 40.0)[1]) == set()


def test_too_warm_stops_even_where_the_heat_is_off_already():
    _, verdicts = fold(alive(42.0, 0.5), 0.0, heat=Heat(off=True))
    assert acts(verdicts) == {("stop", Reason.OVER_TEMPERATURE)}


def test_without_a_reading_for_a_second_the_heat_is_off_once_and_for_good():
    heat, verdicts = fold(alive(37.0, 3.0), age_s=1.01)
    assert [v is not None for v in verdicts] == [True] + [False] * 29
    assert acts(verdicts) == {("cool", Reason.HEAT_SENSOR_LOST)}
    assert heat.off
    assert acts(fold(alive(37.0, 3.0), age_s=1.0)[1]) == set()


def test_a_thermometer_that_comes_off_is_known_by_how_fast_it_falls():
    falling = [22.0 + 15.0 * 0.95**k for k in range(30)]
    _, verdicts = fold([*alive(37.0, 3.0), *falling])
    assert acts(verdicts) == {("cool", Reason.HEAT_SENSOR_WRONG)}


def test_a_surface_as_fast_as_one_can_be_is_none():
    rising = [22.0 + 0.95 * 0.6 * PERIOD_S * k for k in range(250)]
    assert acts(fold(rising, 40.0)[1]) == set()


@pytest.mark.parametrize("degc", [4.9, -300.0, 60.1])
def test_a_reading_that_nobody_can_have_switches_the_heat_off(degc):
    _, verdicts = fold(alive(degc, 0.2))
    assert (verdicts[0].action, verdicts[0].reason) == ("cool", Reason.HEAT_SENSOR_RANGE)
    assert verdicts[0].measured == degc
    assert verdicts[0].limit in (5.0, 60.0)


def test_the_same_reading_for_five_seconds_is_none():
    _, verdicts = fold([37.0] * 51)
    assert [v is None for v in verdicts] == [True] * 50 + [False]
    assert acts(verdicts) == {("cool", Reason.HEAT_SENSOR_STUCK)}


def test_a_surface_that_does_not_warm_is_switched_off_within_half_a_minute():
    _, verdicts = fold(alive(30.0, 30.0))
    assert acts(verdicts) == {("cool", Reason.NOT_WARMING)}
    assert verdicts[198:202].count(None) == 3


def test_a_surface_that_warms_slowly_or_is_nearly_there_goes_on():
    assert acts(fold([30.0 + 0.003 * k for k in range(1000)])[1]) == set()
    assert acts(fold(alive(35.5, 60.0))[1]) == set()
    assert acts(fold(alive(30.0, 60.0), 0.0)[1]) == set(), "nothing is asked of it"


def test_twenty_minutes_of_warming_are_the_most_pauses_left_out():
    _, verdicts = fold(alive(37.5, 1201.0))
    assert acts(verdicts) == {("cool", Reason.HEAT_TIME)}
    _, verdicts = fold(alive(37.5, 1201.0), lambda k: 38.0 if k > 100 else 0.0)
    assert acts(verdicts) == set()


# --- when it is off ---------------------------------------------------------------------------


def asked(stage):
    """What the device is told of its heater just now, degC."""
    lane = stage.twin.machine.motion.lanes[TEMPERATURE]
    return lane.cubic[1]


def noting(notes):
    return lambda stage: notes.append((stage.twin.machine.state.name, asked(stage)))


async def after(order_s, what, *more):
    """Warm, let something happen; return the stage, and what was asked before and after it."""
    notes = []
    stage = await story(
        (order_s - 0.1, noting(notes)), (order_s, what), (order_s + 1.0, noting(notes)), *more,
        text=WARMING, recipe=HEATER,
    )  # fmt: skip
    return stage, notes


def tell(order):
    return lambda stage: stage.tell(order)


async def test_a_pause_switches_it_off_and_resuming_on_again():
    notes = []
    _, (before, paused) = await after(
        40.0, tell(Pause()), (45.0, tell(Resume())), (55.0, noting(notes))
    )
    assert before[1] > 34.0
    assert paused == ("ARMED", 0.0)
    assert notes[0][1] > 34.0


async def test_to_ease_eases_no_temperature():
    _, (before, after_it) = await after(60.0, tell(Ease(0.2)))
    assert after_it[1] >= before[1] > 36.0


async def test_pain_switches_it_off_for_the_whole_session():
    notes = []
    stage, (before, hurt) = await after(
        40.0, lambda stage: stage.act(Gesture.PAIN_PRESS),
        (42.0, lambda stage: stage.act(Gesture.PAIN_RELEASE)), (64.0, tell(Resume())),
        (75.0, noting(notes)),
    )  # fmt: skip
    assert before[1] > 34.0
    assert hurt[0] == "PAIN_HOLD", "what is not armed does not heat"
    assert notes == [("ARMED", 0.0)]
    assert stage.outcome.result == "complete"


@pytest.mark.parametrize("order", [Release(), Stop()])
async def test_whatever_ends_a_session_switches_it_off(order):
    stage, _ = await after(40.0, tell(order))
    heater = stage.twin.machine.beside.heater
    warm_degc = heater.surface_degc
    for _ in range(500):
        stage.twin.machine.keep_truth()
    assert heater.surface_degc < warm_degc


async def test_a_rule_hears_how_warm_the_skin_gets():
    rule = (
        "rules:\n  too-warm: {when: {signal: skin_temperature, above: 36 °C, for: 2 s},"
        " do: {release: {over: 1 s, then: stop}}}\n"
    )
    needs = (
        "needs: {channels: [pressure, temperature],"
        " signals: {skin_temperature: {missing: refuse, lost: release}}}"
    )
    text = WARMING.replace("needs: {channels: [pressure, temperature]}", needs) + rule
    stage = await story(text=text, recipe=HEATER)
    assert stage.judged == [("release", "rule")]
    assert stage.outcome.duration_s > 20.0


# --- who may heat -----------------------------------------------------------------------------


def fitted(**outfit):
    thresholds = {"upper_trapezius": 280.0}
    found = capabilities(thresholds, outfit=Outfit(heater=True, **outfit))
    from controller.play import prepare

    return found, prepare(WARMING, "warming.yaml", found, {})


def test_a_program_that_warms_is_not_played_where_nothing_warms():
    _, warm = fitted()
    with pytest.raises(
        CannotPlay, match=r"line 10: Heat needs temperature, which voice_coil lacks"
    ):
        fit(warm.program, MODELS["voice_coil"]())


def hotter(program: Program, degc):
    (step,) = program.steps
    tracks = dict(step.trajectory.tracks)
    warmth = tracks["temperature"]
    tracks["temperature"] = msgspec.structs.replace(
        warmth, value=tuple(min(v, 38.0) / 38.0 * degc for v in warmth.value)
    )
    trajectory = msgspec.structs.replace(step.trajectory, tracks=tracks)
    return msgspec.structs.replace(
        program, steps=(msgspec.structs.replace(step, trajectory=trajectory),)
    )


def test_a_control_process_plays_nothing_warmer_than_its_limits_whoever_compiled_it():
    found, warm = fitted()
    admit(warm.program, found)
    with pytest.raises(CannotPlay, match=r"warms to 45\.0 degC, and 40\.0 degC are allowed"):
        admit(hotter(warm.program, 45.0), found)
