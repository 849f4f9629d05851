"""The device's watch over its host: silence, starvation, take-over, the last close."""

import pytest

from firmware_bridge.codes import Cause, Document, Gesture, Role, State
from firmware_bridge.messages import Ack, Ask, Beat, Hello, Ping, Samples
from tests.conformance.host import CAP, GAIN, PRESSURE, knot, level

PRESSED_KPA = 15.0


@pytest.fixture
async def pressing(host):
    """A session that presses, with a second's worth of patience but a quarter's of knots."""
    await host.arm()
    await host.play(2.5, pressure=PRESSED_KPA)
    return host


async def heard_last_s(host):
    host.beat()
    return host.now_us * 1e-6


async def test_pressure_falls_within_120_ms_of_silence_and_is_gone_within_600(pressing):
    silent_s = await heard_last_s(pressing)
    await pressing.wait(0.8)
    truth = await pressing.truth()
    assert truth.falls_after_s(silent_s) <= 0.12
    assert truth.zero_after_s(silent_s) <= 0.6


async def test_silence_of_100_ms_fades_and_of_250_ms_is_a_lost_link(pressing):
    silent_s = await heard_last_s(pressing)
    await pressing.wait(0.8)
    truth = await pressing.truth()
    assert truth.last("state FADING") - silent_s == pytest.approx(0.100, abs=0.003)
    assert truth.last("state LINK_LOST") - silent_s == pytest.approx(0.250, abs=0.003)
    assert truth.last("silent since") is not None
    assert (pressing.state, pressing.status.cause) == (State.LINK_LOST, Cause.LINK_LOST)
    assert pressing.status.latch_nonce != 0


async def test_silence_just_short_of_100_ms_is_none(host):
    await host.arm()
    await host.splice([knot(channel, 50, 0.0, end=True) for channel in (GAIN, CAP, PRESSURE)])
    for _ in range(20):
        host.beat()
        await host.wait(0.098)
    assert [text for _, text in (await host.truth()).events] == ["state ARMED"]


@pytest.mark.parametrize(
    "message", [Ping(1), Hello(0x1001), Hello(9), Ask(Document.CAPABILITIES, 0)],
    ids=["ping", "hello", "hello of another", "ask"],
)  # fmt: skip
async def test_only_knots_splice_and_beat_feed_the_watchdog(pressing, message):
    silent_s = await heard_last_s(pressing)
    for _ in range(30):
        await pressing.wait(0.01)
        pressing.say(message)
    truth = await pressing.truth()
    assert truth.last("state FADING") - silent_s == pytest.approx(0.100, abs=0.003)
    assert truth.last("state LINK_LOST") - silent_s == pytest.approx(0.250, abs=0.003)


async def test_a_beat_of_another_epoch_feeds_nothing(pressing):
    silent_s = await heard_last_s(pressing)
    for number in range(30):
        await pressing.wait(0.01)
        pressing.say(Beat(number), epoch=pressing.epoch + 1)
    truth = await pressing.truth()
    assert truth.last("state LINK_LOST") - silent_s == pytest.approx(0.250, abs=0.003)


async def test_beats_alone_keep_an_armed_device(host):
    await host.arm()
    await host.live(5.0)
    assert host.state is State.ARMED


async def test_knots_alone_keep_an_armed_device(host):
    await host.arm()
    await host.splice(level(0.0))
    for _ in range(20):
        await host.extend(level(0.0))
        await host.wait(0.05)
    assert host.state is State.ARMED


async def test_a_judgement_that_stands_still_for_200_ms_is_silence(pressing):
    """The fade comes at once, the lost link 150 ms later: as after 100 ms of silence."""
    judged = pressing.last(Samples).first
    pressing.say(Beat(judged))
    from_s = pressing.now_us * 1e-6
    for _ in range(40):
        await pressing.extend(level(PRESSED_KPA, 90))
        pressing.say(Beat(judged))
        await pressing.wait(0.01)
    truth = await pressing.truth()
    assert truth.last("state FADING") - from_s == pytest.approx(0.200, abs=0.003)
    assert truth.last("state LINK_LOST") - from_s == pytest.approx(0.350, abs=0.003)


async def test_a_fade_reaches_zero_within_450_ms(pressing):
    await pressing.live(1.2)
    truth = await pressing.truth()
    assert pressing.state is State.FADING
    faded_s = truth.last("state FADING")
    assert truth.zero_after_s(faded_s) <= 0.45


async def test_a_fade_without_silence_stays_a_fade(pressing):
    await pressing.live(2.0)
    report = await pressing.report()
    assert (report.state, report.latch_nonce) == (State.FADING, 0)


async def test_knots_do_not_end_a_fade(pressing):
    await pressing.live(0.4)
    assert (await pressing.extend(level(PRESSED_KPA))).kind == 0x10
    assert (await pressing.report()).state == State.FADING


async def test_a_splice_takes_over_from_the_value_a_fade_has_reached(pressing):
    await pressing.live(0.33)
    assert (await pressing.report()).state == State.FADING
    before = await pressing.truth()
    reached_kpa, taken_s = before.true_kpa[-1], pressing.now_us * 1e-6
    assert 4.0 < reached_kpa < 14.0
    await pressing.play(0.5, pressure=PRESSED_KPA)
    report = await pressing.report()
    assert (report.state, report.fades) == (State.ARMED, 1)
    felt = (await pressing.truth()).between(taken_s, taken_s + 0.4)
    assert felt.min() > reached_kpa - 2.0
    assert felt.max() < reached_kpa + 0.4 * 10.0 + 1.0


async def test_an_equal_revision_does_not_take_over(pressing):
    await pressing.live(0.4)
    await pressing.splice(level(PRESSED_KPA), revision=pressing.revision)
    report = await pressing.report()
    assert (report.state, report.fades) == (State.FADING, 0)


async def take_over(host):
    await host.live(0.4)
    assert (await host.report()).state == State.FADING
    await host.splice(level(1.0))


async def test_the_third_take_over_within_a_minute_is_a_lost_link(pressing):
    for _ in range(2):
        await take_over(pressing)
        assert (await pressing.report()).state == State.ARMED
    await take_over(pressing)
    report = await pressing.report()
    assert (report.state, report.cause, report.fades) == (State.LINK_LOST, Cause.LINK_LOST, 3)


async def test_take_overs_more_than_a_minute_apart_are_forgiven(pressing):
    for _ in range(4):
        await take_over(pressing)
        await pressing.play(25.0, pressure=1.0)
        assert (await pressing.report()).state == State.ARMED
        await pressing.play(10.0, pressure=1.0)


async def test_silence_counts_in_a_pain_hold_too(pressing):
    await pressing.act(Gesture.PAIN_PRESS)
    await pressing.live(1.0)
    assert pressing.state is State.PAIN_HOLD
    await pressing.wait(0.3)
    assert pressing.state is State.LINK_LOST


async def test_an_idle_device_bears_silence(host):
    await host.greet()
    await host.wait(5.0)
    assert host.state is State.IDLE


async def test_a_lost_link_is_left_by_hello_and_clear(pressing):
    await pressing.wait(0.5)
    nonce = pressing.status.latch_nonce
    assert await pressing.splice(level(5.0)) is None  # its epoch has ended: dropped
    assert isinstance(await pressing.clear(nonce), Ack)
    report = await pressing.report()
    assert (report.state, report.cause, report.latch_nonce) == (State.IDLE, Cause.NONE, 0)


async def test_the_last_close_stops_a_device_in_use(pressing, far_end):
    closed_s = pressing.now_us * 1e-6
    await far_end.hang_up()
    heard = len(pressing.heard)
    await pressing.wait(0.5)
    assert len(pressing.heard) == heard
    far_end.dial()
    pressing.listen()
    await pressing.wait(0.2)
    assert len(pressing.heard) == heard  # silent until it is greeted again
    answer = await pressing.greet()
    assert (answer.state, answer.cause) == (State.STOPPED, Cause.LAST_CLOSE)
    assert answer.latch_nonce != 0
    truth = await pressing.truth()
    assert truth.zero_after_s(closed_s) < 0.15


async def test_the_last_close_leaves_an_idle_device_idle(host, far_end):
    old = await host.greet()
    await far_end.hang_up()
    far_end.dial()
    host.listen()
    answer = await host.greet(0x77)
    assert (answer.state, answer.role) == (State.IDLE, Role.OWNER)
    assert answer.epoch != old.epoch
