"""The tick of the control task: exact in rate, honest about its lateness."""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable

_CLOCK_MONOTONIC = 1
_ABSOLUTE = 1
_NONBLOCKING = os.O_NONBLOCK if hasattr(os, "O_NONBLOCK") else 0


class Ticker:
    """Calls `on_tick(number)` every `period_s`; ticks that were missed are skipped, not piled up.

    On Linux a timerfd wakes the loop: asyncio's own timers are late by up to 2 ms, because epoll
    waits whole milliseconds. Elsewhere, and in virtual time, `call_at` on absolute times.
    """

    def __init__(self, period_s: float, on_tick: Callable[[int], None], phase_s: float) -> None:
        self.late_s: list[float] = []
        self._period_s = period_s
        self._on_tick = on_tick
        self._loop = asyncio.get_running_loop()
        self._zero_s = self._loop.time() + phase_s
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._fd = _open_timer(self._zero_s, period_s) if _waits_for_real(self._loop) else None
        if self._fd is None:
            self._timer = self._loop.call_at(self._zero_s, self._tick)
        else:
            self._loop.add_reader(self._fd, self._woken, self._fd)

    def stop(self) -> None:
        """Tick no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._fd is not None:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None

    def _woken(self, fd: int) -> None:
        try:
            os.read(fd, 8)
        except BlockingIOError:
            return
        self._note()

    def _tick(self) -> None:
        self._note()
        due_s = self._zero_s + self._number * self._period_s
        self._timer = self._loop.call_at(due_s, self._tick)

    def _note(self) -> None:
        passed = (self._loop.time() - self._zero_s) / self._period_s
        newest = max(self._number, int(passed + 1e-9))
        self.late_s.append(max(0.0, passed - self._number) * self._period_s)
        self._number = newest + 1
        self._on_tick(newest)


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


def _waits_for_real(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the loop's time is the system's monotonic clock, which a timerfd follows."""
    return sys.platform == "linux" and abs(loop.time() - time.monotonic()) < 1.0


def _open_timer(first_s: float, period_s: float) -> int | None:
    """Return a timerfd that fires at `first_s` and every `period_s`, None where there is none."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        fd: int = library.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCKING | os.O_CLOEXEC)
    except (OSError, AttributeError):
        return None
    if fd < 0:
        return None
    spec = _Itimerspec(_timespec(period_s), _timespec(first_s))
    if library.timerfd_settime(fd, _ABSOLUTE, ctypes.byref(spec), None) != 0:
        os.close(fd)
        return None
    return fd


def _timespec(at_s: float) -> _Timespec:
    nanoseconds = round(at_s * 1e9)
    return _Timespec(nanoseconds // 1_000_000_000, nanoseconds % 1_000_000_000)
