"""A twin in its own process: at the far end of a serial port or TCP connection, or on the air."""

import argparse
import asyncio
import contextlib
import gc
import os
import secrets
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from firmware_bridge.errors import LinkError, LinkUnavailable
from firmware_bridge.lock import runtime_folder
from firmware_bridge.ports import announce
from firmware_bridge.room import BITS_PER_BYTE, check_room

from .birth import Recipe, bear, recipe
from .places import SerialPlace, TcpPlace, place, reach
from .twin import Twin

Offered: TypeAlias = Callable[[Twin], AbstractAsyncContextManager[str]]
"""A place where a twin is found while it lasts; it gives the address."""

FIFO_PRIORITY = 20
"""Above a host on the same machine: a real device does not wait for it either (E)."""


def serve(on: str, wanted: Recipe, *, baud: int | None = None, fifo: bool = False) -> None:
    """Be a virtual device until SIGTERM or SIGINT. Raises `LinkUnavailable`, `LinkTooSlow`.

    At `serial:PATH` an existing tty is used as it is; else PATH becomes a link to a new
    pseudo-terminal. `tcp:PORT` is listened on; `baud` makes either as slow as a serial line.
    `ble` or `ble:PATH` is a virtual radio, joined at the socket PATH; `ble:usb:0` or
    `ble:serial:...` a dongle.
    """
    offered = _offered(on, wanted, baud)
    if fifo:
        _hurry()
    asyncio.run(_live(offered, wanted, baud))


async def _live(offered: Offered, wanted: Recipe, baud: int | None) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    twin = bear(wanted, loop.time(), boot_salt=secrets.randbits(32))
    if baud is not None:
        check_room(twin.capabilities, baud / BITS_PER_BYTE)
    async with offered(twin) as url:
        announcement = announce(url, f"virtual {wanted.preset}, seed {wanted.seed}")
        try:
            twin.start()
            gc.collect()
            gc.freeze()
            sys.stdout.write(f"twin ready on {url}\n")
            sys.stdout.flush()
            await ended.wait()
        finally:
            announcement.unlink(missing_ok=True)
            twin.stop()


def _offered(on: str, wanted: Recipe, baud: int | None) -> Offered:
    """Return the place that `on` means. It gives the address at which a twin is found."""
    scheme, _, air = on.partition(":")
    if scheme == "ble":
        return lambda twin: _on_air(air, wanted, twin)
    where = place(on)
    return lambda twin: _on_wire(where, twin, baud)


@asynccontextmanager
async def _on_wire(
    where: SerialPlace | TcpPlace, twin: Twin, baud: int | None
) -> AsyncGenerator[str]:
    end, url = await reach(where, twin, baud)
    try:
        yield url
    finally:
        await end.aclose()


def _on_air(place: str, wanted: Recipe, twin: Twin) -> AbstractAsyncContextManager[str]:
    try:
        from . import airborne
        from .radio import Air
    except ImportError as error:
        raise no_radio(error) from error
    if place.startswith(("usb:", "serial:", "hci-socket:")):
        return airborne.on_dongle(place, wanted, twin)
    socket = Path(place) if place else runtime_folder() / f"twin-{os.getpid()}.hci"
    return airborne.on_virtual_air(socket, Air(interval_s=wanted.interval_ms * 1e-3), wanted, twin)


def no_radio(error: ImportError) -> LinkUnavailable:
    """Return what to do where the virtual radio is not installed."""
    return LinkUnavailable(
        f"the virtual radio needs {error.name or 'bumble'}: install myoloop[radio]"
    )


def _hurry() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))


def main() -> None:
    """`python -m sim.process`: what opens a `sim://` address starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", required=True, metavar="serial:PATH|tcp:PORT|ble")
    parser.add_argument("--baud", type=int)
    parser.add_argument("--sim", default=Recipe().address, metavar="sim://PRESET")
    parser.add_argument("--priority", choices=("normal", "fifo"), default="normal")
    asked = parser.parse_args()
    try:
        serve(asked.on, recipe(asked.sim), baud=asked.baud, fifo=asked.priority == "fifo")
    except LinkError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
