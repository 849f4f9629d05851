"""What a product without a queue, a clock or a voice promises with a driver before it."""

import asyncio
import gc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codes import Gesture, State, StatusFlags
from firmware_bridge.errors import DeviceRefused, DeviceUnruly, LinkTimeout
from firmware_bridge.levels import follow, level_under, value_of
from firmware_bridge.meet_product import connect_product
from firmware_bridge.pending import Pending
from firmware_bridge.products.catalogue import PRODUCTS, product
from firmware_bridge.readings import SensorBatch, Status
from firmware_bridge.setpoints import Setpoint
from sim.products.memory import MemoryWire
from tests.firmware_bridge.products.shop import (
    EMULATIONS,
    LATCHING,
    NAMES,
    Counter,
    Hand,
    every,
    playing,
    technique,
    until,
)

# --- what is pressed ---------------------------------------------------------------------------


@every
async def test_a_level_is_reached_and_left(name):
    counter = Counter(name)
    async with counter.opened() as device, Hand(device, counter.zone, technique(name)) as hand:
        hand.ask(2.4 * counter.zone.step)
        await until(lambda: counter.pressing[0] == 2)
        hand.ask(1.0 * counter.zone.step)
        await until(lambda: counter.pressing[0] == 1)
        hand.ask(0.0)
        await until(lambda: counter.pressing[0] == 0)
        assert counter.emulation.missed == 0
        assert counter.wire.most_at_once == 1


@every
async def test_the_smallest_of_trajectory_gain_cap_and_ceiling_is_pressed(name):
    counter = Counter(name)
    step = counter.zone.step
    async with counter.opened() as device, Hand(device, counter.zone, technique(name)) as hand:
        hand.ask(3 * step)
        await until(lambda: counter.pressing[0] == 3)
        hand.ask(3 * step, gain=0.5)
        await until(lambda: counter.pressing[0] == 1)
        hand.ask(3 * step, cap=2 * step)
        await until(lambda: counter.pressing[0] == 2)


async def test_a_zone_that_a_bed_was_built_without_is_not_offered():
    counter = Counter("jensen")
    counter.emulation.built_in = 0x01
    async with counter.opened() as device:
        offered = [c.name for c in device.capabilities.channels if c.quantity == "pressure"]
        assert offered == ["head zone"]
        async with Hand(device, counter.zone) as hand:
            hand.ask(2.0 * counter.zone.step)
            await until(lambda: counter.pressing == (2, 0))


@given(value=st.floats(-5.0, 50.0), name=st.sampled_from(NAMES))
def test_a_level_is_never_over_the_value_it_stands_for(value, name):
    channel = product(name).capabilities.channel("pressure")
    level = level_under(value, channel)
    assert level == 0 or value_of(level, channel) <= value + 1e-6
    assert value_of(level, channel) <= channel.high + 1e-9


@given(said=st.integers(0, 6), wanted=st.integers(0, 6))
def test_what_only_counts_goes_one_at_a_time(said, wanted):
    relative = product("keeson").capabilities.channel("pressure")
    after = follow(said, wanted, relative)
    assert abs(after - said) <= 1
    assert abs(after - wanted) <= max(abs(said - wanted) - 1, 0)
    assert follow(said, wanted, product("jensen").capabilities.channel("pressure")) == wanted


@given(
    values=st.lists(st.floats(0.0, 30.0), min_size=2, max_size=8),
    slopes=st.lists(st.floats(-200.0, 200.0), min_size=8, max_size=8),
    share=st.floats(0.0, 1.0),
)
def test_between_two_setpoints_the_curve_stays_between_them(values, slopes, share):
    pending = Pending()
    pending.extend(Setpoint(2, 0.1 * i, value, slopes[i]) for i, value in enumerate(values))
    for i in range(1, len(values)):
        low, high = sorted(values[i - 1 : i + 1])
        at_s = 0.1 * (i - 1) + 0.1 * share
        assert low - 1e-9 <= pending.value_at(2, at_s) <= high + 1e-9 or share == 1.0


async def test_frames_keep_their_distance():
    counter = Counter("keeson")
    async with counter.opened() as device, Hand(device, counter.zone) as hand:
        hand.ask(30.0)
        await until(lambda: counter.pressing[0] == 6)
        ups = [at_s for at_s, value in counter.emulation.heard if value[4] == 0x08]
    assert len(ups) == 6
    assert min(b - a for a, b in pairwise(ups)) >= 0.4


async def test_the_newest_wish_wins_over_those_that_came_before():
    counter = Counter("jensen")
    async with counter.opened() as device, Hand(device, counter.zone) as hand:
        hand.ask(3.0)
        await until(lambda: counter.pressing[0] == 1)
        for kpa in (6.0, 9.0, 12.0, 27.0):
            hand.ask(kpa)
        await until(lambda: counter.pressing[0] == 9)
        assert [levels["head"] for _, levels in counter.emulation.history if levels["head"]] == [
            1,
            9,
        ]


# --- connecting, leaving -----------------------------------------------------------------------


@every
async def test_whatever_it_was_doing_connecting_stops_it_first(name):
    counter = Counter(name)
    device = await counter.connect()
    hand = await playing(counter, device)
    counter.wire.cut()  # as a controller that is killed
    await hand.__aexit__()
    await device.aclose()
    assert counter.emulation.runs
    before = len(counter.emulation.history)
    async with counter.opened() as device:
        assert not counter.emulation.runs
        assert device.state is State.IDLE
        levels = [levels for _, levels in counter.emulation.history[before - 1 :]]
        assert all(b[z] <= a[z] for a, b in pairwise(levels) for z in a)


@every
async def test_leaving_switches_it_off(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await hand.__aexit__()
    await until(lambda: not counter.emulation.runs, 3.0)
    assert not counter.emulation.is_connected


@pytest.mark.parametrize("name", [n for n in NAMES if n not in LATCHING])
async def test_a_killed_controller_leaves_it_to_its_timer(name):
    counter = Counter(name)
    device = await counter.connect()
    hand = await playing(counter, device)
    counter.wire.cut()
    await hand.__aexit__()
    await device.aclose()
    assert counter.emulation.runs
    await asyncio.sleep(counter.product.auto_off_s + 10.0)
    assert not counter.emulation.runs


@pytest.mark.parametrize("name", LATCHING)
async def test_what_latches_says_so_and_goes_on(name):
    counter = Counter(name)
    failures = []
    device = await counter.connect()
    device.listen(lambda _: None, failures.append)
    hand = await playing(counter, device)
    counter.wire.cut()
    await hand.__aexit__()
    await device.aclose()
    await asyncio.sleep(3600.0)
    assert counter.emulation.runs
    assert "goes on until it is switched off by hand, or connected to again" in str(failures[0])
    assert counter.product.auto_off_s is None


@pytest.mark.parametrize("name", [n for n in NAMES if product(n).refresh_s])
async def test_its_timer_is_armed_again_while_it_is_played(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        hand.ask(counter.zone.step, for_s=5000.0)
        await asyncio.sleep(1.2 * counter.product.auto_off_s)
        assert counter.pressing[0] == 1
        await hand.__aexit__()


@every
async def test_ten_times_connected_and_left_nothing_grows(name):
    counter = Counter(name)
    per_visit, tasks = [], []
    for _ in range(10):
        heard = len(counter.emulation.heard)
        async with counter.opened() as device:
            hand = await playing(counter, device)
            await hand.__aexit__()
            told = device.stats.frames_received
            await asyncio.sleep(1.0)
            per_visit.append(device.stats.frames_received - told)
        await until(lambda: not counter.emulation.runs, 5.0)
        await asyncio.sleep(3.0)
        tasks.append((len(asyncio.all_tasks()), len(counter.emulation.heard) - heard))
        del device
    gc.collect()
    assert max(per_visit) - min(per_visit) <= 1  # nobody hears anything twice
    assert max(tasks[1:]) == min(tasks[1:])


async def test_what_is_no_such_product_is_told_at_once():
    wire = MemoryWire(EMULATIONS["linak"]())
    with pytest.raises(DeviceUnruly, match="does not offer its service"):
        await connect_product(product("jensen"), wire)


async def test_a_chair_that_does_not_say_how_it_is_is_left_alone():
    emulation = EMULATIONS["rongtai"]()
    emulation.greet = lambda: None
    with pytest.raises(LinkTimeout, match="does not say how it is"):
        await connect_product(product("rongtai"), MemoryWire(emulation))
    assert emulation.heard == []


# --- what it says ------------------------------------------------------------------------------


@every
async def test_it_says_how_it_is_and_invents_no_pressure(name):
    counter = Counter(name)
    readings = []
    async with counter.opened() as device:
        device.listen(readings.append, lambda _: None)
        await asyncio.sleep(1.0)
        assert readings[-1].state is State.IDLE
        assert StatusFlags.VENTED in readings[-1].flags
        hand = await playing(counter, device)
        await asyncio.sleep(0.1)
        assert readings[-1].state is State.ARMED
        assert StatusFlags.VENTED not in readings[-1].flags
        await hand.__aexit__()
    assert len(readings) > 45
    assert all(isinstance(reading, Status) for reading in readings)
    assert not any(isinstance(reading, SensorBatch) for reading in readings)


async def test_nobody_plays_the_person_on_a_product():
    async with Counter("jensen").opened() as device:
        with pytest.raises(DeviceRefused):
            await device.act(Gesture.PAIN_PRESS)


@pytest.mark.parametrize("each", PRODUCTS, ids=lambda each: each.name)
def test_a_products_channels_are_told_as_what_they_are(each):
    for channel in each.capabilities.channels:
        assert channel.on_loss == "holds"
        assert channel.dwell_s == each.pace_s
        assert channel.choices or channel.quantity in ("pressure", "frequency")
