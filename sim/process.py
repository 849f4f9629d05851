"""A twin in its own process: at the far end of a serial port or a TCP connection, or on the air."""

import argparse
import asyncio
import contextlib
import gc
import os
import secrets
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from firmware_bridge.errors import LinkError
from firmware_bridge.ports import announce
from firmware_bridge.room import BITS_PER_BYTE, check_room

from .birth import Recipe, bear, recipe
from .places import AirPlace, Place, on_air, place, reach
from .twin import Twin

FIFO_PRIORITY = 20
"""Above a host on the same machine: a real device does not wait for it either (E)."""


def serve(
    on: str,
    wanted: Recipe,
    *,
    baud: int | None = None,
    fifo: bool = False,
    until_eof: bool = False,
) -> None:
    """Be a virtual device at `serial:PATH`, `tcp:PORT` or `ble` until SIGTERM or SIGINT.

    With `until_eof`, also until standard input is closed: whoever started it is gone.

    An existing tty is used as it is; else PATH becomes a link to a new pseudo-terminal. `baud`
    makes its line as slow as a serial one. `ble` or `ble:PATH` is a virtual radio, joined at the
    socket PATH; `ble:usb:0` or `ble:serial:...` a dongle. Raises `LinkUnavailable`, `LinkTooSlow`.
    """
    where = place(on)
    if fifo:
        _hurry()
    asyncio.run(_live(where, wanted, baud, until_eof=until_eof))


async def _live(where: Place, wanted: Recipe, baud: int | None, *, until_eof: bool) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), ended.set)
    twin = bear(wanted, loop.time(), boot_salt=secrets.randbits(32))
    if baud is not None:
        check_room(twin.capabilities, baud / BITS_PER_BYTE)
    async with _offered(where, wanted, twin, baud) as url:
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


@asynccontextmanager
async def _offered(
    where: Place, wanted: Recipe, twin: Twin, baud: int | None
) -> AsyncGenerator[str]:
    """Let hosts find a twin; give the address at which it is found."""
    if isinstance(where, AirPlace):
        async with on_air(where, wanted, twin) as url:
            yield url
        return
    end, url = await reach(where, twin, baud)
    try:
        yield url
    finally:
        await end.aclose()


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
    parser.add_argument("--until-eof", action="store_true")
    asked = parser.parse_args()
    try:
        fifo = asked.priority == "fifo"
        serve(asked.on, recipe(asked.sim), baud=asked.baud, fifo=fifo, until_eof=asked.until_eof)
    except LinkError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
