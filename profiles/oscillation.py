"""The shape of what oscillates: vibration and percussion, by a head or by the pressure itself."""

from .asks import Oscillation, Rhythm
from .pace import Pace, Shape, change_s, finish, must_fit, travel
from .shapes import Curve

RAMP_S = 0.5
"""The head comes to its amplitude, and leaves it, within this (E)."""
SPIN_S = 0.3
"""Before that it comes to its frequency, and after that it leaves it, within this (E)."""


def oscillation(ask: Oscillation, pace: Pace) -> Shape:
    """A steady pressure, and over it a head that spins up, oscillates and stops; it may travel."""
    pressure_kpa = pace.start_kpa if ask.pressure_kpa is None else ask.pressure_kpa
    entry_s = change_s(pace.start_kpa, pressure_kpa, pace)
    release_s = change_s(pressure_kpa, 0.0, pace) if pace.last else 0.0
    around_s = SPIN_S + RAMP_S
    must_fit(entry_s + release_s + 2.0 * around_s, ask.for_s)
    begin_s, end_s = entry_s + around_s, ask.for_s - release_s - around_s
    curve, frequency, amplitude = Curve(pace.start_kpa), Curve(0.0), Curve(0.0)
    curve.swing_to(pressure_kpa, entry_s)
    frequency.rest_until(entry_s)
    frequency.swing_to(ask.frequency_hz, entry_s + SPIN_S)
    frequency.rest_until(end_s + RAMP_S)
    frequency.swing_to(0.0, end_s + around_s)
    amplitude.rest_until(entry_s + SPIN_S)
    amplitude.swing_to(ask.amplitude_mm, begin_s)
    amplitude.rest_until(end_s)
    amplitude.swing_to(0.0, end_s + RAMP_S)
    others = {"frequency": frequency, "amplitude": amplitude}
    if ask.length_mm:
        others["position"] = travel(ask.length_mm, ask.speed_mm_s, begin_s, end_s)
    return finish(curve, ask.for_s, release_s, begin_s, **others)


def by_pressure(ask: Oscillation) -> Rhythm:
    """Return the same rhythm, made by the pressure alone: down from its height by the swing."""
    pressure_kpa = ask.pressure_kpa or 0.0
    low_kpa = pressure_kpa - ask.swing_kpa
    return Rhythm(
        low_kpa=(low_kpa, low_kpa),
        high_kpa=(pressure_kpa, pressure_kpa),
        rate_hz=ask.frequency_hz,
        for_s=ask.for_s,
        attack=ask.attack,
        length_mm=ask.length_mm,
        speed_mm_s=ask.speed_mm_s,
    )
