"""A host, a twin and the air between them, in one process; bleak driven either of two ways."""

import asyncio
import contextlib
from functools import cache

import numpy as np

from controller.play import prepare
from controller.priority import urgent
from controller.session import Session
from firmware_bridge.links.ble import BleLink, meet_over
from firmware_bridge.links.ble_radio import SystemRadio
from firmware_bridge.streamed import connect
from sim import bluez, central, dbus, peripheral
from sim.birth import bear, recipe
from sim.oracle import read_truth
from sim.radio import VirtualRadio

RECIPE = recipe("sim://healthy_f?seed=7")
NAME = peripheral.name_of(RECIPE)

PROFILE = """
format: myoloop-profile/1
id: brief
revision: 1
title: A rise, strokes, and away
region: lumbar_erector_spinae
needs: {channels: [pressure]}
limits: {pressure: 15 kPa, rise: 40 kPa/s, session: 2 min}
steps:
  - petrissage: {pressure: {low: 3 kPa, high: 8 kPa}, rate: 1 Hz, for: SECONDS s}
"""


BRIEF_S, LONG_S = 2.7, 20.0
"""A session that is played to its end, and one that is not."""


async def until(is_so, within_s=5.0):
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - a wire has no event to wait for
            await asyncio.sleep(0.002)


class Shared:
    """A radio that outlives the links over it."""

    def __init__(self, radio):
        self.scanner, self.client = radio.scanner, radio.client

    async def aclose(self):
        pass


class Ground:
    """`host` is what scans and connects; `bluez` the daemon behind it, if there is one."""

    def __init__(self, radio, twin, device, host, daemon):
        self.radio, self.twin, self.device = radio, twin, device
        self.host, self.bluez = host, daemon

    async def link(self):
        return BleLink(NAME, await meet_over(NAME, self.host, 2.0), self.host)

    @contextlib.asynccontextmanager
    async def opened(self):
        device = await connect(await self.link())
        try:
            yield device
        finally:
            await device.aclose()

    @property
    def state(self):
        return self.twin._machine.state

    @property
    def truth(self):
        return read_truth(self.twin.truth)

    @property
    def now_s(self):
        """Device time."""
        return self.twin._machine.now_us * 1e-6

    @property
    def pressed_kpa(self):
        return self.twin._machine.actuator.true_kpa


@contextlib.asynccontextmanager
async def ground(way, air, monkeypatch):
    """Set up everything; leave nothing."""
    async with contextlib.AsyncExitStack() as stack:
        radio = VirtualRadio(air, np.random.default_rng(7))
        stack.callback(radio.close)
        for seconds in (BRIEF_S, LONG_S):
            fitted(seconds)
        stack.enter_context(urgent())
        twin = bear_now()
        device = peripheral.on_radio(radio, RECIPE, twin)
        await device.switch_on()
        stack.push_async_callback(device.aclose)
        twin.start()
        stack.callback(twin.stop)
        host, daemon = await central.on_radio(radio), None
        stack.push_async_callback(host.aclose)
        if way == "bluez":
            address = await stack.enter_async_context(dbus.private_bus())
            monkeypatch.setenv(dbus.ADDRESS_VARIABLE, address)
            daemon = await bluez.serve(address, host)
            daemon.disconnect_s = 0.1
            stack.push_async_callback(daemon.aclose)
        radio_of_host = SystemRadio() if daemon else Shared(host)
        yield Ground(radio, twin, device, radio_of_host, daemon)


@cache
def fitted(seconds):
    """A profile for our twin, compiled before anything plays: that takes a while."""
    capabilities = bear_now().capabilities
    return prepare(PROFILE.replace("SECONDS", f"{seconds:g}"), "brief", capabilities, {})


def bear_now():
    return bear(RECIPE, asyncio.get_running_loop().time())


async def play(device, seconds, on_event=lambda _: None):
    """Knead: a whole session, without what comes before it."""
    return await Session(device, fitted(seconds), on_event).run()
