"""The other side of the door, for as long as a session lasts: orders out, everything else in."""

import asyncio
from collections.abc import Callable

import msgspec

from firmware_bridge.errors import LinkClosed, LinkError
from firmware_bridge.link import Link

from .client import DoorError
from .door import PROTOCOL, Answered, Hello, Refused, Role, Welcome, encode, token
from .lease import ALIVE_EVERY_S
from .troubles import ControlLost
from .visits import MAY_PRESS, Alive, Asked, Business, News, Stands, Take, said_of
from .words import Accepted, Answer, Order, Rejected

ALIVE_PHASE_S = 0.0023
"""Not at the instant of any other timer."""

SILENT_S = 3.0
"""A control process that says nothing for so long hangs: it tells its vitals twice a second (E)."""

OPENING_S = 20.0
"""The same before anything can press: what opens a device may have to be loaded first (E)."""


class Remote:
    """A client of a door over a link. News come by a call, and why there will be no more.

    That is a `DoorError` where the door has refused, `ControlLost` where nobody is left behind it.
    """

    def __init__(
        self,
        link: Link,
        on_news: Callable[[News], None],
        on_lost: Callable[[DoorError | ControlLost], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._link = link
        self._on_news, self._on_lost = on_news, on_lost
        self._welcomed: asyncio.Future[Welcome] = self._loop.create_future()
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._number = 0
        self._watch: asyncio.TimerHandle | None = None
        self._keeps = False
        self._patience_s = OPENING_S
        self._heard_s = self._loop.time()
        self._why: str | None = None
        link.listen(lambda body, _: self._hear(body), self._lose)

    async def enter(self, role: Role) -> Welcome:
        """Say who we are. Raises `DoorError`."""
        self._say(encode(Hello(PROTOCOL, token(), role)))
        self._watch = self._loop.call_later(ALIVE_EVERY_S + ALIVE_PHASE_S, self._look)
        return await self._welcomed

    async def take(self, grace_s: float) -> None:
        """Keep the session from now on, until this link closes. Raises `DoorError`."""
        answer = await self.order(Take(grace_s))
        if isinstance(answer, Rejected):
            raise DoorError(answer.why)
        self._keeps = True

    async def order(self, order: Business | Order) -> Answer:
        """Give an order, and return what is said to it. Raises `DoorError`."""
        return await self.post(order)

    def post(self, order: Business | Order) -> "asyncio.Future[Answer]":
        """Give an order now; the answer may be waited for, or not."""
        self._number += 1
        answer: asyncio.Future[Answer] = self._loop.create_future()
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        if self._why is not None:
            answer.set_exception(DoorError(self._why))
            return answer
        self._answers[self._number] = answer
        self._say(encode(Asked(self._number, order)))
        return answer

    async def aclose(self) -> None:
        """Hang up."""
        if self._watch is not None:
            self._watch.cancel()
        await self._link.aclose()

    def _say(self, body: bytes) -> None:
        try:
            self._link.send(body)
        except LinkError as error:
            self._lose(error)

    def _hear(self, body: bytes) -> None:
        self._heard_s = self._loop.time()
        try:
            word = said_of(body)
        except msgspec.DecodeError as error:
            self._end(DoorError(f"whoever answers here is no session: {error}"))
            return
        match word:
            case Welcome():
                if not self._welcomed.done():
                    self._welcomed.set_result(word)
            case Answered(number, answer):
                waiting = self._answers.pop(number, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
            case Refused(why):
                self._end(DoorError(why))
            case Stands(standing):
                self._patience_s = SILENT_S if standing in MAY_PRESS else OPENING_S
                self._on_news(word)
            case _:
                self._on_news(word)

    def _look(self) -> None:
        """Once a second: say that we are here, and see that they are."""
        self._watch = self._loop.call_later(ALIVE_EVERY_S, self._look)
        if self._loop.time() - self._heard_s > self._patience_s:
            self._end(ControlLost("the control process hangs"))
        elif self._keeps:
            self.post(Alive())

    def _lose(self, error: LinkError) -> None:
        hung_up = isinstance(error, LinkClosed)
        self._end(ControlLost("the control process has hung up" if hung_up else str(error)))

    def _end(self, why: DoorError | ControlLost) -> None:
        if self._why is not None:
            return
        self._why = str(why)
        if self._watch is not None:
            self._watch.cancel()
        for waiting in (self._welcomed, *self._answers.values()):
            if not waiting.done():
                waiting.set_exception(DoorError(str(why)))
        self._answers.clear()
        self._on_lost(why)


def accepted(answer: Answer) -> None:
    """Raise `DoorError` for an order that was not taken."""
    match answer:
        case Accepted():
            return
        case Rejected(why):
            raise DoorError(why)
