"""Writes on their way to one characteristic: few at once, and what is out of date is dropped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from firmware_bridge.messages import Beat, Knots, Ping, Splice

MOST_WAITING = 16
"""Knots are numbered and said again: of more than this the oldest are dropped (E)."""

_REPLACES: dict[int, frozenset[int]] = {
    Splice.KIND: frozenset({Splice.KIND, Knots.KIND}),
    Beat.KIND: frozenset({Beat.KIND}),
    Ping.KIND: frozenset({Ping.KIND}),
}
"""What a newer frame makes pointless: a SPLICE all older motion, a BEAT or PING its elder."""


class Lane:
    """Frames to one characteristic, written in order, `at_once` at a time.

    `newest_only` keeps nothing but the newest frame that waits. `write` may raise what it likes:
    `on_failure` is called with it, and the frame is gone.
    """

    def __init__(
        self,
        write: Callable[[bytes], Awaitable[None]],
        on_failure: Callable[[Exception], None],
        *,
        at_once: int = 1,
        newest_only: bool = False,
    ) -> None:
        self._write = write
        self._on_failure = on_failure
        self._at_once = at_once
        self._newest_only = newest_only
        self._waiting = deque[bytes]()
        self._out = set[asyncio.Task[None]]()
        self._idle = asyncio.Event()
        self._idle.set()
        self.dropped = 0

    def put(self, body: bytes) -> None:
        """Write this as soon as there is room. What it replaces is dropped."""
        replaced = _REPLACES.get(body[0], frozenset())
        kept = [b for b in self._waiting if b[0] not in replaced and not self._newest_only]
        kept = kept[-(MOST_WAITING - 1) :]
        self.dropped += len(self._waiting) - len(kept)
        self._waiting = deque([*kept, body])
        self._pump()

    def clear(self) -> None:
        """Drop whatever still waits."""
        self.dropped += len(self._waiting)
        self._waiting.clear()

    async def drained(self) -> None:
        """Wait until nothing waits and nothing is being written."""
        await self._idle.wait()

    async def abandon(self) -> None:
        """Write nothing more."""
        self.clear()
        for task in self._out:
            task.cancel()
        await asyncio.gather(*self._out, return_exceptions=True)

    def _pump(self) -> None:
        while self._waiting and len(self._out) < self._at_once:
            task = asyncio.create_task(self._say(self._waiting.popleft()), name="bluetooth write")
            self._out.add(task)
            task.add_done_callback(self._said)
        if not self._out:
            self._idle.set()
        else:
            self._idle.clear()

    async def _say(self, body: bytes) -> None:
        try:
            await self._write(body)
        except Exception as error:  # noqa: BLE001  whatever a Bluetooth stack raises is a failure
            self._on_failure(error)

    def _said(self, task: asyncio.Task[None]) -> None:
        self._out.discard(task)
        self._pump()
