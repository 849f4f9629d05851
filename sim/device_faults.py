"""Devices that restart, lose power, do not fit, and clocks that lie."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np

from .fault import DeviceFault, End, Family, between, nothing

if TYPE_CHECKING:
    from .twin import Twin

READ_EVERY_US = 5000
"""A clock jumps by whole readings, as the timer that drives both does (E)."""


class ClockSkew(DeviceFault, frozen=True, kw_only=True, tag="clock_skew"):
    """The crystal is off by so many parts in a million more."""

    family: ClassVar[Family] = "clock"
    ppm: Annotated[float, between(-20_000.0, 20_000.0)] = 300.0

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        time, machine = twin.time, twin.machine
        before = time.ppm
        time.skew(before + self.ppm, time.when(machine.tick))
        return lambda: time.skew(before, time.when(machine.tick))


class ClockJump(DeviceFault, frozen=True, kw_only=True, tag="clock_jump"):
    """The device's clock says another time, from one tick to the next; never one below zero."""

    family: ClassVar[Family] = "clock"
    momentary: ClassVar[bool] = True
    by_s: Annotated[float, between(-1000.0, 1000.0)] = 0.3

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        by_us = max(round(self.by_s * 1e6), -twin.machine.now_us)  # no clock is below zero
        twin.jump(-(-by_us // READ_EVERY_US) * READ_EVERY_US)
        return nothing


class DeviceReset(DeviceFault, frozen=True, kw_only=True, tag="device_reset"):
    """The device restarts in an instant."""

    family: ClassVar[Family] = "device"
    momentary: ClassVar[bool] = True

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        twin.restart()
        return nothing


class BrownOut(DeviceFault, frozen=True, kw_only=True, tag="brown_out"):
    """The device has no power for a while, and restarts when it is back."""

    family: ClassVar[Family] = "device"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        twin.go_dark()
        return twin.restart


class FirmwareMismatch(DeviceFault, frozen=True, kw_only=True, tag="firmware_mismatch"):
    """The device speaks another major version, or announces capabilities that it has not."""

    family: ClassVar[Family] = "device"
    of: Literal["version", "capabilities"] = "version"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        twin.misfit(version=self.of == "version", capabilities=self.of == "capabilities")
        return lambda: twin.misfit(version=False, capabilities=False)
