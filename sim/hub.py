"""Several hosts at one device: one owns it, the others watch, and may stop it."""

import contextlib
from collections.abc import Callable

from firmware_bridge.codes import Role
from firmware_bridge.errors import LinkClosed, LinkError
from firmware_bridge.framing import MAX_BODY, unseal
from firmware_bridge.link import Link, OnFrame, OnLost
from firmware_bridge.messages import (
    Arm,
    Beat,
    Clear,
    Disarm,
    HelloAck,
    Knots,
    Samples,
    Splice,
    StatusReport,
    decode,
)

HOSTS = 8
"""More would be a mistake of somebody's: the next is hung up on (E)."""

_OWNERS = frozenset(kind.KIND for kind in (Arm, Disarm, Clear, Knots, Splice, Beat))
"""What only the owner may say, whatever epoch another writes on it."""

_NEWS = frozenset(kind.KIND for kind in (Samples, StatusReport))
"""What everybody is told; all else is an answer, for whoever asked."""


class Hub:
    """The device's side of many links, for a device that knows one.

    The link whose HELLO was last accepted is the owner's. `on_open` is called when the first
    host comes, `on_left` when the owner goes while others stay; when the last one goes, the
    device's own listener hears that its link is lost.
    """

    kind = "hub"
    max_frame = MAX_BODY

    def __init__(self, on_open: Callable[[], None], on_left: Callable[[], None]) -> None:
        self._on_open, self._on_left = on_open, on_left
        self._hosts: list[Link] = []
        self._owner: Link | None = None
        self._asking: Link | None = None
        self._bad_before = 0
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None

    @property
    def frames_bad(self) -> int:
        return self._bad_before + sum(host.frames_bad for host in self._hosts)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another host."""
        return len(self._hosts) >= HOSTS

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    def join(self, host: Link) -> None:
        """Let another host in."""
        self._hosts.append(host)
        host.listen(
            lambda body, at_s: self._hear(host, body, at_s), lambda error: self._lose(host, error)
        )
        if len(self._hosts) == 1:
            self._on_open()

    def send(self, body: bytes) -> None:
        """Tell everybody the news, and whoever asked the answer. Raises `LinkClosed`."""
        if not self._hosts:
            raise LinkClosed("nobody is connected")
        kind = unseal(body)[0]
        if kind == HelloAck.KIND:
            self._see_owner(body)
        for host in list(self._hosts) if kind in _NEWS else [self._asking or self._owner]:
            if host is not None:
                with contextlib.suppress(LinkError):  # it will say that it is lost
                    host.send(body)

    def send_urgent(self, body: bytes) -> None:
        self.send(body)

    async def aclose(self) -> None:
        """Hang up on everybody."""
        hosts, self._hosts, self._owner = self._hosts, [], None
        for host in hosts:
            await host.aclose()

    def _hear(self, host: Link, body: bytes, at_s: float) -> None:
        if host is not self._owner and unseal(body)[0] in _OWNERS:
            return
        self._asking = host
        try:
            if self._on_frame is not None:
                self._on_frame(body, at_s)
        finally:
            self._asking = None

    def _see_owner(self, body: bytes) -> None:
        answer = decode(HelloAck.KIND, body)
        if isinstance(answer, HelloAck) and answer.role is Role.OWNER:
            self._owner = self._asking

    def _lose(self, host: Link, error: LinkError) -> None:
        if host not in self._hosts:
            return
        self._hosts.remove(host)
        self._bad_before += host.frames_bad
        owned, self._owner = host is self._owner, None if host is self._owner else self._owner
        if not self._hosts and self._on_lost is not None:
            self._on_lost(error)
        elif owned:
            self._on_left()
