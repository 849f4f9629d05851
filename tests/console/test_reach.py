"""The door changes nothing: a session through it is the very same as one without."""

import asyncio
import hashlib

import pytest

from console.excerpt import excerpt
from console.people import SimulatedAttendant
from console.sitting import Programme, Sitting
from controller.ears import ears_for
from controller.preflight import SimulatedPerson, preflight
from controller.session import Session
from controller.words import Ceiling, Ease, Ended, Mark, Release, Sampled, Stop
from firmware_bridge.codes import Document
from firmware_bridge.discovery import open_device
from sim.virtual_time import run
from tests.console.test_sitting import URL, Watcher

STORIES = {
    "nothing happens": (),
    "eased and lowered": ((9.0, Ease(0.5)), (12.0, Ceiling(9.0)), (13.0, Mark("here"))),
    "released": ((11.0, Release()),),
    "stopped": ((11.0, Stop()),),
}
"""Orders, and when they are given: seconds since the device was opened."""


def tell_at(story, tell):
    loop = asyncio.get_running_loop()
    for at_s, order in story:
        loop.call_at(at_s + 0.00011, tell, order)


def trace_sha256(events, truth):
    """One number for everything that was told, and everything that was felt."""
    return hashlib.sha256(repr(events).encode() + truth).hexdigest()


async def directly(story):
    events = []
    async with open_device(URL) as device:
        fitted = excerpt(12, device.capabilities)
        ears = ears_for(fitted.program, device.capabilities)
        ready = await preflight(device, SimulatedPerson(device), ears)
        session = Session(device, fitted, events.append, ready.zero_kpa, ears)
        tell_at(story, session.tell)
        outcome = await session.run()
        return events, outcome, await device.document(Document.TRUTH)


async def through_the_door(story):
    watcher = Watcher()
    sitting = Sitting(
        URL,
        Programme(lambda capabilities: excerpt(12, capabilities)),
        lambda device, fit: SimulatedAttendant(device, lambda line: None),
        watcher,
    )
    tell_at(story, sitting.post)
    visit = await sitting.run()
    return watcher.events, visit.outcome, visit.truth


@pytest.mark.parametrize("name", STORIES)
def test_the_same_story_is_the_same_with_and_without_a_door(name):
    story = STORIES[name]
    events, outcome, truth = run(directly(story))
    through, far_outcome, far_truth = run(through_the_door(story))
    assert isinstance(events[-1], Ended)
    assert sum(isinstance(event, Sampled) for event in events) > 100
    assert through == events
    assert far_outcome == outcome
    assert trace_sha256(through, far_truth) == trace_sha256(events, truth)


def test_another_story_has_another_trace():
    calm = run(directly(STORIES["nothing happens"]))
    eased = run(directly(STORIES["eased and lowered"]))
    assert trace_sha256(calm[0], calm[2]) != trace_sha256(eased[0], eased[2])
