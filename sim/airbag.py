"""A chamber of air around a limb: a pump, a valve, a dump valve; and what the device says of it.

It is slow: it follows three changes in ten seconds, and lets go within a second only because a
second, wider valve opens without power.
"""

from functools import reduce

from firmware_bridge.capabilities import Channel
from firmware_bridge.codes import Fault

from .coil import (
    CONTACT_KPA,
    LOST_KPA,
    LOST_MS,
    OVER_MS,
    RANGE_KPA,
    STALE_MS,
    Cubic,
)
from .driver import GOOD_DRIVER, Driver
from .hardware import BuiltIn
from .sensors import PressureSensor

HIGH_KPA = 20.0
"""The valve relieves more than this (E, physiology 2.6)."""

AREA_CM2 = 30.0
"""Where the chamber touches: with it the force ceiling of a limb is 13.3 kPa (E)."""

RATE_KPA_S = 4.0
"""Fastest filling: 13 kPa in somewhat over 3 s (E, physiology 5.1: 3 to 8 s)."""

STATIC_MAX_S, SESSION_MAX_S = 180.0, 2400.0
"""Compiled timers (E, physiology 2.6 and wire)."""

BUILT_IN = BuiltIn(
    high_kpa=HIGH_KPA,
    rise_level_kpa_s=RATE_KPA_S,
    rise_rhythm_kpa_s=RATE_KPA_S,
    fall_kpa_s=200.0,
    static_max_s=STATIC_MAX_S,
    session_max_s=SESSION_MAX_S,
)

BANDWIDTH_HZ = 0.3
"""The quick end of 0.1 to 0.3 (V/E, physiology 5.1)."""

VENT_S, SLOW_VENT_S = 0.85, 3.0
"""From full work to less than 2 kPa with the dump valve, and through the small one alone
(measured on the model)."""

_FOLLOW_S = 0.5
"""Time constant of chamber and regulator (D: 1 / (2 pi * 0.3 Hz))."""

_VENT_S, _DUMP_S = 1.5, 0.4
"""Time constants of an open valve, and of the dump valve (V/E, physiology 5.1; E)."""

_VALVE_S = 0.03
"""Time constant of a valve (E, physiology 5.1: 20 to 50 ms)."""

_SENSE = 5
"""Ticks between two readings: 200 Hz."""


def channel(number: int, name: str, site: str | None, *, dump: bool) -> Channel:
    """Return what the device says of a chamber."""
    return Channel(
        id=number, name=name, quantity="pressure", unit="kPa", low=0.0, high=HIGH_KPA,
        max_rate=RATE_KPA_S, resolution=0.01, area_cm2=AREA_CM2, site=site,
        bandwidth_hz=BANDWIDTH_HZ, vent_s=VENT_S if dump else SLOW_VENT_S,
        unpowered="releases", on_loss="releases",
    )  # fmt: skip


class Airbag:
    """A chamber: its gauge pressure counts as contact pressure (rules, *What may press*)."""

    def __init__(
        self, regulated: PressureSensor, independent: PressureSensor, *, dump: bool = True
    ) -> None:
        self._regulated, self._independent = regulated, independent
        self._open_s = _DUMP_S if dump else _VENT_S
        self.pad_on = True
        self.live = False
        self.true_kpa = self.measured_kpa = self.pressed_kpa = 0.0
        self.trip = Fault.NONE
        self.limited = False
        self.taken: tuple[list[float], list[float]] = ([], [])
        self.sunk_mm: list[float] = []
        self._chamber_kpa = self._valve_kpa = self._other_kpa = 0.0
        self._contact = False
        self._low_ms = self._stale_ms = self._over_ms = 0
        self.drive_through(())
        self.limit(0.0, 0.0, 0.0, 200.0, 0.0)

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """What is asked of pump and valves goes through these, one after the other."""
        return self._drivers

    def drive_through(self, drivers: tuple[Driver, ...]) -> None:
        """Let all that is asked for go through these, from now on."""
        self._drivers = drivers
        driver = reduce(Driver.then, drivers, GOOD_DRIVER)
        self._share, self._push_kpa = driver.share, 10.0 * driver.push_n / AREA_CM2
        self._pushes_live = driver.live
        slow = driver.follow < GOOD_DRIVER.follow
        self._follow_s = _FOLLOW_S + (1e-3 / driver.follow if slow else 0.0)

    @property
    def drive_n(self) -> float:
        """With what force the chamber presses now."""
        return self._chamber_kpa * AREA_CM2 / 10.0

    @property
    def sensors(self) -> tuple[PressureSensor, PressureSensor]:
        """The one that regulates, and the independent one."""
        return self._regulated, self._independent

    @sensors.setter
    def sensors(self, sensors: tuple[PressureSensor, PressureSensor]) -> None:
        self._regulated, self._independent = sensors

    @property
    def contact(self) -> bool:
        return self._contact

    def limit(
        self, ceiling_kpa: float, level_kpa_s: float, rhythm_kpa_s: float, fall_kpa_s: float,
        effort: float,
    ) -> None:  # fmt: skip
        """Press no more, rise and fall no faster than this; it has no effort to limit."""
        del effort, rhythm_kpa_s
        self._limits = (ceiling_kpa, level_kpa_s * 1e-3, fall_kpa_s * 1e-3)

    def energise(self) -> None:
        self.live = True
        self.trip = Fault.NONE
        self.pressed_kpa = self._valve_kpa = 0.0
        self._stale_ms = self._over_ms = 0

    def release(self) -> None:
        """Open every valve."""
        self.live = False
        self.pressed_kpa = self._valve_kpa = 0.0

    def feel_body(self, stiffness: float, lifted_m: float) -> None:
        """Nothing changes: the air gives way to what a body does."""
        del stiffness, lifted_m

    def put_on(self) -> None:
        self.pad_on = True

    def run(
        self, n: int, now_us: int, pressure: Cubic, gain: Cubic, cap: Cubic, *, rhythmic: bool
    ) -> None:
        """Advance `n` ticks of 1 ms from `now_us`, each asking for min(pressure * gain, cap)."""
        del rhythmic  # a chamber is never quick enough for it to matter
        for tick in range(1, n + 1):
            t_us = now_us + tick * 1000
            if self.live:
                self._ask(min(_at(pressure, t_us) * _at(gain, t_us), _at(cap, t_us)))
            self._breathe()
            if t_us // 1000 % _SENSE == 0:
                self._sense()

    def _ask(self, want_kpa: float) -> None:
        ceiling, level, fall = self._limits
        want_kpa = max(0.0, min(want_kpa, ceiling))
        step = want_kpa - self.pressed_kpa
        if step > level:
            self.limited |= step - level > CONTACT_KPA
            step = level
        self.pressed_kpa += max(step, -fall)

    def _breathe(self) -> None:
        """Move the air: towards what is asked for, or out of every valve."""
        self._valve_kpa += (self.pressed_kpa - self._valve_kpa) * (1e-3 / _VALVE_S)
        chamber_kpa = self._chamber_kpa
        push_kpa = self._push_kpa if self.live or not self._pushes_live else 0.0
        if self.pressed_kpa <= 0.0 and push_kpa <= 0.0:
            chamber_kpa -= chamber_kpa * (1e-3 / self._open_s)
        else:
            supplied_kpa = self._share * self._valve_kpa + push_kpa
            flow = (supplied_kpa - chamber_kpa) * (1e-3 / self._follow_s)
            chamber_kpa += max(min(flow, RATE_KPA_S * 1.5e-3), -chamber_kpa * (1e-3 / self._open_s))
        self._chamber_kpa = min(chamber_kpa, HIGH_KPA)
        self.true_kpa = self._chamber_kpa if self.pad_on else 0.0

    def _sense(self) -> None:
        reading = self._regulated.read(self.true_kpa)
        other = self._independent.read(self.true_kpa)
        self._other_kpa = self._other_kpa if other is None else other
        self._stale_ms = 0 if reading is not None else self._stale_ms + _SENSE
        self.measured_kpa = self.measured_kpa if reading is None else reading
        self.taken[0].append(self.measured_kpa)
        self.taken[1].append(self._other_kpa)
        self._low_ms = 0 if self.measured_kpa >= LOST_KPA else self._low_ms + _SENSE
        if self._contact:
            self._contact = self._low_ms < LOST_MS
        else:
            self._contact = self.measured_kpa > CONTACT_KPA
        if self.live:
            self._judge()

    def _judge(self) -> None:
        over = self.measured_kpa > 1.05 * self._limits[0] + 0.5
        self._over_ms = self._over_ms + _SENSE if over else 0
        if self._stale_ms > STALE_MS:
            self.trip |= Fault.SENSOR_STALE
        if not RANGE_KPA[0] <= self.measured_kpa <= RANGE_KPA[1]:
            self.trip |= Fault.SENSOR_RANGE
        if self._over_ms > OVER_MS:
            self.trip |= Fault.OVER_PRESSURE
        if self.trip:
            self.release()


def _at(cubic: Cubic, at_us: int) -> float:
    start_us, a, b, c, d = cubic
    s = (at_us - start_us) * 1e-6
    return a + s * (b + s * (c + s * d))
