"""The heart, as one channel hears it: found on the slow trace, its next beat expected.

On trunk and neck the heartbeat is the main source of false onsets. Two things are said of a hop:
what a steep deflection of the slow trace may put into the onset band, whatever made it; and, once
beats come regularly, how loud a beat is there, for 60 ms around the next one.
"""

import math
from functools import cache

import msgspec

from .emg_onsets import SILENT
from .emg_settings import EmgSettings

SHORTEST_S, LONGEST_S = 0.4, 1.5
"""Intervals of a heart: 150 to 40 beats a minute (E)."""

REFRACTORY_S = 0.25
REGULAR = 0.20
"""An interval is one of a series if it is off the mean by at most so much (E)."""

BEATS_NEEDED = 3
LEAST_UV = 20.0
OVER_QUIET = 4.0
OVER_BAND = 2.0
"""A beat stands out so much from the trace, and from the onset band, where a muscle is (E)."""

SLOPES_KEPT = 4
"""A slope counts for so many hops: while what it put into the band is in the filters (E).

It is that of 20 ms on 20 ms, which mains and most of a muscle's own signal do not have.
"""

GATE_S = 0.030
"""The gate is open so long before and after the expected beat: never blind for more than 60 ms."""


class Heart(msgspec.Struct):
    """What is remembered of the heart in one channel. Times in hops.

    `size_uv` is how far a beat usually deflects the slow trace, `swing_uv` over how much it swings,
    `level` how loud it is in the onset band.
    """

    means: list[float] = []
    slopes: list[float] = []
    levels: list[float] = []
    swings: list[float] = []
    hop: int = 0
    quiet_uv: float = 0.0
    size_uv: float = 0.0
    swing_uv: float = 0.0
    level: float = SILENT
    peak_uv: float = 0.0
    peak_hop: int = -1
    last_hop: int = -1
    interval: float = 0.0
    regular: int = 0


class Beat(msgspec.Struct, frozen=True, gc=False):
    """What is said of a hop: the steepest slope of late, and whether a beat is expected now."""

    slope_uv: float
    expected: bool


def beat(heart: Heart, mean_uv: float, level: float, swing_uv: float, hop_s: float) -> Beat:
    """Return what the slow trace says of this hop; `mean_uv` is the trace, `level` the band's."""
    means = heart.means
    means.append(mean_uv)
    heart.hop += 1
    lag = lag_hops(hop_s)
    if len(means) > 2 * lag + 1:
        del means[0]
    slopes = heart.slopes
    slopes.append(0.5 * abs(means[-1] + means[-2] - means[-3] - means[-4]) if means[3:] else 0.0)
    if len(slopes) > SLOPES_KEPT:
        del slopes[0]
    levels, swings, most = heart.levels, heart.swings, 4 * lag
    levels.append(level)
    if len(levels) > most:
        del levels[0]
    swings.append(swing_uv)
    if len(swings) > most:
        del swings[0]
    if len(means) == 2 * lag + 1:
        deflection_uv = abs(means[lag] - 0.5 * (means[0] + means[-1]))
        _look(heart, deflection_uv, lag, hop_s)
    return Beat(max(slopes), _expected(heart, hop_s))


@cache
def lag_hops(hop_s: float) -> int:
    """Return how many hops before and after it a beat is compared with."""
    return max(1, round(0.030 / hop_s))


def _expected(heart: Heart, hop_s: float) -> bool:
    if heart.regular < BEATS_NEEDED:
        return False
    since = (heart.hop - heart.last_hop) / heart.interval
    phase = since - math.floor(since + 0.5)
    return abs(phase) * heart.interval * hop_s <= GATE_S


def _look(heart: Heart, deflection_uv: float, lag: int, hop_s: float) -> None:
    """Look for a beat: a deflection that stands out, at its highest."""
    floor_uv = max(heart.quiet_uv, 1e-9)
    share = hop_s / 1.0
    heart.quiet_uv += share * (min(deflection_uv, 3.0 * floor_uv + 1.0) - heart.quiet_uv)
    if deflection_uv > max(LEAST_UV, heart.peak_uv) and _stands_out(heart, deflection_uv):
        heart.peak_uv = deflection_uv
        heart.peak_hop = heart.hop - lag
    elif heart.peak_hop >= 0 and heart.hop - lag - heart.peak_hop > 2 * lag:
        _found(heart, hop_s)
    if heart.last_hop >= 0 and (heart.hop - heart.last_hop) * hop_s > 2.0 * LONGEST_S:
        heart.regular = 0
        heart.size_uv *= 1.0 - hop_s


def _stands_out(heart: Heart, deflection_uv: float) -> bool:
    band_uv = math.exp(max(heart.levels))
    usual_uv = max(OVER_QUIET * heart.quiet_uv, 0.5 * heart.size_uv)
    return deflection_uv > max(usual_uv, OVER_BAND * band_uv)


def _found(heart: Heart, hop_s: float) -> None:
    """Take a deflection for a beat, unless it follows the last one too closely."""
    interval = heart.peak_hop - heart.last_hop
    if heart.last_hop < 0 or interval * hop_s >= REFRACTORY_S:
        _count(heart, interval, hop_s)
        heart.last_hop = heart.peak_hop
        fresh = heart.size_uv == 0.0
        heart.size_uv += (1.0 if fresh else 0.25) * (heart.peak_uv - heart.size_uv)
        heart.swing_uv += (1.0 if fresh else 0.25) * (max(heart.swings) - heart.swing_uv)
        loudest = max(heart.levels)
        heart.level = loudest if fresh else heart.level + 0.25 * (loudest - heart.level)
    heart.peak_uv, heart.peak_hop = 0.0, -1


def _count(heart: Heart, interval: int, hop_s: float) -> None:
    """Go on with the series, in which a beat may be missed once it is known, or begin another."""
    if heart.last_hop < 0:
        return
    known = heart.regular >= BEATS_NEEDED
    one = interval / max(1, round(interval / heart.interval)) if known else float(interval)
    plausible = SHORTEST_S <= one * hop_s <= LONGEST_S
    if plausible and abs(one - heart.interval) <= REGULAR * heart.interval:
        heart.regular = min(heart.regular + 1, 3 * BEATS_NEEDED)
        heart.interval += 0.25 * (one - heart.interval)
        return
    heart.regular = max(0, heart.regular - BEATS_NEEDED)
    if not heart.regular:
        heart.interval = one if plausible else 0.0


def beat_level(heart: Heart, beating: Beat, settings: EmgSettings) -> float:
    """Return the level that a beat has, with its margin, where one is expected."""
    if not beating.expected:
        return SILENT
    return heart.level + math.log(settings.beat_margin)
