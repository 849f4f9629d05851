"""What goes wrong with what warms: its thermometer, and the relay of its power."""

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import numpy as np

from .fault import DeviceFault, End, Family, nothing
from .heater import ROOM_DEGC

if TYPE_CHECKING:
    from .twin import Twin

Says: TypeAlias = Literal["room", "nothing", "the_same"]

COMES_OFF = 0.05
"""Share of the way to the air that a bare thermometer goes with each reading (E: tau 2 s)."""


class _Harmed:
    """A thermometer that has come off, is silent, or says the same over and over."""

    def __init__(self, says: Says, last_degc: float) -> None:
        self._says = says
        self._degc = last_degc

    def read(self, true_degc: float) -> float | None:
        del true_degc
        if self._says == "room":
            self._degc += (ROOM_DEGC - self._degc) * COMES_OFF
        return None if self._says == "nothing" else self._degc


class HeaterSensor(DeviceFault, frozen=True, kw_only=True, tag="heater_sensor"):
    """A heater's thermometer comes off and reads the room, says nothing, or the same for ever."""

    family: ClassVar[Family] = "sensor"
    says: Says = "room"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        heater = twin.machine.beside.heater
        if heater is None:
            return nothing
        good = heater.thermometer
        heater.thermometer = _Harmed(self.says, heater.reading or heater.surface_degc)

        def end() -> None:
            heater.thermometer = good

        return end


class HeaterStuck(DeviceFault, frozen=True, kw_only=True, tag="heater_stuck"):
    """The relay of a heater sticks closed: full power, whoever asks."""

    family: ClassVar[Family] = "device"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        heater = twin.machine.beside.heater
        if heater is None:
            return nothing
        heater.stuck = True

        def end() -> None:
            heater.stuck = False

        return end
