"""myoloop device: a latch is cleared by who has seen it, and no newer one with it."""

import pytest

from console.commands.device import _clear, _latch, _status
from console.failures import StoppedAgain
from firmware_bridge.codes import Gesture, Source, State
from firmware_bridge.discovery import open_device

URL = "sim://healthy_f?seed=7"


async def test_a_device_says_who_latched_it():
    async with open_device(URL) as device:
        assert _latch(await _status(device)) is None
        device.halt(Source.BYSTANDER)
        await device.halted()
        latch = _latch(await _status(device))
        assert latch.cause == "stop_frame"
        await _clear(device, latch)
        assert (await _status(device)).state is State.IDLE


async def test_a_stop_made_in_between_is_not_cleared():
    async with open_device(URL) as device:
        device.halt(Source.BYSTANDER)
        await device.halted()
        seen = _latch(await _status(device))
        await device.act(Gesture.STOP_PRESS)
        await device.act(Gesture.STOP_RELEASE)
        with pytest.raises(StoppedAgain, match="stays stopped"):
            await _clear(device, seen)
        newer = _latch(await _status(device))
        assert newer.nonce != seen.nonce
        assert newer.cause == "stop_button"
