"""What runs beside a measurement, each in its own process, and how this one is scheduled."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

from controller.priority import urgent

HERE = Path(__file__).parent

DEVICE_PRIORITY = 20
"""SCHED_FIFO priority of whatever plays the device, as the twin takes it."""


def schedulings() -> tuple[str, ...]:
    """Return the ways in which this process may be scheduled."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except (AttributeError, OSError):
        return ("normal",)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return ("normal", "fifo")


def said(how: str) -> str:
    """Return a scheduling in the words of a table."""
    return {"normal": "normal priority", "fifo": "SCHED_FIFO"}[how]


def not_allowed() -> str:
    """Return what a note must say where real-time scheduling is not allowed, else nothing."""
    return "" if "fifo" in schedulings() else " SCHED_FIFO is not allowed to this user."


@contextlib.contextmanager
def scheduled(how: str) -> Generator[None]:
    """Within, this process is scheduled like a session's, or like any program."""
    with urgent() if how == "fifo" else contextlib.nullcontext():
        yield


def be_device(how: str) -> None:
    """Schedule this process as a twin is scheduled."""
    if how == "fifo":
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(DEVICE_PRIORITY))


@contextlib.asynccontextmanager
async def twin(how: str, seed: int = 7, more: str = "") -> AsyncGenerator[str]:
    """Start a twin behind a pseudo-terminal; the value is its address.

    `more` is what is said of its body, as "&guards=never".
    """
    with tempfile.TemporaryDirectory(prefix="myoloop-bench-") as folder:
        port = Path(folder) / "port"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "sim.process", "--on", f"serial:{port}",
            "--sim", f"sim://healthy_f?seed={seed}{more}", "--priority", how,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            assert (await process.stdout.readline()).startswith(b"twin ready")
            yield f"serial://{port}"
        finally:
            process.terminate()
            await process.wait()


@contextlib.asynccontextmanager
async def script(name: str, *arguments: str, **more: Any) -> AsyncGenerator[Any]:  # noqa: ANN401
    """Start a script of this folder, and end it on the way out."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / name), *arguments, stdout=subprocess.PIPE, **more
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def reported(name: str, *arguments: str) -> dict[str, Any]:
    """Run a script of this folder to its end, and return the JSON in its last line."""
    async with script(name, *arguments, limit=1 << 24) as process:
        last = b""
        async for line in process.stdout:
            last = line
        assert await process.wait() == 0, f"{name} failed"
        return json.loads(last)


@contextlib.contextmanager
def busy_neighbours() -> Generator[int]:
    """Keep every core busy with a process of pure Python; the value is how many there are."""
    cores = len(os.sched_getaffinity(0))
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield cores
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
