"""A twin in its own process, at the far end of a serial port."""

import argparse
import asyncio
import contextlib
import gc
import os
import secrets
import signal
import sys
from pathlib import Path

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.link import Link
from firmware_bridge.links.serial import open_serial
from firmware_bridge.ports import announce

from .birth import Recipe, bear, recipe
from .pty_link import PtyLink
from .twin import Twin

FIFO_PRIORITY = 20
"""Above a host on the same machine: a real device does not wait for it either (E)."""


def serve(on: str, wanted: Recipe, *, fifo: bool = False, until_eof: bool = False) -> None:
    """Be a virtual device at `serial:PATH` until SIGTERM or SIGINT. Raises `LinkUnavailable`.

    With `until_eof`, also until standard input is closed: whoever started it is gone.

    An existing tty is used as it is; else PATH becomes a link to a new pseudo-terminal.
    """
    scheme, _, path = on.partition(":")
    if scheme != "serial" or not path:
        raise LinkUnavailable(f'"{on}" is no place for a twin; write serial:/tmp/myoloop-twin')
    if fifo:
        _hurry()
    port = Path(path)
    is_tty = port.is_char_device() and not port.is_symlink()
    asyncio.run(_live(port, wanted, is_tty=is_tty, until_eof=until_eof))


async def _live(path: Path, wanted: Recipe, *, is_tty: bool, until_eof: bool) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), ended.set)
    twin = bear(wanted, loop.time(), boot_salt=secrets.randbits(32))
    link = await _reach(path, twin, is_tty=is_tty)
    announcement = announce(f"serial://{path}", f"virtual {wanted.preset}, seed {wanted.seed}")
    try:
        twin.start()
        gc.collect()
        gc.freeze()
        sys.stdout.write(f"twin ready on {path}\n")
        sys.stdout.flush()
        await ended.wait()
    finally:
        announcement.unlink(missing_ok=True)
        twin.stop()
        await link.aclose()


async def _reach(path: Path, twin: Twin, *, is_tty: bool) -> Link:
    if is_tty:
        port = await open_serial(f"serial://{path}")
        twin.attach(port)
        return port
    pty = PtyLink(path, lambda: twin.attach(pty))
    return pty


def _hurry() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))


def main() -> None:
    """`python -m sim.process`: what opens a `sim://` address starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", required=True, metavar="serial:PATH")
    parser.add_argument("--sim", default=Recipe().address, metavar="sim://PRESET")
    parser.add_argument("--priority", choices=("normal", "fifo"), default="normal")
    parser.add_argument("--until-eof", action="store_true")
    asked = parser.parse_args()
    try:
        serve(asked.on, recipe(asked.sim), fifo=asked.priority == "fifo", until_eof=asked.until_eof)
    except LinkUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
