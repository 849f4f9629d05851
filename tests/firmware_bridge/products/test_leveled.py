"""What a product without a queue, a clock or a voice promises with a driver before it."""

import asyncio
import gc
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codes import Cause, Gesture, Source, State, StatusFlags
from firmware_bridge.errors import DeviceRefused, DeviceUnruly, LinkClosed, LinkTimeout
from firmware_bridge.levels import follow, level_under, value_of
from firmware_bridge.meet_product import connect_product
from firmware_bridge.pending import Pending
from firmware_bridge.products.catalogue import PRODUCTS, product
from firmware_bridge.readings import SensorBatch, Status
from firmware_bridge.setpoints import Setpoint
from sim.products.memory import MemoryWire
from tests.firmware_bridge.products.shop import EMULATIONS, LATCHING, LIMITS, Counter, Hand, until

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


# --- stopping ----------------------------------------------------------------------------------


@every
async def test_a_stop_is_ahead_of_everything_and_latched(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device, 2)
        stopped_s = asyncio.get_running_loop().time()
        device.halt(Source.OPERATOR)
        halted = await device.halted()
        assert halted.path is Cause.STOP_FRAME
        await until(lambda: not counter.emulation.runs, 2.0)
        ended_s = next(
            at_s
            for at_s, now in counter.emulation.history
            if at_s >= stopped_s and not any(now.values())
        )
        assert ended_s - stopped_s < (4 * counter.product.pace_s if name == "keeson" else 0.1)
        hand.ask(2 * counter.zone.step)
        await asyncio.sleep(5.0)
        assert not counter.emulation.runs
        with pytest.raises(DeviceRefused):
            await device.arm(LIMITS)
        with pytest.raises(DeviceRefused):
            await device.clear(halted.nonce + 1)
        await device.clear(halted.nonce)
        assert device.state is State.IDLE
        await hand.__aexit__()


@every
async def test_a_stop_while_a_write_is_on_its_way_stops_all_the_same(name):
    counter = Counter(name)
    for after_ms in range(0, 100, 7):
        async with counter.opened() as device:
            async with Hand(device, counter.zone, technique(name)) as hand:
                hand.ask(2 * counter.zone.step)
                await asyncio.sleep(after_ms * 1e-3)
                device.halt(Source.OPERATOR)
                await device.halted()
            await until(lambda: not counter.emulation.runs, 5.0)
        await asyncio.sleep(5.0)
        assert not counter.emulation.runs


@every
async def test_disarming_is_off_and_idle(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await device.disarm()
        assert device.state is State.IDLE
        assert not counter.emulation.runs
        await hand.__aexit__()


@every
async def test_a_control_task_that_falls_silent_is_a_release_and_a_latch(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await hand.__aexit__()  # no more beats
        await until(lambda: device.state is State.LINK_LOST, 0.4)
        await until(lambda: not counter.emulation.runs, 3.0)


@every
async def test_a_trajectory_that_runs_out_is_a_release(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        hand.ask(counter.zone.step, for_s=0.1)
        await until(lambda: device.state is State.FADING, 0.5)
        await until(lambda: counter.pressing[0] == 0, 5.0)
        await hand.__aexit__()


async def test_a_session_that_is_too_long_is_a_fault():
    counter = Counter("jensen")
    async with counter.opened() as device:
        limits = msgspec.structs.replace(LIMITS, session_max_s=60.0)
        async with Hand(device, counter.zone, limits=limits) as hand:
            hand.ask(3.0, for_s=300.0)
            await asyncio.sleep(59.0)
            assert counter.emulation.runs
            await until(lambda: device.state is State.FAULT, 2.0)
            await until(lambda: not counter.emulation.runs, 1.0)


@pytest.mark.parametrize("name", ["keeson", "reverie", "rongtai"])
async def test_whoever_lowers_it_by_hand_has_stopped_it(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device, 2)
        await asyncio.sleep(2 * counter.product.pace_s + 0.5)
        counter.emulation.by_hand("air" if name == "rongtai" else "head", 1)
        await until(lambda: device.state is State.STOPPED, 3.0)
        await until(lambda: not counter.emulation.runs, 3.0)
        hand.ask(2 * counter.zone.step)
        await asyncio.sleep(5.0)
        assert not counter.emulation.runs
        await hand.__aexit__()


@pytest.mark.parametrize("name", ["keeson", "reverie"])
async def test_whoever_raises_it_by_hand_is_corrected(name):
    counter = Counter(name)
    async with counter.opened() as device:
        hand = await playing(counter, device)
        await asyncio.sleep(2 * counter.product.pace_s + 0.5)
        counter.emulation.by_hand("head", 5)
        await until(lambda: counter.pressing[0] == 1, 8.0)
        assert device.state is State.ARMED
        await hand.__aexit__()


# --- loss --------------------------------------------------------------------------------------


@every
async def test_after_a_loss_nothing_is_written_any_more(name):
    counter = Counter(name)
    failures = []
    device = await counter.connect()
    device.listen(lambda _: None, failures.append)
    hand = await playing(counter, device)
    counter.wire.cut()
    heard = len(counter.emulation.heard)
    hand.ask(2 * counter.zone.step)
    device.halt(Source.SESSION)
    with pytest.raises(LinkClosed):
        await device.halted()
    with pytest.raises(LinkClosed):
        await device.disarm()
    await asyncio.sleep(5.0)
    assert len(counter.emulation.heard) == heard
    assert len(failures) == 1
    assert device.state is State.LINK_LOST
    await hand.__aexit__()
    await device.aclose()


async def test_a_write_that_is_not_answered_is_a_loss_within_a_second():
    counter = Counter("jensen")
    failures = []
    device = await counter.connect()
    device.listen(lambda _: None, failures.append)
    hand = await playing(counter, device)
    counter.wire.fall_silent()
    hand.ask(9.0)
    await until(lambda: failures, 1.3)
    assert "by its own timer" in str(failures[0])
    await hand.__aexit__()
    await device.aclose()


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
