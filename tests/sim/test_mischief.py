"""What goes wrong at a device's end really goes wrong there."""

import asyncio

import numpy as np
import pytest

from firmware_bridge.codes import State
from firmware_bridge.errors import VersionMismatch
from firmware_bridge.links.memory import pair
from firmware_bridge.streamed import connect
from sim.actuator import Driver
from sim.actuator_faults import Leak, ValveOpen
from sim.birth import Recipe, bear
from sim.device_faults import BrownOut, ClockJump, ClockSkew, DeviceReset, FirmwareMismatch
from sim.emg_faults import LeadUnplugged
from sim.fault_words import fault_of
from sim.faults import AT_DEVICE
from sim.mischief import Mischief, Planned
from sim.person_faults import PadOverBone, PersonSleeps, PressesEverything
from sim.staging import perform
from sim.virtual_time import VirtualTimeLoop
from tests.sim.bodies import dice
from tests.sim.stories import WHOLE, story


@pytest.fixture
async def twin():
    near, far = pair()
    twin = bear(Recipe(), 0.0)
    twin.attach(far)
    twin.start()
    twin.near = near
    yield twin
    twin.stop()
    await near.aclose()
    await far.aclose()


async def test_a_device_that_resets_is_another_and_its_clock_is_at_zero(twin):
    device = await connect(twin.near)
    failures = []
    device.listen(lambda _: None, failures.append)
    DeviceReset().befall(twin, dice())
    assert twin.machine.now_us == 0
    assert twin.machine.state is State.IDLE
    await device.aclose()


async def test_a_device_without_power_says_nothing_until_it_is_back(twin):
    end = BrownOut().befall(twin, dice())
    heard = []
    twin.near.listen(lambda body, _: heard.append(body), lambda _: None)
    await asyncio.sleep(1.0)
    assert heard == []
    end()
    device = await connect(twin.near)
    assert device.state is State.IDLE
    await device.aclose()


async def test_a_clock_that_jumps_tells_another_time_and_the_truth_keeps_its_own(twin):
    twin.catch_up(0.5)
    before_us, true_us = twin.machine.now_us, twin.machine.true_us
    ClockJump(by_s=2.0).befall(twin, dice())
    assert twin.machine.now_us == before_us + 2_000_000
    assert twin.machine.true_us == true_us
    assert twin.time.us(0.6) - before_us == pytest.approx(2_100_000, abs=1100)


async def test_no_clock_jumps_below_zero(twin):
    await asyncio.sleep(0.5)
    ClockJump(by_s=-5000.0).befall(twin, dice())
    assert 0 <= twin.machine.now_us < 5000 + 1000
    device = await connect(twin.near)
    await device.aclose()


async def test_a_clock_that_is_off_runs_on_without_a_jump(twin):
    twin.catch_up(1.0)
    before_us = twin.time.us(1.0)
    end = ClockSkew(ppm=10_000.0).befall(twin, dice())
    assert twin.time.us(1.0) == pytest.approx(before_us, abs=20)
    assert twin.time.us(2.0) - before_us == pytest.approx(1_010_000, abs=200)
    end()
    assert twin.time.us(2.0) - twin.time.us(1.0) == pytest.approx(1_000_000, abs=200)


async def test_a_device_of_another_version_is_not_spoken_with(twin):
    FirmwareMismatch().befall(twin, dice())
    with pytest.raises(VersionMismatch, match="update the older"):
        await connect(twin.near)


async def test_a_short_fault_leaves_a_longer_one_of_its_kind_as_it_was(twin):
    def leads():
        uv = np.full((2, 8), 7.0)
        for artefact in twin.muscle.leads.values():
            artefact(uv, 0)
        return [bool((uv[channel] != 7.0).any()) for channel in (0, 1)]

    actuator, life = twin.machine.actuator, twin.machine.life
    for fault in (ValveOpen(), LeadUnplugged(), PersonSleeps(), PadOverBone(times=3.0)):
        fault.befall(twin, dice())
    short = Leak(share=0.01), LeadUnplugged(channel=1), PersonSleeps(), PadOverBone(times=2.0)
    ends = [fault.befall(twin, dice()) for fault in short]
    assert actuator._coil.share == 0.0
    assert leads() == [True, True]
    for end in ends:
        end()
    assert (actuator._coil.share, life._hand.slumbers, life._bone[1]) == (0.0, 1, 3.0)
    assert leads() == [True, False]


def test_what_comes_later_on_the_way_to_the_coil_lets_through_its_share():
    stuck = Driver(share=0.0, push_n=20.0)
    assert stuck.then(Driver(share=0.0)) == Driver(share=0.0)
    assert stuck.then(Driver(share=0.5)) == Driver(share=0.0, push_n=10.0)
    assert Driver(share=0.5).then(stuck) == stuck


@pytest.mark.parametrize("name", AT_DEVICE)
async def test_what_ends_leaves_a_good_device(twin, name):
    fault = fault_of(name, None)
    if hasattr(fault, "befall"):
        twin.catch_up(0.2)
        fault.befall(twin, dice())()
        twin.catch_up(0.4)
    assert twin.machine.actuator.drivers == ()
    assert not set(twin.muscle.leads) - {"shake", "emg_tap 0"}, "both fade by themselves"
    reading = twin.machine.actuator.sensors[0].read(5.0)
    assert reading == pytest.approx(5.0, abs=0.3)


def test_whoever_sleeps_presses_nothing():
    cramped = WHOLE.replace("sensor_stuck: {}", "cramp: {}").replace("{outcome: stopped}", "{}")
    asleep = cramped.replace("timeline:", "timeline:\n  - {person_sleeps: {}}")
    expects = "expect: {outcome: complete}"
    awake_told = perform(story(cramped.replace("expect: {}", expects)))
    asleep_told = perform(story(asleep.replace("expect: {}", expects)))
    assert awake_told.when("pain pressed") is not None
    assert asleep_told.when("pain pressed") is None
    assert PersonSleeps().name() == "person_sleeps"


def test_whoever_presses_everything_lets_go_of_everything():
    acts = PressesEverything().acts(10.0, dice())
    downs = [gesture.name for _, gesture in acts if gesture.name.endswith("_PRESS")]
    ups = [gesture.name for _, gesture in acts if gesture.name.endswith("_RELEASE")]
    assert [name.removesuffix("_PRESS") for name in downs] == [
        name.removesuffix("_RELEASE") for name in ups
    ]
    assert {"PAIN_PRESS", "STOP_PRESS"} == set(downs)


def test_a_plan_for_later_changes_nothing_before():
    now = WHOLE.replace("at: 2 s", "at: 20 min")
    never = WHOLE.replace("  - {at: 2 s, sensor_stuck: {}}", "  - {at: 25 min, leak: {}}")
    expects = "{outcome: complete}"
    one = perform(story(now.replace("{outcome: stopped}", expects)))
    other = perform(story(never.replace("{outcome: stopped}", expects)))
    assert one.outcome == "complete"
    assert one.trace_sha256 == other.trace_sha256


def test_time_passes_for_whoever_is_held_up_and_nothing_runs():
    loop = VirtualTimeLoop()
    loop.pass_to(2.5)
    assert loop.time() == 2.5
    loop.pass_to(1.0)
    assert loop.time() == 2.5
    loop.close()


def test_a_plan_knows_when_it_is_due_next():
    plan = [Planned(fault=DeviceReset(), begins_s=at_s, ends_s=None, seed=1) for at_s in (3.0, 1.0)]
    mischief = Mischief(plan)
    mischief.begin(0)
    assert mischief.next_tick == 1020
