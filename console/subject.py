"""Whoever is measured: a simulated person who presses when it hurts, or one who waits her turn."""

import asyncio
from collections.abc import Awaitable, Callable

from controller.calibration import REACTION_S
from controller.person import Side
from controller.play import pad_area_cm2
from controller.words import Event, Sampled
from firmware_bridge.codes import Gesture
from profiles.regions import ppt_at_area

from .people import Beside, Say, SimulatedAttendant
from .sitting import Attendant

HELD_S = 0.1
"""How long the button is held (E)."""


class SimulatedSubject(SimulatedAttendant):
    """The person under an emulated device, who presses the pain button when it begins to hurt."""

    def __init__(self, device: Beside, region: str, say: Say) -> None:
        super().__init__(device, say)
        self._device = device
        ppt_1_kpa = device.capabilities.person.get(region, float("inf"))
        self._hurts_at_kpa = ppt_at_area(ppt_1_kpa, pad_area_cm2(device.capabilities))
        self._pressing: asyncio.Task[None] | None = None

    def hear(self, event: Event) -> None:
        """Feel one batch of pressure."""
        felt_kpa = event.pressure_kpa if isinstance(event, Sampled) else None
        hurts = felt_kpa is not None and felt_kpa >= self._hurts_at_kpa
        if hurts and self._pressing is None:
            self._pressing = asyncio.create_task(self._press(), name="simulated pain press")

    def leave(self) -> None:
        """The rise is over."""
        if self._pressing is not None:
            self._pressing.cancel()

    async def _press(self) -> None:
        await asyncio.sleep(REACTION_S)
        await self._device.act(Gesture.PAIN_PRESS)
        await asyncio.sleep(HELD_S)
        await self._device.act(Gesture.PAIN_RELEASE)


class Paced:
    """An attendant who has agreed already, and waits before the next rise."""

    def __init__(self, one: Attendant, wait: Callable[[], Awaitable[None]]) -> None:
        self._one = one
        self._wait = wait
        self.take_pad_off = one.take_pad_off
        self.press_pain = one.press_pain
        self.put_pad_on = one.put_pad_on
        self.start = one.start

    async def agree(self) -> Side | None:
        await self._wait()
        return None
