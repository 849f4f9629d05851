"""What the host makes of a device that says, or leaves out, what it ought not to."""

import asyncio
import contextlib

import pytest

from firmware_bridge.errors import DeviceRestarted, DeviceUnruly, LinkTimeout
from firmware_bridge.messages import Disarm, Splice, Stop
from firmware_bridge.readings import Pressed
from firmware_bridge.setpoints import CAP, GAIN, ArmedLimits, Ceiling, Setpoint
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


GENTLE = ArmedLimits(
    ceilings=(Ceiling(2, 20.0),),
    rise_level_kpa_s=10.0,
    rise_rhythm_kpa_s=10.0,
    fall_max_kpa_s=200.0,
    static_max_s=60.0,
    session_max_s=60.0,
)


async def splice_on(device, for_s, every_s=0.02):
    """Replace the trajectory, which is zero, again and again, as an easing does."""
    for _ in range(round(for_s / every_s)):
        at_s = device.clock.now_s
        device.splice(at_s, [Setpoint(c, at_s + 0.1, 0.0, 0.0) for c in (GAIN, CAP, 2)])
        device.beat(0)
        await asyncio.sleep(every_s)


async def test_a_device_that_ignores_splices_is_found_while_more_of_them_come():
    async with met() as (device, link, _, failures):
        await device.arm(GENTLE)
        await splice_on(device, 0.2)
        assert not failures
        link.loses = {Splice.KIND: 1000}
        await splice_on(device, 0.16)
        assert [type(failure) for failure in failures] == [DeviceUnruly]
        assert Stop.KIND in link.sent


@pytest.mark.parametrize("late_s", [0.0, 0.03, 0.06])
async def test_a_device_that_follows_a_splice_every_20_ms_is_not_stopped(late_s):
    async with met() as (device, link, _, failures):
        link.late_s = late_s
        await device.arm(GENTLE)
        await splice_on(device, 3.0)
        assert not failures
        assert Stop.KIND not in link.sent


async def test_a_device_whose_words_come_seconds_late_has_not_restarted():
    async with met() as (_, link, readings, failures):
        link.late_s = 3.0
        await asyncio.sleep(8.0)
        assert not failures
        assert readings


@pytest.mark.parametrize("ahead_s", [-2, 6], ids=["back", "ahead"])
async def test_a_device_whose_clock_starts_anew_is_found_by_its_first_words(ahead_s):
    async with met() as (_, link, _, failures):
        await asyncio.sleep(2.5)
        link.ahead_us = ahead_s * 1_000_000
        await asyncio.sleep(0.03)
        assert [type(failure) for failure in failures] == [DeviceRestarted]


async def test_a_device_with_another_boot_nonce_is_found_by_its_first_words_however_late():
    async with met() as (_, link, _, failures):
        link.late_s = 3.0
        await asyncio.sleep(5.0)
        link.says = {"boot_nonce16": 0x1234}
        await asyncio.sleep(3.03)
        assert [type(failure) for failure in failures] == [DeviceRestarted]


async def test_a_device_that_has_slept_has_not_restarted_and_its_clock_is_learnt_anew():
    async with met() as (device, _, _, failures):
        loop = asyncio.get_running_loop()
        await asyncio.sleep(1.01)  # a STATUS is the next it says
        behind_s = device.clock.now_s - loop.time()
        loop.pass_to(loop.time() + 1.4)
        await asyncio.sleep(1.0)
        assert not failures
        assert device.clock.now_s - loop.time() == pytest.approx(behind_s - 1.4, abs=0.01)
