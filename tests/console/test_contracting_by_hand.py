"""A contraction at the command line: processes, signals, a terminal, a twin that outlives them."""

import asyncio
import os
import signal
import time

import pytest

from console.calibrating import Place
from console.contracting import TerminalTenser
from console.people import TerminalPerson
from controller.preflight import NeedsPerson
from firmware_bridge.codes import Document, Gesture
from firmware_bridge.discovery import open_device
from records.people import People
from sim.oracle import read_truth
from tests.console.terminals import Running, myoloop, only_json
from tests.console.test_people import REAL, Terminal, excerpt
from tests.console.test_processes import ready_at
from tests.controller.people import UPPER, contraction

pytestmark = pytest.mark.wire

WORDS = ("person", "contraction", "p1", "--region", UPPER, "--side", "left")


@pytest.fixture
def p1(runtime):
    People().make("p1")
    return People()


async def _lately_active(url, after_s):
    """How active a twin's muscle was at most, from so long after now on."""
    await asyncio.sleep(after_s)
    async with open_device(url) as device:
        await asyncio.sleep(0.3)
        truth = read_truth(await device.document(Document.TRUTH))
        return truth.activation[truth.times_s > truth.times_s[-1] - 0.25].max()


@pytest.mark.parametrize(
    ("number", "wait_s"), [(signal.SIGINT, 0.0), (signal.SIGTERM, 0.02), (signal.SIGINT, 1.5)]
)
def test_ctrl_c_leaves_no_muscle_tense_and_keeps_nothing(runtime, p1, wait_s, number):
    with Running("twin", "--on", "tcp:0", folder=runtime) as twin:
        url = ready_at(twin)
        with Running(*WORDS, "--device", url, "--json", folder=runtime) as one:
            one.until("contraction 1 of 3")
            time.sleep(wait_s)
            one.signal(number)
            one.signal(number)  # said again, it breaks nothing off
            code, out = one.end()
        assert (code, only_json(out)["error"]["kind"]) == (1, "interrupted")
        assert asyncio.run(_lately_active(url, 0.3)) < 0.02
    assert p1.load("p1").contractions == ()


def test_a_console_that_is_killed_leaves_a_muscle_that_tires(runtime, p1):
    with Running("twin", "--on", "tcp:0", folder=runtime) as twin:
        url = ready_at(twin)
        with Running(*WORDS, "--device", url, folder=runtime) as one:
            one.until("contraction 1 of 3")
            time.sleep(1.0)
            one.signal(signal.SIGKILL)
        assert asyncio.run(_lately_active(url, 0.2)) > 0.5
        assert asyncio.run(_lately_active(url, 10.0)) < 0.02


def test_a_device_that_is_lost_meanwhile_is_one_message(runtime, p1):
    with Running("twin", "--on", "tcp:0", folder=runtime) as twin:
        url = ready_at(twin)
        with Running(*WORDS, "--device", url, "--json", folder=runtime) as one:
            one.until("contraction 1 of 3")
            time.sleep(1.0)
            twin.signal(signal.SIGKILL)
            code, out = one.end()
    error = only_json(out)["error"]
    assert (code, error["kind"]) == (3, "link")
    assert "RELAX" not in error["message"]
    assert p1.load("p1").contractions == ()


def test_a_device_without_electrodes_is_told_so(runtime, p1):
    device = "sim://healthy_f?device=levels10"
    told = myoloop(*WORDS, "--device", device, "--json", folder=runtime)
    assert told.returncode == 1
    assert "hears no muscle" in only_json(told.stdout)["error"]["message"]


# --- at a terminal ----------------------------------------------------------------------------


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    terminal.close()


def tenser(terminal, *, light=False):
    return TerminalTenser(terminal.near, terminal.say, "p1", Place(UPPER, "left"), light=light)


async def test_whose_muscle_it_is_and_where_is_read_back_and_started(terminal):
    one = tenser(terminal)
    await terminal.answering(one.agree(), "p1", "Upper trapezius", "left", "start")
    assert "as strongly as you can" in terminal.said[0]
    assert "nothing presses" in terminal.said[0]
    await one.begin()
    await one.relax()
    assert terminal.said[-2:] == ["now", "let go"]
    assert "lightly" in (await told(terminal))


async def told(terminal):
    """Return what is said first of a light contraction."""
    terminal.said.clear()
    await terminal.answering(tenser(terminal, light=True).agree(), "p1", UPPER, "left", "start")
    return terminal.said[0]


@pytest.mark.parametrize(
    "answers",
    [("p2",), ("p1", "gluteus"), ("p1", UPPER, "right"), ("p1", UPPER, "both"),
     ("p1", UPPER, "left", "yes")],
)  # fmt: skip
async def test_whoever_reads_back_something_else_tenses_nothing(terminal, answers):
    with pytest.raises(NeedsPerson, match="nothing was started"):
        await terminal.answering(tenser(terminal).agree(), *answers)


def test_nobody_is_asked_to_strain_at_a_real_device_without_a_terminal(runtime, p1, monkeypatch):
    from console.contracting import tenser as who

    class Device:
        capabilities = REAL

    with open(os.devnull) as nobody:  # noqa: PTH123
        monkeypatch.setattr("sys.stdin", nobody)
        for yes in (True, False):
            with pytest.raises(NeedsPerson, match="tense the muscle when told to"):
                who(Device(), "p1", Place(UPPER, "left"), print, light=False, yes=yes)


async def test_the_side_that_is_read_back_is_that_of_the_session(terminal):
    fit = excerpt(20, REAL)
    (region,) = {step.region for step in fit.program.steps}
    said = (region, "right", f"{fit.program.peak_kpa:.1f}")
    for side in (None, "right"):
        person = TerminalPerson(REAL, fit, terminal.near, terminal.say, None, side)
        assert await terminal.answering(person.agree(), *said) == "right"
    person = TerminalPerson(REAL, fit, terminal.near, terminal.say, None, "left")
    with pytest.raises(NeedsPerson, match=r"\(left\)"):
        await terminal.answering(person.agree(), *said[:2])


# --- a session that uses it -------------------------------------------------------------------


def test_a_session_with_a_person_says_what_it_compares_emg_with(runtime, p1):
    p1.contract("p1", contraction(at_s=time.time() - 120.0, emulated=True))
    words = ("run", "library:trigger-point", "--device", "sim://healthy_f?seed=7", "--person", "p1")
    for side, says in (("left", "channel 0 180 uV, channel 1 160 uV"), ("right", "no contraction")):
        with Running(*words, "--side", side, "--no-display", folder=runtime) as one:
            one.until("EMG on")
            assert says in one.lines[-1]
            one.signal(signal.SIGINT)
            one.end()


def test_the_gestures_of_a_contraction_are_played_by_hand_too(runtime):
    async def tense(url):
        async with open_device(url) as device:
            await device.act(Gesture.CONTRACT_LIGHTLY)
            await asyncio.sleep(0.5)
            await device.act(Gesture.RELAX)
            truth = read_truth(await device.document(Document.TRUTH))
            return truth.activation.max()

    with Running("twin", "--on", f"serial:{runtime / 'twin'}", folder=runtime) as twin:
        twin.until("twin ready")
        assert asyncio.run(tense(f"serial://{runtime / 'twin'}")) == pytest.approx(0.2, abs=0.05)
