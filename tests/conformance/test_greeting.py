"""HELLO, and who is in charge."""

import pytest

from firmware_bridge.codes import Role, State
from firmware_bridge.messages import (
    Ack,
    Arm,
    Beat,
    Clear,
    Disarm,
    Hello,
    HelloAck,
    Knots,
    Nak,
    Ping,
    Pong,
    Splice,
)
from tests.conformance.host import arm_order, knot, level
from tests.conformance.states import bring_to

OTHER = 0x2002


async def test_a_device_says_nothing_until_it_is_greeted(host):
    await host.wait(0.5)
    assert host.heard == []
    await host.greet()
    await host.wait(0.1)
    assert len(host.heard) > 5


async def test_the_first_hello_makes_an_owner_of_a_new_epoch(host):
    answer = await host.greet()
    assert answer.role is Role.OWNER
    assert answer.state is State.IDLE
    assert answer.epoch == 1
    assert answer.host_nonce == host.nonce
    assert answer.latch_nonce == 0
    assert answer.queue_slots >= 64


async def test_what_a_device_says_carries_its_epoch(host):
    answer = await host.greet()
    await host.report()
    assert {heard.epoch for heard in host.heard} == {answer.epoch}


async def test_the_same_host_gets_the_same_answer(host):
    first, second = await host.greet(), await host.greet()
    assert (first.epoch, first.role, first.boot_nonce) == (
        second.epoch, second.role, second.boot_nonce
    )  # fmt: skip


async def test_another_host_takes_an_idle_device_over(host):
    first = await host.greet()
    second = await host.greet(OTHER)
    assert second.role is Role.OWNER
    assert second.epoch == first.epoch + 1
    assert await host.ask(arm_order(), epoch=first.epoch) is None
    assert (await host.report()).frames_stale == 1


@pytest.mark.parametrize("state", [State.ARMED, State.FADING, State.PAIN_HOLD, State.EASING])
async def test_another_host_is_busy_while_the_device_is_in_use(host, state):
    await bring_to(host, state)
    answer = await host.greet(OTHER)
    assert answer.role is Role.BUSY
    assert answer.epoch == host.epoch
    assert isinstance(await host.ask(Disarm()), Ack)


async def test_a_busy_host_may_stop(host):
    await host.arm()
    await host.greet(OTHER)
    await host.stop()
    assert (await host.report()).state == State.STOPPED


async def test_the_owner_of_an_armed_device_is_greeted_as_such(host):
    await host.arm()
    answer = await host.greet()
    assert (answer.role, answer.state, answer.epoch) == (Role.OWNER, State.ARMED, host.epoch)


async def test_another_major_version_may_watch_and_stop_only(host):
    answer = await host.greet(major=2)
    assert answer.role is Role.VERSION
    assert answer.epoch == 0
    assert await host.ask(arm_order(), epoch=0) is None
    assert isinstance(await host.ask(Ping(1)), Pong)
    await host.stop()
    assert (await host.report()).state == State.STOPPED


async def test_another_major_version_leaves_owner_and_epoch_alone(host):
    await host.arm()
    answer = await host.greet(OTHER, major=2)
    assert (answer.role, answer.epoch) == (Role.VERSION, host.epoch)
    assert isinstance(await host.ask(Disarm()), Ack)


async def test_epochs_go_round_from_1_to_15(host):
    epochs = [(await host.greet(nonce)).epoch for nonce in range(1, 18)]
    assert epochs == [*range(1, 16), 1, 2]


@pytest.mark.parametrize(
    "message",
    [
        arm_order(), Disarm(), Beat(1), Clear(1), Splice(1, 1, level(5.0)),
        Knots(0, 1, [knot(2, 10, 0.0)]),
    ],
    ids=lambda message: type(message).__name__,
)  # fmt: skip
@pytest.mark.parametrize("off", [-1, 1])
async def test_frames_of_another_epoch_are_dropped_and_counted(host, message, off):
    await host.arm()
    before = await host.report()
    assert await host.ask(message, epoch=host.epoch + off) is None
    after = await host.report()
    assert after.frames_stale == before.frames_stale + 1
    assert (after.state, after.revision) == (before.state, before.revision)


async def test_a_device_without_owner_takes_no_orders(host):
    assert await host.ask(arm_order(), epoch=0) is None
    await host.greet()
    assert (await host.report()).frames_stale == 1


async def test_the_high_half_of_the_epoch_byte_is_ignored(host):
    await host.greet()
    assert isinstance(await host.ask(arm_order(), epoch=host.epoch | 0x50), Ack)


async def test_a_latched_device_is_greeted_and_stays_latched(host):
    await host.arm()
    nonce = (await host.stop()).nonce
    answer = await host.greet(OTHER)
    assert (answer.role, answer.state, answer.latch_nonce) == (Role.OWNER, State.STOPPED, nonce)
    assert answer.epoch != 0
    assert (await host.report()).state == State.STOPPED


async def test_a_latch_ends_the_epoch(host):
    await host.arm()
    old = host.epoch
    await host.stop()
    assert await host.ask(Disarm()) is None
    assert (await host.greet()).epoch == old + 1


async def test_longer_messages_are_understood_as_far_as_they_are_known(host):
    await host.greet()
    assert isinstance(await host.ask(Hello(host.nonce), more=b"\7" * 5), HelloAck)
    assert isinstance(await host.ask(arm_order(), more=b"\7" * 5), Ack)
    assert isinstance(await host.ask(Disarm(), more=b"\7"), Ack)


async def test_a_message_that_is_too_short_is_counted_and_refused(host):
    await host.greet()
    seq = host.say_raw(Arm.KIND, arm_order().pack()[:9], epoch=host.epoch)
    report = await host.report()
    assert host.last(Nak) == Nak(Arm.KIND, seq, 2)
    assert (report.state, report.frames_bad) == (State.IDLE, 1)


async def test_a_frame_that_announces_more_knots_than_it_has_is_refused(host):
    await host.arm()
    payload = Splice(1, 1, level(5.0)).pack()[:-1]
    seq = host.say_raw(Splice.KIND, payload, epoch=host.epoch, t_us=host.now_us)
    report = await host.report()
    assert host.last(Nak) == Nak(Splice.KIND, seq, 2)
    assert report.revision == 0


async def test_a_hello_without_its_magic_is_none(host):
    host.say_raw(Hello.KIND, b"\0" * 8)
    await host.wait(0.1)
    assert host.all(HelloAck) == []


async def test_an_unknown_type_is_refused_once_and_counted(host):
    await host.greet()
    for _ in range(3):
        host.say_raw(0x7E, b"what is this")
    report = await host.report()
    assert len([h for h in host.all(Nak) if h.message.kind == 0x7E]) == 1
    assert report.frames_bad == 3
    assert isinstance(await host.ask(Ping(1)), Pong)


async def test_what_only_a_device_says_is_refused_once_and_counted(host):
    """An echoing wire must not start an endless exchange of refusals."""
    await host.greet()
    for _ in range(3):
        host.say(Ack(1, 2))
        host.say(Nak(1, 2, 3))
    report = await host.report()
    assert [h.message.kind for h in host.all(Nak)] == [Ack.KIND, Nak.KIND]
    assert report.frames_bad == 6


async def test_noise_is_counted_and_the_next_frame_heard(host, far_end):
    await host.greet()
    far_end.write(b"\x55 no frame at all \0" + b"\x55" * 700 + b"\0")
    assert isinstance(await host.ask(Ping(1)), Pong)
    assert (await host.report()).frames_bad == 2


async def test_hello_status_and_pong_name_the_same_boot(host):
    answer = await host.greet()
    pong = await host.ask(Ping(1))
    report = await host.report()
    assert pong.boot_nonce16 == report.boot_nonce16 == answer.boot_nonce & 0xFFFF
