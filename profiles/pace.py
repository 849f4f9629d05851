"""What every shape shares: limits, how long a change of level takes, how a step begins and ends."""

import math

import msgspec

from .problems import Path
from .shapes import Curve, steepest, swing_s
from .trajectory import Trajectory

RISE_LEVEL_KPA_S = 10.0
"""Fastest rise on first contact, to a hold and between levels (E, physiology 1.2)."""
RISE_HEADROOM = 0.97
"""Share of a level rise that is used (E: rounding on the wire adds up to 2 % of 10 kPa/s)."""
FALL_KPA_S = 40.0
"""How fast a change between steps falls (E: as kneading does; the wire allows 200)."""
MAX_FALL_KPA_S = 200.0
"""Fastest fall inside a rhythm (E, wire)."""
LEAST_RISE_S = 0.5
"""A rise to another level takes at least this long (E, format, *Shapes*)."""
LEAST_FALL_S = 0.3
"""A fall to another level takes at least this long (E)."""
CONTACT_KPA = 1.0
"""Over this, a device counts the pad as touching (E, wire)."""
CONTACT_LOST_KPA = 0.5
"""Below this for `CONTACT_LOST_S`, a device counts contact as lost (E, wire)."""
CONTACT_LOST_S = 0.2
"""See `CONTACT_LOST_KPA` (E, wire)."""
DWELL_S = 0.1
"""Rest on the first peak before the rhythm begins, so that the peak was really reached (E)."""
CONFIRM_S = 0.6
"""How long the pad touches before the rhythm begins (E: a device confirms contact in 0.5 s)."""
MAX_STROKE_MM_S = 150.0
"""Fastest the pad may slide (E, physiology 1.2)."""
MAX_ACCELERATION_KPA_S2 = 1000.0
"""Fastest a rise may itself become faster (E, wire)."""


class Unplayable(Exception):
    """What was asked for has no such shape. `at` is the word in the step that is wrong."""

    def __init__(self, sentence: str, *at: str | int) -> None:
        self.sentence = sentence
        self.at: Path = at
        super().__init__(sentence)


class Pace(msgspec.Struct, frozen=True):
    """What a shape must know of its surroundings: where it begins, how fast it may rise and fall.

    `last`: the programme ends with this step, so it lets go by itself, within its own time.
    `start_of` says where each pad begins, by its site, for a technique that uses several;
    `start_degc` how warm the surface is kept already, `warm_after` that the next step warms too.
    """

    start_kpa: float
    rise_level_kpa_s: float
    last: bool = False
    fall_kpa_s: float = FALL_KPA_S
    start_of: dict[str, float] = {}
    start_degc: float = 0.0
    warm_after: bool = False


class Shape(msgspec.Struct, frozen=True):
    """A trajectory, and how much of its beginning leads to where the technique itself begins."""

    trajectory: Trajectory
    entry_s: float


def change_s(start_kpa: float, end_kpa: float, pace: Pace) -> float:
    """Return how long a change of level takes."""
    if start_kpa == end_kpa:
        return 0.0
    if end_kpa > start_kpa:
        return max(LEAST_RISE_S, swing_s(start_kpa, end_kpa, pace.rise_level_kpa_s))
    return max(LEAST_FALL_S, swing_s(start_kpa, end_kpa, pace.fall_kpa_s))


def along(ends: tuple[float, float], index: int, count: int) -> float:
    """Return the value of the `index`-th of `count` cycles between two ends."""
    return ends[0] if count == 1 else ends[0] + (ends[1] - ends[0]) * index / (count - 1)


def finish(curve: Curve, end_s: float, fall_s: float, entry_s: float, **others: Curve) -> Shape:
    """Rest until it is time to let go, let go, and make all tracks equally long."""
    curve.rest_until(end_s - fall_s)
    if fall_s:
        curve.swing_to(0.0, end_s)
    for other in others.values():
        other.rest_until(curve.now_s)
    tracks = {name: other.track() for name, other in others.items()}
    return Shape(Trajectory({"pressure": curve.track(), **tracks}), entry_s)


def must_fit(needed_s: float, for_s: float) -> None:
    """Raise `Unplayable` if a step is too short for what it holds."""
    if needed_s > for_s + 1e-9:
        least = f"{math.ceil(needed_s * 10.0) / 10.0:g} s"
        raise Unplayable(
            f"the way into it and one whole cycle or change need at least {least}", "for"
        )


def travel(length_mm: float, speed_mm_s: float, begin_s: float, end_s: float) -> Curve:
    """Return a way along the muscle and back at a mean speed, as often as it fits."""
    way_s = length_mm / speed_mm_s
    if steepest(0.0, length_mm, way_s) > MAX_STROKE_MM_S:
        fastest = MAX_STROKE_MM_S * 2.0 / math.pi
        raise Unplayable(f"the pad would slide too fast; at most {fastest:.3g} mm/s", "speed")
    place = Curve(0.0)
    place.rest_until(begin_s)
    for i in range(2 * math.floor((end_s - begin_s) / (2.0 * way_s) + 1e-9)):
        place.swing_to(0.0 if i % 2 else length_mm, begin_s + (i + 1) * way_s)
    return place
