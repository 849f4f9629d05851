"""Hosts that fail: held up, killed, behind a slow disk, with a full queue, with another date."""

from typing import Annotated, ClassVar

from .fault import Family, Fault, between


class HostFault(Fault, frozen=True, kw_only=True):
    """Something that happens to the process that plays."""

    family: ClassVar[Family] = "host"


class HostStall(HostFault, frozen=True, kw_only=True, tag="host_stall"):
    """The process does not run for so long: it is swapped out, or stopped."""

    momentary: ClassVar[bool] = True
    lasts_s: Annotated[float, between(0.001, 60.0)] = 0.15


class HostSlowDisk(HostFault, frozen=True, kw_only=True, tag="host_slow_disk"):
    """The process waits for a disk again and again, each time so long."""

    takes_s: Annotated[float, between(0.001, 1.0)] = 0.03
    every_s: Annotated[float, between(0.01, 60.0)] = 0.2


class HostKilled(HostFault, frozen=True, kw_only=True, tag="host_killed"):
    """The process is killed: it says nothing more, and its port is closed."""

    momentary: ClassVar[bool] = True


class HostClockStep(HostFault, frozen=True, kw_only=True, tag="host_clock_step"):
    """Somebody sets the clock on the wall."""

    by_s: Annotated[float, between(-1e6, 1e6)] = 3600.0


class HostQueueFull(HostFault, frozen=True, kw_only=True, tag="host_queue_full"):
    """What the process sends waits; of more than so many frames, the newest are lost."""

    room: Annotated[int, between(0, 10_000)] = 16
