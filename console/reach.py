"""How a visit reaches its control process: one is started for it; in virtual time it is in memory.

The only place of the console that asks which time it is.
"""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from controller.client import DoorError
from controller.control import Control
from controller.process import READY
from controller.service import Service
from firmware_bridge.links.local import LocalLink, dial, memory_pair
from sim.virtual_time import VirtualTimeLoop

P = ParamSpec("P")
T = TypeVar("T")

READY_WITHIN_S = 20.0
"""How long a control process may take to start (E: imports on a busy machine)."""

GONE_WITHIN_S = 3.0
"""How long it may take to let go and end before it is killed (E); then the device lets go."""


@asynccontextmanager
async def reach() -> AsyncGenerator[LocalLink]:
    """Give a link to the door of a control process that lives for this visit.

    On the way out the link is closed, which lets go, and the process has ended.
    """
    way = _in_memory if in_virtual_time() else _in_process
    async with way() as link:
        yield link


def in_virtual_time() -> bool:
    """Return whether this loop jumps to its next timer."""
    return isinstance(asyncio.get_running_loop(), VirtualTimeLoop)


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what takes long while the loop goes on; in virtual time it takes no time at all."""
    if in_virtual_time():
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


@asynccontextmanager
async def _in_memory() -> AsyncGenerator[LocalLink]:
    near, far = memory_pair()
    control = Control()
    service = Service(control)
    service.meet(far)
    visit = asyncio.get_running_loop().create_task(control.run(), name="control")
    try:
        yield near
    finally:
        await near.aclose()
        await visit
        await service.aclose()


@asynccontextmanager
async def _in_process() -> AsyncGenerator[LocalLink]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "controller.process",
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=None if os.environ.get("MYOLOOP_DEBUG") else DEVNULL,
        start_new_session=True,  # Ctrl-C is for this program: it orders the release, and waits
    )  # fmt: skip
    try:
        link = await dial(await _ready(process))
        try:
            yield link
        finally:
            await link.aclose()
    finally:
        await _gone(process)


async def _ready(process: Process) -> str:
    """Return the address of the door, once there is one. Raises `DoorError`."""
    said = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN_S):
            said = await process.stdout.readline() if process.stdout else b""
    if not said.startswith(READY.encode()):
        raise DoorError("the control process did not start; MYOLOOP_DEBUG=1 shows what it says")
    return said.decode().removeprefix(READY).strip()


async def _gone(process: Process) -> None:
    """Wait until it has let go and ended; one that hangs is killed, and its device lets go."""
    try:
        async with asyncio.timeout(GONE_WITHIN_S):
            await process.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
