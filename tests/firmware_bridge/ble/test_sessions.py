"""Sessions over the air, at every quality of it: each ends in a stated and safe way."""

import asyncio

import pytest

from console.sentences import readiness
from controller.control import _told_of
from controller.preflight import TRIP_TOLD_MS, SimulatedPerson, preflight
from controller.words import Reason
from firmware_bridge.codes import Source, State
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.framing import seal
from firmware_bridge.messages import Stop, StopAck, decode
from firmware_bridge.streamed import connect
from sim.oracle import rises_last_after_s, zero_after_s
from sim.radio import Air
from tests.firmware_bridge.ble.ground import BRIEF_S, LONG_S, play, until

pytestmark = pytest.mark.wire

PEAK_KPA = 8.0

RISES_S, ZERO_S = 0.4, 1.0
"""After a silence begins: what was queued runs out or 300 ms pass, then it falls to zero."""


def over(*pairs, **more):
    """Over these kinds of air, each one way: a session takes seconds, so not all both ways."""
    params = [(way, Air(interval_s=ms * 1e-3, **more)) for way, ms in pairs]
    return pytest.mark.parametrize(
        ("way", "air"), params, ids=[f"{way}-{ms:g} ms" for way, ms in pairs]
    )


@over(("bumble", 0), ("bumble", 7.5), ("bluez", 15))
async def test_a_session_over_good_air_loses_nothing(place):
    async with place.opened() as device:
        outcome = await play(device, BRIEF_S)
        stats = device.stats
    assert outcome.reason is Reason.COMPLETE
    assert stats.samples_lost == stats.values_lost == stats.frames_bad == 0
    assert place.twin._machine.motion.knots_lost == 0
    assert place.state is State.IDLE
    assert PEAK_KPA - 0.6 < place.truth.true_kpa.max() < PEAK_KPA + 0.6


@over(("bluez", 15), loss=0.05)
async def test_a_session_over_lossy_air_completes(place):
    async with place.opened() as device:
        outcome = await play(device, BRIEF_S)
    assert outcome.reason is Reason.COMPLETE
    assert place.truth.true_kpa.max() < PEAK_KPA + 0.6


@over(("bluez", 50))
async def test_over_slow_air_nothing_presses_more_and_samples_say_how_old_they_are(place):
    async with place.opened() as device:
        outcome = await play(device, BRIEF_S)
        age_ms, spacing_ms = device.stats.sample_age_p99_ms, device.stats.event_spacing_ms
    assert outcome.reason in (Reason.COMPLETE, Reason.DEVICE_SILENT, Reason.SENSOR_STALE)
    assert place.truth.true_kpa.max() < PEAK_KPA + 0.6
    assert place.pressed_kpa < 0.3
    assert 40 < spacing_ms < 60
    assert 20 < age_ms < 200


@over(("bumble", 50), ("bluez", 50))
async def test_pre_flight_over_a_radio_that_meets_every_50_ms_is_ready_and_says_how_slow(place):
    async with place.opened() as device:
        ready = await preflight(device, SimulatedPerson(device))
    assert TRIP_TOLD_MS < ready.rtt_p99_ms < 0.8 * device.stats.rtt_most_ms
    (line,) = (line for line in readiness(_told_of(ready)) if "link" in line)
    assert "changes may have to wait for the next cycle" in line


@pytest.mark.parametrize(
    ("way", "air"),
    [
        ("bluez", Air(interval_s=0.015)),
        ("bumble", Air(interval_s=0.015, supervision_s=0.6)),
    ],
    ids=["blackout", "supervision timeout"],
)
async def test_a_second_of_silence_lets_go_and_nothing_resumes(place):
    async with place.opened() as device:
        playing = asyncio.ensure_future(play(device, LONG_S))
        await until(lambda: place.pressed_kpa > 4.0)
        place.radio.fall_silent(1.0)
        silent_s = place.now_s
        outcome = await playing
        await asyncio.sleep(1.2)
        truth = place.truth
    assert outcome.result == "fault"
    assert place.state in (State.STOPPED, State.LINK_LOST)
    assert truth.last("stop LINK_LOST") or truth.last("stop LAST_CLOSE")
    assert rises_last_after_s(truth, silent_s) <= RISES_S
    assert zero_after_s(truth, silent_s) <= ZERO_S
    assert truth.between(silent_s + ZERO_S, silent_s + 2.0).max() < 0.3


@over(("bumble", 15))
async def test_the_device_ends_a_session_whose_host_hangs_up(place):
    device = await connect(await place.link())
    playing = asyncio.ensure_future(play(device, LONG_S))
    await until(lambda: place.pressed_kpa > 4.0)
    await device.aclose()
    await until(lambda: place.state is State.STOPPED)
    outcome = await playing
    await asyncio.sleep(0.2)
    assert outcome.result == "fault"
    assert place.pressed_kpa < 0.3


@over(("bumble", 15), ("bluez", 15), mtu=23)
async def test_an_mtu_of_23_is_refused_and_can_be_stopped(place):
    link = await place.link()
    heard = []
    link.listen(lambda body, _: heard.append(body), lambda _: None)
    assert link.max_frame == 20
    link.send_urgent(seal(Stop.KIND, 0, 1, 0, Stop(7, Source.OPERATOR).pack()))
    await until(lambda: place.state is State.STOPPED)
    await until(lambda: any(body[0] == StopAck.KIND for body in heard))
    ack = next(decode(body[0], body) for body in heard if body[0] == StopAck.KIND)
    assert ack.stop_id == 7
    with pytest.raises(LinkUnavailable, match="MTU too small"):
        await connect(link)
