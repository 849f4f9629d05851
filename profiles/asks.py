"""What a technique is asked for, in numbers."""

import msgspec

from .shapes import steepest

RETURN_SHARE = 0.3
"""How hard an effleurage stroke presses on its way back (E, physiology 1.2: at most 30 %)."""


class Hold(msgspec.Struct, frozen=True):
    """One pressure: settle and rest."""

    pressure_kpa: float
    for_s: float


class Strokes(msgspec.Struct, frozen=True):
    """Effleurage."""

    start_kpa: float
    end_kpa: float
    rate_hz: float
    length_mm: float
    for_s: float


class Kneading(msgspec.Struct, frozen=True):
    """Petrissage; the first of each pair is where the step begins, the second where it ends."""

    low_kpa: tuple[float, float]
    high_kpa: tuple[float, float]
    rate_hz: float
    for_s: float

    @property
    def depth_kpa(self) -> float:
        """How far the deepest stroke can reach."""
        return max(self.high_kpa) - min(self.low_kpa)


class Point(msgspec.Struct, frozen=True):
    """A trigger point: rise and hold take `for_s`, the fall comes after."""

    pressure_kpa: float
    rise_kpa_s: float
    fall_kpa_s: float
    for_s: float


Ask = Hold | Strokes | Kneading | Point


def peak_kpa(ask: Ask) -> float:
    """Return the highest pressure a technique reaches by itself."""
    match ask:
        case Hold() | Point():
            return ask.pressure_kpa
        case Strokes():
            return max(ask.start_kpa, ask.end_kpa)
        case Kneading():
            return max(ask.high_kpa)


def valley_kpa(ask: Ask) -> float:
    """Return the lowest pressure a technique comes back to by itself, again and again."""
    match ask:
        case Hold() | Point():
            return ask.pressure_kpa
        case Strokes():
            return RETURN_SHARE * min(ask.start_kpa, ask.end_kpa)
        case Kneading():
            return min(ask.low_kpa)


def rhythm_rise_kpa_s(ask: Ask) -> float:
    """Return how fast a technique rises in its rhythm; 0 if it has none."""
    if not isinstance(ask, Kneading):
        return 0.0
    return steepest(0.0, ask.depth_kpa, 0.5 / ask.rate_hz)


def scaled(ask: Ask, scale: float) -> Ask:
    """Return the same technique with every pressure scaled."""
    match ask:
        case Hold() | Point():
            return msgspec.structs.replace(ask, pressure_kpa=ask.pressure_kpa * scale)
        case Strokes():
            start_kpa, end_kpa = ask.start_kpa * scale, ask.end_kpa * scale
            return msgspec.structs.replace(ask, start_kpa=start_kpa, end_kpa=end_kpa)
        case Kneading():
            low, high = ask.low_kpa, ask.high_kpa
            return msgspec.structs.replace(
                ask,
                low_kpa=(low[0] * scale, low[1] * scale),
                high_kpa=(high[0] * scale, high[1] * scale),
            )
