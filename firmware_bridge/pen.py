"""Who writes to a product: one write at a time, with a pause after it, what is urgent first."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from .errors import LinkError, LinkTimeout

ANSWER_S = 1.0
"""How long one write may take: ten slow connection intervals (E); a session waits no longer."""

Write = Callable[[bytes], Awaitable[None]]
Done = Callable[[], None]


class Pen:
    """Writes frames, `pace_s` from one to the next. After a failure it never writes again.

    What is urgent does not wait for the pause, only for the write that is on its way: that one
    cannot be called back.
    """

    def __init__(
        self, write: Write, pace_s: float, on_failure: Callable[[LinkError], None]
    ) -> None:
        self._write = write
        self._pace_s = pace_s
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._waiting = deque[tuple[bytes, Done]]()
        self._urgent: tuple[Callable[[], Sequence[bytes]], Done] | None = None
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._dead = False
        self._wrote_at_s = float("-inf")
        self.written = 0
        self.took_s = deque[float](maxlen=200)

    @property
    def is_free(self) -> bool:
        """Nothing waits, nothing is on its way, and the pause is over."""
        if self._dead or self._task is not None:
            return False
        return self._loop.time() >= self._wrote_at_s + self._pace_s

    def put(self, frame: bytes, done: Done) -> None:
        """Write a frame; call `done` once it is out, or confirmed."""
        self._waiting.append((frame, done))
        self._go()

    def put_first(
        self, frames: Callable[[], Sequence[bytes]], done: Done, *, at_once: bool = True
    ) -> None:
        """Write these instead of whatever waits, the first at once; call `done` after the last.

        They are asked for when their turn has come: the write before may have changed something.
        """
        self._waiting.clear()
        self._urgent = (frames, done)
        if at_once:
            self._hurry.set()
        self._go()

    async def rest(self) -> None:
        """Wait until everything is written."""
        while self._task is not None:
            await asyncio.shield(self._task)

    def lose(self) -> None:
        """The far end is gone."""
        self._dead = True
        self._urgent = None
        self._waiting.clear()
        self._hurry.set()

    async def aclose(self) -> None:
        """Write no more; what is on its way is given up."""
        self.lose()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _go(self) -> None:
        if self._task is None and not self._dead:
            self._task = self._loop.create_task(self._run(), name="writing to a product")

    async def _run(self) -> None:
        try:
            while self._waiting or self._urgent is not None:
                await self._pause()
                self._take_urgent()
                if self._waiting:
                    frame, done = self._waiting.popleft()
                    await self._say(frame)
                    done()
        except LinkError as error:
            if not self._dead:
                self.lose()
                self._on_failure(error)
        finally:
            self._task = None

    async def _pause(self) -> None:
        """Let the product take the frame before; whoever is in a hurry does not wait for that."""
        left_s = self._wrote_at_s + self._pace_s - self._loop.time()
        if left_s > 0.0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._hurry.wait()
        self._hurry.clear()

    def _take_urgent(self) -> None:
        if self._urgent is None:
            return
        (frames, done), self._urgent = self._urgent, None
        several = list(frames())
        self._waiting.extend((frame, _nothing) for frame in several[:-1])
        self._waiting.extend((frame, done) for frame in several[-1:])
        if not several:
            done()

    async def _say(self, frame: bytes) -> None:
        began_s = self._loop.time()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._write(frame)
        except TimeoutError:
            raise LinkTimeout(f"a write was not answered within {ANSWER_S:g} s") from None
        self._wrote_at_s = began_s
        self.took_s.append(self._loop.time() - began_s)
        self.written += 1


def _nothing() -> None:
    """Nobody waits for this frame."""
