"""The twin's own crystal: device ticks against the event loop's time, and the timer they drive."""

import asyncio
from collections.abc import Callable

from .virtual_time import VirtualTimeLoop

SLIP_S = 1.0
"""A process that was held up longer than this was asleep, and its device with it (E)."""


IN_PLACE = 16
"""So often in a row it goes on without a turn of the loop, which must look at other things too."""


class DeviceTime:
    """Device microseconds as a straight line over the loop's seconds."""

    def __init__(self, start_s: float, boot_us: int, ppm: float) -> None:
        self._start_s = start_s
        self._boot_us = boot_us
        self._rate = 1.0 + ppm * 1e-6

    def us(self, at_s: float) -> int:
        """Return the device's 64-bit clock at a time of the loop."""
        return self._boot_us + int((at_s - self._start_s) * self._rate * 1e6 + 1e-3)

    def tick(self, at_s: float) -> int:
        """Return the newest tick at a time of the loop."""
        return (self.us(at_s) - self._boot_us) // 1000

    def when(self, tick: int) -> float:
        """Return the loop's time of a tick."""
        return self._start_s + tick * 1e-3 / self._rate

    def jump(self, by_us: int) -> None:
        """Say another time from now on; no tick comes sooner or later for it."""
        self._boot_us += by_us

    def skew(self, ppm: float, at_s: float) -> None:
        """Run fast by `ppm` from a time of the loop on, and not as before."""
        ticked_s = (at_s - self._start_s) * self._rate
        self._rate = 1.0 + ppm * 1e-6
        self._start_s = at_s - ticked_s / self._rate

    @property
    def ppm(self) -> float:
        """How fast it runs."""
        return (self._rate - 1.0) * 1e6

    def slip(self, by_s: float) -> None:
        """Stand still for a while: the loop went on, the device did not."""
        self._start_s += by_s


class Clockwork:
    """One timer that calls `run_to` with each tick at which the device has something to say."""

    def __init__(
        self, time: DeviceTime, next_tick: Callable[[], int], run_to: Callable[[int], None]
    ) -> None:
        self._time, self._next_tick, self._run_to = time, next_tick, run_to
        loop = self._loop = asyncio.get_running_loop()
        self._jumps = loop.try_jump if isinstance(loop, VirtualTimeLoop) else _never
        self._timer: asyncio.TimerHandle | None = None

    @property
    def now_s(self) -> float:
        """The loop's time."""
        return self._loop.time()

    def start(self) -> None:
        """Begin, or go on."""
        self._due = self._next_tick()
        self._timer = self._loop.call_at(self._time.when(self._due), self._strike)

    def stop(self) -> None:
        """End. Harmless if it has not begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def wake(self, now_s: float) -> None:
        """Let the device have slept for as long as its process was held up, if it was.

        Before anything else that happens at `now_s`: time that has passed cannot be slept through.
        """
        if self._timer is None:
            return
        late_s = now_s - self._time.when(self._due)
        if late_s > SLIP_S:
            self._time.slip(late_s)

    def _strike(self) -> None:
        timer = self._timer
        for _ in range(IN_PLACE):
            now_s = self._loop.time()
            self.wake(now_s)
            self._run_to(max(self._due, self._time.tick(now_s)))
            if self._timer is not timer:  # somebody has stopped or restarted it meanwhile
                return
            self._due = self._next_tick()
            if not self._jumps(self._time.when(self._due)):
                break
        self._timer = self._loop.call_at(self._time.when(self._due), self._strike)


def _never(at_s: float) -> bool:
    del at_s
    return False
