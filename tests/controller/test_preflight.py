"""Pre-flight lets nobody start on a device that has not shown what it must."""

import asyncio
import contextlib

import numpy as np
import pytest

from controller.modes import VERY_LATE_S
from controller.play import prepare
from controller.preflight import NotReady, Obstacle, SimulatedPerson, preflight
from controller.session import Session
from controller.words import Ease, Reason
from firmware_bridge.framing import unseal
from firmware_bridge.messages import Stop
from firmware_bridge.streamed import connect
from sim.birth import Recipe
from sim.harmed_link import HarmedLink
from sim.link import join
from sim.wire_faults import WireDelay
from tests.controller.programs import KNEADING
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
async def met(recipe=None):
    link = AfterStop(join(recipe or Recipe()))
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


# --- the battery ------------------------------------------------------------------------------


class Gauge:
    """The gauge of a battery, which says what a test wants it to."""

    def __init__(self, percent):
        self.percent = percent

    def read(self, true_percent):
        return self.percent


async def refused(device):
    with pytest.raises(NotReady) as caught:
        await preflight(device, Untouched())
    return caught.value


class Untouched:
    """A person who must not be asked for anything."""

    async def take_pad_off(self):
        pytest.fail("whoever is refused for the battery need not have taken the pad off")

    press_pain = put_pad_on = take_pad_off


@pytest.mark.parametrize(("percent", "told"), [(19.9, "19 %"), (12.0, "12 %"), (1.0, "1 %")])
async def test_a_battery_that_is_low_starts_nothing_and_says_to_charge_it(percent, told):
    async with met(Recipe(battery=percent)) as (device, _, _):
        error = await refused(device)
    assert error.obstacle is Obstacle.BATTERY_LOW
    assert str(error).startswith(f"the battery is at {told} (20 % are needed")
    assert "charge it, unplug it, then start again" in str(error)


async def test_a_battery_that_is_full_enough_is_told_in_the_result():
    async with met(Recipe(battery=20.4)) as (device, _, _):
        ready = await preflight(device, SimulatedPerson(device))
    assert ready.battery_percent == pytest.approx(20.4, abs=0.11)


async def test_a_device_without_a_gauge_is_not_held_up_and_the_result_says_it_was_not_asked():
    async with met() as (device, _, _):
        ready = await preflight(device, SimulatedPerson(device))
    assert ready.battery_percent is None


@pytest.mark.parametrize("says", [None, 612.0, -1.0], ids=["nothing", "too much", "too little"])
async def test_a_gauge_that_says_nothing_that_can_be_starts_nothing(says):
    async with met(Recipe(battery=80.0)) as (device, link, _):
        link._link._twin.machine.beside.battery.gauge = Gauge(says)
        error = await refused(device)
    assert error.obstacle is Obstacle.BATTERY_UNKNOWN
    assert "have it looked at" in str(error)


async def test_the_newest_word_of_a_gauge_counts():
    async with met(Recipe(battery=80.0)) as (device, link, _):
        gauge = link._link._twin.machine.beside.battery.gauge = Gauge(None)
        looking = asyncio.ensure_future(preflight(device, SimulatedPerson(device)))
        await asyncio.sleep(1.5)
        gauge.percent = 55.0
        assert (await looking).battery_percent == 55.0


# --- the link ---------------------------------------------------------------------------------


async def looked_at(by_s, *, way="both"):
    """Go through pre-flight on a wire that is so much slower, each way, once it is open."""
    wire = HarmedLink(join(Recipe()))
    device = await connect(wire)
    wire.suffer(WireDelay(by_s=by_s, way=way), np.random.Generator(np.random.PCG64(7)))
    try:
        return await preflight(device, SimulatedPerson(device))
    finally:
        await device.aclose()


async def test_a_link_over_which_no_loop_can_be_closed_starts_nothing_and_says_what_to_do():
    with pytest.raises(NotReady, match=r"a word and its answer take 9\d ms \(80 ms") as caught:
        await looked_at(0.045)
    assert caught.value.obstacle is Obstacle.SLOW_LINK
    assert "use a cable, or bring a radio nearer" in str(caught.value)


async def test_samples_that_would_come_as_open_loop_never_pass_the_limit_of_round_trips():
    with pytest.raises(NotReady) as caught:
        await looked_at(VERY_LATE_S + 0.005, way="up")
    assert caught.value.obstacle is Obstacle.SLOW_LINK


@pytest.mark.parametrize("by_s", [0.0, 0.015, 0.037])
async def test_a_slower_link_is_ready_and_the_result_says_how_slow(by_s):
    ready = await looked_at(by_s)
    assert ready.rtt_p99_ms == pytest.approx(2e3 * by_s, abs=5.0)


async def test_over_the_slowest_link_that_passes_every_change_shows_in_time():
    wire = HarmedLink(join(Recipe()))
    device = await connect(wire)
    wire.suffer(WireDelay(by_s=0.039), np.random.Generator(np.random.PCG64(7)))
    ready = await preflight(device, SimulatedPerson(device))
    fitted = prepare(KNEADING, "kneading.yaml", device.capabilities, {})
    session = Session(device, fitted, lambda _: None, ready.zero_kpa)
    asyncio.get_running_loop().call_later(8.0, lambda: session.tell(Ease(0.8)))
    outcome = await session.run()
    await device.aclose()
    assert outcome.reason is Reason.COMPLETE


async def test_what_the_link_did_before_pre_flight_counts_for_nothing():
    wire = HarmedLink(join(Recipe()))
    device = await connect(wire)
    end = wire.suffer(WireDelay(by_s=0.14), np.random.Generator(np.random.PCG64(7)))
    await asyncio.sleep(3.0)
    assert device.stats.rtt_p99_ms > device.stats.rtt_most_ms
    end()
    await asyncio.sleep(1.0)
    ready = await preflight(device, SimulatedPerson(device))
    await device.aclose()
    assert ready.rtt_p99_ms < 5.0
