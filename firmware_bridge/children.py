"""Signals to the processes this program started."""

import contextlib
import os
from asyncio.subprocess import Process


def signal_child(process: Process, number: int) -> None:
    """Send a signal to a child; one that has ended already is left alone.

    asyncio's own `terminate` and `kill` look first whether the child has ended (Python 3.11, 3.12).
    That look takes its exit status away from whoever waits for it, and "Unknown child process"
    is printed to a person who can do nothing about it.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
