"""How hard to press, by a signal: a map that never exceeds the whole, followed slowly upwards."""

from itertools import pairwise

import msgspec

from profiles.program import Adapt

CALM_S = 2.0
"""Trusted and asking for more for so long, before a factor comes back up (E, rules)."""

STEP = 0.02
"""A change smaller than this is not worth a word to the device (E)."""


class Adaptation(msgspec.Struct, frozen=True, gc=False):
    """The share of the programme that a signal allows, and since when it has asked for more.

    `whole` says that `ratio` is smoothed over every channel: with others it is smoothed anew.
    """

    share: float = 1.0
    ratio: float | None = None
    heard_s: float = 0.0
    calm_s: float | None = None
    whole: bool = True


def follow(
    now: Adaptation, adapt: Adapt, ratio: float | None, at_s: float, *, whole: bool = True
) -> Adaptation:
    """Return what `ratio` makes of the share: less at once, more only after calm.

    Without a ratio (not measurable, or not to be trusted) the share stays as it is; and where it is
    not the `whole`, of every channel, the share does not come back up.
    """
    if ratio is None:
        return msgspec.structs.replace(now, ratio=None, calm_s=None)
    before = now.ratio if now.whole == whole else None
    smooth = _smoothed(before, ratio, adapt.over_s, at_s - now.heard_s)
    wanted = mapped(adapt, smooth)
    calm_s = None
    share = now.share
    if wanted > now.share and whole:
        calm_s = at_s if now.calm_s is None else now.calm_s
        if at_s - calm_s >= CALM_S and wanted - now.share >= STEP:
            share = wanted
    elif now.share - wanted >= STEP:
        share = wanted
    return Adaptation(share, smooth, at_s, calm_s, whole)


def mapped(adapt: Adapt, ratio: float) -> float:
    """Return the share that a map gives a ratio: straight between its points, level beyond them."""
    points = sorted(adapt.map)
    if ratio <= points[0][0]:
        return min(1.0, points[0][1])
    for (low, at_low), (high, at_high) in pairwise(points):
        if ratio <= high:
            share = at_low + (at_high - at_low) * (ratio - low) / (high - low)
            return min(1.0, share)
    return min(1.0, points[-1][1])


def _smoothed(before: float | None, ratio: float, over_s: float, passed_s: float) -> float:
    if before is None:
        return ratio
    weight = min(1.0, passed_s / over_s)
    return before + weight * (ratio - before)
