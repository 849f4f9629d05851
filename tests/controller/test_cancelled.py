"""A session that is cancelled lets go first, and is cancelled then."""

import asyncio

import pytest

from controller.play import prepare, read_profile
from controller.session import LAST_STOP_S, Session
from firmware_bridge.codes import State
from firmware_bridge.discovery import open_device
from firmware_bridge.messages import Disarm, Stop
from firmware_bridge.streamed import DISARM_S, connect
from sim.birth import Recipe
from sim.link import join
from tests.firmware_bridge.wires import Tampering


async def cancelled_while(loses):
    """Cancel a session that loses these; return the device's own state, and how long it took."""
    link = Tampering(join(Recipe()))
    twin = link._link._twin
    device = await connect(link)
    try:
        fit = prepare(*read_profile("library:demo"), device.capabilities, {})
        run = asyncio.create_task(Session(device, fit, lambda _: None).run())
        await asyncio.sleep(5.0)
        link.loses = loses
        cancelled_s = asyncio.get_running_loop().time()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        return twin._machine.state, asyncio.get_running_loop().time() - cancelled_s
    finally:
        await device.aclose()


async def test_a_last_stop_is_said_until_it_is_heard():
    state, _ = await cancelled_while({Disarm.KIND: 100, Stop.KIND: 3})
    assert state is State.STOPPED


async def test_a_link_that_carries_nothing_holds_nobody_up():
    _, took_s = await cancelled_while(dict.fromkeys(range(256), 10_000))
    assert took_s <= DISARM_S + LAST_STOP_S


async def test_a_cancelled_session_leaves_the_device_idle():
    async with open_device("sim://healthy_f?seed=7") as device:
        fit = prepare(*read_profile("library:demo"), device.capabilities, {})
        run = asyncio.create_task(Session(device, fit, lambda _: None).run())
        await asyncio.sleep(5.0)
        assert device.state is State.ARMED
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert device.state is State.IDLE
