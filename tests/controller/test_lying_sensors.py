"""A pressure sensor that sticks, reads a third too little or freezes: found, and nobody is hurt."""

import pytest

from controller.words import Judged
from sim.birth import recipe
from tests.controller.stories import story

TEXT = """
format: myoloop-profile/1
id: test-sensors
revision: 1
title: A rhythm, a rest, a hold
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 16 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 3 kPa, for: 4 s}
  - petrissage: {pressure: {low: 3 kPa, high: 12 kPa}, rate: 0.5 Hz, for: 6 s}
  - rest: {for: 4 s}
  - trigger_point: {pressure: 16 kPa, rise: 8 kPa/s, for: 8 s, fall: 10 kPa/s}
"""
ENVELOPE_KPA = 16.0

RISE_S, HOLD_S, REST_S = 15.8, 19.0, 11.5
PRESSED_AGAIN_S = 15.6
"""After the rest: 5 kPa, of which a third is as much as a sensor may be off."""


def stuck(at_kpa):
    return lambda: lambda _: at_kpa


def low():
    return lambda reading: 0.67 * reading


def frozen():
    first = []

    def says(reading):
        first.append(reading)
        return first[0]

    return says


FAULTS = {"stuck at nothing": stuck(0.0), "stuck": stuck(5.0), "low": low, "frozen": frozen}


def lies(which, fault):
    return lambda stage: setattr(getattr(stage, which), "says", fault())


async def told(at_s, which, fault):
    happening = (at_s, lies(which, FAULTS[fault]))
    stage = await story(happening, text=TEXT, recipe=recipe("sim://healthy_m?seed=7"))
    return stage, next((e for e in stage.said(Judged) if e.at_s >= at_s), None)


@pytest.mark.parametrize("which", ["regulated", "independent"])
@pytest.mark.parametrize("at_s", [RISE_S, HOLD_S, REST_S], ids=["rise", "hold", "rest"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_sensor_that_lies_is_found_within_a_second_and_nobody_is_hurt(fault, at_s, which):
    stage, found = await told(at_s, which, fault)
    begins_s = at_s
    if (fault, at_s) == ("low", REST_S):  # a third of nothing is nothing
        begins_s = PRESSED_AGAIN_S
    assert found is not None
    assert found.at_s <= begins_s + 1.02
    assert found.verdict.action in ("release", "stop")
    assert stage.felt(0.0, 60.0).max() <= 1.1 * ENVELOPE_KPA
    assert stage.felt(found.at_s + 1.0, 60.0).max(initial=0.0) < 0.3


async def test_two_sensors_that_agree_are_left_alone():
    stage = await story(text=TEXT, recipe=recipe("sim://healthy_m?seed=7"))
    assert stage.judged == []
    assert stage.felt(HOLD_S, HOLD_S + 3.0).mean() == pytest.approx(ENVELOPE_KPA, abs=0.2)
