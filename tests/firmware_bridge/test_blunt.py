"""The blunt way to stop: past the owner's lock."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
import tty

import pytest
from serial.serialposix import TIOCCBRK, TIOCSBRK

from firmware_bridge.codes import Cause, Source, State
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.framing import Deframer, seal, stuff, unseal
from firmware_bridge.links.blunt import send_break, stop_port
from firmware_bridge.messages import StatusReport, StopAck, decode

pytestmark = pytest.mark.wire

OWNER = """
import asyncio, sys
from firmware_bridge.links.serial import open_serial

async def main():
    await open_serial("serial://" + sys.argv[1])
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


class Device:
    """Just enough of a device: it latches on STOP, and says so in its own way."""

    def __init__(self, answer):
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self._slave = slave
        self.path = os.ttyname(slave)
        self.stops = []
        self.raw = b""
        self._answer = answer
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        deframer = Deframer()
        while not self._over.is_set():
            if not select.select([self.master], [], [], 0.01)[0]:
                continue
            data = os.read(self.master, 4096)
            self.raw += data
            for body in deframer.feed(data):
                stop = decode(unseal(body)[0], body)
                self.stops.append(stop)
                for message in self._answer(stop):
                    os.write(self.master, stuff(seal(message.KIND, 0, 0, 0, message.pack())))

    def unplug(self):
        self._over.set()
        self._thread.join()
        os.close(self.master)
        os.close(self._slave)


@contextlib.contextmanager
def device(answer):
    it = Device(answer)
    try:
        yield it
    finally:
        it.unplug()


def status(state):
    return StatusReport(0, 0, 0, 64, state, 0, 0, 1, 3, 9, 0, 0, 0, 0, 0, 0, 0, 1)


def acknowledges(stop):
    return [StopAck(stop.stop_id, stop.source, Cause.STOP_FRAME, 9)]


def reports(stop):
    del stop
    return [status(State.ARMED), status(State.STOPPED)]


def ignores(stop):
    del stop
    return [status(State.ARMED)]


@pytest.mark.parametrize("answer", [acknowledges, reports])
def test_a_device_that_latches_is_seen(answer):
    with device(answer) as it:
        assert stop_port(f"serial://{it.path}")


def test_stop_is_said_three_times_each_after_a_zero():
    with device(acknowledges) as it:
        stop_port(f"serial://{it.path}")
    assert it.stops == [it.stops[0]] * 3
    assert it.stops[0].source is Source.BYSTANDER
    pieces = it.raw.split(b"\0")
    assert [bool(piece) for piece in pieces] == [False, True, False, True, False, True, False]


def test_a_device_that_does_not_heed_is_seen_too():
    with device(ignores) as it:
        assert not stop_port(f"serial://{it.path}")
        assert len(it.stops) == 3


def test_old_news_of_a_stop_does_not_count():
    with device(ignores) as it:
        old = status(State.STOPPED)
        os.write(it.master, stuff(seal(old.KIND, 0, 0, 0, old.pack())))
        assert not stop_port(f"serial://{it.path}")


def test_the_port_of_an_owner_that_hangs_can_be_stopped():
    with device(acknowledges) as it:
        owner = subprocess.Popen([sys.executable, "-c", OWNER, it.path], stdout=subprocess.PIPE)
        try:
            assert owner.stdout.readline() == b"open\n"
            owner.send_signal(signal.SIGSTOP)
            assert stop_port(f"serial://{it.path}")
        finally:
            owner.kill()
            owner.communicate()


def test_a_port_that_is_not_there_says_so():
    with pytest.raises(LinkUnavailable, match="no-such-port"):
        stop_port("serial:///dev/no-such-port")


def test_a_file_is_no_port():
    with pytest.raises(LinkUnavailable, match="/dev/null"):
        stop_port("serial:///dev/null")


def test_a_break_pulls_the_line_down_and_lets_it_go(monkeypatch):
    asked = []
    monkeypatch.setattr(fcntl, "ioctl", lambda port, request: asked.append((port, request)))
    send_break(5)
    assert asked == [(5, TIOCSBRK), (5, TIOCCBRK)]
