"""The host's end of a wire to which things happen: a wrapper around a good link."""

import asyncio
import hashlib
import math
from collections import deque
from collections.abc import Callable
from zlib import crc32

import numpy as np

from firmware_bridge.errors import LinkClosed, LinkError
from firmware_bridge.framing import OVERHEAD, RESIDUE
from firmware_bridge.link import Link, LosesValues, Metered, OnFrame, OnLost
from firmware_bridge.messages import Hello, HelloAck, Stop, StopAck

from .fault import End
from .wire_faults import Carried, Harm, WireFault

_UNREPEATABLE = frozenset(kind.KIND for kind in (Hello, HelloAck, Stop, StopAck))
"""Frames that hold names which are drawn anew for each session: no part of a trace."""


class HarmedLink:
    """Carries what a good link does, less what befalls it, and keeps account of every frame."""

    def __init__(self, link: Link) -> None:
        self.kind = link.kind
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._up: list[Harm] = []
        self._down: list[Harm] = []
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._bad = 0
        self._kept: deque[bytes] | None = None
        self._unsent: deque[bytes] | None = None
        self._room = 0
        self._dead = False
        self._trace = hashlib.sha256()

    @property
    def max_frame(self) -> int:
        return self._link.max_frame

    @property
    def bytes_s(self) -> float:
        """Of a link that does not know what its wire carries, without end."""
        return self._link.bytes_s if isinstance(self._link, Metered) else math.inf

    @property
    def frames_bad(self) -> int:
        return self._link.frames_bad + self._bad

    @property
    def values_lost(self) -> int:
        """Of a link that loses none, none."""
        return self._link.values_lost if isinstance(self._link, LosesValues) else 0

    @property
    def trace_sha256(self) -> str:
        """What of all frames so far makes this run this run."""
        return self._trace.hexdigest()

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost
        self._link.listen(self._hear, self._lose)

    def send(self, body: bytes) -> None:
        self._note(b"<", body)
        if self._unsent is not None:
            if len(self._unsent) < self._room:
                self._unsent.append(body)
            return
        self._carry(_through(self._down, body), self._link.send)

    def send_urgent(self, body: bytes) -> None:
        self._note(b"<", body)
        self._carry(_through(self._down, body), self._link.send_urgent)

    async def aclose(self) -> None:
        self._dead = True
        await self._link.aclose()

    # --- what happens to it ---------------------------------------------------------------

    def suffer(self, fault: WireFault, dice: np.random.Generator) -> End:
        """Let a fault begin; return what ends it."""
        up_dice, down_dice = dice.spawn(2)
        begun: list[tuple[list[Harm], Harm]] = []
        if fault.way != "down":
            begun.append((self._up, fault.harm(up_dice, self._loop.time)))
        if fault.way != "up":
            begun.append((self._down, fault.harm(down_dice, self._loop.time)))
        for harms, harm in begun:
            harms.append(harm)

        def end() -> None:
            for harms, harm in begun:
                harms.remove(harm)

        return end

    def fill(self, room: int) -> End:
        """Let everything that is said wait, in a queue of so much room, until the end."""
        self._unsent, self._room = deque[bytes](), room
        return self._drain

    def keep(self) -> None:
        """Let what arrives wait: nobody reads."""
        self._kept = deque[bytes]()

    def read_on(self) -> None:
        """Give out what has waited."""
        kept, self._kept = self._kept, None
        for body in kept or ():
            self._loop.call_soon(self._deliver, body)

    async def die(self) -> None:
        """Be killed: nothing more is said or heard, and the port is closed."""
        self._dead = True
        await self._link.aclose()

    # --- how frames pass ------------------------------------------------------------------

    def _drain(self) -> None:
        unsent, self._unsent = self._unsent, None
        for body in unsent or ():
            self._carry(_through(self._down, body), self._link.send)

    def _carry(self, carried: Carried, send: Callable[[bytes], None]) -> None:
        if self._dead:
            raise LinkClosed("the process was killed")
        for after_s, body in carried:
            if after_s > 0.0:
                self._loop.call_later(after_s, self._send_late, send, body)
            else:
                send(body)

    def _send_late(self, send: Callable[[bytes], None], body: bytes) -> None:
        if not self._dead:
            try:
                send(body)
            except LinkError:
                self._dead = True

    def _hear(self, body: bytes, at_s: float) -> None:
        del at_s
        if not self._up:
            self._take(body)
            return
        for after_s, harmed in _through(self._up, body):
            if after_s > 0.0:
                self._loop.call_later(after_s, self._arrive, harmed)
            else:
                self._arrive(harmed)

    def _arrive(self, body: bytes) -> None:
        if crc32(body) == RESIDUE and len(body) >= OVERHEAD:
            self._take(body)
        else:
            self._bad += 1

    def _take(self, body: bytes) -> None:
        if self._kept is not None:
            self._kept.append(body)
        else:
            self._deliver(body)

    def _deliver(self, body: bytes) -> None:
        if self._dead or self._on_frame is None:
            return
        self._note(b">", body)
        self._on_frame(body, self._loop.time())

    def _lose(self, error: LinkError) -> None:
        if not self._dead and self._on_lost is not None:
            self._dead = True
            self._on_lost(error)

    def _note(self, way: bytes, body: bytes) -> None:
        if body[0] not in _UNREPEATABLE:
            self._trace.update(way)
            self._trace.update(body)


def _through(harms: list[Harm], body: bytes) -> Carried:
    carried: Carried = [(0.0, body)]
    for harm in harms:
        carried = [(a + b, twice) for a, once in carried for b, twice in harm(once)]
    return carried
