"""STOP, the latch and its nonce, the buttons: every way to make a device let go."""

import pytest

from firmware_bridge.codes import (
    Buttons,
    Cause,
    Fault,
    Gesture,
    Refusal,
    Source,
    State,
    StatusFlags,
)
from firmware_bridge.framing import seal, stuff
from firmware_bridge.messages import Ack, Clear, Stop, StopAck
from tests.conformance.host import arm_order, level
from tests.conformance.states import bring_to

STATES = list(State)
LATCHED = (State.STOPPED, State.LINK_LOST, State.FAULT)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_stop_is_obeyed_in_every_state(host, state):
    await bring_to(host, state)
    before = host.status.latch_nonce
    answer = await host.stop(stop_id=5, source=Source.BYSTANDER)
    assert (answer.stop_id, answer.source) == (5, Source.BYSTANDER)
    assert (answer.path, answer.nonce != before) == (Cause.STOP_FRAME, True)
    report = await host.report()
    assert (report.state, report.cause, report.source, report.latch_nonce) == (
        State.STOPPED, Cause.STOP_FRAME, Source.BYSTANDER, answer.nonce
    )  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_clear_leads_out_of_a_latch_to_idle_and_out_of_nothing_else(host, state):
    await bring_to(host, state)
    answer = await host.clear(host.status.latch_nonce)
    report = await host.report()
    if state in LATCHED:
        assert isinstance(answer, Ack)
        assert (report.state, report.latch_nonce, report.faults) == (State.IDLE, 0, 0)
    else:
        assert answer.refusal in (Refusal.BAD_STATE, Refusal.STALE_NONCE)
        assert report.state == state


@pytest.mark.parametrize("epoch", range(16))
async def test_stop_is_obeyed_under_any_epoch(host, epoch):
    await host.arm()
    assert isinstance(await host.ask(Stop(1, Source.SESSION), epoch=epoch), StopAck)
    assert (await host.report()).state == State.STOPPED


async def test_stop_is_obeyed_before_any_hello(host):
    assert isinstance(await host.stop(), StopAck)
    assert (await host.greet()).state is State.STOPPED


async def test_a_stop_of_a_source_that_is_not_known_counts(host):
    await host.arm()
    host.say_raw(Stop.KIND, b"\1\0\xee")
    assert (await host.report()).state == State.STOPPED


async def test_a_stop_behind_half_a_frame_is_heard(host, far_end):
    await host.arm()
    far_end.write(stuff(seal(0x11, host.epoch, 1, 0, b"\7" * 40))[:30])
    far_end.write(b"\0" + stuff(seal(Stop.KIND, 0, 2, 0, Stop(1, Source.SESSION).pack())))
    assert (await host.report()).state == State.STOPPED


async def test_stop_from_19_kpa_lets_go_within_a_tenth_of_a_second(host):
    await host.arm()
    await host.play(3.0, pressure=19.0)
    said_s = host.now_us * 1e-6
    await host.stop()
    await host.wait(0.3)
    truth = await host.truth()
    assert truth.last("stop STOP_FRAME") == pytest.approx(said_s, abs=0.003)
    assert truth.falls_after_s(said_s) <= 0.02
    assert truth.zero_after_s(said_s) <= 0.1
    assert host.status.flags & StatusFlags.VENTED
    assert said_s < truth.last("vented") < said_s + 0.12


async def test_a_device_that_presses_is_not_vented(host):
    await host.arm()
    await host.play(1.5, pressure=8.0)
    assert not (await host.report()).flags & StatusFlags.VENTED


async def test_a_repeated_stop_keeps_its_nonce(host):
    await host.arm()
    nonces = {(await host.stop(stop_id=3)).nonce for _ in range(4)}
    assert len(nonces) == 1
    assert nonces.pop() != 0


@pytest.mark.parametrize(
    ("stop_id", "source"), [(4, Source.OPERATOR), (3, Source.SESSION)], ids=["id", "source"]
)
async def test_another_stop_makes_a_new_nonce(host, stop_id, source):
    first = await host.stop(stop_id=3, source=Source.OPERATOR)
    second = await host.stop(stop_id=stop_id, source=source)
    again = await host.stop(stop_id=3, source=Source.OPERATOR)
    assert len({first.nonce, second.nonce, again.nonce}) == 3


async def test_a_stop_just_before_clear_is_not_cleared_by_it(host):
    await host.greet()
    old = (await host.stop(stop_id=3)).nonce
    await host.greet()
    new = (await host.stop(stop_id=4)).nonce
    assert await host.ask(Clear(old)) is None  # the newer stop has ended the epoch
    assert (await host.clear(old)).refusal is Refusal.STALE_NONCE
    report = await host.report()
    assert (report.state, report.latch_nonce) == (State.STOPPED, new)
    assert isinstance(await host.clear(new), Ack)


async def test_clear_may_be_said_again(host):
    await host.greet()
    nonce = (await host.stop()).nonce
    assert isinstance(await host.clear(nonce), Ack)
    assert isinstance(await host.clear(nonce), Ack)
    assert (await host.clear(nonce ^ 1)).refusal is Refusal.STALE_NONCE
    assert (await host.report()).state == State.IDLE


async def test_a_nonce_that_was_cleared_once_opens_nothing_more(host):
    await host.greet()
    old = (await host.stop(stop_id=3)).nonce
    await host.clear(old)
    await host.stop(stop_id=3)
    assert (await host.clear(old)).refusal is Refusal.STALE_NONCE
    assert (await host.report()).state == State.STOPPED


async def test_nothing_moves_again_after_clear_without_a_new_arm(host):
    await host.arm()
    await host.play(2.0, pressure=8.0)
    await host.stop()
    await host.clear((await host.report()).latch_nonce)
    assert (await host.splice(level(8.0))).refusal is Refusal.BAD_STATE
    cleared_s = host.now_us * 1e-6
    await host.wait(1.0)
    assert (await host.truth()).between(cleared_s + 0.1, cleared_s + 1.0).max() < 0.3
    assert isinstance(await host.ask(arm_order()), Ack)
    assert (await host.report()).free_slots >= 64


async def test_the_latch_is_told_in_hello_ack_and_in_every_status(host):
    await host.arm()
    nonce = (await host.stop(source=Source.PREFLIGHT)).nonce
    answer = await host.greet()
    for told in (answer, await host.report(), await host.report()):
        assert (told.cause, told.source, told.latch_nonce) == (
            Cause.STOP_FRAME, Source.PREFLIGHT, nonce
        )  # fmt: skip


async def test_a_stop_empties_the_queue(host):
    await host.arm()
    await host.splice(level(8.0))
    await host.stop()
    assert (await host.report()).free_slots >= 64


async def test_the_stop_button_stops_and_holds(host):
    await host.arm()
    await host.play(2.0, pressure=12.0)
    said_s = host.now_us * 1e-6
    await host.act(Gesture.STOP_PRESS)
    report = await host.report()
    assert (report.state, report.cause) == (State.STOPPED, Cause.STOP_BUTTON)
    assert report.buttons & Buttons.STOP
    await host.wait(0.2)
    assert (await host.truth()).zero_after_s(said_s) <= 0.1
    assert (await host.clear()).refusal is Refusal.BAD_STATE
    await host.act(Gesture.STOP_RELEASE)
    assert isinstance(await host.clear(), Ack)
    report = await host.report()
    assert (report.state, report.buttons) == (State.IDLE, 0)


async def test_pain_eases_to_zero_within_half_a_second_and_holds(host):
    await host.arm()
    await host.play(3.0, pressure=19.0)
    said_s = host.now_us * 1e-6
    await host.act(Gesture.PAIN_PRESS)
    report = await host.report()
    assert (report.state, report.pain_count) == (State.PAIN_HOLD, 1)
    assert report.buttons & Buttons.PAIN
    assert report.free_slots >= 64
    await host.live(2.0)
    truth = await host.truth()
    assert truth.falls_after_s(said_s) <= 0.05
    assert truth.zero_after_s(said_s) <= 0.5
    assert truth.between(said_s + 0.5, said_s + 2.0).max() < 0.3
    assert (host.state, host.status.latch_nonce) == (State.PAIN_HOLD, 0)


async def test_pain_stops_a_rise_in_the_next_tick(host):
    await host.arm()
    await host.play(1.0, pressure=20.0)
    await host.act(Gesture.PAIN_PRESS)
    said_s = host.now_us * 1e-6
    await host.live(0.6)
    truth = await host.truth()
    felt = truth.between(said_s - 0.02, said_s + 0.6)
    assert felt.max() < felt[0] + 0.3


async def test_only_a_newer_revision_leaves_a_pain_hold(host):
    await host.arm()
    await host.play(1.0, pressure=8.0)
    await host.act(Gesture.PAIN_PRESS)
    await host.act(Gesture.PAIN_RELEASE)
    assert (await host.extend(level(5.0))).refusal is Refusal.BAD_STATE
    await host.splice(level(5.0), revision=host.revision)
    assert (await host.report()).state == State.PAIN_HOLD
    await host.live(0.5)
    start_s = await host.play(2.0, pressure=6.0)
    report = await host.report()
    assert (report.state, report.buttons, report.fades) == (State.ARMED, 0, 0)
    felt = (await host.truth()).between(start_s + 1.5, start_s + 2.0)
    assert felt.mean() == pytest.approx(6.0, abs=0.4)


async def test_every_press_of_the_pain_button_counts(host):
    await host.greet()
    for _ in range(3):
        await host.act(Gesture.PAIN_PRESS)
        await host.act(Gesture.PAIN_RELEASE)
    report = await host.report()
    assert (report.pain_count, report.state, report.buttons) == (3, State.IDLE, 0)


async def test_an_effort_that_pressure_does_not_explain_is_a_fault(host):
    await host.arm()
    await host.play(3.0, pressure=19.0)
    await host.act(Gesture.PAD_OFF)
    gone_s = host.now_us * 1e-6
    await host.play(1.0, pressure=19.0)
    report = await host.report()
    assert (report.state, report.cause) == (State.FAULT, Cause.FAULT)
    assert report.faults == Fault.EFFORT_UNEXPLAINED
    assert 0.18 < (await host.truth()).last("state FAULT") - gone_s < 0.3
    await host.wait(0.3)
    assert isinstance(await host.clear(), Ack)
    assert (await host.report()).faults == 0
