"""The door of a control process on its socket: files, and clients that misbehave or block."""

import asyncio
import contextlib
import os
import socket
import stat

import pytest

from controller.announcing import announced
from controller.client import Client, DoorError
from controller.control import Control
from controller.door import PROTOCOL, Hello, Refused, Welcome, encode
from controller.door import token as door_token
from controller.process import door
from controller.remote import Remote
from controller.visitor import BEHIND_MAX_S
from controller.visits import Asked, Gap, Over, said_of
from controller.words import Accepted, Mark, Release, Sampled, Stop
from firmware_bridge.framing import LENGTH
from firmware_bridge.links.local import MAX_PATH, dial

pytestmark = pytest.mark.wire


MUSCLES = (0.0,) * 256
"""EMG of so many channels that a kernel's buffer is full in a moment."""

MANY = 1500


@contextlib.asynccontextmanager
async def open_house():
    control = Control()
    visit = asyncio.create_task(control.run(), name="control")
    async with door(control) as address:
        try:
            yield control, address
        finally:
            control.order(Release())
            await visit


async def at(address, hear=lambda news: None, role="watcher"):
    """Be at the door."""
    remote = Remote(await dial(address), hear, lambda why: None)
    assert isinstance(await remote.enter(role), Welcome)
    return remote


def in_thread(talk):
    """Do what blocks, as another process would."""
    return asyncio.create_task(asyncio.to_thread(talk))


async def test_a_client_that_blocks_gives_an_order_and_hears_the_answer():
    async with open_house() as (_, address):

        def talk():
            with Client(address) as client:
                return client.order(Stop()), client.outcome(within_s=2.0)

        over = asyncio.Event()
        watcher = await at(address, lambda news: isinstance(news, Over) and over.set())
        talking = in_thread(talk)
        await asyncio.wait_for(over.wait(), 5.0)
        await watcher.aclose()
    answer, outcome = await talking
    assert (answer, outcome) == (Accepted(), None)  # nothing was played


async def test_a_session_that_does_not_answer_is_given_up_in_time():
    async with open_house() as (_, address):
        # this thread blocks the loop: the door is there, and nobody behind it
        with pytest.raises(DoorError, match="does not answer"), Client(address, within_s=0.03) as c:
            c.order(Stop())
        await asyncio.sleep(0.05)  # now somebody comes to the door, and nobody is there any more
    with pytest.raises(DoorError, match="nobody is at"):
        Client(address, within_s=0.03)


async def test_a_wrong_token_is_told_to_a_client_that_blocks(runtime):
    async with open_house() as (_, address):
        (runtime / "token").unlink()

        def talk():
            with Client(address) as client:
                client.order(Stop())

        with pytest.raises(DoorError, match="not the token"):
            await in_thread(talk)


async def test_a_session_says_where_it_is_and_leaves_nothing_but_the_token(runtime):
    async with open_house() as (_, address):
        (said,) = announced()
        assert (said.door, said.pid, said.url) == (address, os.getpid(), "")
        assert stat.S_IMODE((runtime / "token").stat().st_mode) == 0o600
    assert [file.name for file in runtime.iterdir()] == ["token"]


async def test_what_dead_sessions_left_behind_is_swept_up(runtime):
    runtime.mkdir(mode=0o700)
    # no process has so high a number
    (runtime / "session-x.json").write_text('{"session": "x", "pid": 4194999, "door": "y"}')
    (runtime / "session-x.sock").touch()
    (runtime / "session-torn.json").write_text('{"session": "to')
    assert announced() == []
    assert [file.name for file in runtime.iterdir()] == ["session-torn.json"]


async def test_where_a_path_is_too_long_for_a_socket_a_local_port_serves(tmp_path, monkeypatch):
    folder = tmp_path / ("x" * MAX_PATH)
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    async with open_house() as (_, address):
        assert address.startswith("127.0.0.1:")
        await (await at(address)).aclose()


async def test_a_web_browser_is_refused():
    async with open_house() as (_, address):
        reader, writer = await asyncio.open_unix_connection(address)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = await asyncio.wait_for(reader.read(), 2.0)
        writer.close()
        await writer.wait_closed()
        (length,) = LENGTH.unpack(said[: LENGTH.size])
        assert "too long" in said_of(said[LENGTH.size : LENGTH.size + length]).why


def deaf_client(address, role="watcher"):
    """Connect, say hello, and never read a byte."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(address)
    hello = encode(Hello(PROTOCOL, door_token(), role))
    client.sendall(LENGTH.pack(len(hello)) + hello)
    return client


def words_in(client):
    """Read what still came, up to the end."""
    client.settimeout(2.0)
    data = b""
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(1 << 16):
            data += piece
    words = []
    while len(data) >= LENGTH.size:
        (length,) = LENGTH.unpack(data[: LENGTH.size])
        if len(data) < LENGTH.size + length:
            break
        words.append(said_of(data[LENGTH.size : LENGTH.size + length]))
        data = data[LENGTH.size + length :]
    return words


async def test_a_client_that_stops_reading_is_cut_off_and_the_others_miss_nothing():
    heard, loop = [], asyncio.get_running_loop()
    async with open_house() as (control, address):
        deaf = deaf_client(address)
        remote = await at(address, heard.append)
        until_s, number = loop.time() + BEHIND_MAX_S + 3.0, 0
        while loop.time() < until_s:
            number += 1
            control._tell(Sampled(float(number), 0.0, 0.0, MUSCLES))
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.2)
        samples = [word for word in heard if isinstance(word, Sampled)]
        assert len(samples) == number
        await remote.aclose()
        words = await asyncio.to_thread(words_in, deaf)
    deaf.close()
    assert 0 < sum(isinstance(word, Sampled) for word in words) < number
    assert not any(isinstance(word, Refused) for word in words)  # it does not read that either


async def test_a_client_that_reads_slowly_misses_samples_and_is_told_how_many():
    async with open_house() as (control, address):
        slow = deaf_client(address)
        await asyncio.sleep(0.05)
        for number in range(MANY):
            control._tell(Sampled(float(number), 0.0, 0.0, MUSCLES))
            await asyncio.sleep(0.001)
        reading = in_thread(lambda: words_in(slow))
        await asyncio.sleep(1.0)
    words = await reading
    slow.close()
    samples = [word.at_s for word in words if isinstance(word, Sampled)]
    (gap,) = [word.samples for word in words if isinstance(word, Gap)]
    assert samples == sorted(samples)
    left_out = MANY - len(samples)
    assert 0 < left_out <= gap <= left_out + 20  # the vitals that were left out count as well
    assert samples[-1] == MANY - 1


async def test_a_client_that_floods_without_reading_is_cut_off():
    async with open_house() as (_, address):
        deaf = deaf_client(address, "operator")
        flood = encode(Asked(1, Mark("again")))
        deaf.settimeout(0.0)
        sent = 0
        async with asyncio.timeout(30):
            while True:
                try:
                    sent += deaf.send((LENGTH.pack(len(flood)) + flood) * 50)
                except BlockingIOError:
                    pass
                except (BrokenPipeError, ConnectionResetError):
                    break
                await asyncio.sleep(0.005)
        assert sent > 0
        await (await at(address)).aclose()
        deaf.close()


async def test_a_client_that_dies_in_the_middle_of_a_word_is_forgotten():
    async with open_house() as (_, address):
        half = deaf_client(address, "operator")
        half.sendall(LENGTH.pack(100) + b"only the beginn")
        half.close()
        remote = await at(address, role="operator")
        await remote.take(0.0)
        await remote.aclose()


def test_the_token_is_for_this_user_alone_and_stays_the_same(runtime):
    first = door_token()
    assert door_token() == first
    assert len(first) == 32
    assert stat.S_IMODE((runtime / "token").stat().st_mode) == 0o600
