"""A person at the terminal reads back what will be pressed where, and starts it by a second act."""

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from console.authoring import host
from console.excerpt import excerpt
from console.people import TerminalPerson, attendant
from controller.play import prepare, read_profile
from controller.preflight import NeedsPerson
from firmware_bridge.products.catalogue import product
from firmware_bridge.wish import with_gain_and_cap

wire = pytest.mark.wire

CAPABILITIES = host("voice_coil", "simulated").capabilities
REAL = msgspec.structs.replace(CAPABILITIES, emulated=False)


class Terminal:
    """A pseudo-terminal, and what was said on it."""

    def __init__(self):
        self.far, self.near = os.openpty()
        self.said = []
        self.news = asyncio.Event()
        self.person = TerminalPerson(REAL, excerpt(20, CAPABILITIES), self.near, self.say)

    def say(self, line):
        self.said.append(line)
        self.news.set()

    def close(self):
        os.close(self.far)
        os.close(self.near)

    async def answering(self, asked, *answers):
        """Let the person be asked, and answer line by line."""
        task = asyncio.create_task(asked)
        for answer in answers:
            await self.news.wait()
            self.news.clear()
            os.write(self.far, answer.encode() + b"\n")
        return await asyncio.wait_for(task, 5.0)


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    terminal.close()


@wire
async def test_region_side_and_peak_are_read_back(terminal):
    agreed = terminal.person.agree()
    await terminal.answering(agreed, "Lumbar erector spinae", "left", "22.0 kPa")
    assert "22.0 kPa (22 N on a pad of 10 cm2)" in terminal.said[0]


@wire
@pytest.mark.parametrize(
    "answers",
    [
        ("gluteus",),
        ("yes",),
        ("lumbar_erector_spinae", "both"),
        ("lumbar_erector_spinae", "left", "16"),
        ("lumbar_erector_spinae", "left", "yes"),
    ],
)
async def test_whoever_reads_back_something_else_starts_nothing(terminal, answers):
    with pytest.raises(NeedsPerson, match="nothing was started"):
        await terminal.answering(terminal.person.agree(), *answers)


@wire
async def test_a_known_person_is_read_back_too(terminal):
    fit = excerpt(20, CAPABILITIES)
    terminal.person = TerminalPerson(REAL, fit, terminal.near, terminal.say, "p1")
    answers = ("p1", "lumbar_erector_spinae", "left", "22.0")
    await terminal.answering(terminal.person.agree(), *answers)
    with pytest.raises(NeedsPerson, match="nothing was started"):
        await terminal.answering(terminal.person.agree(), "p2")


@wire
async def test_starting_is_a_second_act(terminal):
    await terminal.answering(terminal.person.take_pad_off(), "")
    await terminal.person.press_pain()
    await terminal.answering(terminal.person.put_pad_on(), "")
    with pytest.raises(NeedsPerson):
        await terminal.answering(terminal.person.start(), "")
    await terminal.answering(terminal.person.start(), "start")


@wire
async def test_a_question_may_be_left_open(terminal):
    asking = asyncio.create_task(terminal.person.take_pad_off())
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


class Device:
    """As much of a real device as is looked at here."""

    capabilities = REAL


@pytest.mark.parametrize("yes", [True, False])
def test_a_real_device_is_not_started_unattended(yes, monkeypatch):
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        with pytest.raises(NeedsPerson, match="is a real device"):
            attendant(Device(), excerpt(20, CAPABILITIES), print, yes=yes)


@wire
async def test_on_a_product_what_is_lost_is_told_and_nobody_is_asked_for_a_pad():
    terminal = Terminal()
    bed = with_gain_and_cap(product("richmat").capabilities)
    fit = prepare(*read_profile("library:demo"), bed, {})
    terminal.person = TerminalPerson(bed, fit, terminal.near, terminal.say)
    told = asyncio.create_task(terminal.person.agree())
    for asked, answer in (
        ("What lies on it?", "lumbar erector spinae"),
        ("On which side", "middle"),
        ("Up to how many kPa", "15.0"),
    ):
        while not any(asked in line for line in terminal.said):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        os.write(terminal.far, answer.encode() + b"\n")
    await asyncio.wait_for(told, 5.0)
    assert any("goes on until it is switched off by hand" in line for line in terminal.said)
    assert not any("pad" in line for line in terminal.said)
    terminal.close()
