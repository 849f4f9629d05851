"""BEAT says what was judged: a loop that lives on does not keep a device whose judge is gone."""

import asyncio
import contextlib

import pytest

from controller.play import prepare
from controller.session import Session
from firmware_bridge.codes import Document, State
from firmware_bridge.framing import unseal
from firmware_bridge.messages import Beat
from firmware_bridge.streamed import connect
from sim.birth import Recipe
from sim.link import join
from sim.oracle import read_truth, zero_after_s
from tests.controller.programs import KNEADING
from tests.controller.stories import SampleWire


async def test_a_control_task_that_no_longer_judges_is_a_lost_link_though_its_beats_come():
    """The event loop lives on, and its tick says BEAT every 20 ms; nobody thinks any more."""
    link = SampleWire(join(Recipe()))
    device = await connect(link)
    fit = prepare(KNEADING, "test.yaml", device.capabilities, {})
    session = Session(device, fit, lambda event: None)
    playing = asyncio.ensure_future(session.run())
    await asyncio.sleep(9.0)
    hung_s, said = device.clock.now_s, len(link.sent)
    session._think = lambda felt, number=None: None
    await asyncio.sleep(1.0)
    beats = sum(unseal(body)[0] == Beat.KIND for body in link.sent[said:])
    truth = read_truth(await device.document(Document.TRUTH))
    assert device.state is State.LINK_LOST
    assert beats > 10
    assert truth.last("state FADING") - hung_s == pytest.approx(0.2, abs=0.03)
    assert zero_after_s(truth, hung_s) < 0.8
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing
    await device.aclose()
