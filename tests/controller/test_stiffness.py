"""Bone under a pad: twice as stiff as expected, for a second; and everything that is no bone."""

from math import exp, pi, sin

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.features import features
from controller.fitting import fit
from controller.moment import Features, Moment, Sunk
from controller.mounting import probes
from controller.safety import Scene, Watch, judge
from controller.stiffness import (
    BONE_S,
    PEOPLE,
    RELAXATION,
    Pad,
    Probe,
    highest_factor,
    over_bone,
    watch_stiffness,
)
from controller.tracking import Asked, lag_s
from controller.words import Reason
from firmware_bridge.readings import SensorBatch
from sim.birth import Recipe
from sim.voice_coil import Outfit, capabilities
from tests.controller.moments import WELL
from tests.controller.programs import compiled
from tests.controller.stories import story

BATCH_S = 0.01
PAD = Pad("upper_trapezius", 10.0)
MEAN = highest_factor(PAD.region, PAD.area_cm2) / PEOPLE


class Flesh:
    """Tissue that follows the law, as stiff as `factor` says, tiring as `relaxation` says."""

    def __init__(self, factor=MEAN, relaxation=RELAXATION):
        self.factor, self.relaxation = factor, relaxation
        self.faded = [0.0] * len(relaxation)

    def felt(self, depth_mm):
        strain = depth_mm**1.5
        for i, (_, tau_s) in enumerate(self.relaxation):
            self.faded[i] += (strain - self.faded[i]) * (1.0 - exp(-BATCH_S / tau_s))
        shares = (share * f for (share, _), f in zip(self.relaxation, self.faded, strict=True))
        return Sunk(max(0.0, self.factor * (strain - sum(shares))), depth_mm)


def batch(*sunk, lost_s=0.0):
    return Features(
        start_s=0.0, duration_s=BATCH_S, pressure_kpa=sunk[0].pressure_kpa,
        lowest_kpa=sunk[0].pressure_kpa, emg_uv=(), lost_s=lost_s, sunk=sunk,
    )  # fmt: skip


def press(flesh, depths_mm, known=(), pad=PAD):
    """Sink to one depth after the other; return what is known then, and the first verdict."""
    verdict = None
    for depth_mm in depths_mm:
        known = watch_stiffness(known, batch(flesh.felt(depth_mm)), (pad,))
        verdict = verdict or over_bone(known)
    return known, verdict


def hold(depth_mm, for_s):
    return [depth_mm] * round(for_s / BATCH_S)


def knead(low_mm, high_mm, rate_hz, for_s):
    middle, swing = (low_mm + high_mm) / 2.0, (high_mm - low_mm) / 2.0
    turns = (2.0 * pi * rate_hz * BATCH_S * n for n in range(round(for_s / BATCH_S)))
    return [middle - swing * sin(turn) for turn in turns]


def harder(times, depth_mm=8.0, for_s=1.2):
    """Learn what is expected of flesh, then hold on what is so many times as stiff."""
    flesh = Flesh()
    known, _ = press(flesh, hold(8.0, 4.0))
    flesh.factor *= times
    return press(flesh, hold(depth_mm, for_s), known)


def test_more_than_twice_as_stiff_as_expected_for_a_second_is_bone():
    _, verdict = harder(2.1)
    assert (verdict.action, verdict.reason) == ("release", Reason.BONE)
    assert verdict.limit < verdict.measured < 1.2 * verdict.limit


def test_less_than_twice_as_stiff_as_expected_goes_on_for_ever():
    _, verdict = harder(1.9, for_s=60.0)
    assert verdict is None


def test_bone_for_less_than_a_second_is_none():
    known, verdict = harder(3.0, for_s=BONE_S - BATCH_S)
    assert verdict is None
    assert known[0].stiff_s == pytest.approx(BONE_S - BATCH_S)
    known, verdict = harder(3.0, for_s=BONE_S)
    assert verdict is not None


def test_bone_in_between_flesh_is_counted_anew():
    flesh = Flesh()
    known, _ = press(flesh, hold(8.0, 4.0))
    for _ in range(5):
        flesh.factor = 3.0 * MEAN
        known, verdict = press(flesh, hold(8.0, 0.8), known)
        assert verdict is None
        flesh.factor = MEAN
        known, verdict = press(flesh, hold(8.0, 0.2), known)
        assert known[0].stiff_s == 0.0


def test_what_is_lost_on_the_way_was_pressed_too():
    flesh = Flesh()
    known, _ = press(flesh, hold(8.0, 4.0))
    flesh.factor *= 3.0
    known = watch_stiffness(known, batch(flesh.felt(8.0), lost_s=BONE_S), (PAD,))
    assert over_bone(known) is not None


def test_a_touch_is_too_light_to_tell_and_changes_nothing():
    flesh = Flesh()
    known, _ = press(flesh, hold(8.0, 4.0))
    flesh.factor *= 4.0
    known, _ = press(flesh, hold(8.0, 0.6), known)
    stiff_s = known[0].stiff_s
    known, verdict = press(flesh, hold(0.0, 60.0) + hold(0.9, 5.0), known)
    assert known[0].stiff_s == stiff_s > 0.0
    assert verdict is None


def test_a_pad_that_is_laid_on_bone_does_not_take_it_for_flesh():
    _, verdict = press(Flesh(4.2 * MEAN), hold(3.0, 1.2))
    assert verdict is not None
    _, verdict = press(Flesh(3.8 * MEAN), hold(3.0, 60.0))
    assert verdict is None


def test_another_region_is_learnt_anew():
    known, _ = press(Flesh(), hold(8.0, 4.0))
    calf = Pad("calf_gastrocnemius", 10.0)
    known, verdict = press(Flesh(2.2 * MEAN), hold(8.0, 6.0), known, calf)
    assert verdict is None
    assert known[0].expected == pytest.approx(2.2 * MEAN, rel=1e-6)


def test_a_further_pad_over_bone_is_released_like_the_first():
    flesh, other = Flesh(), Flesh()
    known = ()
    for n in range(600):
        other.factor = MEAN * (1.0 if n < 400 else 3.0)
        known = watch_stiffness(known, batch(flesh.felt(8.0), other.felt(8.0)), (PAD, PAD))
    assert known[0].stiff_s == 0.0
    assert over_bone(known).reason is Reason.BONE


people = st.floats(0.35, PEOPLE)
depths = st.floats(5.0, 16.0)


@settings(max_examples=25, deadline=None)
@given(people, depths, depths, st.floats(0.2, 1.5), st.floats(0.0, 0.8))
def test_deeper_work_long_holds_and_rhythms_on_one_tissue_are_no_bone(
    factor, held_mm, peak_mm, rate_hz, valley
):
    course = hold(held_mm, 12.0) + knead(valley * peak_mm, peak_mm, rate_hz, 8.0) + hold(15.0, 3.0)
    known, verdict = press(Flesh(factor * MEAN), course)
    assert verdict is None
    assert known[0].stiff_s == 0.0


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 1.4), st.floats(0.3, 3.0), depths, st.floats(0.2, 1.5))
def test_tissue_that_tires_otherwise_than_the_law_says_is_no_bone(tires, slower, peak_mm, rate_hz):
    relaxation = tuple((tires * share, slower * tau_s) for share, tau_s in RELAXATION)
    course = hold(8.0, 8.0) + knead(0.2 * peak_mm, peak_mm, rate_hz, 8.0) + hold(12.0, 5.0)
    _, verdict = press(Flesh(MEAN, relaxation), course)
    assert verdict is None


@settings(max_examples=25, deadline=None)
@given(people, depths, st.floats(0.2, 1.0))
def test_bone_under_a_rhythm_is_found_as_well(factor, peak_mm, rate_hz):
    flesh = Flesh(factor * MEAN)
    known, _ = press(flesh, hold(8.0, 20.0))
    flesh.factor *= 2.5
    course = knead(0.5 * peak_mm, peak_mm, rate_hz, 8.0)
    known, verdict = press(flesh, course, known)
    firm = any(flesh.factor * depth**1.5 * 0.4 > 5.0 for depth in course)
    assert verdict is not None or not firm


# --- among its siblings -----------------------------------------------------------------------


def test_the_supervisor_releases_what_is_over_bone():
    watch, flesh, verdicts = Watch(), Flesh(), []
    for n in range(600):
        flesh.factor = MEAN * (1.0 if n < 400 else 3.0)
        one = batch(flesh.felt(8.0))
        asked = Asked(one.pressure_kpa, 1e9)
        scene = Scene(60.0, asked, lag_s(1000.0), "closed_loop", (PAD,))
        watch, verdict = judge(watch, Moment(n * BATCH_S, one, WELL), scene)
        verdicts.append(verdict.reason if verdict else None)
    assert verdicts.index(Reason.BONE) == 400 + round(BONE_S / BATCH_S) - 1


def test_without_a_sensor_of_depth_nothing_is_known():
    one = msgspec.structs.replace(batch(Flesh().felt(8.0)), sunk=())
    scene = Scene(60.0, Asked(one.pressure_kpa, 1e9), lag_s(20.0), "closed_loop")
    watch, _ = judge(Watch(), Moment(0.0, one, WELL), scene)
    assert watch.stiffness == ()


def said(**outfit):
    return capabilities({}, outfit=Outfit(**outfit))


def test_each_pad_that_plays_is_paired_with_its_own_sensors():
    assert probes(fit(compiled(), said(depth=True)), said(depth=True)) == (
        Probe("pressure", 10.0, 0, 0),
    )
    two = said(depth=True, sites=("left", "right"))
    assert probes(fit(compiled(), two), two) == (Probe("pressure", 10.0, 0, 0),)
    assert probes(fit(compiled(), said()), said()) == ()


def test_depth_at_another_rate_than_pressure_is_not_used():
    there = said(depth=True)
    slow = tuple(
        msgspec.structs.replace(s, every=20) if s.quantity == "depth" else s for s in there.sensors
    )
    there = msgspec.structs.replace(there, sensors=slow)
    assert probes(fit(compiled(), there), there) == ()


def test_a_batch_tells_how_far_each_pad_has_sunk_under_how_much():
    one = SensorBatch(
        start_s=0.0, number=0, emg_rate_hz=0.0, pressure_rate_hz=200.0, emg_uv=np.array([[]]),
        pressure_kpa=np.array([[5.0, 5.1], [7.0, 7.1]]), depth_mm=np.array([[4.0], [5.0]]),
    )  # fmt: skip
    felt = features(one, 0.0, (1.0, 0.0), probes=(Probe("pressure", 10.0, 0, 0),))
    assert felt.sunk == (Sunk(5.0, 4.5),)


# --- on a twin --------------------------------------------------------------------------------

LONG = """
format: myoloop-profile/1
id: test-depth
revision: 1
title: A hold and a rhythm
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 4 kPa, for: 8 s}
  - petrissage: {pressure: {low: 3 kPa, high: 14 kPa}, rate: 0.5 Hz, for: 20 s}
  - settle: {pressure: 4 kPa, for: 6 s}
"""

LATE_S = 16.0


def slides(times):
    return (LATE_S, lambda stage: stage.twin.machine.life.lie_over_bone(times, 0.5))


async def test_a_pad_that_slides_onto_bone_is_released_within_two_seconds():
    stage = await story(slides(3.0), text=LONG, recipe=Recipe(depth=True))
    assert stage.judged == [("release", "bone")]
    assert stage.outcome.reason is Reason.BONE
    assert stage.outcome.measured > stage.outcome.limit
    assert LATE_S < stage.outcome.duration_s < LATE_S + 3.0


async def test_a_place_that_is_firm_is_kneaded_on():
    stage = await story(slides(1.7), text=LONG, recipe=Recipe(depth=True))
    assert stage.outcome.result == "complete"
    assert stage.judged == []


async def test_nobody_feels_bone_who_feels_no_depth():
    stage = await story(slides(3.0), text=LONG)
    assert ("release", "bone") not in stage.judged
