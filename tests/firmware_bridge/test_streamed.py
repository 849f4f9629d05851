"""What the host makes of a device that says, or leaves out, what it ought not to."""

import asyncio
import contextlib

import msgspec
import pytest

from firmware_bridge.framing import seal, unseal
from firmware_bridge.messages import StatusReport, decode
from firmware_bridge.readings import Pressed
from firmware_bridge.streamed import connect
from sim.birth import Recipe
from sim.link import join


class Tampering:
    """A link whose far end's STATUS says otherwise, and that loses what `loses` names."""

    def __init__(self, link):
        self._link = link
        self.kind, self.max_frame, self.aclose = link.kind, link.max_frame, link.aclose
        self.frames_bad = 0
        self.says, self.loses, self.sent = {}, (), []

    def send(self, body):
        self.sent.append(unseal(body)[0])
        if unseal(body)[0] not in self.loses:
            self._link.send(body)

    def send_urgent(self, body):
        self.sent.append(unseal(body)[0])
        if unseal(body)[0] not in self.loses:
            self._link.send_urgent(body)

    def listen(self, on_frame, on_lost):
        def hear(body, at_s):
            kind, epoch, seq, t_us = unseal(body)
            if kind == StatusReport.KIND and self.says:
                status = msgspec.structs.replace(decode(kind, body), **self.says)
                body = seal(kind, epoch, seq, t_us, status.pack())
            on_frame(body, at_s)

        self._link.listen(hear, on_lost)


@contextlib.asynccontextmanager
async def met(**says):
    """A device in memory, the link to it, what it reads and how it fails."""
    link = Tampering(join(Recipe()))
    link.says = says
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
