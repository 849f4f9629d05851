"""Which of two twins works, compiled or plain."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from controller import emg_compiled
from firmware_bridge.kernels import PLAIN, kernel, unwanted
from sim import mixing, ticks


def at_work() -> str:
    """Say what works here: `MYOLOOP_PLAIN=1` before a benchmark measures the plain twins."""
    if unwanted():
        return "plain Python"
    built = [kernel(name) is not None for name in (ticks.NAME, mixing.NAME)]
    compiled = emg_compiled.available() and all(built)
    return "compiled kernels" if compiled else "plain Python, since no kernels were built"


@contextmanager
def plain() -> Generator[None]:
    """What is made meanwhile is plain."""
    before = os.environ.get(PLAIN)
    os.environ[PLAIN] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[PLAIN]
        else:
            os.environ[PLAIN] = before
