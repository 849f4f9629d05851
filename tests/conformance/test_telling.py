"""What a device tells: STATUS, SAMPLES, the clock, its documents, and what ACT does."""

import struct
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest

from firmware_bridge.capabilities import decode_capabilities
from firmware_bridge.codes import Document, Gesture, Refusal, State
from firmware_bridge.messages import Ack, Act, Ask, Nak, Piece, Ping, Pong, Samples, StatusReport
from tests.conformance.host import PRESSURE, Host, level
from tests.conformance.states import bring_to


def steps(host, kind):
    """The time from each message of a kind to the next, in device microseconds."""
    return {b.stamp_us - a.stamp_us for a, b in pairwise(host.all(kind))}


@pytest.mark.parametrize("state", [State.IDLE, State.ARMED, State.STOPPED])
async def test_status_comes_every_20_ms_and_samples_every_10(host, state):
    await bring_to(host, state)
    host.heard.clear()
    for _ in range(10):
        if state is State.ARMED:
            host.beat()
        await host.wait(0.05)
    assert host.state is state
    assert steps(host, StatusReport) == {20_000}
    assert steps(host, Samples) == {10_000}
    assert len(host.all(StatusReport)) == 25
    assert len(host.all(Samples)) == 50


async def test_status_and_samples_are_never_due_at_once(host):
    await host.greet()
    await host.wait(0.5)
    told = {round(h.at_s, 4) for h in host.all(StatusReport)}
    sampled = {round(h.at_s, 4) for h in host.all(Samples)}
    assert len(told) > 20
    assert min(abs(a - b) for a in told for b in sampled) > 0.004


async def test_frames_are_numbered_one_by_one(host):
    await host.greet()
    await host.wait(0.3)
    numbers = [heard.seq for heard in host.heard]
    assert len(numbers) > 40
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_samples_are_numbered_without_a_gap(host):
    await host.greet()
    await host.wait(0.5)
    firsts = [heard.message.first for heard in host.all(Samples)]
    counts = {heard.message.count for heard in host.all(Samples)}
    assert counts == {10}
    assert {b - a for a, b in pairwise(firsts)} == {10}


async def test_samples_hold_a_block_of_every_sensor_in_the_order_of_the_capabilities(host):
    await host.greet()
    capabilities = decode_capabilities(await host.document(Document.CAPABILITIES))
    await host.wait(0.1)
    for heard in host.all(Samples):
        first, count = heard.message.first, heard.message.count
        numbers = sum(
            (first + count - 1) // s.every - (first - 1) // s.every for s in capabilities.sensors
        )
        assert len(heard.message.data) == 2 * numbers


async def test_samples_are_stamped_with_the_time_of_the_first(host):
    await host.greet()
    await host.wait(0.3)
    for before, after in pairwise(host.all(Samples)):
        samples = after.message.first - before.message.first
        assert after.stamp_us - before.stamp_us == samples * 1000
    status = host.all(StatusReport)[-1]
    sampled = host.all(Samples)[-1]
    assert 0 < status.stamp_us - sampled.stamp_us < 25_000


async def test_two_sensors_feel_what_is_pressed(host):
    await host.arm()
    start_s = await host.play(3.0, pressure=12.0)
    await host.wait(0.02)
    blocks = [
        struct.unpack("<4h", heard.message.data[40:48])
        for heard in host.all(Samples)
        if heard.stamp_us * 1e-6 > start_s + 2.0
    ]
    regulated = [kpa * 0.01 for block in blocks for kpa in block[:2]]
    independent = [kpa * 0.01 for block in blocks for kpa in block[2:]]
    assert len(regulated) > 180
    assert sum(regulated) / len(regulated) == pytest.approx(12.0, abs=0.3)
    assert sum(independent) / len(independent) == pytest.approx(12.0, abs=0.3)
    assert regulated != independent


async def test_a_device_moves_its_clock_with_time(host):
    await host.greet()
    first = await host.report()
    await host.wait(1.0)
    second = await host.report()
    passed_us = (second.executed_until_us - first.executed_until_us) & 0xFFFFFFFF
    assert passed_us == pytest.approx(1_020_000, abs=21_000)


async def test_ping_is_answered_with_both_stamps_and_what_it_said(host):
    await host.greet()
    report = await host.report()
    for said in (0, 7, 2**64 - 1):
        pong = await host.ask(Ping(said))
        assert pong.host_us == said
        assert 0 <= pong.sent_us - pong.received_us < 5_000
        assert 0 <= pong.received_us - host.stamp_us < 25_000
        assert pong.boot_nonce16 == report.boot_nonce16


async def test_a_ping_between_two_ticks_is_stamped_between_them(host):
    await host.greet()
    stamps = []
    for _ in range(40):
        await host.wait(0.00037)
        stamps.append((await host.ask(Ping(1))).received_us)
    assert all(a < b for a, b in pairwise(stamps))
    assert len({stamp % 1000 for stamp in stamps}) > 10


async def test_the_capabilities_are_those_that_hello_announces(host):
    answer = await host.greet()
    document = await host.document(Document.CAPABILITIES)
    assert crc32(document) == answer.schema_crc
    capabilities = decode_capabilities(document)
    assert capabilities.queue_slots == answer.queue_slots
    assert [c.quantity for c in capabilities.channels][:2] == ["gain", "cap"]
    assert capabilities.channel("pressure").id == PRESSURE
    assert [s.independent for s in capabilities.sensors_of("pressure")] == [False, True]


async def test_documents_come_in_numbered_pieces(host):
    first = await host.ask(Ask(Document.CAPABILITIES, 0))
    assert first.of > 1
    second = await host.ask(Ask(Document.CAPABILITIES, 1))
    assert (second.document, second.piece, second.of) == (Document.CAPABILITIES, 1, first.of)
    assert 0 < len(second.data) <= 200
    assert await host.ask(Ask(Document.CAPABILITIES, 1)) == second


async def test_a_piece_that_is_not_there_is_refused(host):
    first = await host.ask(Ask(Document.CAPABILITIES, 0))
    for document, piece in ((Document.CAPABILITIES, first.of), (Document.TRUTH, 3)):
        answer = await host.ask(Ask(document, piece))
        assert isinstance(answer, Nak)
        assert answer.refusal is Refusal.MALFORMED


async def test_a_document_of_another_kind_is_refused(host):
    seq = host.say_raw(Ask.KIND, b"\x55\0\0")
    await host.wait(0.05)
    assert host.last(Nak) == Nak(Ask.KIND, seq, Refusal.MALFORMED)


async def test_truth_is_a_snapshot_from_its_first_piece_on(host):
    await host.greet()
    await host.wait(3.0)
    first = await host.ask(Ask(Document.TRUTH, 0))
    await host.wait(2.0)
    later = await host.ask(Ask(Document.TRUTH, 1))
    assert isinstance(later, Piece)
    assert later.of == first.of
    assert (await host.ask(Ask(Document.TRUTH, 0))).of > first.of


async def test_truth_holds_what_the_device_did_in_its_own_time(host):
    await host.arm()
    armed_s = host.now_us * 1e-6
    await host.play(1.0, pressure=8.0)
    await host.act(Gesture.PAIN_PRESS)
    await host.stop()
    await host.wait(0.3)
    truth = await host.truth()
    told = [text for _, text in truth.events]
    assert told == [
        "state ARMED", "pain", "state PAIN_HOLD", "stop STOP_FRAME", "state STOPPED", "vented"
    ]  # fmt: skip
    assert truth.last("state ARMED") == pytest.approx(armed_s, abs=0.03)
    assert np.diff(truth.times_s) == pytest.approx(0.01)
    assert truth.times_s[-1] == pytest.approx(host.now_us * 1e-6, abs=0.03)


@pytest.mark.parametrize("gesture", Gesture)
async def test_every_gesture_is_acknowledged_by_an_emulated_device(host, gesture):
    assert await host.act(gesture) == Ack(Act.KIND, 1)


async def test_a_pad_that_is_taken_off_feels_nothing(host):
    await host.arm()
    await host.play(1.0, pressure=2.5)
    assert (await host.truth()).true_kpa[-1] > 2.0
    await host.act(Gesture.PAD_OFF)
    await host.play(0.1, pressure=2.5)
    assert (await host.truth()).true_kpa[-1] < 0.1


async def test_a_pad_that_is_on_is_not_put_on_again(host):
    await host.arm()
    start_s = await host.play(2.0, pressure=12.0)
    await host.act(Gesture.PAD_ON)
    await host.play(0.2, pressure=12.0)
    assert (await host.truth()).peak_kpa(start_s, start_s + 2.5) < 12.6


WRAP_US = 1 << 32


async def test_a_session_goes_on_while_the_32_bit_stamp_wraps(bear):
    far_end = await bear(clock_us=5 * WRAP_US - 2_000_000)
    host = Host(far_end)
    await host.arm()
    start_s = await host.play(4.0, pressure=8.0)
    assert host.now_us > 5 * WRAP_US + 1_000_000
    report = await host.report()
    assert (report.state, report.knots_lost, report.fades) == (State.ARMED, 0, 0)
    truth = await host.truth()
    assert truth.between(start_s + 1.5, start_s + 4.0).min() > 7.4
    assert steps(host, StatusReport) == {20_000}
    assert steps(host, Samples) == {10_000}
    pong = await host.ask(Ping(1))
    assert isinstance(pong, Pong)
    assert pong.received_us == pytest.approx(host.now_us, abs=5_000)


@pytest.mark.parametrize("before_us", [5_000, 25_000, 60_000])
async def test_a_splice_may_lie_on_the_other_side_of_a_wrap(bear, before_us):
    far_end = await bear(clock_us=WRAP_US - 500_000)
    host = Host(far_end)
    await host.arm()
    await host.live((WRAP_US - before_us - host.now_us) * 1e-6)
    assert await host.splice(level(0.0), after_ms=50.0) is None
    await host.live(0.1)
    report = await host.report()
    assert (report.state, report.revision) == (State.ARMED, 1)
