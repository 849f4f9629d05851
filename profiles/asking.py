"""From the words of a step to the numbers of its technique."""

from .asks import Ask, Hold, Kneading, Point, Strokes
from .model import (
    EffleurageText,
    PetrissageText,
    RepeatText,
    RestText,
    SettleText,
    Span,
    StepEntry,
    TechniqueText,
    TriggerPointText,
)
from .parameters import Chosen, Mode
from .shapes import swing_s
from .techniques import LEAST_FALL_S


def asked(body: TechniqueText, chosen: Chosen, mode: Mode) -> Ask:
    """Return what a step asks for."""
    for_s = chosen.number(body.for_s, mode)
    match body:
        case SettleText() | RestText():
            return Hold(chosen.number(body.pressure, mode), for_s)
        case EffleurageText():
            start_kpa, end_kpa = _span(body.pressure, chosen, mode)
            length_mm = chosen.number(body.length, mode)
            return Strokes(start_kpa, end_kpa, chosen.number(body.rate, mode), length_mm, for_s)
        case PetrissageText():
            low, high = (
                _span(end, chosen, mode) for end in (body.pressure.low, body.pressure.high)
            )
            return Kneading(low, high, chosen.number(body.rate, mode), for_s)
        case TriggerPointText():
            return Point(
                pressure_kpa=chosen.number(body.pressure, mode),
                rise_kpa_s=chosen.number(body.rise, mode),
                fall_kpa_s=chosen.number(body.fall, mode),
                for_s=for_s,
            )


def longest_s(entry: StepEntry, chosen: Chosen) -> float:
    """Return how long a step can take, in whole repeats, without unrolling one."""
    body = entry.body
    if isinstance(body, RepeatText):
        return body.times * sum(longest_s(inner, chosen) for inner in body.steps)
    ask = asked(body, chosen, "worst")
    if isinstance(ask, Point):
        return ask.for_s + max(LEAST_FALL_S, swing_s(ask.pressure_kpa, 0.0, ask.fall_kpa_s))
    return ask.for_s


def _span(span: Span, chosen: Chosen, mode: Mode) -> tuple[float, float]:
    return chosen.number(span.start, mode), chosen.number(span.end, mode)
