"""A line that takes its time: how long frames take, and that none is lost for it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.framing import OVERHEAD, seal, stuff
from firmware_bridge.links.memory import pair
from firmware_bridge.messages import Ping, Pong
from firmware_bridge.streamed import connect
from sim import virtual_time
from sim.birth import bear, recipe
from sim.paced import BUFFER_S, PacedLink

BAUDS = [19_200, 115_200, 921_600]


def wire_s(body, baud):
    return 10 * len(stuff(body)) / baud


def line(baud):
    near, far = pair()
    paced = PacedLink(far, baud)
    return near, paced


@given(sizes=st.lists(st.integers(0, 200), min_size=1, max_size=20), baud=st.sampled_from(BAUDS))
def test_frames_arrive_one_after_the_other_as_their_bytes_would(sizes, baud):
    async def scene():
        loop = asyncio.get_running_loop()
        near, paced = line(baud)
        arrivals = []
        paced.listen(lambda body, at_s: arrivals.append((body, at_s)), lambda _: None)
        bodies = [seal(1, 0, n, 0, bytes(size)) for n, size in enumerate(sizes)]
        begun_s = loop.time()
        for body in bodies:
            near.send(body)
        await asyncio.sleep(sum(wire_s(body, baud) for body in bodies) + 0.001)
        await paced.aclose()
        return begun_s, bodies, arrivals

    begun_s, bodies, arrivals = virtual_time.run(scene())
    assert [body for body, _ in arrivals] == bodies
    due_s = begun_s
    for body, at_s in arrivals:
        due_s += wire_s(body, baud)
        assert at_s == pytest.approx(due_s, abs=1e-6)


async def test_what_does_not_fit_the_devices_buffer_is_lost_whole():
    near, paced = line(115_200)
    heard = []
    near.listen(lambda body, _: heard.append(body), lambda _: None)
    bodies = [seal(1, 0, n, 0, bytes(100)) for n in range(50)]
    for body in bodies:
        paced.send(body)
    await paced.aclose()
    kept = len(heard)
    assert heard == bodies[:kept]
    assert kept < len(bodies)
    assert kept * wire_s(bodies[0], 115_200) == pytest.approx(BUFFER_S, rel=1.0)
    assert near.frames_bad == 0


async def test_a_host_that_says_stop_and_hangs_up_at_once_is_heard_to_the_end():
    near, paced = line(9600)
    story = []
    paced.listen(lambda body, _: story.append(body), lambda _: story.append("gone"))
    bodies = [seal(1, 0, n, 0, bytes(100)) for n in range(3)]
    for body in bodies:
        near.send(body)
    await near.aclose()
    await asyncio.sleep(0.01)
    assert story == [*bodies, "gone"]


async def visit(baud, seconds):
    """Meet a twin at the end of a slow line, and stay for a while."""
    near, far = pair()
    twin = bear(recipe("sim://healthy_f?seed=7"), asyncio.get_running_loop().time())
    twin.attach(PacedLink(far, baud))
    twin.start()
    device = await connect(near)
    await asyncio.sleep(seconds)
    stats = device.stats
    await device.aclose()
    twin.stop()
    return stats


@pytest.mark.parametrize("baud", [115_200, 230_400, 921_600])
async def test_a_round_trip_takes_the_time_of_its_bytes_and_nothing_is_lost(baud):
    stats = await visit(baud, 5.0)
    ping, pong = Ping(0), Pong(0, 0, 0, 0)
    size = len(ping.pack()) + len(pong.pack()) + 2 * (OVERHEAD + 2)
    bare_ms = 1e3 * 10 * size / baud
    assert bare_ms * 0.99 < stats.rtt_p50_ms < 12 * bare_ms  # behind SAMPLES and STATUS, sometimes
    assert stats.samples_lost == stats.frames_bad == 0
    assert stats.frames_received > 5 * 140
