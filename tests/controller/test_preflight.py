"""Pre-flight lets nobody start on a device that has not shown what it must."""

import contextlib

import pytest

from controller.preflight import NotReady, Obstacle, SimulatedPerson, preflight
from firmware_bridge.framing import unseal
from firmware_bridge.messages import Stop
from firmware_bridge.streamed import connect
from sim.birth import Recipe
from sim.link import join
from tests.controller.stories import Sensor
from tests.firmware_bridge.wires import Tampering


class AfterStop(Tampering):
    """A link whose far end's STATUS changes with STOP to what it `says_then`."""

    says_then = {}  # noqa: RUF012 - replaced, never changed

    def send_urgent(self, body):
        if unseal(body)[0] == Stop.KIND:
            self.says = self.says_then
        super().send_urgent(body)


@contextlib.asynccontextmanager
async def met():
    link = AfterStop(join(Recipe()))
    device = await connect(link)
    try:
        yield device, link, link._link._twin._machine.actuator
    finally:
        await device.aclose()


async def obstacle(device):
    with pytest.raises(NotReady) as caught:
        await preflight(device, SimulatedPerson(device))
    return caught.value.obstacle


async def test_a_sound_device_is_ready():
    async with met() as (device, _, _):
        ready = await preflight(device, SimulatedPerson(device))
        assert max(map(abs, ready.zero_kpa)) < 0.5
        assert ready.vented_after_s > 0.0


@pytest.mark.parametrize("says_then", [{"flags": 0}, None], ids=["not vented", "no status"])
async def test_that_it_had_let_go_before_the_stop_does_not_count(says_then):
    async with met() as (device, link, _):
        link.says_then = says_then
        assert await obstacle(device) is Obstacle.NO_VENT


class Swinging:
    """Reads this much too much, then as much too little: its mean over a second is zero."""

    def __init__(self, off_kpa, samples):
        self._off_kpa, self._samples, self._count = off_kpa, samples, 0

    def __call__(self, reading):
        self._count += 1
        up = self._count // self._samples % 2 == 0
        return reading + (self._off_kpa if up else -self._off_kpa)


class Drifting:
    """Reads from -2 to +2 kPa within the second that is judged, and again."""

    count = 0

    def __call__(self, reading):
        self.count += 1
        return reading - 2.0 + 4.0 * (self.count % 200) / 200


@pytest.mark.parametrize("says", [Swinging(3.0, 20), Drifting()], ids=["swings", "drifts"])
async def test_a_sensor_that_is_zero_only_on_average_is_not_at_zero(says):
    async with met() as (device, _, actuator):
        actuator._regulated = Sensor(actuator._regulated)
        actuator._regulated.says = says
        assert await obstacle(device) is Obstacle.NOT_ZERO
