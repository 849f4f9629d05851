"""Somebody else at the door of a session: who watches it, or gives it an order."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import typer

from controller.announcing import Announced, announced
from controller.client import DoorError
from controller.door import Role
from controller.remote import Remote
from controller.troubles import ControlLost
from controller.visits import Connected, News, Over, Playing, Standing, Stands, Vitals
from firmware_bridge.links.local import dial

ANSWER_S = 2.0
"""How long a session may take to say who it is, or to answer an order (E)."""


class Onlooker:
    """What is known of a session from the outside."""

    def __init__(self, session: Announced) -> None:
        self.session = session
        self.standing: Standing | None = None
        self.connected: Connected | None = None
        self.playing: Playing | None = None
        self.vitals: Vitals | None = None
        self.over: Over | None = None
        self.lost: DoorError | ControlLost | None = None
        self._on_news: Callable[[News], None] = lambda _: None
        self._news = asyncio.Event()

    def listen(self, on_news: Callable[[News], None]) -> None:
        """From now on, call this with whatever is told."""
        self._on_news = on_news

    def hear(self, news: News) -> None:
        """Take what the door tells."""
        match news:
            case Stands(standing):
                self.standing = standing
            case Connected():
                self.connected = news
            case Playing():
                self.playing = news
            case Vitals():
                self.vitals = news
            case Over():
                self.over = news
            case _:
                pass
        self._on_news(news)
        self._news.set()

    def lose(self, why: DoorError | ControlLost) -> None:
        """The session has hung up, or hangs."""
        self.lost = why
        self._news.set()

    async def until(self, known: Callable[[], bool], within_s: float | None) -> None:
        """Wait until something is known. Raises `DoorError`, `ControlLost`: it will not be."""
        try:
            async with asyncio.timeout(within_s):
                while not known():
                    if self.lost is not None:
                        raise self.lost
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise DoorError(f"session {self.session.session} does not answer") from None


@asynccontextmanager
async def at_door(session: Announced, role: Role) -> AsyncGenerator[tuple[Remote, Onlooker]]:
    """Be at the door of a session. Raises `DoorError`, `ControlLost`, `LinkUnavailable`."""
    onlooker = Onlooker(session)
    remote = Remote(await dial(session.door), onlooker.hear, onlooker.lose)
    try:
        async with asyncio.timeout(ANSWER_S):
            await remote.enter(role)
        await onlooker.until(lambda: onlooker.standing is not None, ANSWER_S)
        yield remote, onlooker
    except TimeoutError:
        raise DoorError(f"session {session.session} does not answer") from None
    finally:
        await remote.aclose()


def chosen(name: str | None) -> Announced:
    """Return the session that is meant: by its name, process or device; without any, the only one.

    Raises `typer.BadParameter`.
    """
    there = announced()
    meant = [one for one in there if name is None or name in (one.session, str(one.pid), one.url)]
    if len(meant) == 1:
        return meant[0]
    if not there:
        raise typer.BadParameter("no session runs on this machine")
    names = ", ".join(f"{one.session} ({one.url or 'no device yet'})" for one in there)
    raise typer.BadParameter(f"which session? say --session NAME; there are {names}")
