"""Where a session is watched: on a terminal that can draw, or line by line."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import IO, cast

from rich.console import Console
from rich.live import Live

from controller.words import Ended, Event, Sampled

from .bell import Bell
from .display import View
from .sentences import sentence
from .sitting import Scene
from .terminal import PatientTerminal

FRAME_S = 0.125
"""Eight pictures a second: the eye follows, the tick hardly notices (E)."""

LINE_EVERY_S = 5.0
"""How often a plain line says what is pressed (E)."""


@contextmanager
def watching(*, display: bool) -> Generator["Screen | Lines"]:
    """Watch on standard error: drawn, if that is wanted and it is a terminal."""
    with closing(PatientTerminal(sys.stderr)) as terminal:
        yield Screen(terminal) if display and sys.stderr.isatty() else Lines(terminal)


class Lines:
    """A line for each event, and one every few seconds; what was just said is not said again."""

    def __init__(self, terminal: PatientTerminal) -> None:
        self._terminal = terminal
        self._bell = Bell(terminal)
        self._next_s = LINE_EVERY_S
        self._last = ""

    def say(self, line: str) -> None:
        self._terminal.say(line)

    def open(self, scene: Scene) -> None:
        program = scene.fit.program
        self.say(f"{program.title} on {scene.url}: {len(program.steps)} steps")

    def hear(self, event: Event) -> None:
        self._bell.hear(event)
        if isinstance(event, Sampled):
            if event.at_s < self._next_s:
                return
            self._next_s += LINE_EVERY_S
        said = sentence(event)
        if said == self._last and isinstance(event, Ended):  # a stop has said why already
            return
        self._last = said
        self.say(f"{event.at_s:7.1f} s  {said}")

    def close(self) -> None:
        self._terminal.flush()


class Screen:
    """The live view, eight times a second; one that the terminal has no time for is left out."""

    def __init__(self, terminal: PatientTerminal) -> None:
        self._terminal = terminal
        self._bell = Bell(terminal)
        self._console = Console(file=cast("IO[str]", self._terminal), force_terminal=True)
        self._view: View | None = None
        self._live: Live | None = None
        self._timer: asyncio.TimerHandle | None = None

    def say(self, line: str) -> None:
        self._terminal.say(line)

    def open(self, scene: Scene) -> None:
        self._view = View(scene)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        self._draw()

    def hear(self, event: Event) -> None:
        self._bell.hear(event)
        if self._view is not None:
            self._view.hear(event)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._live is not None and self._view is not None:
            self._live.update(self._view.render(self._console.width), refresh=True)
            self._live.stop()
        self._terminal.flush()

    def _draw(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(FRAME_S, self._draw)
        if self._live is not None and self._view is not None and not self._terminal.busy:
            self._live.update(self._view.render(self._console.width), refresh=True)
