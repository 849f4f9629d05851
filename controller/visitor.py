"""One client at the door: who it says it is, and what waits to be told to it."""

import asyncio
import secrets

import msgspec

from firmware_bridge.errors import LinkError
from firmware_bridge.links.local import MAX_FRAME, LocalLink

from .door import PROTOCOL, WATCHER_FRAME, Hello, Refused, Role, encode, hello_of
from .outbox import Outbox

HELLO_WITHIN_S = 2.0
"""How long a client may take to say who it is (E)."""

BEHIND_MAX_S = 5.0
"""For so long a client may read nothing before it is cut off (design)."""


class Unfit(Exception):
    """A client said what it must not; the message is what it is told, once."""


class Visitor:
    """A client. Before its hello it is a stranger, and has no role."""

    def __init__(self, link: LocalLink, now_s: float) -> None:
        self.role: Role | None = None
        self.outbox = Outbox(link)
        self.link = link
        self._came_s = now_s
        self._going: asyncio.Task[None] | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it was shown out."""
        return self._going is not None

    def greet(self, body: bytes, token: str) -> None:
        """Take its hello. Raises `Unfit`."""
        try:
            hello: Hello = hello_of(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unfit(f"this is no word of the door: {error}") from error
        if hello.protocol != PROTOCOL:
            raise Unfit(f"this door speaks protocol {PROTOCOL}, not {hello.protocol}")
        if not secrets.compare_digest(hello.token.encode(), token.encode()):
            raise Unfit("this is not the token of this door")
        self.role = hello.role
        self.link.takes = MAX_FRAME if hello.role == "operator" else WATCHER_FRAME

    def what_is_wrong(self, now_s: float) -> str | None:
        """Return why it cannot stay, if it cannot."""
        if self.role is None and now_s - self._came_s > HELLO_WITHIN_S:
            return "nothing was said here in time"
        if self.outbox.behind_s(now_s) > BEHIND_MAX_S or self.outbox.is_full:
            return "this client reads too slowly"
        return None

    def show_out(self, why: str | None) -> "asyncio.Task[None]":
        """Say why, as the last word, and hang up."""
        if self._going is None:
            self.outbox.flush()
            if why is not None:
                self._say_last(Refused(why))
            self._going = asyncio.get_running_loop().create_task(
                self.link.aclose(), name="a client leaves"
            )
        return self._going

    def _say_last(self, word: Refused) -> None:
        try:
            self.link.send(encode(word))
        except LinkError:
            return  # it has left by itself
