"""Laws of the wire: what holds whatever is lost, late, repeated, or nonsense."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codes import Gesture, State
from firmware_bridge.framing import seal, stuff
from firmware_bridge.messages import Ack, Act, Arm, Hello, Knots, Ping, Pong, Splice, StatusReport
from sim.virtual_time import run
from tests.conformance.far_ends import twin_in_memory
from tests.conformance.host import CAP, GAIN, PRESSURE, Host, arm_order, level
from tests.firmware_bridge.strategies import any_message

CEILING_KPA = 12.0

fates = st.lists(st.integers(0, 60), max_size=3)
"""When each copy of a frame arrives, in ms after it was sent: none, one or several."""

revisions = st.lists(st.tuples(st.floats(1.0, 9.0), fates, fates), min_size=1, max_size=8)


async def arrive(loop, deliveries, host):
    """Send each frame at its time, and live in between."""
    for at_s, message, t_us in sorted(deliveries, key=lambda delivery: delivery[0]):
        if at_s > loop.time():
            await host.live(at_s - loop.time())
        host.say(message, t_us=t_us)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 0xFFFF), revisions)
def test_revisions_in_any_order_of_loss_delay_and_repetition_end_in_the_newest(base, story):
    """The host repeats its newest SPLICE until it shows; all that comes late changes nothing."""

    async def tell():
        async with twin_in_memory() as far_end:
            host = Host(far_end)
            loop = asyncio.get_running_loop()
            await host.arm(revision=base)
            host.revision = base
            deliveries = []
            for number, (kpa, splice_fates, knots_fates) in enumerate(story):
                at_s, at_us = loop.time() + number * 0.01, host.now_us + number * 10_000
                revision, first = (base + number + 1) & 0xFFFF, number * 9 + 1
                splice = Splice(revision, first, level(kpa, 90))
                more = Knots(revision, first + 3, level(kpa, 180) + level(kpa, 270))
                for message, when in ((splice, splice_fates), (more, knots_fates)):
                    deliveries += [(at_s + ms * 1e-3, message, at_us) for ms in when]
            await arrive(loop, deliveries, host)
            newest = (base + len(story)) & 0xFFFF
            await host.report()
            for _ in range(5):
                if host.status.revision != newest:
                    host.say(Splice(newest, 900, level(story[-1][0], 90)), t_us=host.now_us)
                    await host.report()
            assert host.status.revision == newest
            before = await host.report()
            for _, message, t_us in deliveries:  # all of it again, late
                if message.revision != newest:
                    host.say(message, t_us=t_us)
            after = await host.report()
            assert (after.revision, after.knots_lost) == (newest, before.knots_lost)
            host.revision, host.index = newest, 1000
            await host.splice(level(story[-1][0]))
            start_s = await host.play(1.6, pressure=story[-1][0])
            felt = (await host.truth()).between(start_s + 1.2, start_s + 1.6)
            assert host.state is State.ARMED
            assert felt.mean() == pytest.approx(story[-1][0], abs=0.5)

    run(tell())


near_now_us = st.integers(-100_000, 500_000)
heads = st.sampled_from([GAIN, CAP, PRESSURE, PRESSURE | 0x40, PRESSURE | 0x80, GAIN | 0x80, 3, 63])
loose_knots = st.tuples(
    heads, st.integers(0, 2000), st.integers(-32768, 32767), st.integers(-32768, 32767)
)
named = st.tuples(st.integers(0, 1000), st.integers(-32768, 32767), st.integers(-32768, 32767)).map(
    lambda k: [*level(k[1] * 0.01, k[0] * 0.1)[:2], (PRESSURE | 0x40, *k)]
)
plausible = st.one_of(
    st.builds(Splice, st.integers(0, 30), st.integers(0, 60), named),
    st.builds(Splice, st.integers(0, 30), st.integers(0, 60), st.lists(loose_knots, max_size=9)),
    st.builds(Knots, st.integers(0, 30), st.integers(0, 60), st.lists(loose_knots, max_size=9)),
    st.builds(Knots, st.integers(0, 30), st.integers(0, 60), named),
    st.builds(Hello, st.integers(1, 2)),
)
sayings = st.lists(
    st.tuples(
        st.integers(0, 40), st.one_of(plausible, plausible, any_message), near_now_us,
        st.booleans(),
    ),
    max_size=60,
)  # fmt: skip


def no_higher(message):
    """An ARM keeps its ceiling, whatever else it says; a pad thrown at the skin proves nothing."""
    if isinstance(message, Act) and message.gesture in (Gesture.PAD_OFF, Gesture.PAD_ON):
        return Act(Gesture.PAIN_PRESS)
    if isinstance(message, Arm):
        return arm_order(
            rise_level=message.rise_level,
            static_max_s=message.static_max_s,
            revision=message.revision,
            ceilings=((PRESSURE, round(CEILING_KPA * 100)),),
        )
    return message


@settings(max_examples=60, deadline=None)
@given(sayings)
def test_no_messages_make_a_device_fall_over_or_press_above_its_ceiling(story):
    async def tell():
        async with twin_in_memory() as far_end:
            host = Host(far_end)
            await host.arm(ceilings=((PRESSURE, round(CEILING_KPA * 100)),))
            await host.play(1.5, pressure=30.0)
            for wait_ms, message, after_us, ours in story:
                await host.live(wait_ms * 1e-3)
                epoch = host.epoch if ours else None
                host.say(no_higher(message), epoch=epoch, t_us=max(0, host.now_us + after_us))
            await host.wait(0.5)
            assert isinstance(await host.ask(Ping(1)), Pong)
            assert isinstance(host.status, StatusReport)
            assert max((await host.truth()).true_kpa) < 1.05 * CEILING_KPA + 0.5

    run(tell())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=40))
def test_no_bytes_make_a_device_fall_over_or_press(noise):
    """Raw noise, and payloads of noise in good frames of the owner's epoch, of every type."""

    async def tell():
        async with twin_in_memory() as far_end:
            host = Host(far_end)
            await host.arm()
            for data, framed in noise:
                if framed and data:
                    host.say_raw(data[0], data[1:200], epoch=host.epoch, t_us=host.now_us)
                else:
                    far_end.write(data)
                await host.wait(0.002)
            far_end.write(b"\0")
            await host.wait(0.5)
            assert isinstance(await host.ask(Ping(1)), Pong)
            assert max((await host.truth()).true_kpa) < 6.0

    run(tell())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), max_size=12), st.integers(0, 3))
def test_bytes_cut_anywhere_are_the_same_frames(cuts, spare_zeros):
    async def tell():
        async with twin_in_memory() as far_end:
            host = Host(far_end)
            await host.greet()
            data = b"\0" * spare_zeros + stuff(
                seal(Arm.KIND, host.epoch, 44, 0, arm_order().pack())
            )
            for cut in cuts:
                far_end.write(data[:cut])
                data = data[cut:]
                await host.wait(0.001)
            far_end.write(data)
            assert host.last(Ack) == Ack(Arm.KIND, 44)
            assert (await host.report()).state == State.ARMED

    run(tell())
