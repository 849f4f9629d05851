"""The profile that a file was made of rides along, and is believed as far as the curve agrees."""

from collections.abc import Sequence

from .carried import UNITS, Carried, Point, value_at

NEAR_SHARE = 0.005
"""Farther off, as a share of its highest value, a curve is another one (E: as near as a profile
comes that is made of a curve alone)."""

_JUST_S = 1e-7

_ENDS_S = 0.001
"""Curves end at one time if it is the same to the millisecond (E)."""


def difference(found: Carried, meant: Carried) -> str:
    """Return how a profile differs from what its file says, or nothing."""
    channels = [[(line.quantity, line.site) for line in one.lines] for one in (found, meant)]
    if channels[0] != channels[1]:
        return "has other channels"
    for line, other in zip(found.lines, meant.lines, strict=True):
        at_s, off = farthest(line.points, other.points)
        if off > NEAR_SHARE * other.highest:
            unit = UNITS[line.quantity]
            return f"has another {line.quantity}, by {off:.2g} {unit} at {at_s:.4g} s"
    return ""


def farthest(one: Sequence[Point], two: Sequence[Point]) -> Point:
    """Return when two curves are farthest from each other, and by how much."""
    corners = {at_s for points in (one, two) for at_s, _ in points}
    times = sorted(corners | {at_s - _JUST_S for at_s in corners})  # where it jumps, both sides
    offs = [abs(_pressed(one, at_s) - _pressed(two, at_s)) for at_s in times]
    most = max(range(len(times)), key=offs.__getitem__)
    return times[most], offs[most]


def _pressed(points: Sequence[Point], at_s: float) -> float:
    """Return the value at a time; nothing is left of a curve that has ended."""
    return value_at(points, at_s) if at_s <= points[-1][0] + _ENDS_S else 0.0
