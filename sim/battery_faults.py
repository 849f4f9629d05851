"""What goes wrong with a battery: its cells wear, and its gauge says nothing, or what was."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

import numpy as np

from .fault import DeviceFault, End, Family, between, nothing

if TYPE_CHECKING:
    from .twin import Twin

Says: TypeAlias = Literal["nothing", "the_same"]


class _Harmed:
    """A gauge that is silent, or says the same over and over."""

    def __init__(self, said_percent: float | None) -> None:
        self._said_percent = said_percent

    def read(self, true_percent: float) -> float | None:
        del true_percent
        return self._said_percent


class BatteryWorn(DeviceFault, frozen=True, kw_only=True, tag="battery_worn"):
    """The battery is worn: while the device drives, a full one would be empty within so long."""

    family: ClassVar[Family] = "device"
    empty_s: Annotated[float, between(1.0, 3600.0)] = 300.0

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        battery = twin.machine.beside.battery
        if battery is None:
            return nothing
        battery.worn_s = self.empty_s

        def end() -> None:
            battery.worn_s = None

        return end


class BatteryGauge(DeviceFault, frozen=True, kw_only=True, tag="battery_gauge"):
    """What says how full the battery is says nothing, or the same for ever."""

    family: ClassVar[Family] = "sensor"
    says: Says = "nothing"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        battery = twin.machine.beside.battery
        if battery is None:
            return nothing
        good = battery.gauge
        battery.gauge = _Harmed(battery.percent if self.says == "the_same" else None)

        def end() -> None:
            battery.gauge = good

        return end
