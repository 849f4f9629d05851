"""A twin in its own process: at the far end of a serial port, or on the air."""

import argparse
import asyncio
import contextlib
import gc
import os
import secrets
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.links.serial import open_serial
from firmware_bridge.lock import runtime_folder
from firmware_bridge.ports import announce

from .birth import Recipe, bear, recipe
from .pty_link import PtyLink
from .twin import Twin

FIFO_PRIORITY = 20
"""Above a host on the same machine: a real device does not wait for it either (E)."""


def serve(on: str, wanted: Recipe, *, fifo: bool = False) -> None:
    """Be a virtual device until SIGTERM or SIGINT. Raises `LinkUnavailable`.

    At `serial:PATH` an existing tty is used as it is; else PATH becomes a link to a new
    pseudo-terminal. `ble` or `ble:PATH` is a virtual radio, joined at the socket PATH;
    `ble:usb:0` or `ble:serial:...` a dongle.
    """
    if fifo:
        _hurry()
    asyncio.run(_live(on, wanted))


async def _live(on: str, wanted: Recipe) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    twin = bear(wanted, loop.time(), boot_salt=secrets.randbits(32))
    async with _offered(on, wanted, twin) as url:
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


def _offered(on: str, wanted: Recipe, twin: Twin) -> AbstractAsyncContextManager[str]:
    """Return the place that `on` means. It gives the address at which the twin is found."""
    scheme, _, place = on.partition(":")
    if scheme == "serial" and place:
        return _on_port(Path(place), twin)
    if scheme == "ble":
        return _on_air(place, wanted, twin)
    raise LinkUnavailable(f'"{on}" is no place for a twin; write serial:/tmp/myoloop-twin, or ble')


@asynccontextmanager
async def _on_port(path: Path, twin: Twin) -> AsyncGenerator[str]:
    if path.is_char_device() and not path.is_symlink():  # noqa: ASYNC240 - before anything runs
        link = await open_serial(f"serial://{path}")
        twin.attach(link)
    else:
        link = PtyLink(path, lambda: twin.attach(link))
    try:
        yield f"serial://{path}"
    finally:
        await link.aclose()


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
    parser.add_argument("--on", required=True, metavar="serial:PATH | ble")
    parser.add_argument("--sim", default=Recipe().address, metavar="sim://PRESET")
    parser.add_argument("--priority", choices=("normal", "fifo"), default="normal")
    asked = parser.parse_args()
    try:
        serve(asked.on, recipe(asked.sim), fifo=asked.priority == "fifo")
    except LinkUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
