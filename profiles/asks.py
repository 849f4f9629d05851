"""What a technique is asked for, in numbers."""

import msgspec

from .shapes import steepest

RETURN_SHARE = 0.3
"""How hard a stroke presses on its way back (E, physiology 1.2: at most 30 %)."""

TAP_SHARE, SWING_SHARE = 0.3, 0.42
"""Shares of a channel's bandwidth: how quick a tap may be, and how quick its quicker way, as half a
swing (E: on the twin, on bodies from soft to stiff, the duty of such taps is felt within 2 %)."""


class Hold(msgspec.Struct, frozen=True):
    """One pressure: settle, rest, prompt, and a myofascial hold, which may drift."""

    pressure_kpa: float
    for_s: float
    drift_mm_s: float = 0.0


class Strokes(msgspec.Struct, frozen=True):
    """Effleurage and stripping: out under pressure for `out_share` of a cycle, and back light."""

    start_kpa: float
    end_kpa: float
    rate_hz: float
    length_mm: float
    for_s: float
    out_share: float = 0.5


class Rhythm(msgspec.Struct, frozen=True):
    """Petrissage, friction, tapotement: swings between valleys and peaks.

    The first of each pair is where the step begins, the second where it ends. `duty` is the share
    of a cycle over the middle of the swing, `attack` the share of the swinging that is a rise.
    The pad slides out by `length_mm` while it presses, and back while it does not; or, with
    `speed_mm_s`, along `length_mm` and back at that mean speed, out of step.
    """

    low_kpa: tuple[float, float]
    high_kpa: tuple[float, float]
    rate_hz: float
    for_s: float
    duty: float = 0.5
    attack: float = 0.5
    length_mm: float = 0.0
    speed_mm_s: float = 0.0

    @property
    def depth_kpa(self) -> float:
        """How far the deepest stroke can reach."""
        return max(self.high_kpa) - min(self.low_kpa)

    @property
    def rise_share(self) -> float:
        """How much of a cycle is a rise."""
        return 2.0 * self.attack * min(self.duty, 1.0 - self.duty)

    @property
    def fall_share(self) -> float:
        """How much of a cycle is a fall."""
        return 2.0 * (1.0 - self.attack) * min(self.duty, 1.0 - self.duty)


class Point(msgspec.Struct, frozen=True):
    """A trigger point: rise and hold take `for_s`, the fall comes after."""

    pressure_kpa: float
    rise_kpa_s: float
    fall_kpa_s: float
    for_s: float


class Pulses(msgspec.Struct, frozen=True):
    """Lymph: from nothing to a light pressure, and back to nothing, as slowly as to any level."""

    pressure_kpa: float
    rate_hz: float
    duty: float
    length_mm: float
    for_s: float


class Chambers(msgspec.Struct, frozen=True):
    """Compression: chambers fill one after the other, hold together and let go together.

    `sites` are theirs, in the order in which they fill; without any it is one chamber.
    """

    sites: tuple[str, ...]
    first_kpa: float
    last_kpa: float
    fill_s: float
    hold_s: float
    vent_s: float
    for_s: float

    @property
    def cycle_s(self) -> float:
        """From one filling of the first chamber to the next."""
        return max(1, len(self.sites)) * self.fill_s + self.hold_s + self.vent_s


class Oscillation(msgspec.Struct, frozen=True):
    """Vibration and percussion: a head that oscillates under a steady pressure, and may travel.

    `pressure_kpa` None leaves the pressure to what plays beside it. `swing_kpa` is how deep the
    rhythm goes where only pressure can make it; `attack` is as in `Rhythm`.
    """

    pressure_kpa: float | None
    frequency_hz: float
    amplitude_mm: float
    swing_kpa: float
    attack: float
    speed_mm_s: float
    length_mm: float
    for_s: float


class Heat(msgspec.Struct, frozen=True):
    """A surface that warms. `pressure_kpa` None leaves the pressure to what plays beside it."""

    pressure_kpa: float | None
    temperature_degc: float
    for_s: float


class Points(msgspec.Struct, frozen=True):
    """A curve by points: (seconds, kPa or None, mm or None)."""

    points: tuple[tuple[float, float | None, float | None], ...]

    @property
    def for_s(self) -> float:
        return self.points[-1][0]

    @property
    def pressures_kpa(self) -> tuple[float, ...]:
        return tuple(kpa for _, kpa, _ in self.points if kpa is not None)


Ask = Hold | Strokes | Rhythm | Point | Pulses | Chambers | Oscillation | Heat | Points


def leaves_pressure(ask: Ask) -> bool:
    """Return whether the pressure is left to what plays beside it."""
    return isinstance(ask, Oscillation | Heat) and ask.pressure_kpa is None


def peak_kpa(ask: Ask) -> float:
    """Return the highest pressure a technique reaches by itself."""
    match ask:
        case Hold() | Point() | Pulses():
            return ask.pressure_kpa
        case Strokes():
            return max(ask.start_kpa, ask.end_kpa)
        case Rhythm():
            return max(ask.high_kpa)
        case Chambers():
            return max(ask.first_kpa, ask.last_kpa)
        case Oscillation() | Heat():
            return ask.pressure_kpa or 0.0
        case Points():
            return max(ask.pressures_kpa)


def valley_kpa(ask: Ask) -> float:
    """Return the lowest pressure a technique comes back to by itself, again and again."""
    match ask:
        case Hold() | Point():
            return ask.pressure_kpa
        case Strokes():
            return RETURN_SHARE * min(ask.start_kpa, ask.end_kpa)
        case Rhythm():
            return min(ask.low_kpa)
        case Pulses() | Chambers():
            return 0.0
        case Oscillation() | Heat():
            return ask.pressure_kpa or 0.0
        case Points():
            return min(ask.pressures_kpa)


def rhythm_rise_kpa_s(ask: Ask) -> float:
    """Return how fast a technique rises in its rhythm; 0 if it has none."""
    if not isinstance(ask, Rhythm):
        return 0.0
    return steepest(0.0, ask.depth_kpa, ask.rise_share / ask.rate_hz)


def rate_hz(ask: Ask) -> float:
    """Return how often a second the pressure comes back to where it was; 0 if it does not."""
    return ask.rate_hz if isinstance(ask, Strokes | Rhythm | Pulses) else 0.0


def fastest_hz(ask: Ask, bandwidth_hz: float) -> float:
    """Return how often a second a rhythm may come back on a channel that follows so fast.

    A tap rises and falls unevenly, so it has overtones, and they must be followed, too.
    """
    if not isinstance(ask, Rhythm) or ask.attack == 0.5:
        return bandwidth_hz
    return bandwidth_hz * min(TAP_SHARE, 2.0 * SWING_SHARE * ask.fall_share)


def slowed(ask: Ask, share: float) -> Ask:
    """Return the same technique with its rhythm at `share` of its rate, for as long as before."""
    if isinstance(ask, Strokes | Rhythm | Pulses):
        return msgspec.structs.replace(ask, rate_hz=ask.rate_hz * share)
    return ask


def paced(ask: Ask, tempo: float) -> Ask:
    """Return as many cycles at `tempo` times the rate; what has no rhythm keeps its time."""
    if isinstance(ask, Strokes | Rhythm | Pulses):
        faster = msgspec.structs.replace(ask, rate_hz=ask.rate_hz * tempo)
        return msgspec.structs.replace(faster, for_s=ask.for_s / tempo)
    return ask


def scaled(ask: Ask, scale: float) -> Ask:
    """Return the same technique with every pressure scaled."""
    match ask:
        case Hold() | Point() | Pulses():
            return msgspec.structs.replace(ask, pressure_kpa=ask.pressure_kpa * scale)
        case Strokes():
            start_kpa, end_kpa = ask.start_kpa * scale, ask.end_kpa * scale
            return msgspec.structs.replace(ask, start_kpa=start_kpa, end_kpa=end_kpa)
        case Rhythm():
            low, high = ask.low_kpa, ask.high_kpa
            return msgspec.structs.replace(
                ask,
                low_kpa=(low[0] * scale, low[1] * scale),
                high_kpa=(high[0] * scale, high[1] * scale),
            )
        case Chambers():
            first_kpa, last_kpa = ask.first_kpa * scale, ask.last_kpa * scale
            return msgspec.structs.replace(ask, first_kpa=first_kpa, last_kpa=last_kpa)
        case Oscillation():
            return msgspec.structs.replace(
                ask,
                pressure_kpa=None if ask.pressure_kpa is None else ask.pressure_kpa * scale,
                swing_kpa=ask.swing_kpa * scale,
            )
        case Heat():
            kpa = None if ask.pressure_kpa is None else ask.pressure_kpa * scale
            return msgspec.structs.replace(ask, pressure_kpa=kpa)
        case Points():
            points = tuple(
                (at_s, None if kpa is None else kpa * scale, mm) for at_s, kpa, mm in ask.points
            )
            return Points(points)
