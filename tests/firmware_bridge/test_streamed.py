"""What the host makes of a device that says, or leaves out, what it ought not to."""

import asyncio
import contextlib

import pytest

from firmware_bridge.errors import LinkTimeout
from firmware_bridge.messages import Disarm
from firmware_bridge.readings import Pressed
from firmware_bridge.streamed import DISARM_S, connect
from sim.birth import Recipe
from sim.link import join
from tests.firmware_bridge.wires import Tampering


@contextlib.asynccontextmanager
async def met(kind="memory", **says):
    """A device in memory, the link to it, what it reads and how it fails."""
    link = Tampering(join(Recipe()))
    link.kind, link.says = kind, says
    device = await connect(link)
    readings, failures = [], []
    device.listen(readings.append, failures.append)
    try:
        yield device, link, readings, failures
    finally:
        await device.aclose()


def presses(readings):
    return sum(isinstance(reading, Pressed) for reading in readings)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(0, 1, 1), (0, 2, 2), (255, 1, 2), (7, 7, 0), (0, 100, 4), (3, 2, 1)],
)
async def test_every_press_between_two_statuses_is_told(before, after, told):
    async with met() as (_, link, readings, _):
        link.says = {"pain_count": before}
        await asyncio.sleep(0.1)
        readings.clear()
        link.says = {"pain_count": after}
        await asyncio.sleep(0.1)
        assert presses(readings) == told


async def test_what_was_pressed_before_the_first_status_is_no_press():
    async with met(pain_count=5) as (_, _, readings, _):
        await asyncio.sleep(0.1)
        assert presses(readings) == 0


@pytest.mark.parametrize("kind", ["memory", "ble"])
async def test_a_disarm_that_nobody_answers_is_given_up_in_time(kind):
    async with met(kind) as (device, link, _, _):
        link.loses = {Disarm.KIND: 100}
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(LinkTimeout):
            await device.disarm()
        assert asyncio.get_running_loop().time() - began_s <= DISARM_S + 0.001
