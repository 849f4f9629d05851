"""What is sent in a splice: enough to live on until more comes, and nothing that presses more."""

import math

import pytest

from controller.intent import wake
from controller.mounting import mount
from controller.play import prepare
from controller.streamer import FOLLOWED_BYTES, MIN_SEGMENT_S, Streamer
from firmware_bridge.setpoints import CAP
from firmware_bridge.streamed import connect
from sim.birth import Recipe
from sim.link import join
from tests.controller.programs import KNEADING


class Line:
    """A device at the end of a line that carries so much, which notes what is spliced."""

    credit = 0

    def __init__(self, device, bytes_s):
        self.clock, self.bytes_s = device.clock, bytes_s
        self.spliced = []

    def splice(self, at_s, setpoints):
        self.spliced = [(s.channel, s.at_s - at_s, s.value) for s in setpoints]

    def extend(self, setpoints):
        return 0


@pytest.fixture
async def spliced():
    device = await connect(join(Recipe()))
    fit = prepare(KNEADING, "story.yaml", device.capabilities, {})

    def splice(bytes_s, at_s):
        line = Line(device, bytes_s)
        Streamer(line, fit, 0.0).splice(wake(fit.program, mount(fit), (), ()), at_s, 0.0)
        return line.spliced

    yield splice
    await device.aclose()


@pytest.mark.parametrize("at_s", [1.0, 8.0, 8.37, 9.1, 10.05])
async def test_on_a_slow_line_a_splice_lasts_until_more_has_come_and_caps_as_soon(spliced, at_s):
    fast, slow = spliced(math.inf, at_s), spliced(11_520.0, at_s)
    lasts = {channel: after_s for channel, after_s, _ in slow}
    assert min(lasts.values()) >= FOLLOWED_BYTES / 11_520.0 - 1e-9
    assert next(k for k in slow if k[0] == CAP) == next(k for k in fast if k[0] == CAP)


@pytest.mark.parametrize("at_s", [1.0, 8.0, 8.37, 9.1, 10.05])
async def test_a_fast_line_waits_for_nothing(spliced, at_s):
    assert spliced(92_160.0, at_s) == spliced(math.inf, at_s)
    assert min(after_s for _, after_s, _ in spliced(math.inf, at_s)) >= MIN_SEGMENT_S - 1e-9
