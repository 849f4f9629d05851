"""However a product is stopped, lost or left alone: it is let go of, and says so."""

import asyncio

import msgspec
import pytest

from firmware_bridge.codes import Cause, Source, State
from firmware_bridge.errors import DeviceRefused, LinkClosed
from tests.firmware_bridge.products.shop import (
    LIMITS,
    Counter,
    Hand,
    every,
    playing,
    technique,
    until,
)

# --- stopping ----------------------------------------------------------------------------------


@every
async def test_a_stop_is_ahead_of_everything_and_latched(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device, 2)
        stopped_s = asyncio.get_running_loop().time()
        device.halt(Source.OPERATOR)
        halted = await device.halted()
        assert halted.path is Cause.STOP_FRAME
        await until(lambda: not counter.emulation.runs, 2.0)
        ended_s = next(
            at_s
            for at_s, now in counter.emulation.history
            if at_s >= stopped_s and not any(now.values())
        )
        assert ended_s - stopped_s < (4 * counter.product.pace_s if name == "keeson" else 0.1)
        hand.ask(2 * counter.zone.step)
        await asyncio.sleep(5.0)
        assert not counter.emulation.runs
        with pytest.raises(DeviceRefused):
            await device.arm(LIMITS)
        with pytest.raises(DeviceRefused):
            await device.clear(halted.nonce + 1)
        await device.clear(halted.nonce)
        assert device.state is State.IDLE
        await hand.__aexit__()


@every
async def test_a_stop_while_a_write_is_on_its_way_stops_all_the_same(name):
    counter = Counter(name)
    for after_ms in range(0, 100, 7):
        async with counter.opened() as device:
            async with Hand(device, counter.zone, technique(name)) as hand:
                hand.ask(2 * counter.zone.step)
                await asyncio.sleep(after_ms * 1e-3)
                device.halt(Source.OPERATOR)
                await device.halted()
            await until(lambda: not counter.emulation.runs, 5.0)
        await asyncio.sleep(5.0)
        assert not counter.emulation.runs


@every
async def test_disarming_is_off_and_idle(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await device.disarm()
        assert device.state is State.IDLE
        assert not counter.emulation.runs
        await hand.__aexit__()


@every
async def test_a_control_task_that_falls_silent_is_a_release_and_a_latch(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await hand.__aexit__()  # no more beats
        await until(lambda: device.state is State.LINK_LOST, 0.4)
        await until(lambda: not counter.emulation.runs, 3.0)


@every
async def test_a_trajectory_that_runs_out_is_a_release(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        hand.ask(counter.zone.step, for_s=0.1)
        await until(lambda: device.state is State.FADING, 0.5)
        await until(lambda: counter.pressing[0] == 0, 5.0)
        await hand.__aexit__()


async def test_a_session_that_is_too_long_is_a_fault():
    counter = Counter("jensen")
    async with counter.opened() as device:
        limits = msgspec.structs.replace(LIMITS, session_max_s=60.0)
        async with Hand(device, counter.zone, limits=limits) as hand:
            hand.ask(3.0, for_s=300.0)
            await asyncio.sleep(59.0)
            assert counter.emulation.runs
            await until(lambda: device.state is State.FAULT, 2.0)
            await until(lambda: not counter.emulation.runs, 1.0)


@pytest.mark.parametrize("name", ["keeson", "reverie", "rongtai"])
async def test_whoever_lowers_it_by_hand_has_stopped_it(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device, 2)
        await asyncio.sleep(2 * counter.product.pace_s + 0.5)
        counter.emulation.by_hand("air" if name == "rongtai" else "head", 1)
        await until(lambda: device.state is State.STOPPED, 3.0)
        await until(lambda: not counter.emulation.runs, 3.0)
        hand.ask(2 * counter.zone.step)
        await asyncio.sleep(5.0)
        assert not counter.emulation.runs
        await hand.__aexit__()


@pytest.mark.parametrize("name", ["keeson", "reverie"])
async def test_whoever_raises_it_by_hand_is_corrected(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await asyncio.sleep(2 * counter.product.pace_s + 0.5)
        counter.emulation.by_hand("head", 5)
        await until(lambda: counter.pressing[0] == 1, 8.0)
        assert device.state is State.ARMED
        await hand.__aexit__()


# --- loss --------------------------------------------------------------------------------------


@every
async def test_after_a_loss_nothing_is_written_any_more(name):
    counter = Counter(name)
    failures = []
    device = await counter.connect()
    device.listen(lambda _: None, failures.append)
    hand = await playing(counter, device)
    counter.wire.cut()
    heard = len(counter.emulation.heard)
    hand.ask(2 * counter.zone.step)
    device.halt(Source.SESSION)
    with pytest.raises(LinkClosed):
        await device.halted()
    with pytest.raises(LinkClosed):
        await device.disarm()
    await asyncio.sleep(5.0)
    assert len(counter.emulation.heard) == heard
    assert len(failures) == 1
    assert device.state is State.LINK_LOST
    await hand.__aexit__()
    await device.aclose()


async def test_a_write_that_is_not_answered_is_a_loss_within_a_second():
    counter = Counter("jensen")
    failures = []
    device = await counter.connect()
    device.listen(lambda _: None, failures.append)
    hand = await playing(counter, device)
    counter.wire.fall_silent()
    hand.ask(9.0)
    await until(lambda: failures, 1.3)
    assert "by its own timer" in str(failures[0])
    await hand.__aexit__()
    await device.aclose()
