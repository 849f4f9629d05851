"""What goes wrong at a device's end, and when: a plan that begins when the device is armed."""

import heapq
import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import numpy as np

from .actuator_faults import Leak, Runaway, SlowActuator, ValveClosed, ValveOpen
from .battery_faults import BatteryGauge, BatteryWorn
from .device_faults import BrownOut, ClockJump, ClockSkew, DeviceReset, FirmwareMismatch
from .emg_faults import (
    ElectrodeOff,
    EmgMains,
    EmgMotion,
    EmgRail,
    EmgSwapped,
    EmgTap,
    LeadUnplugged,
)
from .fault import DeviceFault, End, Gestures, nothing
from .heater_faults import HeaterSensor, HeaterStuck
from .person_faults import (
    Cramp,
    PadOff,
    PadOverBone,
    PainPressed,
    PersonMoves,
    PersonSleeps,
    PressesEverything,
    StopPressed,
)
from .sensor_faults import (
    SensorDropout,
    SensorGain,
    SensorHysteresis,
    SensorOffset,
    SensorSaturation,
    SensorSpikes,
    SensorsSwapped,
    SensorStuck,
)
from .watch import NEVER

if TYPE_CHECKING:
    from .twin import Twin

LEAD_S = 0.02
"""From arming to the first instant of a session: what a host allows for (wire, *Motion*)."""

FOR_EVER_S = 3600.0
"""How long somebody goes on who is told no end (E: longer than any session)."""

AtDevice: TypeAlias = (
    ClockSkew | ClockJump
    | SensorOffset | SensorGain | SensorStuck | SensorDropout | SensorSpikes | SensorHysteresis
    | SensorSaturation | SensorsSwapped
    | ElectrodeOff | LeadUnplugged | EmgRail | EmgMains | EmgMotion | EmgTap | EmgSwapped
    | ValveOpen | ValveClosed | Leak | SlowActuator | Runaway
    | HeaterSensor | HeaterStuck
    | BatteryGauge | BatteryWorn
    | DeviceReset | BrownOut | FirmwareMismatch
    | PersonMoves | PersonSleeps | PressesEverything | PadOff | PadOverBone
    | PainPressed | StopPressed | Cramp
)  # fmt: skip
"""Every fault at the device's end."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A fault and its time, seconds after the session begins; `begins_s` None: from boot on."""

    fault: AtDevice
    begins_s: float | None
    ends_s: float | None
    seed: int


Plan: TypeAlias = tuple[Planned, ...]
_Do: TypeAlias = Callable[["Twin"], None]


class Mischief:
    """Carries out a plan on a twin, tick by tick."""

    def __init__(self, plan: Iterable[Planned]) -> None:
        self._plan = tuple(plan)
        self._due: list[tuple[int, int, _Do]] = []
        self._number = itertools.count()
        self._zero: int | None = None
        self._early: dict[int, End] = {}

    @property
    def next_tick(self) -> int:
        """When something happens next."""
        return self._due[0][0] if self._due else NEVER

    def prepare(self, twin: "Twin") -> None:
        """Do what is so from boot on."""
        for number, planned in enumerate(self._plan):
            if planned.begins_s is None:
                self._early[number] = _befall(planned, twin)

    def begin(self, tick: int) -> None:
        """The device is armed: the plan begins, if it has not."""
        if self._zero is not None:
            return
        self._zero = tick + round(LEAD_S * 1000)
        for number, planned in enumerate(self._plan):
            if planned.begins_s is None:
                self._end_at(planned, self._early[number])
            elif isinstance(planned.fault, Gestures):
                self._at(planned.begins_s, _told(planned, "begins"))
                self._perform(planned.fault, planned, planned.begins_s)
            else:
                self._at(planned.begins_s, self._beginning(planned))

    def strike(self, twin: "Twin", tick: int) -> None:
        """Do what is due."""
        while self._due and self._due[0][0] <= tick:
            heapq.heappop(self._due)[2](twin)

    def _at(self, at_s: float, do: _Do) -> None:
        tick = (self._zero or 0) + round(at_s * 1000)
        heapq.heappush(self._due, (tick, next(self._number), do))

    def _perform(self, gestures: Gestures, planned: Planned, begins_s: float) -> None:
        lasts_s = FOR_EVER_S if planned.ends_s is None else planned.ends_s - begins_s
        for after_s, gesture in gestures.acts(lasts_s, dice_of(planned.seed)):
            self._at(begins_s + after_s, lambda twin, gesture=gesture: twin.act(gesture))

    def _beginning(self, planned: Planned) -> _Do:
        def begin(twin: "Twin") -> None:
            _told(planned, "begins")(twin)
            self._end_at(planned, _befall(planned, twin))

        return begin

    def _end_at(self, planned: Planned, end: End) -> None:
        if planned.ends_s is None:
            return

        def ends(twin: "Twin") -> None:
            end()
            _told(planned, "ends")(twin)

        self._at(planned.ends_s, ends)


def dice_of(seed: int) -> np.random.Generator:
    """Return the dice of one fault."""
    return np.random.Generator(np.random.PCG64(seed))


def _befall(planned: Planned, twin: "Twin") -> End:
    fault = planned.fault
    return fault.befall(twin, dice_of(planned.seed)) if isinstance(fault, DeviceFault) else nothing


def _told(planned: Planned, what: str) -> _Do:
    text = f"fault {planned.fault.name()} {what}"
    return lambda twin: twin.machine.truth.tell(twin.machine.true_us, text)
