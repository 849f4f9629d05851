"""A pipe between processes: bodies whole and in order, one that is too long is refused."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import LinkClosed, LinkUnavailable
from firmware_bridge.framing import LENGTH
from firmware_bridge.links.local import FrameTooLong, LocalLink, answer, dial, memory_pair
from sim.virtual_time import run
from tests.firmware_bridge.wires import until


class Ears:
    def __init__(self, link):
        self.bodies, self.losses = [], []
        link.listen(lambda body, _: self.bodies.append(body), self.losses.append)


@contextlib.asynccontextmanager
async def over_memory(tmp_path):
    del tmp_path
    near, far = memory_pair()
    yield near, far
    await near.aclose()
    await far.aclose()


@contextlib.asynccontextmanager
async def over_a_socket(tmp_path):
    met = asyncio.get_running_loop().create_future()

    def meet(link):
        link.takes = 1 << 20
        met.set_result(link)

    server, address = await answer(str(tmp_path / "door"), meet)
    near = await dial(address)
    far = await met
    yield near, far
    await near.aclose()
    await far.aclose()
    server.close()
    await server.wait_closed()


class PipeContract:
    @pytest.fixture
    async def ends(self, tmp_path):
        async with self.wire(tmp_path) as (near, far):
            yield near, far

    async def test_bodies_travel_whole_and_in_order_both_ways(self, ends):
        near, far = ends
        there, back = Ears(far), Ears(near)
        sent = [bytes([i % 256]) * (i * 37 % 1000) for i in range(200)]
        near.send_all(sent)
        for body in sent:
            far.send(body)
        await until(lambda: len(there.bodies) == len(back.bodies) == len(sent))
        assert there.bodies == back.bodies == sent

    async def test_a_long_body_travels(self, ends):
        near, far = ends
        ears = Ears(far)
        near.send(b"x" * 900_000)
        await until(lambda: ears.bodies)
        assert ears.bodies == [b"x" * 900_000]

    async def test_a_body_that_is_too_long_is_told_of_and_something_may_be_said_to_that(self, ends):
        near, far = ends
        heard, ears = Ears(near), Ears(far)
        far.takes = 100
        near.send(b"fits")
        near.send(b"x" * 101)
        near.send(b"after that")
        await until(lambda: ears.losses)
        far.send(b"too long")
        await until(lambda: heard.bodies)
        assert ears.bodies == [b"fits"]
        assert [type(loss) for loss in ears.losses] == [FrameTooLong]
        assert far.frames_bad == 1

    async def test_a_far_end_that_hangs_up_is_told_of_once_after_its_last_word(self, ends):
        near, far = ends
        ears = Ears(near)
        far.send_all([b"%d" % i for i in range(300)])
        await far.aclose()
        await until(lambda: ears.losses)
        await asyncio.sleep(0.02)
        assert len(ears.bodies) == 300
        assert [type(loss) for loss in ears.losses] == [LinkClosed]
        with pytest.raises(LinkClosed):
            near.send(b"late")

    async def test_closing_is_no_loss_and_closing_twice_is_harmless(self, ends):
        near, _ = ends
        ears = Ears(near)
        await asyncio.gather(near.aclose(), near.aclose())
        assert ears.losses == []
        with pytest.raises(LinkClosed):
            near.send(b"late")


class TestMemory(PipeContract):
    wire = staticmethod(over_memory)


@pytest.mark.wire
class TestSocket(PipeContract):
    wire = staticmethod(over_a_socket)


@given(st.lists(st.binary(max_size=50), max_size=20), st.data())
def test_bodies_come_out_whole_however_the_bytes_are_cut(bodies, data):
    stream = b"".join(LENGTH.pack(len(body)) + body for body in bodies)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10).map(sorted))

    async def read():
        link = LocalLink()
        ears = Ears(link)
        for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            link.data_received(stream[begin:end])
        await asyncio.sleep(1.0)
        return ears.bodies

    assert run(read()) == bodies


@pytest.mark.wire
async def test_where_nobody_listens_there_is_nobody(tmp_path):
    with pytest.raises(LinkUnavailable, match="nobody is at"):
        await dial(str(tmp_path / "door"))
