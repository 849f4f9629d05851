"""Actuators that fail, in the words of valves: open lets go, closed keeps what it has."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from .driver import GOOD_DRIVER, Driver
from .fault import DeviceFault, End, Family, Share, between

if TYPE_CHECKING:
    from .hardware import Pad
    from .twin import Twin


class ActuatorFault(DeviceFault, frozen=True, kw_only=True):
    """Between an effort and a coil, or a pump; of several, each comes after those before it."""

    family: ClassVar[Family] = "actuator"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        actuator = twin.machine.actuator
        mine = self.driver(actuator)
        actuator.drive_through((*actuator.drivers, mine))

        def end() -> None:
            left = tuple(one for one in actuator.drivers if one is not mine)
            actuator.drive_through(left)

        return end

    def driver(self, pad: "Pad") -> Driver:
        """Return what becomes of an effort."""
        raise NotImplementedError


class ValveOpen(ActuatorFault, frozen=True, kw_only=True, tag="valve_open"):
    """A valve sticks open: whatever is asked for, nothing presses."""

    def driver(self, pad: "Pad") -> Driver:
        del pad
        return Driver(share=0.0)


class ValveClosed(ActuatorFault, frozen=True, kw_only=True, tag="valve_closed"):
    """A valve sticks closed: what presses now goes on pressing.

    With `dump` a stop still takes the power away, as a second valve would; without, nothing does.
    """

    dump: bool = True

    def driver(self, pad: "Pad") -> Driver:
        return Driver(share=0.0, push_n=pad.drive_n, live=self.dump)


class Leak(ActuatorFault, frozen=True, kw_only=True, tag="leak"):
    """This share of every effort is lost."""

    share: Share = 0.3

    def driver(self, pad: "Pad") -> Driver:
        del pad
        return Driver(share=1.0 - self.share)


class SlowActuator(ActuatorFault, frozen=True, kw_only=True, tag="actuator_slow"):
    """It follows with this time constant; a chamber of air, by so much more slowly."""

    lag_s: Annotated[float, between(0.005, 5.0)] = 0.1

    def driver(self, pad: "Pad") -> Driver:
        del pad
        return Driver(follow=min(GOOD_DRIVER.follow, 1e-3 / self.lag_s))


class Runaway(ActuatorFault, frozen=True, kw_only=True, tag="runaway"):
    """It pushes with this force, whatever is asked for, until its power is taken away.

    A pump does so as fast as it fills a chamber, up to the relief valve.
    """

    force_n: Annotated[float, between(0.0, 60.0)] = 40.0

    def driver(self, pad: "Pad") -> Driver:
        del pad
        return Driver(share=0.0, push_n=self.force_n)
