"""Scheduling: what matters more to a tick than any timer."""

import gc
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

Scheduling = Literal["fifo", "nice", "normal"]

FIFO_PRIORITY = 10
"""Above everything that is not real-time, below the kernel's own threads (E)."""

NICENESS = -10
"""Where real-time scheduling is not allowed (E)."""


@contextmanager
def urgent() -> Generator[Scheduling]:
    """Within, this process is scheduled ahead, if it may, and its collector rests; say how."""
    before = os.nice(0)
    gc.collect()
    gc.freeze()
    scheduling = _raise()
    try:
        yield scheduling
    finally:
        gc.unfreeze()
        _restore(scheduling, before)


def _raise() -> Scheduling:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
    except (AttributeError, PermissionError, OSError):
        pass
    else:
        return "fifo"
    try:
        os.nice(NICENESS)
    except (AttributeError, PermissionError):
        return "normal"
    return "nice"


def _restore(scheduling: Scheduling, niceness: int) -> None:
    if scheduling == "fifo":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    elif scheduling == "nice":
        os.nice(niceness - os.nice(0))
