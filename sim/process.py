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
from pathlib import Path

import msgspec

from firmware_bridge.errors import LinkError
from firmware_bridge.ports import announce
from firmware_bridge.room import BITS_PER_BYTE, check_room

from .birth import Recipe, bear, recipe
from .mischief import Mischief, Plan
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
    plan: Plan = (),
) -> None:
    """Be a virtual device at `serial:PATH`, `tcp:PORT` or `ble` until SIGTERM or SIGINT.

    With `until_eof`, also until standard input is closed: whoever started it is gone.

    An existing tty is used as it is; else PATH becomes a link to a new pseudo-terminal. `baud`
    makes its line as slow as a serial one. `ble` or `ble:PATH` is a virtual radio, joined at the
    socket PATH; `ble:usb:0` or `ble:serial:...` a dongle. `plan` is what goes wrong with it.

    Raises `LinkUnavailable`, `LinkTooSlow`.
    """
    where = place(on)
    asyncio.run(_live(where, wanted, baud, plan, fifo=fifo, until_eof=until_eof))


async def _live(
    where: Place, wanted: Recipe, baud: int | None, plan: Plan, *, fifo: bool, until_eof: bool
) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), ended.set)
    twin = bear(wanted, loop.time(), boot_salt=secrets.randbits(32))
    if plan:
        twin.suffer(Mischief(plan))
    if baud is not None:
        check_room(twin.capabilities, baud / BITS_PER_BYTE)
    async with _offered(where, wanted, twin, baud) as url:
        announcement = announce(url, f"virtual {wanted.preset}, seed {wanted.seed}")
        try:
            twin.start()
            gc.collect()
            gc.freeze()
            if fifo:  # not before: imports ahead of everybody would hold up other sessions
                _hurry()
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


def _plan(file: Path | None) -> Plan:
    return () if file is None else msgspec.json.decode(file.read_bytes(), type=Plan)


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
    parser.add_argument("--mischief", type=Path, metavar="FILE")
    asked = parser.parse_args()
    try:
        fifo = asked.priority == "fifo"
        plan = _plan(asked.mischief)
        wanted = recipe(asked.sim)
        serve(asked.on, wanted, baud=asked.baud, fifo=fifo, until_eof=asked.until_eof, plan=plan)
    except LinkError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
