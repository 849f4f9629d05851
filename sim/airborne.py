"""A twin on the air, in its own process: a virtual radio joined by a socket, or a dongle.

A host that joins gets a virtual controller of its own, and speaks HCI to it, as to a dongle's.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import numpy as np
from bumble import core
from bumble.transport.common import StreamPacketSink, StreamPacketSource

from firmware_bridge.errors import LinkUnavailable

from .birth import Recipe
from .central import open_controller
from .peripheral import name_of, on_radio, on_transport
from .radio import Air, PacedController, VirtualRadio
from .twin import Twin


@asynccontextmanager
async def on_virtual_air(socket: Path, air: Air, recipe: Recipe, twin: Twin) -> AsyncGenerator[str]:
    """Offer a twin on a virtual radio that is joined at `socket`. Give the address to open.

    Raises `LinkUnavailable`.
    """
    async with radio_at(socket, air, recipe.seed) as radio:
        peripheral = on_radio(radio, recipe, twin)
        try:
            await peripheral.switch_on()
            yield f"ble://{name_of(recipe)}?hci=unix:{socket}"
        finally:
            await peripheral.aclose()


@asynccontextmanager
async def radio_at(socket: Path, air: Air, seed: int) -> AsyncGenerator[VirtualRadio]:
    """Give a virtual radio that hosts join at `socket`. Raises `LinkUnavailable`."""
    radio = VirtualRadio(air, np.random.Generator(np.random.PCG64(seed)))
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_unix_server(lambda: _Joined(radio), socket)
    except OSError as error:
        raise LinkUnavailable(f"{socket} cannot be made: {error.strerror}") from error
    try:
        yield radio
    finally:
        server.close()
        radio.close()
        socket.unlink(missing_ok=True)  # noqa: ASYNC240 - one file, at the very end


@asynccontextmanager
async def on_dongle(moniker: str, recipe: Recipe, twin: Twin) -> AsyncGenerator[str]:
    """Offer a twin over a real controller, as `usb:0`. Untested on hardware.

    Raises `LinkUnavailable`.
    """
    transport = await open_controller(moniker)
    peripheral = on_transport(transport.source, transport.sink, recipe, twin)
    try:
        await peripheral.switch_on()
        yield f"ble://{name_of(recipe)}"
    finally:
        with contextlib.suppress(core.BaseBumbleError, TimeoutError):
            await peripheral.aclose()
        await transport.close()


class _Joined(StreamPacketSource):
    """A host's connection to its virtual controller. When it is gone, so is the controller."""

    def __init__(self, radio: VirtualRadio) -> None:
        super().__init__()
        self._radio = radio
        self._controller: PacedController | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._controller = self._radio.controller(
            "host", self, StreamPacketSink(cast(asyncio.WriteTransport, transport))
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if self._controller is not None:
            self._controller.leave()
