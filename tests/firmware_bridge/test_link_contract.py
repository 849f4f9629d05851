"""One contract for every link, whatever is underneath."""

import asyncio

import pytest

from firmware_bridge.errors import LinkClosed
from firmware_bridge.framing import OVERHEAD, seal, stuff
from firmware_bridge.gatt import bundle
from tests.firmware_bridge.wires import (
    air_wire,
    memory_wire,
    paced_wire,
    pty_wire,
    tcp_wire,
    until,
)


class Ears:
    """A listener that keeps what it hears."""

    def __init__(self, link):
        self.bodies, self.losses = [], []
        link.listen(lambda body, _: self.bodies.append(body), self.losses.append)


def body(number, size=30):
    return seal(number % 256, 0, number, 0, bytes(i % 251 for i in range(size)))


class LinkContract:
    """What every link promises. A new one joins by a class that says how to open its wire."""

    on_their_way = 2
    """Bodies that are out already, and cannot be overtaken any more."""

    @pytest.fixture
    async def ends(self):
        async with self.wire() as (link, far):
            yield link, far

    async def test_bodies_travel_whole_and_in_order_both_ways(self, ends):
        link, far = ends
        ears = Ears(link)
        there = [body(i, i) for i in range(0, 40, 3)]
        back = [body(i, 50 - i) for i in range(0, 40, 3)]
        for one, other in zip(there, back, strict=True):
            link.send(one)
            far.say(other)
        await until(lambda: len(far.take()) == len(there) and len(ears.bodies) == len(back))
        assert far.take() == there
        assert ears.bodies == back

    async def test_the_longest_body_travels(self, ends):
        link, far = ends
        longest = body(1, link.max_frame - OVERHEAD)
        assert len(longest) == link.max_frame
        link.send(longest)
        await until(far.take)
        assert far.take() == [longest]

    async def test_a_body_is_stamped_with_the_time_it_came(self, ends):
        link, far = ends
        loop = asyncio.get_running_loop()
        stamps = []
        link.listen(lambda _, at_s: stamps.append(at_s), lambda _: None)
        before_s = loop.time()
        far.say(body(1))
        await until(lambda: stamps)
        assert before_s <= stamps[0] <= loop.time()

    async def test_an_urgent_body_overtakes_what_waits(self, ends):
        link, far = ends
        urgent = body(255, 3)
        for i in range(50):
            link.send(body(i, 200))
        arrived = len(far.take())
        link.send_urgent(urgent)
        await until(lambda: urgent in far.take())
        assert far.take().index(urgent) <= arrived + self.on_their_way

    async def test_garbage_is_counted_and_survived(self, ends):
        link, far = ends
        ears = Ears(link)
        far.write(b"\x55 nothing a device would say \0")
        far.write(b"\x55" * 700 + b"\0")
        far.say(body(7))
        await until(lambda: ears.bodies)
        assert ears.bodies == [body(7)]
        assert link.frames_bad == 2

    async def test_bodies_arrive_whole_however_the_wire_cuts_them(self, ends):
        link, far = ends
        ears = Ears(link)
        for byte in stuff(body(9)):
            far.write(bytes([byte]))
            await asyncio.sleep(0)
        await until(lambda: ears.bodies)
        assert ears.bodies == [body(9)]

    async def test_the_newest_listener_replaces_the_one_before(self, ends):
        link, far = ends
        before, now = Ears(link), Ears(link)
        far.say(body(1))
        await until(lambda: now.bodies)
        assert before.bodies == []

    async def test_what_was_sent_before_closing_arrives(self, ends):
        link, far = ends
        sent = [body(i, 200) for i in range(3)]
        for one in sent:
            link.send(one)
        await link.aclose()
        await until(lambda: len(far.take()) == len(sent))
        assert far.take() == sent

    async def test_closing_twice_is_harmless(self, ends):
        link, _ = ends
        await asyncio.gather(link.aclose(), link.aclose())
        await link.aclose()

    async def test_sending_after_closing_says_so(self, ends):
        link, _ = ends
        await link.aclose()
        for send in (link.send, link.send_urgent):
            with pytest.raises(LinkClosed):
                send(body(1))

    async def test_closing_is_no_loss(self, ends):
        link, far = ends
        ears = Ears(link)
        await link.aclose()
        await far.hang_up()
        await asyncio.sleep(0.02)
        assert ears.losses == []

    async def test_a_far_end_that_hangs_up_is_told_of_once(self, ends):
        link, far = ends
        ears = Ears(link)
        await far.hang_up()
        await until(lambda: ears.losses)
        with pytest.raises(LinkClosed):
            link.send(body(1))
        await asyncio.sleep(0.02)
        await link.aclose()
        assert [type(loss) for loss in ears.losses] == [LinkClosed]

    async def test_sending_while_the_far_end_goes_is_told_of_once_too(self, ends):
        link, far = ends
        ears = Ears(link)
        await far.hang_up()
        for i in range(100):
            try:
                link.send(body(i))
                link.send_urgent(body(i))
            except LinkClosed:
                break
        await until(lambda: ears.losses)
        await asyncio.sleep(0.02)
        assert len(ears.losses) == 1


class TestMemoryLink(LinkContract):
    wire = staticmethod(memory_wire)


@pytest.mark.wire
class TestSerialLink(LinkContract):
    wire = staticmethod(pty_wire)


class TestPacedLink(LinkContract):
    wire = staticmethod(paced_wire)


@pytest.mark.wire
class TestTcpLink(LinkContract):
    wire = staticmethod(tcp_wire)


@pytest.mark.wire
class TestBleLink(LinkContract):
    """Each characteristic keeps its own order, and a value is never cut.

    The bodies here are of any type, so they are news, answers, commands and orders.
    """

    wire = staticmethod(air_wire)
    on_their_way = 3  # two commands and an order

    async def test_bodies_travel_whole_and_in_order_both_ways(self, ends):
        link, far = ends
        ears = Ears(link)
        orders = [seal(0x30, 0, i, 0, bytes(i)) for i in range(0, 40, 3)]
        commands = [seal(0x10, 0, i, 0, bytes(i)) for i in range(0, 40, 3)]
        answers = [seal(0x31, 0, i, 0, bytes(i)) for i in range(0, 40, 3)]
        news = [seal(0x20, 0, i, 0, bytes(i)) for i in range(0, 40, 3)]
        for order, command, answer, new in zip(orders, commands, answers, news, strict=True):
            link.send(order)
            link.send(command)
            far.say(answer)
            far.say(new)
            await asyncio.sleep(0.005)
        await until(lambda: len(far.take()) == 2 * len(orders))
        await until(lambda: len(ears.bodies) == 2 * len(orders))
        for kind, sent in ((0x30, orders), (0x10, commands)):
            assert [body for body in far.take() if body[0] == kind] == sent
        for kind, said in ((0x31, answers), (0x20, news)):
            assert [body for body in ears.bodies if body[0] == kind] == said

    async def test_bodies_arrive_whole_however_the_wire_cuts_them(self, ends):
        """It never does: whoever cuts has sent no frame, and is counted."""
        link, far = ends
        ears = Ears(link)
        whole = bundle(0, [body(9)])
        far.write(whole[:20])
        far.write(whole[20:])
        far.write(bundle(1, [body(9)]))
        await until(lambda: ears.bodies)
        assert ears.bodies == [body(9)]
        assert link.frames_bad == 2
