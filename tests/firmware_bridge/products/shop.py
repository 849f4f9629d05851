"""Every product with its emulation, connected; and what it does when it is asked to play."""

import asyncio
import contextlib
import math
from itertools import pairwise

import pytest

from controller.intent import wake
from controller.mounting import mount
from firmware_bridge.meet_product import connect_product
from firmware_bridge.products.catalogue import product
from firmware_bridge.setpoints import CAP, GAIN, ArmedLimits, Ceiling, Setpoint
from sim.products.catalogue import EMULATIONS
from sim.products.memory import MemoryWire

LATCHING = ("linak", "reverie", "richmat")
"""Those that go on for ever when nobody is there any more."""

LIMITS = ArmedLimits(
    ceilings=(Ceiling(CAP, 30.0),),
    rise_level_kpa_s=10.0,
    rise_rhythm_kpa_s=60.0,
    fall_max_kpa_s=200.0,
    static_max_s=180.0,
    session_max_s=1800.0,
)


class Counter:
    """A product behind the counter: switched on, and connected to as often as one likes."""

    def __init__(self, name, **options):
        self.product = product(name)
        self.emulation = EMULATIONS[name](**options)
        self.wire = None

    async def connect(self):
        self.wire = MemoryWire(self.emulation)
        return await connect_product(self.product, self.wire)

    @contextlib.asynccontextmanager
    async def opened(self):
        device = await self.connect()
        try:
            yield device
        finally:
            await device.aclose()

    @property
    def pressing(self):
        """What its zones do, in the order of the driver's channels."""
        zones = ("air",) if self.product.name == "rongtai" else ("head", "foot")
        return tuple(self.emulation.levels[zone] for zone in zones)

    @property
    def zone(self):
        """The first channel that presses."""
        return self.product.capabilities.channel("pressure")


def level_at(emulation, at_s):
    """What its first zone did at a time."""
    zone = "air" if "air" in emulation.levels else "head"
    return next((now[zone] for then_s, now in reversed(emulation.history) if then_s <= at_s), 0)


def assert_played_as_reported(emulation, fit, outcome):
    """What it did was as far off the programme, by the mind's own account, as the report says."""
    report, wanted = fit.levels, wake(fit.program, mount(fit)).target_kpa
    times = [0.05 * n for n in range(int(outcome.duration_s / 0.05))]
    levels = [level_at(emulation, outcome.began_device_s + at_s) for at_s in times]
    off = [
        level * report.step_kpa - wanted(at_s) for level, at_s in zip(levels, times, strict=True)
    ]
    rms_kpa = math.sqrt(sum(each * each for each in off) / len(off))
    assert rms_kpa == pytest.approx(report.played.rms, abs=0.15 * report.step_kpa)
    assert max(levels) == report.highest > 0
    changes = sum(a != b for a, b in pairwise(levels))
    waking = 6 if "air" in emulation.levels else 2  # a chair takes time to wake
    assert changes == pytest.approx(report.changes, rel=0.1, abs=waking)


class Hand:
    """A control task that asks for one level, and beats."""

    def __init__(self, device, channel, technique=None, limits=LIMITS):
        self.device, self.channel, self.technique = device, channel, technique
        self.task, self.limits = None, limits

    async def __aenter__(self):
        await self.device.arm(self.limits)
        self.task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.wait([self.task])

    def ask(self, kpa, gain=1.0, cap=30.0, for_s=60.0):
        """Ask for a constant value from now on."""
        now_s = self.device.clock.now_s
        values = {GAIN: gain, CAP: cap, self.channel.id: kpa}
        if self.technique is not None:
            values |= self.technique
        self.device.splice(
            now_s, [Setpoint(c, now_s + 0.005, v, 0.0) for c, v in sorted(values.items())]
        )
        self.device.extend([Setpoint(c, now_s + for_s, v, 0.0) for c, v in sorted(values.items())])

    async def _beat(self):
        while True:
            self.device.beat(0)
            await asyncio.sleep(0.02)


async def until(is_so, within_s=30.0):
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - a motor has no event
            await asyncio.sleep(0.02)


NAMES = tuple(EMULATIONS)

every = pytest.mark.parametrize("name", NAMES)


def technique(name):
    return {2: 2.0, 4: 0.4} if name == "rongtai" else None


async def playing(counter, device, level=1):
    """Let a zone run at a level, and return the hand that asks for it."""
    hand = Hand(device, counter.zone, technique(counter.product.name))
    await hand.__aenter__()
    hand.ask(level * counter.zone.step)
    await until(lambda: counter.pressing[0] == level)
    return hand
