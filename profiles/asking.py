"""From the words of a step to the numbers of its technique."""

from .asks import (
    Ask,
    Chambers,
    Heat,
    Hold,
    Oscillation,
    Point,
    Points,
    Pulses,
    Rhythm,
    Strokes,
    paced,
)
from .model import Profile, RepeatText, StepEntry, TogetherText, UseText
from .parameters import Chosen, Mode
from .steps import (
    CompressionText,
    CurveText,
    Cycle,
    EffleurageText,
    FrictionText,
    HeatText,
    LymphText,
    MyofascialText,
    PercussionText,
    PetrissageText,
    PromptText,
    RestText,
    SettleText,
    Span,
    StrippingText,
    TapotementText,
    TechniqueText,
    TriggerPointText,
    VibrationText,
)
from .techniques import point_fall_s
from .values import Value

ROLL_MM = 20.0
"""How far a rolling pad travels where nothing is said (E, physiology 1.2: 10 to 20 cm2 rolled)."""
TAP_ATTACK = 0.6
"""Share of a tap's swing that is its rise (E: a device limits how abruptly a rise begins, and a
pad that falls in much less bounces on the tissue)."""
STRIPPING_OUT = 2.0 / 3.0
"""Share of a stripping stroke that goes out; it comes back light, twice as fast (E)."""


def asked(body: TechniqueText, chosen: Chosen, mode: Mode) -> Ask:  # noqa: C901  one case each
    """Return what a step asks for."""

    def number(value: Value) -> float:
        return chosen.number(value, mode)

    match body:
        case CurveText():
            return Points(
                tuple((p.at, number(p.pressure) if p.pressure else None, p.position)
                      for p in body.points)
            )  # fmt: skip
        case SettleText() | RestText():
            return Hold(number(body.pressure), number(body.for_s))
        case PromptText():
            return Hold(0.0, number(body.for_s))
        case MyofascialText():
            return Hold(number(body.pressure), number(body.for_s), number(body.drift))
        case EffleurageText() | StrippingText():
            return _strokes(body, chosen, mode)
        case PetrissageText() | FrictionText() | TapotementText():
            return _rhythm(body, chosen, mode)
        case VibrationText() | PercussionText():
            return _oscillation(body, chosen, mode)
        case HeatText():
            return Heat(
                pressure_kpa=number(body.pressure) if body.pressure else None,
                temperature_degc=number(body.temperature),
                for_s=number(body.for_s),
            )
        case LymphText():
            return Pulses(
                pressure_kpa=number(body.pressure),
                rate_hz=number(body.rate),
                duty=body.duty,
                length_mm=number(body.length),
                for_s=number(body.for_s),
            )
        case CompressionText():
            return Chambers(
                sites=tuple(body.chambers),
                first_kpa=number(body.pressure.start),
                last_kpa=number(body.pressure.end),
                fill_s=number(body.fill),
                hold_s=number(body.hold),
                vent_s=number(body.vent),
                for_s=number(body.for_s),
            )
        case TriggerPointText():
            return Point(
                pressure_kpa=number(body.pressure),
                rise_kpa_s=number(body.rise),
                fall_kpa_s=number(body.fall),
                for_s=number(body.for_s),
            )


def longest_s(entry: StepEntry, chosen: Chosen, profile: Profile, tempo: float = 1.0) -> float:
    """Return how long a step can take, in whole repeats, without unrolling one."""
    body = entry.body
    match body:
        case RepeatText():
            slowest = tempo * body.tempo * _slowest(body)
            inner = sum(longest_s(one, chosen, profile, slowest) for one in body.steps)
            return body.times * inner
        case UseText():
            steps = profile.phrases[body.phrase]
            return sum(longest_s(one, chosen, profile, tempo * body.tempo) for one in steps)
        case TogetherText():
            return max(longest_s(one, chosen, profile, tempo) for one in body.branches)
        case _:
            ask = paced(asked(body, chosen, "worst"), tempo)
            return ask.for_s + (point_fall_s(ask) if isinstance(ask, Point) else 0.0)


def _slowest(body: RepeatText) -> float:
    ends = body.vary.tempo
    return min(ends.start, ends.end) if ends else 1.0


def _strokes(body: EffleurageText | StrippingText, chosen: Chosen, mode: Mode) -> Strokes:
    start_kpa, end_kpa = _span(body.pressure, chosen, mode)
    length_mm, for_s = chosen.number(body.length, mode), chosen.number(body.for_s, mode)
    if isinstance(body, EffleurageText):
        return Strokes(start_kpa, end_kpa, chosen.number(body.rate, mode), length_mm, for_s)
    rate_hz = STRIPPING_OUT * chosen.number(body.speed, mode) / length_mm
    return Strokes(start_kpa, end_kpa, rate_hz, length_mm, for_s, STRIPPING_OUT)


def _rhythm(
    body: PetrissageText | FrictionText | TapotementText, chosen: Chosen, mode: Mode
) -> Rhythm:
    low, high = _cycle(body.pressure, chosen, mode)
    rate_hz, for_s = chosen.number(body.rate, mode), chosen.number(body.for_s, mode)
    match body:
        case PetrissageText():
            length_mm = chosen.number(body.length, mode) if body.length else 0.0
            if body.style == "rolling":
                length_mm = length_mm or ROLL_MM
            return Rhythm(low, high, rate_hz, for_s, duty=body.duty, length_mm=length_mm)
        case FrictionText():
            return Rhythm(low, high, rate_hz, for_s, length_mm=chosen.number(body.length, mode))
        case TapotementText():
            return Rhythm(low, high, rate_hz, for_s, duty=body.duty, attack=TAP_ATTACK)


def _oscillation(body: VibrationText | PercussionText, chosen: Chosen, mode: Mode) -> Oscillation:
    travels = isinstance(body, PercussionText)
    return Oscillation(
        pressure_kpa=chosen.number(body.pressure, mode) if body.pressure else None,
        frequency_hz=chosen.number(body.frequency, mode),
        amplitude_mm=chosen.number(body.amplitude, mode),
        swing_kpa=chosen.number(body.swing, mode),
        attack=TAP_ATTACK if travels else 0.5,
        speed_mm_s=chosen.number(body.speed, mode) if travels else 0.0,
        length_mm=chosen.number(body.length, mode) if travels else 0.0,
        for_s=chosen.number(body.for_s, mode),
    )


def _span(span: Span, chosen: Chosen, mode: Mode) -> tuple[float, float]:
    return chosen.number(span.start, mode), chosen.number(span.end, mode)


def _cycle(
    cycle: Cycle, chosen: Chosen, mode: Mode
) -> tuple[tuple[float, float], tuple[float, float]]:
    return _span(cycle.low, chosen, mode), _span(cycle.high, chosen, mode)
