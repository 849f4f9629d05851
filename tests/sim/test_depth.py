"""A twin that reports how far its pad has sunk: truly, beside everything else unchanged."""

import numpy as np
import pytest

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.messages import Samples
from firmware_bridge.samples import SampleReader
from sim.birth import Recipe, bear, recipe
from sim.coil import NOWHERE
from sim.sensors import NOISE_MM
from sim.voice_coil import capabilities

FREE = (0, 100.0, 0.0, 0.0, 0.0)
WHOLE = (0, 1.0, 0.0, 0.0, 0.0)
PRESS = (0, 12.0, 0.0, 0.0, 0.0)


def pressing(depth):
    """Return the samples of a twin that presses 12 kPa for two seconds, and how deep it is."""
    twin = bear(Recipe(depth=depth), 0.0)
    said, deep = [], []
    twin._greeted = True
    twin._say = lambda message, _=None: said.append(message)
    pad = twin.machine.actuator
    pad.limit(40.0, 10.0, 10.0, 200.0, 1.0)
    pad.energise()
    for n in range(200):
        pad.run(10, n * 10_000, PRESS, WHOLE, FREE, rhythmic=False)
        deep.append(pad.depth_mm)
        twin._send_samples()
    return [m for m in said if isinstance(m, Samples)], deep, twin


async def test_it_reports_how_far_its_pad_has_really_sunk():
    samples, deep, twin = pressing(depth=True)
    reader = SampleReader(twin.capabilities)
    reader._expected = None
    read = np.concatenate([reader._depth.read(one) for one in samples])
    assert deep[-1] > 5.0
    settled = read[-100:, 0]
    assert settled.mean() == pytest.approx(np.mean(deep[-50:]), abs=0.05)
    assert 0.5 * NOISE_MM < np.std(settled - np.linspace(settled[0], settled[-1], 100)) < 0.3


async def test_depth_is_added_at_the_end_and_changes_nothing_else():
    without, _, _ = pressing(depth=False)
    with_depth, _, _ = pressing(depth=True)
    assert all(b.data.startswith(a.data) for a, b in zip(without, with_depth, strict=True))
    assert {len(b.data) - len(a.data) for a, b in zip(without, with_depth, strict=True)} == {4}


async def test_a_twin_has_no_sensor_of_depth_unless_it_is_told_to():
    assert not capabilities({}).sensors_of("depth")
    assert not recipe("sim://healthy_f").outfit.depth
    (depth,) = bear(recipe("sim://healthy_f?depth=on"), 0.0).capabilities.sensors_of("depth")
    assert (depth.unit, depth.rate_hz) == ("mm", 200.0)


async def test_each_pad_has_its_own():
    there = bear(recipe("sim://healthy_f?depth=on&pads=left,right"), 0.0).capabilities
    assert [one.site for one in there.sensors_of("depth")] == ["left", "right"]


async def test_a_pad_off_the_body_has_sunk_nowhere():
    pad = bear(Recipe(depth=True), 0.0).machine.actuator
    pad.pad_on = False
    pad.limit(40.0, 10.0, 10.0, 200.0, 1.0)
    pad.energise()
    pad.run(200, 0, PRESS, WHOLE, FREE, rhythmic=False)
    assert pad.depth_mm == 0.0
    pad.release()
    pad.run(10, 200_000, NOWHERE, WHOLE, FREE, rhythmic=False)


async def test_a_chamber_of_air_has_no_depth_to_tell():
    with pytest.raises(LinkUnavailable, match="has no depth to tell"):
        recipe("sim://healthy_f?device=airbag&depth=on")
