"""The shape of what warms: a surface that comes to a temperature slowly, and is switched off."""

from collections.abc import Iterable

from .asks import Heat
from .pace import Pace, Shape, change_s, finish, must_fit
from .problems import Path
from .quantities import shown
from .shapes import Curve, swing_s
from .trajectory import Track

MIN_HEAT_DEGC, MAX_HEAT_DEGC = 35.0, 40.0
"""A surface that warms: from where it is felt (E, physiology 5.1) to the project's own limit (E,
physiology 2.8: the heater's setpoint)."""
MAX_HEAT_S = 1200.0
"""Longest warming in a session (E, physiology H-18)."""
NEUTRAL_DEGC = 30.0
"""Under this a surface takes warmth from the skin, and nothing need heat it (E: skin is 31.5); the
way from 0, which is off, up to here is nothing that anybody feels."""
RISE_DEGC_S = 0.2
"""Fastest rise of a surface that is asked for (E: a pad of tau 120 s at full work can do it)."""
SWITCH_S = 0.5
"""How long a channel takes on its way from off and to off (E); the surface itself is slower."""


def heat(ask: Heat, pace: Pace) -> Shape:
    """A steady pressure, and a surface that warms under it; off at the end, or on to the next."""
    pressure_kpa = pace.start_kpa if ask.pressure_kpa is None else ask.pressure_kpa
    entry_s = change_s(pace.start_kpa, pressure_kpa, pace)
    release_s = change_s(pressure_kpa, 0.0, pace) if pace.last else 0.0
    must_fit(entry_s + release_s, ask.for_s)
    curve = Curve(pace.start_kpa)
    curve.swing_to(pressure_kpa, entry_s)
    return finish(curve, ask.for_s, release_s, entry_s, temperature=_surface(ask, pace))


def overheated(steps: Iterable[tuple[Path, Track | None]]) -> tuple[Path, str] | None:
    """Return the step with which a programme has warmed for too long in all, and a sentence."""
    spent_s = 0.0
    for path, track in steps:
        spent_s += warmed_s(track)
        if spent_s > MAX_HEAT_S + 1e-6:
            sentence = (
                f"warms for {shown(spent_s, 'time')} in all up to here; "
                f"rules allow {shown(MAX_HEAT_S, 'time')} in a session"
            )
            return (*path, "for"), sentence
    return None


def warmed_s(track: Track | None) -> float:
    """Return how long a surface is kept warm by a track, if there is one."""
    return track.at_s[-1] if track is not None and any(track.value) else 0.0


def _surface(ask: Heat, pace: Pace) -> Curve:
    curve = Curve(pace.start_degc)
    if curve.value < NEUTRAL_DEGC:
        curve.swing_to(NEUTRAL_DEGC, SWITCH_S)
    change = max(SWITCH_S, swing_s(curve.value, ask.temperature_degc, RISE_DEGC_S))
    off_s = 0.0 if pace.warm_after else SWITCH_S
    ready_s = curve.now_s + (change if ask.temperature_degc >= curve.value else SWITCH_S)
    must_fit(ready_s + off_s, ask.for_s)
    curve.swing_to(ask.temperature_degc, ready_s)
    curve.rest_until(ask.for_s - off_s)
    if off_s:
        curve.swing_to(0.0, ask.for_s)
    return curve
