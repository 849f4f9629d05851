"""Questions and their answers over a link: numbered, repeated, and given up in time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from .errors import DeviceRefused, LinkClosed, LinkTimeout
from .framing import seal
from .link import Link
from .messages import Ack, Message, Nak
from .pace import pace_of

M = TypeVar("M", bound=Message)

TRIES = 3
"""How often a question is asked (E); answers are idempotent."""

UNBOUND = 0
"""Epoch of what may be said to any device at any time: HELLO, PING, STOP, ASK, ACT."""


class Conversation:
    """Says messages under the current epoch, and matches answers to questions."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._answer_s = pace_of(link.kind).answer_s
        self.epoch = UNBOUND
        self.frames_sent = 0
        self._seq = 0
        self._waiting: list[tuple[Callable[[Message], bool], asyncio.Future[Message]]] = []

    def say(self, message: Message, *, t_us: int = 0, epoch: int | None = None) -> int:
        """Send once; return the sequence number. Raises `LinkClosed`."""
        seq = self._seq = (self._seq + 1) & 0xFFFF
        bound = self.epoch if epoch is None else epoch
        self.link.send(seal(message.KIND, bound, seq, t_us, message.pack()))
        self.frames_sent += 1
        return seq

    def shout(self, message: Message) -> None:
        """Send once, ahead of everything that waits, under no epoch. Raises `LinkClosed`."""
        self._seq = (self._seq + 1) & 0xFFFF
        self.link.send_urgent(seal(message.KIND, UNBOUND, self._seq, 0, message.pack()))
        self.frames_sent += 1

    async def ask(
        self,
        message: Message,
        answer: type[M],
        *,
        fits: Callable[[M], bool] = lambda _: True,
        epoch: int | None = None,
        tries: int = TRIES,
    ) -> M:
        """Say `message` until a fitting `answer` comes. Raises `LinkTimeout`, `DeviceRefused`."""
        said: set[int] = set()

        def is_answer(heard: Message) -> bool:
            if isinstance(heard, Nak):
                return heard.kind == message.KIND and heard.seq in said
            return isinstance(heard, answer) and fits(heard)

        for _ in range(tries):
            future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
            self._waiting.append((is_answer, future))
            said.add(self._seq + 1 & 0xFFFF)
            try:
                self.say(message, epoch=epoch)
                async with asyncio.timeout(self._answer_s):
                    heard = await future
            except TimeoutError:
                continue
            finally:
                self._waiting.remove((is_answer, future))
            if isinstance(heard, Nak):
                raise DeviceRefused(type(message).__name__.upper(), heard.refusal.name)
            if isinstance(heard, answer):
                return heard
        raise LinkTimeout(
            f"no answer to {type(message).__name__.upper()} in {tries * self._answer_s:.1f} s"
        )

    async def order(self, message: Message, *, epoch: int | None = None) -> None:
        """Say an order until it is acknowledged. Raises `LinkTimeout`, `DeviceRefused`."""
        await self.ask(message, Ack, fits=lambda ack: ack.kind == message.KIND, epoch=epoch)

    def hear(self, message: Message) -> None:
        """Hand a message that arrived to whoever waits for it."""
        for is_answer, future in self._waiting:
            if not future.done() and is_answer(message):
                future.set_result(message)

    def end(self, why: str) -> None:
        """Nobody will answer any more."""
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(LinkClosed(why))
