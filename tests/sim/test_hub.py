"""Several hosts at one device: one owns it, the others watch, and may stop it."""

import asyncio

import pytest

from firmware_bridge.codes import Source, State
from firmware_bridge.conversation import Conversation
from firmware_bridge.errors import LinkBusy, LinkTimeout
from firmware_bridge.framing import seal
from firmware_bridge.links.memory import pair
from firmware_bridge.messages import Disarm, Stop, StopAck
from firmware_bridge.setpoints import CAP, GAIN, ArmedLimits, Ceiling, Setpoint
from firmware_bridge.streamed import connect
from sim.birth import bear, recipe
from sim.hub import HOSTS, Hub

LIMITS = ArmedLimits(
    ceilings=(Ceiling(2, 20.0), Ceiling(CAP, 20.0)),
    rise_level_kpa_s=10.0, rise_rhythm_kpa_s=60.0, fall_max_kpa_s=200.0,
    static_max_s=180.0, session_max_s=600.0,
)  # fmt: skip


class Room:
    """A twin at a hub, and hosts that come and go."""

    def __init__(self):
        self.twin = bear(recipe("sim://healthy_f?seed=7"), asyncio.get_running_loop().time())
        self.hub = Hub(lambda: self.twin.attach(self.hub), self.twin.abandon)
        self.twin.start()
        self.devices = []

    def line(self):
        near, far = pair()
        self.hub.join(far)
        return near

    async def enter(self):
        device = await connect(self.line())
        device.listen(lambda _: None, lambda _: None)
        self.devices.append(device)
        return device

    async def close(self):
        for device in self.devices:
            await device.aclose()
        self.twin.stop()
        await self.hub.aclose()


@pytest.fixture
async def room():
    it = Room()
    yield it
    await it.close()


async def armed(device):
    """Arm, and say enough to stay so for a moment."""
    await device.arm(LIMITS)
    ahead_s = device.clock.now_s + 0.05
    knots = [
        Setpoint(channel, ahead_s + 0.1 * i, value, 0.0)
        for i in range(4)
        for channel, value in ((GAIN, 1.0), (CAP, 20.0), (2, 0.0))
    ]
    device.extend(knots)
    device.beat(0)
    await asyncio.sleep(0.03)
    assert device.state is State.ARMED


async def test_while_one_moves_the_device_another_is_told_that_it_is_busy(room):
    owner = await room.enter()
    await armed(owner)
    with pytest.raises(LinkBusy):
        await room.enter()
    assert owner.state is State.ARMED


async def test_a_second_host_stops_the_device_and_its_answer_is_its_own(room):
    owner = await room.enter()
    await armed(owner)
    heard = []
    near = room.line()
    near.listen(lambda body, _: heard.append(body[0]), lambda _: None)
    near.send_urgent(seal(Stop.KIND, 0, 0, 0, Stop(77, Source.BYSTANDER).pack()))
    await asyncio.sleep(0.05)
    assert owner.state is State.STOPPED
    assert heard.count(StopAck.KIND) == 1
    await near.aclose()


async def test_everybody_connected_hears_how_the_device_is(room):
    owner = await room.enter()
    near = room.line()
    heard = []
    near.listen(lambda body, _: heard.append(body[0]), lambda _: None)
    before = owner.stats.frames_received
    await asyncio.sleep(1.0)
    news = owner.stats.frames_received - before
    assert len(heard) == pytest.approx(news, abs=4)  # answers to the owner's pings are its own
    assert len(heard) == pytest.approx(150, abs=2)
    await near.aclose()


async def test_whoever_only_watches_cannot_give_an_order_under_the_owners_epoch(room):
    owner = await room.enter()
    await armed(owner)
    near = room.line()
    forger = Conversation(near)
    forger.epoch = owner._conversation.epoch
    with pytest.raises(LinkTimeout):
        await forger.order(Disarm())
    await near.aclose()


async def test_the_owner_hanging_up_in_the_middle_latches_though_others_stay(room):
    owner = await room.enter()
    near = room.line()
    await armed(owner)
    room.devices.remove(owner)
    await owner.aclose()
    await asyncio.sleep(0.01)
    after = await room.enter()
    assert after.state is State.STOPPED
    assert after.latch_nonce
    await near.aclose()


async def test_a_watcher_hanging_up_changes_nothing(room):
    owner = await room.enter()
    near = room.line()
    await armed(owner)
    await near.aclose()
    await asyncio.sleep(0.03)
    assert owner.state is State.ARMED


async def test_after_the_last_has_left_the_next_is_greeted_like_the_first(room):
    first = await room.enter()
    room.devices.remove(first)
    await first.aclose()
    await asyncio.sleep(0.1)
    second = await room.enter()
    await armed(second)


async def test_another_may_take_an_idle_device_and_then_owns_it(room):
    first, second = await room.enter(), await room.enter()
    await armed(second)
    room.devices.remove(first)
    await first.aclose()
    await asyncio.sleep(0.03)
    assert second.state is State.ARMED


async def test_what_a_second_host_has_stopped_a_third_may_clear(room):
    owner = await room.enter()
    await armed(owner)
    owner.halt(Source.BYSTANDER)
    await owner.halted()
    third = await room.enter()
    await third.clear(third.latch_nonce)
    await asyncio.sleep(0.05)
    assert third.state is State.IDLE


async def test_the_hub_has_a_last_seat(room):
    lines = [room.line() for _ in range(HOSTS)]
    assert room.hub.is_full
    await lines[0].aclose()
    await asyncio.sleep(0)
    assert not room.hub.is_full
    for line in lines[1:]:
        await line.aclose()
