"""What a TCP connection promises beyond the contract of links."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from firmware_bridge.codes import Cause, Source
from firmware_bridge.errors import LinkBusy, LinkUnavailable
from firmware_bridge.framing import Deframer, seal, stuff, unseal
from firmware_bridge.links import tcp
from firmware_bridge.links.blunt import stop_device
from firmware_bridge.links.tcp import open_tcp
from firmware_bridge.lock import Owner, owner_of, owners, take_orders_on
from firmware_bridge.messages import StopAck, decode
from tests.firmware_bridge.wires import TcpFar, tcp_wire, until

pytestmark = pytest.mark.wire

BODY = seal(1, 0, 0, 0, b"twenty bytes or so...")
LONG = seal(2, 0, 0, 0, bytes(range(200)))
URGENT = seal(8, 0, 0, 0, b"let go!")

OWNER = """
import asyncio, sys
from firmware_bridge.links.tcp import open_tcp

async def main():
    await open_tcp(sys.argv[1])
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_stop_gets_through_to_a_device_that_took_no_more_bytes():
    async with tcp_wire(SO_RCVBUF=4096) as (link, far):
        flood(link)
        link.send_urgent(URGENT)
        await until(lambda: URGENT in far.take())
        before = far.take().index(URGENT)
        await until(lambda: len(far.take()) > before + 1)
        assert far.deframer.bad <= 1  # half a frame, cut off by the zero before the stop


async def test_no_more_than_a_frame_is_left_waiting_in_the_kernel():
    async with tcp_wire(SO_RCVBUF=4096) as (link, _):
        flood(link)
        assert tcp._unsent(link._socket) <= tcp._BACKLOG_BYTES + len(stuff(LONG))


async def test_for_a_far_end_that_does_not_read_the_oldest_frames_are_lost_whole():
    async with tcp_wire(SO_RCVBUF=4096) as (link, far):
        flood(link)
        newest = seal(3, 0, 0, 0, b"news")
        for _ in range(tcp._WAITING_FRAMES):
            link.send(LONG)
        link.send(newest)
        await until(lambda: newest in far.take())
        assert far.deframer.bad == 0


async def test_nothing_is_gathered_before_it_is_sent():
    async with tcp_wire() as (link, _):
        assert link._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_behind_a_slow_line_frames_are_short_and_sent_no_faster_than_it_carries():
    async with tcp_wire("?baud=9600") as (link, far):
        assert link.max_frame < await longest_of("?baud=115200") < await longest_of("")
        assert link.bytes_s == pytest.approx(960)
        for _ in range(6):
            link.send(BODY)
        assert len(far.take()) <= 2
        await until(lambda: len(far.take()) == 6)


async def test_an_address_is_for_one_process_and_says_for_which():
    async with tcp_wire() as (_, far):
        key = f"tcp:127.0.0.1:{far.port}"
        assert owner_of(key) == Owner(pid=os.getpid(), url=far.url)
        for name in ("127.0.0.1", "localhost"):
            with pytest.raises(LinkBusy, match=f"process {os.getpid()}"):
                await open_tcp(f"tcp://{name}:{far.port}")
    assert owner_of(key) is None


async def test_whoever_holds_it_can_be_told_to_stop_through_its_own_socket():
    async with tcp_wire() as (_, far):
        take_orders_on("/run/session.sock")
        assert owners() == [Owner(pid=os.getpid(), url=far.url, control="/run/session.sock")]


async def test_an_address_whose_device_is_gone_is_nobodys():
    async with tcp_wire() as (link, far):
        losses = []
        link.listen(lambda *_: None, losses.append)
        await far.hang_up()
        await until(lambda: losses)
        assert owners() == []
        assert str(far.port) in str(losses[0])


async def test_an_address_where_nobody_listens_is_held_by_nobody_afterwards():
    far = TcpFar()
    far._listening.close()
    with pytest.raises(LinkUnavailable, match="nobody listens"):
        await open_tcp(far.url)
    assert owners() == []


@pytest.mark.parametrize(
    "url",
    [
        "tcp://", "tcp://:5555", "tcp://host", "tcp://host:port", "tcp://host:70000",
        "tcp://host:5555/path", "tcp://host:5555?parity=even", "tcp://host:5555?baud=fast",
        "tcp://host:5555?baud=", "tcp://[::1:5555",
    ],
)  # fmt: skip
async def test_what_is_no_address_says_what_one_looks_like(url):
    with pytest.raises(LinkUnavailable, match="write tcp://192"):
        await open_tcp(url)


async def test_a_host_that_nobody_knows_is_said_to_be_unknown():
    with pytest.raises(LinkUnavailable, match="no host called"):
        await open_tcp("tcp://no-such-host.invalid:5555")


def test_the_device_of_an_owner_that_hangs_is_stopped_on_a_second_connection():
    with device(acknowledges) as it:
        owner = subprocess.Popen([sys.executable, "-c", OWNER, it.url], stdout=subprocess.PIPE)
        try:
            assert owner.stdout.readline() == b"open\n"
            owner.send_signal(signal.SIGSTOP)
            assert stop_device(it.url)
        finally:
            owner.kill()
            owner.communicate()
    assert it.stops == [it.stops[0]] * 3
    assert it.stops[0].source is Source.BYSTANDER


def test_a_device_that_does_not_heed_or_hangs_up_is_seen_not_to():
    with device(lambda _: []) as it:
        assert not stop_device(it.url)
        assert len(it.stops) == 3


def test_where_nobody_can_be_called_it_is_said():
    with pytest.raises(LinkUnavailable, match="cannot be reached"):
        stop_device("tcp://127.0.0.1:1")
    with pytest.raises(LinkUnavailable, match="no second path"):
        stop_device("sim://healthy_f")


def flood(link):
    """Send until the kernel takes no more, and a little that waits here."""
    while not link._waiting:
        link.send(LONG)
    for _ in range(5):
        link.send(LONG)


async def longest_of(options):
    async with tcp_wire(options) as (link, _):
        return link.max_frame


def acknowledges(stop):
    return [StopAck(stop.stop_id, stop.source, Cause.STOP_FRAME, 9)]


class Device:
    """Just enough of a device that several may call: it answers each STOP where it was said."""

    def __init__(self, answer):
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        self.stops = []
        self._answer = answer
        self._calls = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                call, _ = self._listening.accept()
                self._calls.append(call)
                threading.Thread(target=self._serve, args=(call,), daemon=True).start()

    def _serve(self, call):
        deframer = Deframer()
        with contextlib.suppress(OSError):
            while data := call.recv(4096):
                for body in deframer.feed(data):
                    stop = decode(unseal(body)[0], body)
                    self.stops.append(stop)
                    for message in self._answer(stop):
                        call.sendall(stuff(seal(message.KIND, 0, 0, 0, message.pack())))

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for call in self._calls:
            call.close()


@contextlib.contextmanager
def device(answer):
    it = Device(answer)
    try:
        yield it
    finally:
        it.close()
