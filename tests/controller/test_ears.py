"""How a session listens: by where it works, and by what the device's sensors can tell."""

import numpy as np
import pytest

from controller.ears import ears_for
from controller.emg_words import Quality
from firmware_bridge.readings import SensorBatch
from profiles.regions import HEART, REGIONS
from sim.birth import announced, recipe
from tests.controller.emg_signals import heartbeats, rest
from tests.controller.programs import compiled

LISTENING = """
format: myoloop-profile/1
id: test-listening
revision: 1
title: Listening
region: {region}
needs: {{channels: [pressure], signals: {{emg: {{missing: timed, lost: ease}}}}}}
limits: {{pressure: 8 kPa, rise: 20 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 8 s, baseline: emg}}
"""


def heard(samples_uv, region="upper_trapezius"):
    """Return what ears say of batches of 10 ms, of all channels of a virtual device."""
    ears = ears_for(compiled(LISTENING.format(region=region)), announced(recipe("sim://")))
    return [
        ears.hear(
            SensorBatch(
                start_s=at / 1000.0,
                number=at,
                emg_rate_hz=1000.0,
                pressure_rate_hz=200.0,
                emg_uv=samples_uv[at : at + 10],
                pressure_kpa=np.zeros((2, 2)),
            )
        )
        for at in range(0, len(samples_uv) - 9, 10)
    ]


@pytest.mark.parametrize("region", REGIONS)
def test_over_trunk_and_neck_a_third_of_what_beats_bring_is_left_out(region):
    beats_uv = heartbeats(10.0, per_min=70, peak_uv=1000.0, seed=3)[:, None] * np.ones(2)
    told = heard(rest(10.0, seed=2, channels=2, rms_uv=2.0) + beats_uv, region)
    loudest_uv = max(features.slow_uv[0] for features in told[200:])
    assert (loudest_uv < 100.0) is (region in HEART), loudest_uv


def test_an_amplifier_at_its_rail_is_told_as_such():
    samples_uv = np.round(rest(4.0, seed=4, channels=2), 1)
    samples_uv[2000:3000, 0] = 32767 * 0.1
    told = heard(samples_uv)
    assert all(f.flags[0] & Quality.SATURATED and not f.trusted[0] for f in told[201:300])
    assert all(f.trusted[1] and not f.flags[1] & Quality.SATURATED for f in told[100:])
    assert not any(f.flags[0] & Quality.SATURATED for f in told[301:])
