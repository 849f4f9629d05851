"""Wires with both ends in hand: the link under test, and a far end that also misbehaves."""

import asyncio
import contextlib
import os
import socket
import tty

import msgspec

from firmware_bridge.framing import Deframer, seal, stuff, unseal
from firmware_bridge.links.memory import pair
from firmware_bridge.links.serial import open_serial
from firmware_bridge.links.tcp import open_tcp
from firmware_bridge.messages import StatusReport, decode
from sim.paced import PacedLink
from sim.radio import Air


async def until(is_so):
    """Wait for something that ought to happen at once."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - a wire has no event to wait for
            await asyncio.sleep(0.001)


class MemoryFar:
    def __init__(self, link, near):
        self._link, self._near = link, near
        self.bodies = []
        link.listen(lambda body, _: self.bodies.append(body), lambda _: None)

    def take(self):
        """Return all bodies that have arrived so far."""
        return self.bodies

    def say(self, body):
        self._link.send(body)

    def write(self, data):
        """Put bytes on the wire as they are."""
        self._near.receive(data)

    async def hang_up(self):
        await self._link.aclose()


class PtyFar:
    """The far end of a pseudo-terminal."""

    def __init__(self):
        self.master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        self.path = os.ttyname(slave)
        self.raw = b""
        self.bodies = []
        self.deframer = Deframer()
        self._slave = slave

    def near_end_is_open(self):
        """From now on the near end is the only one that holds the terminal open."""
        os.close(self._slave)

    def take(self):
        """Return all bodies that have arrived so far."""
        with contextlib.suppress(OSError):  # nothing there, or hung up
            while data := os.read(self.master, 4096):
                self.raw += data
                self.bodies += self.deframer.feed(data)
        return self.bodies

    def say(self, body):
        self.write(stuff(body))

    def write(self, data):
        """Put bytes on the wire as they are."""
        assert os.write(self.master, data) == len(data)

    async def hang_up(self):
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


class TcpFar:
    """The far end of a TCP connection: whoever was called."""

    def __init__(self, **options):
        self._listening = socket.create_server(("127.0.0.1", 0))
        for option, value in options.items():
            self._listening.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
        self.port = self._listening.getsockname()[1]
        self.url = f"tcp://127.0.0.1:{self.port}"
        self.raw = b""
        self.bodies = []
        self.deframer = Deframer()

    def answer(self):
        """Take the call."""
        self.socket, _ = self._listening.accept()
        self.socket.setblocking(False)

    def take(self):
        """Return all bodies that have arrived so far."""
        with contextlib.suppress(OSError):  # nothing there, or hung up
            while data := self.socket.recv(4096):
                self.raw += data
                self.bodies += self.deframer.feed(data)
        return self.bodies

    def say(self, body):
        self.write(stuff(body))

    def write(self, data):
        """Put bytes on the wire as they are."""
        assert self.socket.send(data) == len(data)

    async def hang_up(self):
        self.socket.close()
        self._listening.close()


@contextlib.asynccontextmanager
async def memory_wire():
    near, far = pair()
    yield near, MemoryFar(far, near)
    await near.aclose()


class AirFar:
    """The device's end of a connection on the virtual radio."""

    def __init__(self, device):
        self._link = device.link
        self.bodies = []
        self._number = 0
        self._link.listen(lambda body, _: self.bodies.append(body), lambda _: None)

    def take(self):
        """Return all bodies that have arrived so far."""
        return self.bodies

    def say(self, body):
        self._link.send(body)

    def write(self, data):
        """Notify a value as it is."""
        self._link.say_raw(data)

    async def hang_up(self):
        await self._link.aclose()


@contextlib.asynccontextmanager
async def air_wire():
    from tests.firmware_bridge.ble.ground import ground

    async with ground("bumble", Air(interval_s=0.0), None) as place:
        place.twin.stop()
        link = await place.link()
        yield link, AirFar(place.device)
        await link.aclose()


@contextlib.asynccontextmanager
async def pty_wire(options=""):
    far = PtyFar()
    link = await open_serial(f"serial://{far.path}{options}")
    far.near_end_is_open()
    yield link, far
    await link.aclose()
    await far.hang_up()


@contextlib.asynccontextmanager
async def tcp_wire(options="", **of_the_far_end):
    far = TcpFar(**of_the_far_end)
    link = await open_tcp(far.url + options)
    far.answer()
    yield link, far
    await link.aclose()
    await far.hang_up()


@contextlib.asynccontextmanager
async def paced_wire(baud=115_200):
    near, far = pair()
    link = PacedLink(near, baud)
    yield link, MemoryFar(far, near)
    await link.aclose()


class Tampering:
    """A link whose far end's STATUS `says` otherwise, or nothing (None), and may be late.

    Its stamps may be `ahead_us` of what they were.

    It `loses` some of what is sent, by type.
    """

    def __init__(self, link):
        self._link = link
        self.kind, self.max_frame, self.aclose = link.kind, link.max_frame, link.aclose
        self.frames_bad = 0
        self.says, self.loses, self.sent = {}, {}, []
        self.late_s, self.ahead_us = 0.0, 0

    def send(self, body):
        if not self._is_lost(body):
            self._link.send(body)

    def send_urgent(self, body):
        if not self._is_lost(body):
            self._link.send_urgent(body)

    def listen(self, on_frame, on_lost):
        loop = asyncio.get_running_loop()

        def hear(body, at_s):
            kind, epoch, seq, t_us = unseal(body)
            if kind == StatusReport.KIND and self.says is None:
                return
            if kind == StatusReport.KIND and (self.says or self.ahead_us):
                status = msgspec.structs.replace(decode(kind, body), **self.says)
                body = seal(kind, epoch, seq, max(0, t_us + self.ahead_us), status.pack())
            if kind == StatusReport.KIND and self.late_s:
                loop.call_later(self.late_s, lambda: on_frame(body, loop.time()))
            else:
                on_frame(body, at_s)

        self._link.listen(hear, on_lost)

    def _is_lost(self, body):
        kind = unseal(body)[0]
        self.sent.append(kind)
        left = self.loses.get(kind, 0)
        self.loses[kind] = left - 1
        return left > 0
