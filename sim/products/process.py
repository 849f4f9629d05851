"""An emulated product on the air, in a process of its own: what it does is told as it does it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from bumble import core

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.lock import runtime_folder
from firmware_bridge.ports import announce
from sim.airborne import radio_at
from sim.central import open_controller
from sim.places import AirPlace
from sim.radio import Air

from .catalogue import EMULATIONS
from .emulation import Emulation, Levels
from .on_air import Airborne, on_radio

INTERVAL_S = 0.015
"""Connection interval of the virtual radio that it is on (E)."""

DONGLES = ("usb:", "serial:", "hci-socket:")
"""What begins the name of a controller that is real."""


def serve(name: str, where: AirPlace) -> None:
    """Be this product until SIGTERM or SIGINT. Raises `LinkUnavailable`."""
    if name not in EMULATIONS:
        raise LinkUnavailable(
            f'there is no emulated product "{name}"; there are {", ".join(EMULATIONS)}'
        )
    asyncio.run(_live(name, where))


async def _live(name: str, where: AirPlace) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    product = EMULATIONS[name]()
    began_s = loop.time()
    product.watcher = lambda levels: _tell(_sentence(loop.time() - began_s, levels))
    dongle = where.at.startswith(DONGLES)
    async with (_on_dongle if dongle else _on_virtual_air)(product, where.at) as query:
        url = f"{name}://{quote(product.name)}{query}"
        announcement = announce(url, f"emulated {product.name}")
        _tell(f"twin ready on {url}")
        try:
            await ended.wait()
        finally:
            announcement.unlink(missing_ok=True)


@asynccontextmanager
async def _on_virtual_air(product: Emulation, at: str) -> AsyncGenerator[str]:
    socket = Path(at) if at else runtime_folder() / f"twin-{os.getpid()}.hci"
    async with radio_at(socket, Air(interval_s=INTERVAL_S), seed=0) as radio:
        far = on_radio(product, radio)
        try:
            await far.switch_on()
            yield f"?hci=unix:{socket}"
        finally:
            await far.aclose()


@asynccontextmanager
async def _on_dongle(product: Emulation, at: str) -> AsyncGenerator[str]:
    """Offer a product over a real controller, as `usb:0`. Untested on hardware."""
    transport = await open_controller(at)
    far = Airborne(product, transport.source, transport.sink)
    try:
        await far.switch_on()
        yield ""
    finally:
        with contextlib.suppress(core.BaseBumbleError, TimeoutError):
            await far.aclose()
        await transport.close()


def _sentence(at_s: float, levels: Levels) -> str:
    """Return what runs now; nothing is off."""
    runs = ", ".join(f"{zone} {number}" for zone, number in levels.items() if number)
    return f"{at_s:7.1f} s  {runs or 'off'}"


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
