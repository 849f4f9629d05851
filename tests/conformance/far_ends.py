"""Devices at the far end of a link: what the suite needs of one, and the twin in memory."""

import asyncio
import contextlib

import numpy as np

from firmware_bridge.links.memory import pair
from sim.body import PRESETS, person
from sim.clockwork import DeviceTime
from sim.traits import Traits
from sim.twin import Twin
from sim.voice_coil import Outfit

PPM = 60.0


class TwinInMemory:
    """A fresh twin. Another far end joins the suite by offering what this one has.

    `link` leads to the device; `wait` lets time pass; `write` puts raw bytes on the wire;
    `hang_up` closes the last link and `dial` opens the next. `clock_us` is what the device's clock
    says at birth. `outfit` is what it has beside its pad.
    """

    def __init__(self, *, clock_us=1_000_000_000, seed=7, **outfit):
        dice = np.random.Generator(np.random.PCG64(seed))
        someone = person(PRESETS["healthy_f"], dice)
        time = DeviceTime(asyncio.get_running_loop().time(), clock_us, PPM)
        nonce = int(dice.integers(1, 1 << 32))
        self._twin = Twin(
            someone,
            dice,
            time,
            Traits(boot_nonce=nonce, boot_us=clock_us, outfit=Outfit(**outfit)),
        )
        self.dial()
        self._twin.start()

    def dial(self):
        self.link, self._far = pair()
        self._twin.attach(self._far)
        return self.link

    async def wait(self, seconds):
        await asyncio.sleep(seconds)

    def write(self, data):
        self._far.receive(data)

    async def hang_up(self):
        await self.link.aclose()
        await asyncio.sleep(0)

    async def end(self):
        self._twin.stop()
        await self.link.aclose()
        await self._far.aclose()


@contextlib.asynccontextmanager
async def twin_in_memory(**wanted):
    far_end = TwinInMemory(**wanted)
    try:
        yield far_end
    finally:
        await far_end.end()
