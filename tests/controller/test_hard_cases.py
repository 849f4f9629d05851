"""A wrong area, a body that never complains, samples that stay away: what is pressed all the same.

What the body felt is read from the oracle.
"""

import numpy as np
import pytest

from controller.play import prepare
from controller.words import Accepted, Ceiling, Ease, Reason, Replace
from profiles.problems import ProfileProblems, Refused
from sim.birth import recipe
from sim.oracle import pain_threshold_kpa, seconds_above_threshold
from tests.controller.stories import story

DEEP = """
format: myoloop-profile/1
id: test-deep
revision: 1
title: As deep as it goes
region: {region}
needs: {{channels: [pressure]}}
limits: {{pressure: {depth} kPa, rise: 50 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 4 s}}
  - trigger_point: {{pressure: {depth} kPa, for: 12 s, fall: 20 kPa/s}}
"""
TENDER = (
    ("sim://anxious?seed=3&presses=never", "upper_trapezius"),
    ("sim://chronic_neck?seed=3&presses=never", "neck_cervical_paraspinal"),
)


async def deepest(url, region, area_cm2):
    """Play the deepest that is let in, and return the stage."""
    for depth in range(40, 3, -4):
        text = DEEP.format(region=region, depth=depth)
        try:
            return await story(text=text, recipe=recipe(url), area_cm2=area_cm2)
        except (Refused, ProfileProblems):
            continue
    raise AssertionError("nothing was let in")


@pytest.mark.parametrize(("url", "region"), TENDER, ids=["anxious", "chronic neck"])
@pytest.mark.parametrize("area_cm2", [2.5, 40.0], ids=["a fourth", "four times"])
async def test_an_area_that_is_wrong_by_four_still_hurts_nobody(url, region, area_cm2):
    stage = await deepest(url, region, area_cm2)
    assert stage.felt(0.0, 60.0).max() > 3.5, "deeper than it settles"
    assert seconds_above_threshold(stage.truth, 0.0, 1e12) == 0.0
    threshold_kpa = pain_threshold_kpa(stage.truth)
    assert np.all(stage.truth.true_kpa[: len(threshold_kpa)] < threshold_kpa)


LURING = """
format: myoloop-profile/1
id: test-luring
revision: 1
title: More and more
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {emg: {missing: refuse, lost: ease}}
limits: {pressure: 24 kPa, rise: 50 kPa/s, session: 5 min}
parameters:
  depth: {default: 8 kPa, min: 6 kPa, max: 14 kPa, live: true}
steps:
  - settle: {pressure: 3 kPa, for: 6 s, baseline: emg}
  - petrissage:
      pressure: {low: 3 kPa, high: $depth}
      rate: 0.6 Hz
      for: 60 s
      adapt:
        pressure: {signal: emg, of: baseline, map: {20 %: 100 %, 400 %: 60 %}, over: 1 s}
  - settle: {pressure: 3 kPa, for: 3 s}
"""
NUMB = "sim://healthy_f?seed=7&sensation=none&presses=never"


async def test_whoever_never_complains_is_pressed_no_more_than_the_author_says():
    """Everybody asks for more, and nothing of the body says less."""

    def deeper(depth):
        def order(stage):
            values = {"depth": f"{depth} kPa"}
            program = prepare(LURING, "story.yaml", stage.device.capabilities, values).program
            stage.tell(Replace(program))

        return order

    asked = [(10.0 + k, lambda s: s.tell(Ease(2.0))) for k in range(50)]
    asked += [(10.5 + k, lambda s: s.tell(Ceiling(60.0))) for k in range(50)]
    asked += [(15.2 + k, deeper(min(14, 10 + k))) for k in range(20)]
    stage = await story(*asked, text=LURING, recipe=recipe(NUMB))
    assert stage.outcome.result == "complete"
    assert all(isinstance(answer, Accepted) for answer in stage.answers)
    assert stage.felt(50.0, 65.0).max() == pytest.approx(14.0, abs=0.4)
    assert stage.felt(0.0, 80.0).max() < 14.0 + 0.5


RISING = """
format: myoloop-profile/1
id: test-rising
revision: 1
title: A rise and a rhythm
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 3 kPa, for: 4 s}
  - petrissage: {pressure: {low: 3 kPa, high: 15 kPa}, rate: 0.6 Hz, for: 12 s}
"""


@pytest.mark.parametrize("at_s", [5.3, 9.55], ids=["a first rise", "a stroke"])
async def test_samples_that_stay_away_in_a_rise_end_it_though_the_device_still_talks(at_s):
    def cut(stage):
        stage.link.lose_every = 1

    whole = await story(text=RISING)
    stage = await story((at_s, cut), text=RISING)
    assert whole.felt(at_s + 0.1, at_s + 0.4).max() > whole.felt(at_s, at_s + 0.1).max() + 1.0
    assert stage.judged[0] == ("hold", "sensor_stale")
    assert stage.outcome.reason in (Reason.SENSOR_STALE, Reason.LINK_LOST)  # whoever is first
    assert stage.felt(at_s + 0.12, 60.0).max() <= stage.felt(at_s, at_s + 0.12).max() + 0.3
    assert stage.felt(at_s + 1.0, 60.0).max(initial=0.0) < 0.3
    assert stage.outcome.duration_s < at_s + 1.0
