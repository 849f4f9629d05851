"""A product as its owner meets it: emulated in a process, played from a terminal, lost, stopped."""

import os
import pty
import re
import select
import signal
import sys
import time

import pytest

from console.cli import main
from controller.announcing import announced
from tests.console.terminals import MYOLOOP, Running, environment, myoloop, only_json

wire = pytest.mark.wire

SHORT = ("settle_for=1s", "stroke_for=3s", "knead_for=5s")
RUN = ("run", "library:demo", *(word for one in SHORT for word in ("--set", one)), "--no-display")

ANSWERS = (
    ("What lies on it?", "lumbar erector spinae"),
    ("On which side", "middle"),
    ("Up to how many kPa?", None),
    ("press Enter", ""),
    ("press Enter", ""),
    ("Write start to start", "start"),
)


class AtTerminal:
    """Somebody at a terminal of their own, who reads back what will happen, and starts it."""

    def __init__(self, *words, folder):
        self.said = ""
        self._seen = 0
        self._pid, self._far = pty.fork()
        if self._pid == 0:
            os.execve(sys.executable, [*MYOLOOP, *words], environment(folder))  # noqa: S606

    def until(self, word, within_s=20.0):
        """Wait until it says this, after what it said before."""
        ends_s = time.monotonic() + within_s
        while word not in self.said[self._seen :]:
            assert time.monotonic() < ends_s, self.said
            self._read()
        self._seen = self.said.index(word, self._seen) + len(word)

    def start(self):
        """Agree to everything."""
        for question, answer in ANSWERS:
            self.until(question)
            if answer is None:
                answer = re.search(r"up to ([0-9.]+) kPa", self.said)[1]
            os.write(self._far, f"{answer}\n".encode())

    def end(self):
        """Wait for the end; return its exit code."""
        while self._read():
            pass
        _, status = os.waitpid(self._pid, 0)
        os.close(self._far)
        return os.waitstatus_to_exitcode(status)

    def _read(self):
        if not select.select([self._far], [], [], 0.2)[0]:
            return True
        try:
            read = os.read(self._far, 4096)
        except OSError:  # it has hung up
            return False
        self.said += read.decode("utf-8", "replace").replace("\r", "")
        return bool(read)


def emulated(name, folder):
    twin = Running("twin", "--on", "ble", "--product", name, "--json", folder=folder)
    twin.until("twin ready on")
    return twin, twin.lines[-1].split(" on ", 1)[1].strip()


@wire
def test_a_product_is_listed_played_from_a_terminal_lost_and_stopped_past_its_session(runtime):
    with Running("twin", "--on", "ble", "--product", "reverie", "--json", folder=runtime) as twin:
        twin.until("twin ready on")
        url = twin.lines[-1].split(" on ", 1)[1].strip()
        listed = myoloop("device", "list", "--json", "--scan", "0", folder=runtime).stdout
        (one,) = [each for each in only_json(listed)["devices"] if each["url"] == url]
        assert (one["driver"], one["evidence"]) == ("reverie", "untested upstream")
        person = AtTerminal(*RUN, "--device", url, folder=runtime)
        person.start()
        twin.until("head 2")
        (session,) = announced()
        os.kill(session.pid, signal.SIGKILL)
        assert person.end() == 3
        assert "pressed unmeasured" in person.said
        assert "MAY GO ON until it is switched off by hand" in person.said
        stop = myoloop("stop", "--device", url, "--json", folder=runtime)
        assert only_json(stop.stdout)["sessions"][0]["confirmed"]
        twin.until("off")
        twin.signal(signal.SIGINT)
        code, out = twin.end()
    assert (code, only_json(out)["product"]) == (0, "reverie")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--on", "ble", "--product", "jansen"), "jensen, linak"),
        (("--on", "tcp:0", "--product", "jensen"), "write --on ble"),
        (("--on", "ble", "--product", "jensen", "--baud", "9600"), "for our own device"),
    ],
    ids=["name", "place", "line"],
)
def test_what_is_no_product_or_no_place_for_one_is_one_clear_line(words, wanted, capsys):
    assert main(["twin", *words]) in (2, 3)
    assert wanted in capsys.readouterr().err
