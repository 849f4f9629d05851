"""Products over the air, in virtual time: bleak at one end, an emulated product at the other."""

import asyncio
import contextlib

import numpy as np
import pytest

from controller.play import prepare, read_profile
from controller.priority import urgent
from controller.session import Session
from controller.words import Reason
from firmware_bridge.codes import Source, State
from firmware_bridge.drivers import drivers
from firmware_bridge.errors import DeviceUnruly, LinkUnavailable
from firmware_bridge.links.ble_scan import scan
from firmware_bridge.links.gatt_client import reach
from firmware_bridge.meet_product import connect_product
from firmware_bridge.products.catalogue import product
from firmware_bridge.recognise import recognise
from firmware_bridge.wish import with_gain_and_cap
from sim import central
from sim.products.on_air import on_radio
from sim.radio import Air, VirtualRadio
from tests.firmware_bridge.products.shop import (
    EMULATIONS,
    LATCHING,
    Hand,
    assert_played_as_reported,
    until,
)

every = pytest.mark.parametrize("name", EMULATIONS)


class Shared:
    """A radio that outlives the connections over it."""

    def __init__(self, radio):
        self.scanner, self.client = radio.scanner, radio.client

    async def aclose(self):
        pass


class Place:
    def __init__(self, name, radio, emulation, host):
        self.product, self.radio = product(name), radio
        self.emulation, self.host = emulation, host

    async def connect(self):
        wire = await reach(self.emulation.name, self.host, 2.0)
        return await connect_product(self.product, wire)

    @contextlib.asynccontextmanager
    async def opened(self):
        device = await self.connect()
        try:
            yield device
        finally:
            await device.aclose()

    @property
    def level(self):
        return self.emulation.levels["air" if self.product.name == "rongtai" else "head"]


@contextlib.asynccontextmanager
async def place(name, interval_s=0.0075):
    async with contextlib.AsyncExitStack() as stack:
        air = Air(interval_s=interval_s, supervision_s=0.5)
        radio = VirtualRadio(air, np.random.default_rng(7))
        stack.callback(radio.close)
        emulation = EMULATIONS[name]()
        far = on_radio(emulation, radio)
        await far.switch_on()
        stack.push_async_callback(far.aclose)
        host = await central.on_radio(radio)
        stack.push_async_callback(host.aclose)
        stack.enter_context(urgent())
        yield Place(name, radio, emulation, Shared(host))


@every
async def test_it_is_recognised_and_plays_the_demonstration_over_the_air_as_reported(name):
    async with place(name) as here:
        seen = await scan(here.host, 0.3)
        assert [recognise(one, drivers()).driver for one in seen] == [name]
        capabilities = with_gain_and_cap(here.product.capabilities)
        fit = prepare(*read_profile("library:demo"), capabilities, {})
        async with here.opened() as device:
            outcome = await Session(device, fit, lambda _: None).run()
            assert outcome.reason is Reason.COMPLETE
        assert_played_as_reported(here.emulation, fit, outcome)
        assert here.emulation.missed <= 1  # the last one, off, is said in haste, and again
        await until(lambda: not here.emulation.runs, 3.0)


@every
async def test_a_stop_over_slow_air_is_off(name):
    async with place(name, interval_s=0.05) as here, here.opened() as device:
        channel = here.product.capabilities.channel("pressure")
        async with Hand(device, channel) as hand:
            hand.ask(2 * channel.step)
            await until(lambda: here.level == 2, 10.0)
            device.halt(Source.OPERATOR)
            await device.halted()
        await until(lambda: not here.emulation.runs, 3.0)


@every
async def test_without_its_controller_its_timer_ends_it_or_the_next_connection_does(name):
    async with place(name) as here:
        device = await here.connect()
        channel = here.product.capabilities.channel("pressure")
        failures = []
        device.listen(lambda _: None, failures.append)
        async with Hand(device, channel) as hand:
            hand.ask(channel.step)
            await until(lambda: here.level == 1, 10.0)
            here.radio.fall_silent(0.8)  # longer than the supervision timeout
            await until(lambda: failures, 3.0)
        assert device.state is State.LINK_LOST
        assert ("goes on until" in str(failures[0])) is (name in LATCHING)
        await device.aclose()
        assert here.emulation.runs
        await until(lambda: not here.radio.is_silent, 2.0)
        if name in LATCHING:
            await asyncio.sleep(3600.0)
            assert here.emulation.runs
            async with here.opened():
                assert not here.emulation.runs
        else:
            await until(lambda: not here.emulation.runs, here.product.auto_off_s + 3.0)


@every
async def test_ten_connections_leave_no_second_notification_and_no_task(name):
    async with place(name) as here:
        per_second, tasks = [], []
        for _ in range(10):
            async with here.opened() as device:
                heard = device.stats.frames_received
                await asyncio.sleep(0.5)
                per_second.append(device.stats.frames_received - heard)
            await until(lambda: not here.emulation.is_connected)
            tasks.append(len(asyncio.all_tasks()))
        assert max(per_second) - min(per_second) <= 1
        assert max(tasks[1:]) <= min(tasks[1:]) + 1


async def test_whoever_is_not_there_is_not_found():
    async with place("jensen") as here:
        with pytest.raises(LinkUnavailable, match="no Bluetooth device"):
            await reach("somebody else", here.host, 0.3)


async def test_another_product_under_a_drivers_name_is_left_alone():
    async with place("linak") as here:
        wire = await reach(here.emulation.name, here.host, 2.0)
        with pytest.raises(DeviceUnruly, match="does not offer its service"):
            await connect_product(product("jensen"), wire)
        await until(lambda: not here.emulation.is_connected)
        assert here.emulation.heard == []
