"""The door of a session: whoever knows the token hears what happens, and gives orders."""

import asyncio
import os

import msgspec

from firmware_bridge.errors import LinkError
from firmware_bridge.links.local import FrameTooLong, LocalLink

from .control import Control
from .door import PROTOCOL, STRANGER_FRAME, Answered, Welcome, encode, token
from .lease import Lease
from .visitor import Unfit, Visitor
from .visits import Alive, Asked, Errand, Fact, Leased, Said, Take, Vitals, asked_of
from .words import Accepted, Answer, Ended, Pain, Rejected, Release, Sampled, Stop

SAMPLES_TOGETHER_S = 0.05
"""Samples go out together, twenty times a second (E): the eye sees no more, a tick is spared."""

SWEEP_S = 0.25
"""How often clients are looked after: who is late, silent, or too slow (E)."""

SWEEP_PHASE_S = 0.0019
"""Not at the instant of any other timer."""

VITALS_EVERY = 2
"""Sweeps between two vitals: half a second."""

MAX_STRANGERS = 64
"""How many may be at the door without having said who they are: the oldest gives way (E)."""

MAX_VISITORS = 64
"""How many clients are served at once (E); whoever only wants to stop always is."""


class Service:
    """Serves clients over links. Nothing any of them does is noticed by the others."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._loop = asyncio.get_running_loop()
        self._token = token()
        self._visitors: list[Visitor] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._lease = Lease[Visitor](self._loop.time())
        self._flushing: asyncio.Handle | None = None
        self._unflushed: list[Visitor] = []
        self._once_more = False
        self._sweeps = 0
        self._is_closed = False
        self._sweeper = self._loop.call_later(SWEEP_S + SWEEP_PHASE_S, self._sweep)
        control.listen(self.tell)

    def meet(self, link: LocalLink) -> None:
        """Serve the client at the far end of `link` until either hangs up."""
        if self._is_closed:
            link.abort()
            return
        strangers = [visitor for visitor in self._visitors if visitor.role is None]
        if len(strangers) >= MAX_STRANGERS:
            self._show_out(strangers[0], "too many are at this door")
        link.takes = STRANGER_FRAME
        visitor = Visitor(link, self._loop.time())
        self._visitors.append(visitor)
        link.listen(
            lambda body, _: self._hear(visitor, body), lambda error: self._lose(visitor, error)
        )

    def tell(self, word: Fact | Vitals) -> None:
        """Tell everybody who wants to know. Nothing is sent before the loop's next turn."""
        fact = not isinstance(word, (Sampled, Vitals))
        body = encode(word)
        for visitor in self._visitors:
            if visitor.role is None or (visitor.role == "none" and not isinstance(word, Ended)):
                continue
            visitor.outbox.put(body, fact=fact)
        self._flush_soon(fact=fact)

    async def aclose(self) -> None:
        """Tell what waits, and hang up on everybody."""
        self._is_closed = True
        self._sweeper.cancel()
        if self._flushing is not None:
            self._flushing.cancel()
        for visitor in list(self._visitors):
            self._show_out(visitor, None)
        await asyncio.gather(*self._leaving)

    # --- what a client says ---------------------------------------------------------------

    def _hear(self, visitor: Visitor, body: bytes) -> None:
        if visitor.is_gone:
            return
        try:
            if visitor.role is None:
                self._welcome(visitor, body)
            else:
                self._serve(visitor, _understood(body))
        except Unfit as error:
            self._show_out(visitor, str(error))

    def _welcome(self, visitor: Visitor, body: bytes) -> None:
        visitor.greet(body, self._token)
        if visitor.role != "none" and len(self._visitors) > MAX_VISITORS:
            raise Unfit("too many are at this door")
        news = self._control.now() if visitor.role != "none" else []
        for word in (Welcome(PROTOCOL, os.getpid()), *news):
            visitor.outbox.put(encode(word), fact=True)
        visitor.outbox.flush()

    def _serve(self, visitor: Visitor, asked: Asked) -> None:
        answer = self._answer(visitor, asked)
        if isinstance(answer, asyncio.Task):
            answer.add_done_callback(
                lambda task: self._say(visitor, Answered(asked.number, task.result()))
            )
        else:
            self._say(visitor, Answered(asked.number, answer))

    def _answer(self, visitor: Visitor, asked: Asked) -> "Answer | asyncio.Task[Answer]":
        order = asked.order
        if isinstance(order, (Stop, Pain)):
            return self._control.order(order)
        if visitor.role != "operator":
            return Rejected("only an operator may do more than stop, and say that it hurts")
        if isinstance(order, Take):
            return self._take(visitor, order.grace_s)
        if isinstance(order, Alive):
            return self._live(visitor)
        if isinstance(order, Errand):
            if self._lease.keeper is not visitor:
                return Rejected("this session is kept by somebody else")
            return self._control.do(order)
        return self._control.order(order)

    def _take(self, visitor: Visitor, grace_s: float) -> Answer:
        if not self._lease.take(visitor, grace_s, self._loop.time()):
            return Rejected("somebody else keeps this session")
        self.tell(Leased(held=True, grace_s=self._lease.grace_s))
        return Accepted()

    def _live(self, visitor: Visitor) -> Answer:
        if self._lease.keeper is not visitor:
            return Rejected("this session is kept by somebody else")
        self._lease.alive(self._loop.time())
        return Accepted()

    def _say(self, visitor: Visitor, word: Said) -> None:
        if not visitor.is_gone:
            visitor.outbox.put(encode(word), fact=True)
            visitor.outbox.flush()

    # --- who stays, who leaves ------------------------------------------------------------

    def _lose(self, visitor: Visitor, error: LinkError) -> None:
        self._show_out(visitor, str(error) if isinstance(error, FrameTooLong) else None)

    def _show_out(self, visitor: Visitor, why: str | None) -> None:
        if visitor.is_gone:
            return
        self._visitors.remove(visitor)
        leaving = visitor.show_out(why)
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        if self._lease.keeper is visitor:
            self._vacate()

    def _vacate(self) -> None:
        now_s = self._loop.time()
        self._lease.vacate(now_s)
        self.tell(Leased(held=False, grace_s=self._lease.grace_s))
        self._end_if_over(now_s)

    def _end_if_over(self, now_s: float) -> None:
        if self._lease.is_over(now_s):
            self._control.order(Release())

    def _sweep(self) -> None:
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)
        now_s = self._loop.time()
        for visitor in list(self._visitors):
            wrong = visitor.what_is_wrong(now_s)
            if wrong is not None:
                self._show_out(visitor, wrong)
        if self._lease.keeper is not None and self._lease.is_silent(now_s):
            self._show_out(self._lease.keeper, "nothing was heard of this client for too long")
        self._end_if_over(now_s)
        self._sweeps += 1
        if self._sweeps % VITALS_EVERY == 0:
            self.tell(self._control.vitals())

    # --- when it goes out -----------------------------------------------------------------

    def _flush_soon(self, *, fact: bool) -> None:
        if fact and isinstance(self._flushing, asyncio.TimerHandle):
            self._flushing.cancel()
            self._flushing = None
        if self._flushing is not None:
            self._once_more |= fact
        elif fact:
            self._flushing = self._loop.call_soon(self._flush)
        else:
            self._flushing = self._loop.call_later(SAMPLES_TOGETHER_S, self._flush)

    def _flush(self) -> None:
        """Send to one client a turn: between two of them a tick may come."""
        if not self._unflushed:
            self._unflushed, self._once_more = self._visitors[::-1], False
        if self._unflushed:
            self._unflushed.pop().outbox.flush()
        more = self._unflushed or self._once_more
        self._flushing = self._loop.call_soon(self._flush) if more else None


def _understood(body: bytes) -> Asked:
    try:
        return asked_of(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unfit(f"this is no word of the door: {error}") from error
