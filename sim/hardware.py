"""What the virtual devices have in common: a pad that presses, and the limits it was built with."""

from typing import Protocol

import msgspec

from firmware_bridge.codes import Fault

from .coil import Cubic
from .driver import Driver
from .sensors import PressureSensor


class BuiltIn(msgspec.Struct, frozen=True, kw_only=True):
    """Limits that no order raises: kPa, kPa/s, s."""

    high_kpa: float
    rise_level_kpa_s: float
    rise_rhythm_kpa_s: float
    fall_kpa_s: float
    static_max_s: float
    session_max_s: float


class Pad(Protocol):
    """Something that presses, its regulator and its reflexes; `Actuator` says what each means."""

    taken: tuple[list[float], list[float]]
    sunk_mm: list[float]

    @property
    def pad_on(self) -> bool: ...

    @pad_on.setter
    def pad_on(self, on: bool, /) -> None: ...

    @property
    def trip(self) -> Fault: ...

    @trip.setter
    def trip(self, trip: Fault, /) -> None: ...

    @property
    def limited(self) -> bool: ...

    @limited.setter
    def limited(self, limited: bool, /) -> None: ...

    @property
    def live(self) -> bool: ...

    @property
    def true_kpa(self) -> float: ...

    @property
    def measured_kpa(self) -> float: ...

    @property
    def pressed_kpa(self) -> float: ...

    @property
    def drive_n(self) -> float: ...

    @property
    def drivers(self) -> tuple[Driver, ...]: ...

    def drive_through(self, drivers: tuple[Driver, ...]) -> None: ...

    @property
    def sensors(self) -> tuple[PressureSensor, PressureSensor]:
        """The one that regulates, and the independent one."""
        ...

    @sensors.setter
    def sensors(self, sensors: tuple[PressureSensor, PressureSensor]) -> None: ...

    @property
    def contact(self) -> bool:
        """The pad is on something."""
        ...

    def limit(
        self, ceiling_kpa: float, level_kpa_s: float, rhythm_kpa_s: float, fall_kpa_s: float,
        effort: float,
    ) -> None:  # fmt: skip
        """Press no more, rise and fall no faster than this."""
        ...

    def energise(self) -> None:
        """Take it under control, from nothing pressed."""
        ...

    def release(self) -> None:
        """Let go."""
        ...

    def feel_body(self, stiffness: float, lifted_m: float) -> None:
        """Take what the body does: a factor of its stiffness, and how far its skin has risen."""
        ...

    def put_on(self) -> None:
        """Lay the pad on the skin anew."""
        ...

    def run(
        self, n: int, now_us: int, pressure: Cubic, gain: Cubic, cap: Cubic, *, rhythmic: bool
    ) -> None:
        """Advance `n` ticks of 1 ms."""
        ...
