"""A whole twin in virtual time: the same life from the same recipe, to the bit."""

import asyncio
import hashlib
from math import cos, pi

import cbor2
import numpy as np
import pytest

from firmware_bridge.codes import Document, Gesture
from firmware_bridge.framing import seal, unseal
from firmware_bridge.messages import Hello, HelloAck, Ping, StatusReport, decode
from sim.birth import recipe
from sim.link import join
from sim.virtual_time import run
from tests.conformance.far_ends import twin_in_memory
from tests.conformance.host import CAP, GAIN, PRESSURE, Host, knot, level

POSITION = 3


class FarEnd:
    """A twin by its address, for a host of the conformance suite."""

    def __init__(self, url):
        self.link = join(recipe(url))
        self.wait = asyncio.sleep


class Scribe:
    """Hands every body on, and keeps a hash of all."""

    def __init__(self, far_end):
        self.link = self
        self.wait = far_end.wait
        self.send = far_end.link.send
        self.digest = hashlib.sha256()
        self.frames = 0
        self._link = far_end.link

    def listen(self, on_frame, on_lost):
        def hear(body, at_s):
            self.digest.update(body + at_s.hex().encode())
            self.frames += 1
            on_frame(body, at_s)

        self._link.listen(hear, on_lost)


def life(url):
    """Twenty seconds of a session with everything in it; return (frames, their hash)."""

    async def live():
        far_end = FarEnd(url)
        scribe = Scribe(far_end)
        host = Host(scribe)
        await host.arm()
        await host.play(2.5, pressure=19.0)
        await host.play(8.0, pressure=lambda s: 11.0 + 8.0 * cos(2 * pi * s), rhythmic=True)
        await host.live(0.5)
        await host.play(2.0, pressure=8.0, gain=0.7)
        await host.act(Gesture.PAIN_PRESS)
        await host.live(1.0)
        await host.stop()
        await host.wait(4.0)
        await host.clear()
        await host.truth()
        await host.wait(2.0)
        await far_end.link.aclose()
        return scribe.frames, scribe.digest.hexdigest()

    return run(live())


def test_the_same_recipe_lives_the_same_life_to_the_bit():
    one, two = life("sim://healthy_f?seed=7"), life("sim://healthy_f?seed=7")
    assert one == two
    assert one[0] > 3000


@pytest.mark.parametrize(
    "other",
    [
        "sim://healthy_f?seed=8", "sim://healthy_m?seed=7", "sim://healthy_f?stiffness=1.35",
        "sim://healthy_f?correction=off", "sim://healthy_f?stroke=1", "sim://healthy_f?emg=3",
        "sim://healthy_f?ecg=on", "sim://healthy_f?guards=early", "sim://anxious",
    ],
)  # fmt: skip
def test_another_recipe_lives_another_life(other):
    assert life(other) != life("sim://healthy_f?seed=7")


def hello_of(url):
    async def greet():
        link = join(recipe(url))
        heard = []
        link.listen(lambda body, _: heard.append(body), lambda _: None)
        link.send(seal(Hello.KIND, 0, 1, 0, Hello(1).pack()))
        await link.aclose()
        return next(decode(unseal(b)[0], b) for b in heard if unseal(b)[0] == HelloAck.KIND)

    return run(greet())


def test_two_seeds_have_two_boots_and_two_clocks():
    one, two = hello_of("sim://?seed=1"), hello_of("sim://?seed=2")
    assert one.boot_nonce != two.boot_nonce
    assert one.clock_us != two.clock_us
    assert 0 not in (one.boot_nonce, two.boot_nonce)


def carriage_mm(document):
    return np.frombuffer(cbor2.loads(document)["carriage_mm"], "<i2") * 0.1


async def stroke(host, kpa, seconds, mm_s=100.0):
    """Press and move, from wherever the carriage is."""
    now_mm = carriage_mm(await host.document(Document.TRUTH))[-1]
    base_us = host.now_us
    for number in range(1, round(seconds / 0.05) + 1):
        at_ms = 50 * number
        knots = [
            *level(kpa, at_ms),
            knot(POSITION, at_ms, now_mm + mm_s * at_ms * 1e-3, mm_s),
        ]
        if number == 1:
            await host.splice(knots)
            base_us = host.now_us - 20_000
        else:
            assert await host.extend(knots, base_us=base_us) is None
        while host.now_us < base_us + (at_ms - 150) * 1000:
            await host.live(0.01)


@pytest.fixture
async def stroking():
    async with twin_in_memory(stroke=True) as far_end:
        host = Host(far_end)
        await host.arm()
        yield host


async def test_a_carriage_goes_where_its_knots_say(stroking):
    await stroke(stroking, 4.0, 1.2)
    way_mm = carriage_mm(await stroking.document(Document.TRUTH))
    assert 80.0 < way_mm.max() <= 125.0
    assert np.diff(way_mm).min() >= 0.0
    assert np.diff(way_mm).max() <= 2.6  # 250 mm/s at most


async def test_a_carriage_stands_still_while_pressure_fades(stroking):
    await stroke(stroking, 8.0, 1.2)
    await stroking.live(0.6)
    way_mm = carriage_mm(await stroking.document(Document.TRUTH))
    truth = await stroking.truth()
    fading = truth.times_s > truth.last("state FADING") + 0.011
    assert fading.sum() > 20
    assert np.ptp(way_mm[fading]) == 0.0


async def test_an_arming_begins_with_the_carriage_where_it_stands(stroking):
    await stroke(stroking, 4.0, 1.2)
    await stroking.stop()
    await stroking.wait(0.5)
    await stroking.clear()
    before_mm = carriage_mm(await stroking.document(Document.TRUTH))[-1]
    await stroking.arm()
    await stroking.splice([*level(0.0), knot(POSITION, 100, before_mm)])
    await stroking.live(0.08)
    after_mm = carriage_mm(await stroking.document(Document.TRUTH))
    assert before_mm > 50.0
    assert np.ptp(after_mm[-50:]) <= 0.1


async def test_a_device_without_a_carriage_has_no_such_channel():
    async with twin_in_memory() as far_end:
        host = Host(far_end)
        await host.arm()
        answer = await host.splice([knot(c, 50, 0.0) for c in (GAIN, CAP, PRESSURE, POSITION)])
        assert answer is not None
        assert b"carriage_mm" not in await host.document(Document.TRUTH)


async def test_a_twin_that_slept_stands_still_whatever_it_hears_first_on_waking():
    async with twin_in_memory() as far_end:
        host = Host(far_end)
        await host.greet()
        await host.report()
        loop, before_us = asyncio.get_running_loop(), host.now_us
        loop.pass_to(loop.time() + 1.4)
        pong = await host.ask(Ping(7))
        assert pong.received_us - before_us < 20_000
        heard = len(host.heard)
        await host.wait(0.1)
        stamps = [h.stamp_us for h in host.heard[heard:] if isinstance(h.message, StatusReport)]
        assert len(stamps) == 5
        assert pong.received_us < stamps[0]
