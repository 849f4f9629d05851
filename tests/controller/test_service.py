"""The door of a session: who may order what, and what rubbish does to it."""

import asyncio
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.client import Client, DoorError
from controller.door import LENGTH, MAX_FRAME, PROTOCOL, Hello, Refused, frame, order_of, said_of
from controller.door import token as door_token
from controller.service import MAX_PATH, open_door
from controller.words import (
    Accepted,
    Ceiling,
    Ease,
    Ended,
    Outcome,
    Reason,
    Rejected,
    Release,
    Stop,
)

wire = pytest.mark.wire

OUTCOME = Outcome(
    result="stopped", reason=Reason.OPERATOR, duration_s=3.0, began_device_s=1.0, steps=()
)


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "myoloop"


class Session:
    """Takes every order, and remembers it."""

    def __init__(self):
        self.told = []
        self.heard = asyncio.Event()

    def tell(self, order):
        self.told.append(order)
        self.heard.set()
        return Accepted()


async def ask(address, order, role="none"):
    """Give an order from another thread, as another process would."""

    def talk():
        with Client(address, role) as client:
            return client.order(order)

    return await asyncio.to_thread(talk)


async def raw(address, data):
    """Send bytes, and return every word that comes back until the door closes."""
    reader, writer = await asyncio.open_unix_connection(address)
    writer.write(data)
    try:
        answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    words = []
    while answer:
        (length,) = LENGTH.unpack(answer[: LENGTH.size])
        words.append(said_of(answer[LENGTH.size : LENGTH.size + length]))
        answer = answer[LENGTH.size + length :]
    return words


@wire
async def test_a_stop_needs_the_token_and_no_role():
    session = Session()
    async with open_door(session.tell) as (_, address):
        assert await ask(address, Stop()) == Accepted()
    assert session.told == [Stop()]


@wire
@pytest.mark.parametrize("order", [Release(), Ease(0.5), Ceiling(5.0)])
async def test_everything_else_needs_an_operator(order):
    session = Session()
    async with open_door(session.tell) as (_, address):
        assert isinstance(await ask(address, order), Rejected)
        assert session.told == []
        assert await ask(address, order, role="operator") == Accepted()
    assert session.told == [order]


@wire
async def test_a_client_hears_how_the_session_ended():
    session = Session()
    async with open_door(session.tell) as (service, address):

        def talk():
            with Client(address) as client:
                client.order(Stop())
                return client.outcome(within_s=5.0)

        talking = asyncio.create_task(asyncio.to_thread(talk))
        await session.heard.wait()
        service.end(Ended(3.0, OUTCOME))
        assert await talking == OUTCOME


@wire
async def test_a_session_that_does_not_answer_is_given_up_in_time(runtime):
    async with open_door(Session().tell) as (_, address):
        # this thread blocks the loop: the door is there, and nobody behind it
        with pytest.raises(DoorError, match="does not answer"), Client(address, within_s=0.03) as c:
            c.order(Stop())
    with pytest.raises(DoorError, match="nobody is at"):
        Client(address, within_s=0.03)


@wire
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (frame(Hello(PROTOCOL, "guessed")), "not the token"),
        (frame(Hello(PROTOCOL, "")), "not the token"),
        (frame(Hello(PROTOCOL, "\N{SNOWMAN}")), "not the token"),
        (frame(Hello(99, "guessed")), "protocol 1, not 99"),
        (frame(Stop()), "no word of the door"),
        (LENGTH.pack(4) + b"\xff\x00\xff\x00", "no word of the door"),
        (LENGTH.pack(0), "no word of the door"),
        (LENGTH.pack(MAX_FRAME + 1), "too long"),
        (b"GET / HTTP/1.1\r\n\r\n", "too long"),
    ],
)
async def test_a_stranger_gets_one_refusal_and_the_session_nothing(data, why):
    session = Session()
    async with open_door(session.tell) as (_, address):
        (refused,) = await raw(address, data)
        assert isinstance(refused, Refused)
        assert why in refused.why
        assert await ask(address, Stop()) == Accepted()  # and the door still works
    assert session.told == [Stop()]


@wire
async def test_rubbish_after_a_good_hello_ends_that_connection_alone():
    session = Session()
    async with open_door(session.tell) as (_, address):
        hello = frame(Hello(PROTOCOL, door_token(), "operator"))
        said = await raw(address, hello + frame(Ease(0.5)) + LENGTH.pack(3) + b"abc")
        assert [type(word).__name__ for word in said] == ["Welcome", "Accepted", "Refused"]
        assert await ask(address, Stop()) == Accepted()


@wire
async def test_a_flood_of_orders_does_not_hold_up_the_loop():
    session = Session()
    async with open_door(session.tell) as (_, address):
        reader, writer = await asyncio.open_unix_connection(address)
        writer.write(frame(Hello(PROTOCOL, door_token(), "operator")) + frame(Ease(0.5)) * 5000)
        turns = 0
        while len(session.told) < 5000:
            await asyncio.sleep(0)
            turns += 1
        assert turns >= 5000
        writer.close()
        await writer.wait_closed()
        del reader


@wire
async def test_where_a_path_is_too_long_for_a_socket_a_local_port_serves(tmp_path, monkeypatch):
    folder = tmp_path / ("x" * MAX_PATH)
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    session = Session()
    async with open_door(session.tell) as (_, address):
        assert address.startswith("127.0.0.1:")
        assert await ask(address, Stop()) == Accepted()


@wire
async def test_nothing_is_left_in_the_folder_but_the_token(runtime):
    async with open_door(Session().tell) as (_, address):
        assert address in map(str, runtime.iterdir())
    assert [file.name for file in runtime.iterdir()] == ["token"]


@wire
async def test_the_sockets_of_dead_processes_are_swept_up(runtime):
    runtime.mkdir(mode=0o700)
    (runtime / "4194999-0badcafe.sock").touch()  # no process has so high a number
    async with open_door(Session().tell) as (_, address):
        assert [str(file) for file in runtime.glob("*.sock")] == [address]


def test_the_token_is_for_this_user_alone_and_stays_the_same(runtime):
    first = door_token()
    assert door_token() == first
    assert len(first) == 32
    assert stat.S_IMODE((runtime / "token").stat().st_mode) == 0o600


@given(st.floats(0, 1), st.floats(0, 100))
def test_orders_come_out_as_they_went_in(share, kpa):
    for order in (Stop(), Release(), Ease(share), Ceiling(kpa)):
        assert order_of(frame(order)[LENGTH.size :]) == order
