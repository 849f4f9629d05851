"""ARM and DISARM: what makes a device ready to move, within which limits, and for how long."""

import pytest

from firmware_bridge.codes import Cause, Fault, Refusal, State
from firmware_bridge.messages import Ack, Arm, Disarm, Nak
from tests.conformance.host import PRESSURE, arm_order, level

GAIN, CAP = 0, 1


async def test_an_idle_device_is_armed(host):
    await host.greet()
    assert isinstance(await host.ask(arm_order()), Ack)
    report = await host.report()
    assert (report.state, report.revision, report.last_index) == (State.ARMED, 0, 0)


async def test_the_same_arm_again_is_acknowledged_again(host):
    await host.arm(rise_level=500)
    assert isinstance(await host.ask(arm_order(rise_level=500)), Ack)
    assert (await host.report()).state == State.ARMED


@pytest.mark.parametrize("change", [{"ceilings": ((PRESSURE, 800),)}, {"revision": 5}])
async def test_another_arm_is_refused_while_armed(host, change):
    await host.arm()
    assert (await host.ask(arm_order(**change))).refusal is Refusal.BAD_STATE
    assert (await host.report()).state == State.ARMED


async def test_no_arm_is_taken_once_something_is_queued(host):
    await host.arm()
    await host.splice(level(2.0))
    assert (await host.ask(arm_order())).refusal is Refusal.BAD_STATE


async def test_a_ceiling_over_a_channel_that_is_not_there_is_refused(host):
    await host.greet()
    answer = await host.ask(arm_order(ceilings=((PRESSURE, 800), (44, 100))))
    assert answer.refusal is Refusal.UNKNOWN_CHANNEL
    assert (await host.report()).state == State.IDLE


async def test_a_device_that_still_presses_is_not_armed(host):
    await host.arm()
    await host.play(2.5, pressure=19.0)
    await host.stop()
    assert isinstance(await host.clear((await host.report()).latch_nonce), Ack)
    assert (await host.ask(arm_order())).refusal is Refusal.BAD_STATE
    await host.wait(0.5)
    assert isinstance(await host.ask(arm_order()), Ack)


async def test_a_latched_device_is_not_armed(host):
    await host.greet()
    await host.stop()
    await host.greet()
    assert (await host.ask(arm_order())).refusal is Refusal.BAD_STATE


async def test_an_arming_without_motion_lapses_after_half_a_minute(host):
    await host.arm()
    await host.live(29.8)
    assert host.state is State.ARMED
    await host.live(0.3)
    assert host.state is State.IDLE
    assert host.status.latch_nonce == 0


async def test_motion_keeps_an_arming_alive(host):
    await host.arm()
    await host.live(20.0)
    await host.play(0.5, pressure=0.0)
    await host.splice(level(0.0, cap=0.0))
    await host.play(15.0, pressure=0.0)
    assert host.state is State.ARMED


@pytest.mark.parametrize(
    ("ceilings", "highest_kpa"),
    [
        (((PRESSURE, 1200),), 12.0),
        (((PRESSURE, 4000), (CAP, 900)), 9.0),
        (((PRESSURE, 4000), (GAIN, 500)), 10.0),
        (((PRESSURE, 0),), 0.0),
        (((PRESSURE, -5),), 0.0),
    ],
)
async def test_a_session_presses_no_more_than_its_ceilings(host, ceilings, highest_kpa):
    await host.arm(ceilings=ceilings)
    start_s = await host.play(4.0, pressure=20.0, gain=1.0, cap=40.0)
    truth = await host.truth()
    assert truth.peak_kpa(start_s, start_s + 4.0) < 1.05 * highest_kpa + 0.5
    assert truth.between(start_s + 3.0, start_s + 4.0).mean() == pytest.approx(highest_kpa, abs=0.4)


async def test_no_arm_raises_what_is_compiled_in(host):
    await host.arm(
        ceilings=((PRESSURE, 32767),), rise_level=65535, rise_rhythm=65535, effort_percent=255
    )
    start_s = await host.play(7.0, pressure=80.0, cap=80.0)
    truth = await host.truth()
    assert truth.peak_kpa(start_s, start_s + 7.0) < 42.5
    assert truth.between(start_s + 6.0, start_s + 7.0).mean() == pytest.approx(40.0, abs=1.0)
    assert truth.peak_kpa(start_s, start_s + 1.0) < 10.5


async def test_an_arm_may_lower_the_rise(host):
    await host.arm(rise_level=300)
    start_s = await host.play(2.0, pressure=20.0)
    assert (await host.truth()).peak_kpa(start_s, start_s + 2.0) < 6.5


async def test_an_arm_may_lower_the_effort(host):
    await host.arm(effort_percent=15)
    await host.play(3.0, pressure=20.0)
    assert max((await host.truth()).true_kpa) < 9.5


async def test_disarm_eases_to_zero_and_is_idle(host):
    await host.arm()
    await host.play(3.0, pressure=19.0)
    asked_s = host.now_us * 1e-6
    assert isinstance(await host.ask(Disarm()), Ack)
    assert (await host.report()).state == State.EASING
    await host.wait(0.6)
    assert (host.state, host.status.latch_nonce) == (State.IDLE, 0)
    truth = await host.truth()
    assert truth.between(asked_s, asked_s + 0.2).max() > 5.0  # it eases; it does not drop
    assert truth.falls_after_s(asked_s) < 0.12
    assert truth.between(asked_s + 0.6, asked_s + 1.0).max(initial=0.0) < 0.5


async def test_disarm_may_be_said_again(host):
    await host.arm()
    await host.play(1.0, pressure=8.0)
    for _ in range(3):
        assert isinstance(await host.ask(Disarm()), Ack)
    await host.wait(0.6)
    assert isinstance(await host.ask(Disarm()), Ack)
    assert (await host.report()).state == State.IDLE


async def test_a_latched_device_is_not_disarmed(host):
    await host.greet()
    await host.stop()
    await host.greet()
    assert (await host.ask(Disarm())).refusal is Refusal.BAD_STATE


async def test_a_device_may_be_armed_again_after_a_normal_end(host):
    await host.arm()
    await host.play(1.0, pressure=8.0)
    await host.ask(Disarm())
    await host.wait(0.6)
    await host.arm()
    await host.play(2.0, pressure=6.0)
    report = await host.report()
    assert (report.state, report.knots_lost) == (State.ARMED, 0)


async def test_nothing_extends_a_session_beyond_its_end(host):
    await host.arm(session_max_s=2)
    await host.play(2.5, pressure=5.0)
    report = await host.report()
    assert (report.state, report.cause) == (State.FAULT, Cause.FAULT)
    assert report.faults == Fault.SESSION_TOO_LONG


async def test_pressure_without_relief_ends_the_session(host):
    await host.arm(static_max_s=4)
    start_s = await host.play(6.0, pressure=8.0)
    report = await host.report()
    assert (report.state, report.faults) == (State.FAULT, Fault.STATIC_TOO_LONG)
    over_s = (await host.truth()).last("state FAULT") - start_s
    assert 4.0 < over_s < 4.7  # from when it rose over what lets blood flow


async def test_relief_lets_a_session_go_on(host):
    await host.arm(static_max_s=4)
    await host.play(12.0, pressure=lambda s: 8.0 if s % 2.0 < 1.4 else 2.0)
    assert host.state is State.ARMED


async def test_the_timers_of_an_arm_end_with_it(host):
    await host.arm(session_max_s=2)
    await host.play(0.5, pressure=3.0)
    await host.ask(Disarm())
    await host.wait(3.0)
    assert host.state is State.IDLE


async def test_a_refusal_names_the_order(host):
    await host.greet()
    seq = host.say(arm_order(ceilings=((9, 0),)))
    await host.report()
    assert host.last(Nak) == Nak(Arm.KIND, seq, Refusal.UNKNOWN_CHANNEL)
