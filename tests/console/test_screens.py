"""Where a session is watched: the same session, drawn and line by line."""

import asyncio
import io
import re
import time

from console.screens import FRAME_S, LINE_EVERY_S, Lines, Screen
from console.terminal import PatientTerminal
from controller.words import Stop
from tests.console.test_sitting import sitting


class QuickTerminal(PatientTerminal):
    """One that always keeps up, however fast virtual time runs."""

    @property
    def busy(self):
        while super().busy:
            time.sleep(0.0002)
        return False


async def watched(kind, seconds=12):
    out = io.StringIO()
    terminal = QuickTerminal(out)
    await sitting(kind(terminal), seconds).run()
    terminal.close()
    return out.getvalue()


async def test_without_a_terminal_there_is_a_line_for_each_event_and_one_now_and_then():
    lines = (await watched(Lines)).splitlines()
    assert sum("begins" in line for line in lines) == 3
    assert sum(bool(re.fullmatch(r" +[\d.]+ s  [\d.]+ of [\d.]+ kPa", line)) for line in lines) == (
        12 // LINE_EVERY_S
    )
    assert lines[-1].endswith("complete")
    assert not any("\x1b" in line for line in lines)


async def test_on_a_terminal_the_view_is_drawn_again_and_again_in_place():
    drawn = await watched(Screen)
    pictures = drawn.count("SIMULATION")
    assert pictures > 10
    assert pictures <= 12 / FRAME_S + 3
    assert "\x1b[1A" in drawn  # back up, to draw over the picture before
    assert drawn.rindex("complete") > drawn.rindex("Kneading")
    assert drawn.endswith("\x1b[?25h")  # the cursor is back


async def test_why_a_session_was_stopped_is_said_once():
    out = io.StringIO()
    terminal = QuickTerminal(out)
    lines = Lines(terminal)
    one = sitting(lines)
    asyncio.get_running_loop().call_later(8.0, one.post, Stop())
    await one.run()
    terminal.close()
    assert out.getvalue().count("stopped: a person ended it") == 1
