"""STOP, said until it is heard: 0, 5 and 15 ms, then every 20 ms, ahead of everything."""

import asyncio
import secrets

from .codes import Source
from .conversation import Conversation
from .device import Halted
from .errors import LinkError, LinkTimeout
from .messages import Stop, StopAck

REPEAT_AFTER_S = (0.005, 0.010)
REPEAT_EVERY_S = 0.020
"""When a STOP is repeated (wire, *STOP*)."""

GIVE_UP_S = 1.0
"""How long a STOP is repeated into silence; the device has long let go by then (E)."""


class Stopper:
    """One stop at a time. Starting it never raises and never waits."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._stop: Stop | None = None
        self._said = 0
        self._timer: asyncio.TimerHandle | None = None
        self._heard: asyncio.Future[Halted] | None = None
        self._lost: LinkError | None = None

    def start(self, source: Source) -> None:
        """Say STOP now, and again until it is acknowledged; while one is being said, nothing."""
        if self._stop is None:
            self._stop = Stop(secrets.randbits(16), source)
            self._said = 0
            if self._heard is not None and self._heard.done():
                self._heard = None
            self._say()

    async def acknowledged(self) -> Halted:
        """Wait for the device's answer. Raises `LinkTimeout`, `LinkClosed` where none can come."""
        if self._lost is not None:
            raise self._lost
        if self._heard is None:
            self._heard = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(GIVE_UP_S):
                return await asyncio.shield(self._heard)
        except TimeoutError:
            raise LinkTimeout(f"STOP was not acknowledged within {GIVE_UP_S:g} s") from None

    def hear(self, ack: StopAck) -> None:
        """Take an acknowledgement; one that answers another host's stop is not ours."""
        if self._stop is None or ack.stop_id != self._stop.stop_id:
            return
        self.end()
        if self._heard is None:
            self._heard = asyncio.get_running_loop().create_future()
        if not self._heard.done():
            self._heard.set_result(Halted(ack.path, ack.nonce))

    def lose(self, error: LinkError) -> None:
        """Nobody is there to hear it, or to answer: the device knows, by the same silence."""
        self.end()
        self._lost = error
        if self._heard is not None and not self._heard.done():
            self._heard.set_exception(error)
            self._heard.exception()  # whoever waits hears of it; without anybody it is no leftover

    def end(self) -> None:
        """Stop saying it."""
        self._stop = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _say(self) -> None:
        if self._stop is None:
            return
        try:
            self._conversation.shout(self._stop)
        except LinkError as error:
            self.lose(error)
            return
        waits = REPEAT_AFTER_S[self._said : self._said + 1] or (REPEAT_EVERY_S,)
        self._said += 1
        if self._said * REPEAT_EVERY_S < GIVE_UP_S:
            self._timer = asyncio.get_running_loop().call_later(waits[0], self._say)
        else:
            self.end()
