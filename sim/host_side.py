"""What happens at the host's end on the way: orders, a wire that fails, a process held up."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from .fault import End, Fault, nothing
from .faults import AT_DEVICE
from .happenings import Told
from .harmed_link import HarmedLink
from .host_faults import HostClockStep, HostKilled, HostQueueFull, HostSlowDisk, HostStall
from .mischief import AtDevice, Plan, Planned, dice_of
from .rigs import Rig
from .scenario import Happens, Story
from .wire_faults import WireFault


def at_device(story: Story) -> Plan:
    """Return what of a story happens at the device's end."""
    return tuple(
        Planned(
            fault=cast("AtDevice", one.what),  # its name says of what kind it is
            begins_s=one.at_s,
            ends_s=one.ends_s,
            seed=seed_of(story, number),
        )
        for number, one in enumerate(story.happens)
        if one.name in AT_DEVICE
    )


def seed_of(story: Story, number: int) -> int:
    """Return the seed of one happening: no two share their dice."""
    return (story.seed * 1_000_003 + number) % 2**63


class HostSide:
    """Lets things happen at the host's end, at their time of the session."""

    def __init__(
        self,
        story: Story,
        rig: Rig,
        link: HarmedLink,
        order: Callable[[str, Told], None],
        kill: Callable[[], None],
    ) -> None:
        self._rig, self._link, self._order, self._kill = rig, link, order, kill
        self._loop = asyncio.get_running_loop()
        self._mine = [
            (one, seed_of(story, number))
            for number, one in enumerate(story.happens)
            if one.name not in AT_DEVICE
        ]
        self._zero_s: float | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._ends: list[End] = []
        self.events: list[tuple[float, str]] = []

    def prepare(self) -> None:
        """Do what is so before the device is opened."""
        for one, seed in self._mine:
            if one.at_s is None and isinstance(one.what, Fault):
                self._ends.append(self._befall(one.what, seed))

    def begin(self, session_s: float) -> None:
        """The session is this old: its plan begins."""
        if self._zero_s is not None:
            return
        self._zero_s = self._loop.time() - session_s
        for one, seed in self._mine:
            if one.at_s is not None:
                self._at(one.at_s, lambda one=one, seed=seed: self._happen(one, seed))

    def close(self) -> None:
        """Let nothing more happen, and undo what goes on."""
        for timer in self._timers:
            timer.cancel()
        for end in self._ends:
            end()
        self._ends.clear()

    def _at(self, at_s: float, do: Callable[[], None]) -> None:
        zero_s = self._zero_s or 0.0
        self._timers.add(self._loop.call_at(zero_s + at_s, do))

    def _happen(self, one: Happens, seed: int) -> None:
        at_s = one.at_s or 0.0
        if not isinstance(one.what, Fault):
            self.events.append((at_s, f"order {one.name}"))
            self._order(one.name, one.what)
            return
        self.events.append((at_s, f"fault {one.name} begins"))
        end = self._befall(one.what, seed)
        if one.ends_s is None:
            self._ends.append(end)
        else:
            self._at(one.ends_s, lambda: self._end(one, end))

    def _end(self, one: Happens, end: End) -> None:
        end()
        self.events.append((one.ends_s or 0.0, f"fault {one.name} ends"))

    def _befall(self, fault: Fault, seed: int) -> End:
        match fault:
            case WireFault():
                return self._link.suffer(fault, dice_of(seed))
            case HostStall(lasts_s=lasts_s):
                self._stall(lasts_s)
            case HostSlowDisk():
                return self._wait_for_disk(fault)
            case HostKilled():
                self._kill()
            case HostClockStep(by_s=by_s):
                return _set_the_clock(by_s)
            case HostQueueFull(room=room):
                return self._link.fill(room)
            case _:
                raise TypeError(f"{fault.name()} does not happen to a host")
        return nothing

    def _stall(self, for_s: float) -> None:
        self._link.keep()
        self._rig.stall(for_s)
        self._link.read_on()

    def _wait_for_disk(self, disk: HostSlowDisk) -> End:
        timer: asyncio.TimerHandle | None = None

        def wait() -> None:
            nonlocal timer
            timer = self._loop.call_later(disk.every_s, wait)
            self._stall(disk.takes_s)

        wait()
        return lambda: timer.cancel() if timer is not None else None


def _set_the_clock(by_s: float) -> End:
    before = time.time
    time.time = lambda: before() + by_s

    def set_back() -> None:
        time.time = before

    return set_back
