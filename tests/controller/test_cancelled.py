"""A session that is cancelled lets go first, and is cancelled then."""

import asyncio

import pytest

from controller.play import prepare, read_profile
from controller.session import Session
from firmware_bridge.codes import State
from firmware_bridge.discovery import open_device


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
