"""The floor of a tick: `bare_ticks.py SECONDS SCHEDULING` reads a timerfd at 100 Hz, no more."""

import ctypes
import json
import os
import sys
import time

from processes import scheduled

PERIOD_NS = 10_000_000

_MONOTONIC = 1
_ABSOLUTE = 1


def main(seconds: float, how: str) -> None:
    """Print how late each tick was, in seconds."""
    library = ctypes.CDLL(None, use_errno=True)
    first_ns = time.monotonic_ns() + PERIOD_NS
    fd = library.timerfd_create(_MONOTONIC, os.O_CLOEXEC)
    timing = (ctypes.c_long * 4)(0, PERIOD_NS, *divmod(first_ns, 1_000_000_000))
    assert library.timerfd_settime(fd, _ABSOLUTE, ctypes.byref(timing), None) == 0
    late_s: list[float] = []
    number = 0
    with scheduled(how):
        while number * PERIOD_NS < seconds * 1e9:
            expired = int.from_bytes(os.read(fd, 8), sys.byteorder)
            late_s.append((time.monotonic_ns() - first_ns - number * PERIOD_NS) * 1e-9)
            number += expired
    print(json.dumps({"late_s": late_s}))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
