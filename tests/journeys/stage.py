"""A twin in its own process, a player in another, and a cable between them that can be cut."""

import asyncio
import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import tty
from pathlib import Path

from firmware_bridge.codes import Document
from firmware_bridge.discovery import open_device
from sim.oracle import read_truth

PLAYER = Path(__file__).with_name("player.py")


@contextlib.contextmanager
def twin_at(path, seed=7):
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.process", "--on", f"serial:{path}", "--sim",
         f"sim://healthy_f?seed={seed}"],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline().startswith("twin ready")
        yield process
    finally:
        end(process)


@contextlib.contextmanager
def player_on(path, how="play"):
    """A player that is already pressing."""
    process = subprocess.Popen(
        [sys.executable, str(PLAYER), f"serial://{path}", how], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "playing\n"
        yield process
    finally:
        end(process)


def end(process):
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        process.kill()
    process.wait()
    process.stdout.close()


async def truth_at(path):
    """What the body felt, asked by somebody new. It moves nothing."""
    async with open_device(f"serial://{path}") as device:
        return read_truth(await device.document(Document.TRUTH)), device.state


async def settle(seconds):
    await asyncio.sleep(seconds)


class Cable:
    """A relay: a port of its own at `near`, the device's port at its other end."""

    def __init__(self, near, far):
        self._near, self._far = Path(near), Path(far)
        self._carrying = True
        self._stop_r, self._stop_w = os.pipe()
        self._thread = None

    def __enter__(self):
        self.plug()
        return self

    def __exit__(self, *_):
        self.unplug()
        os.close(self._stop_r)
        os.close(self._stop_w)

    def plug(self):
        master, slave = os.openpty()
        tty.setraw(slave)
        self._near.unlink(missing_ok=True)
        self._near.symlink_to(os.ttyname(slave))
        self._ends = (master, slave, self._open_far())
        self._thread = threading.Thread(target=self._carry, name="cable")
        self._thread.start()

    def unplug(self):
        """Both ends see it: the host's port vanishes, the device's is closed."""
        if self._thread is not None:
            os.write(self._stop_w, b"x")
            self._thread.join()
            self._thread = None
            for fd in self._ends:
                os.close(fd)

    def mute(self, *, mute):
        """Nobody sees anything but silence."""
        self._carrying = not mute

    def swap_device(self):
        """The device's port is another's now, and the host was not told."""
        os.write(self._stop_w, b"x")
        self._thread.join()
        master, slave, far = self._ends
        os.close(far)
        self._ends = (master, slave, self._open_far())
        self._thread = threading.Thread(target=self._carry, name="cable")
        self._thread.start()

    def _open_far(self):
        return os.open(self._far, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def _carry(self):
        master, _, far = self._ends
        os.set_blocking(master, False)
        with selectors.DefaultSelector() as waiting:
            for fd in (self._stop_r, master, far):
                waiting.register(fd, selectors.EVENT_READ)
            while True:
                for key, _ in waiting.select():
                    if key.fd == self._stop_r:
                        os.read(self._stop_r, 1)
                        return
                    if not self._pass_on(key.fd, far if key.fd == master else master):
                        waiting.unregister(key.fd)

    def _pass_on(self, source, target):
        try:
            data = os.read(source, 4096)
            if self._carrying and data:
                os.write(target, data)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return bool(data)
