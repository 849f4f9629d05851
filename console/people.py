"""Who is beside the device: a simulated person, or one at the terminal."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from controller.fitting import Fit
from controller.person import SIDES, Side
from controller.play import measures_pressure, pad_area_cm2
from controller.preflight import Actor, NeedsPerson, SimulatedPerson
from firmware_bridge.capabilities import Capabilities

Say = Callable[[str], None]


class Beside(Actor, Protocol):
    """The device that somebody is beside."""

    capabilities: Capabilities


def attendant(
    device: Beside,
    fit: Fit,
    say: Say,
    *,
    yes: bool,
    whom: str | None = None,
    side: Side | None = None,
) -> "SimulatedAttendant | TerminalPerson":
    """Return who attends. Raises `NeedsPerson`: a real device is not started unattended.

    `side` is where pad and electrodes lie, as far as that was said.
    """
    if device.capabilities.emulated:
        return SimulatedAttendant(device, say, side)
    terminal = terminal_beside(device, "read back what will be pressed where", yes=yes)
    return TerminalPerson(device.capabilities, fit, terminal, say, whom, side)


def terminal_beside(device: Beside, to_do: str, *, yes: bool) -> int:
    """Return the terminal of whoever is beside a real device. Raises `NeedsPerson`."""
    if yes or not sys.stdin.isatty():
        raise NeedsPerson(
            f"{device.capabilities.model} is a real device: a person must be at the terminal, "
            f"{to_do}, and start it"
        )
    return sys.stdin.fileno()


class SimulatedAttendant(SimulatedPerson):
    """The person under an emulated device. Agrees to everything."""

    def __init__(self, device: Actor, say: Say, side: Side | None = None) -> None:
        super().__init__(device)
        self._say = say
        self._side: Side | None = side

    async def agree(self) -> Side | None:
        self._say("pre-flight: the simulated person takes the pad off; zero, stop and vent follow")
        return self._side

    async def press_pain(self) -> None:
        self._say("pre-flight: a stop was seen; the pain button is pressed once")
        await super().press_pain()

    async def put_pad_on(self) -> None:
        self._say("pre-flight: the pad is put on; ticks and round trips are timed")
        await super().put_pad_on()

    async def start(self) -> None:
        self._say("pre-flight: all in order")


class AtTerminal:
    """Somebody at the terminal, who answers in lines."""

    def __init__(self, terminal: int, say: Say) -> None:
        self._terminal = terminal
        self._say = say

    async def where(self, regions: Sequence[str], question: str, side: Side | None) -> Side:
        """Have regions and side read back; return the side. Raises `NeedsPerson`.

        `side` is the one that was said before, None where none was.
        """
        for region in regions:
            said = await self.ask(question)
            self.check(said.lower().replace(" ", "_") == region, region)
        found = _side(await self.ask("On which side: left, right or middle? "))
        if found is None or side not in (None, found):
            self.check(False, side or "left, right or middle")
        return found or "middle"

    def check(self, agreed: bool, wanted: str) -> None:
        """Raise `NeedsPerson` where something else was read back."""
        if not agreed:
            raise NeedsPerson(
                f"that is not what is about to happen ({wanted}): nothing was started"
            )

    async def ask(self, question: str) -> str:
        """Return a line from the terminal; being cancelled leaves no thread behind.

        Raises `NeedsPerson`: nobody is there any more.
        """
        self._say(question)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        loop.add_reader(
            self._terminal,
            lambda: answer.done() or answer.set_result(os.read(self._terminal, 1024)),
        )
        try:
            line = await answer
        finally:
            loop.remove_reader(self._terminal)
        if not line:
            raise NeedsPerson("nobody is at the terminal any more: nothing was started")
        return line.decode("utf-8", "replace").strip()


class TerminalPerson(AtTerminal):
    """A person at the terminal, who does what is asked, and reads back what it would mean."""

    def __init__(
        self,
        capabilities: Capabilities,
        fit: Fit,
        terminal: int,
        say: Say,
        whom: str | None = None,
        side: Side | None = None,
    ) -> None:
        super().__init__(terminal, say)
        self._whom = whom
        self._side: Side | None = side
        self._program = fit.program
        self._lost = fit.report
        self._measures = measures_pressure(capabilities)
        self._area_cm2 = pad_area_cm2(capabilities)

    async def agree(self) -> Side:
        """Have person, region, side and peak read back; return the side. Raises `NeedsPerson`."""
        peak_kpa = self._program.peak_kpa
        regions = sorted({step.region for step in self._program.steps})
        force_n = f"{peak_kpa * self._area_cm2 / 10:.0f} N on a pad of {self._area_cm2:g} cm2"
        self._say(
            f"{self._program.title} presses on {', '.join(regions)}, up to {peak_kpa:.1f} kPa "
            f"({force_n if self._measures else 'a share of its strongest: it measures nothing'})."
        )
        for line in self._lost:
            self._say(f"note: {line}")
        if self._whom is not None:
            said = await self.ask("Who is treated? Write their id: ")
            self.check(said == self._whom, self._whom)
        question = "On which region does the pad lie? " if self._measures else "What lies on it? "
        side = await self.where(regions, question, self._side)
        said = await self.ask("Up to how many kPa? ")
        self.check(_number(said) == round(peak_kpa, 1), f"{peak_kpa:.1f}")
        return side

    async def take_pad_off(self) -> None:
        await self.ask(
            "Take the pad off the body, then press Enter. "
            if self._measures
            else "Get off it, keep its own remote control at hand, then press Enter. "
        )

    async def press_pain(self) -> None:
        self._say("Press the pain button once.")

    async def put_pad_on(self) -> None:
        await self.ask(
            "The stop works. Put the pad on the body, then press Enter. "
            if self._measures
            else "A stop was sent, and taken as far as can be known. Lie down, then press Enter. "
        )

    async def start(self) -> None:
        """Wait for the second, separate act. Raises `NeedsPerson`."""
        said = await self.ask("Everything is in order. Write start to start: ")
        self.check(said.lower() == "start", "start")


def _side(said: str) -> Side | None:
    return next((side for side in SIDES if side == said.lower()), None)


def _number(text: str) -> float | None:
    try:
        return float(text.lower().removesuffix("kpa"))
    except ValueError:
        return None
