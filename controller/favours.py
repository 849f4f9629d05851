"""The person beside the device, as the control process sees them: asked through the door."""

import asyncio
from collections.abc import Callable

from .visits import Favour, Favoured
from .words import Accepted, Answer, Rejected


class Favours:
    """Asks for one thing after the other, and waits until it is said to be done."""

    def __init__(self, ask: Callable[[Favoured], None]) -> None:
        self._ask = ask
        self._done = asyncio.Event()
        self._number = 0
        self.open: Favoured | None = None

    def done(self, number: int) -> Answer:
        """Somebody says that the favour of this number is done."""
        if self.open is None or self.open.number != number:
            return Rejected("nobody asked for this")
        self.open = None
        self._done.set()
        return Accepted()

    async def take_pad_off(self) -> None:
        await self._please(Favour.PAD_OFF)

    async def press_pain(self) -> None:
        await self._please(Favour.PRESS_PAIN)

    async def put_pad_on(self) -> None:
        await self._please(Favour.PAD_ON)

    async def start(self) -> None:
        """Wait for the second, separate act."""
        await self._please(Favour.START)

    async def _please(self, favour: Favour) -> None:
        self._number += 1
        self._done.clear()
        self.open = Favoured(self._number, favour)
        self._ask(self.open)
        try:
            await self._done.wait()
        finally:
            self.open = None
