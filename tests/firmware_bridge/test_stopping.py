"""STOP, said until it is heard, or until nobody is left to hear it."""

import asyncio

import pytest

from firmware_bridge.codes import Source
from firmware_bridge.conversation import Conversation
from firmware_bridge.errors import LinkClosed, LinkTimeout
from firmware_bridge.links.memory import pair
from firmware_bridge.stopping import GIVE_UP_S, Stopper


def stopper_and_far_end():
    near, far = pair()
    stopper = Stopper(Conversation(near))
    near.listen(lambda *_: None, stopper.lose)
    heard = []
    far.listen(lambda body, at_s: heard.append(at_s), lambda error: None)
    return stopper, far, heard


async def test_it_is_said_at_0_5_and_15_ms_and_then_every_20():
    stopper, _, heard = stopper_and_far_end()
    began_s = asyncio.get_running_loop().time()
    stopper.start(Source.SESSION)
    await asyncio.sleep(0.06)
    assert [at_s - began_s for at_s in heard] == pytest.approx([0.0, 0.005, 0.015, 0.035, 0.055])
    stopper.end()


async def test_a_device_that_hears_and_says_nothing_is_given_up_in_time():
    stopper, _, _ = stopper_and_far_end()
    stopper.start(Source.SESSION)
    with pytest.raises(LinkTimeout, match="not acknowledged"):
        await asyncio.wait_for(stopper.acknowledged(), 2 * GIVE_UP_S)


@pytest.mark.parametrize("lost_first", [True, False])
async def test_nobody_waits_for_a_device_that_has_gone(lost_first):
    stopper, far, _ = stopper_and_far_end()
    loop = asyncio.get_running_loop()
    if lost_first:
        await far.aclose()
        await asyncio.sleep(0)
    stopper.start(Source.SESSION)
    if not lost_first:
        loop.call_later(0.01, asyncio.ensure_future, far.aclose())
    began_s = loop.time()
    with pytest.raises(LinkClosed):
        await stopper.acknowledged()
    assert loop.time() - began_s <= 0.011
