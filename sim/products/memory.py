"""An emulated product at the far end of a connection in memory."""

import asyncio

from firmware_bridge.characteristics import OnGone, OnValue
from firmware_bridge.errors import LinkClosed

from .emulation import Emulation

TRIP_S = 0.015
"""One way, as long as a connection interval (E)."""


class MemoryWire:
    """`Characteristics` of an emulation. `cut` ends it as a lost radio does."""

    def __init__(self, product: Emulation, trip_s: float = TRIP_S) -> None:
        self._product = product
        self._trip_s = trip_s
        self._loop = asyncio.get_running_loop()
        self._on_value: OnValue = lambda _, __: None
        self._on_gone: OnGone = lambda _: None
        self._open = True
        self._silent = False
        self._writing = 0
        self.most_at_once = 0
        product.connect(self._hear)

    @property
    def services(self) -> frozenset[str]:
        return frozenset({self._product.service})

    async def write(self, uuid: str, value: bytes, *, answered: bool) -> None:
        self._check(uuid)
        self._writing += 1
        self.most_at_once = max(self.most_at_once, self._writing)
        try:
            await asyncio.sleep(self._trip_s)
            if self._silent:
                await asyncio.sleep(60.0)
            self._check(uuid)
            self._product.take(value)
            if answered:
                await asyncio.sleep(self._trip_s)
        finally:
            self._writing -= 1

    async def subscribe(self, uuid: str) -> None:
        if uuid != self._product.notifying:
            raise LinkClosed(f"{self._product.name} has no {uuid} to listen to")

    def listen(self, on_value: OnValue, on_gone: OnGone) -> None:
        self._on_value, self._on_gone = on_value, on_gone

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            self._product.disconnect()

    def cut(self) -> None:
        """Be out of reach, and known to be."""
        if self._open:
            self._open = False
            self._product.disconnect()
            self._on_gone(LinkClosed(f"{self._product.name} is out of reach"))

    def fall_silent(self) -> None:
        """Be out of reach, and not known to be: writes are no longer answered."""
        self._silent = True

    def _hear(self, value: bytes) -> None:
        self._loop.call_later(self._trip_s, self._deliver, value)

    def _deliver(self, value: bytes) -> None:
        if self._open and self._product.notifying is not None:
            self._on_value(self._product.notifying, value)

    def _check(self, uuid: str) -> None:
        if not self._open:
            raise LinkClosed(f"{self._product.name} is out of reach")
        if uuid != self._product.written:
            raise LinkClosed(f"{self._product.name} has no {uuid} to write to")
