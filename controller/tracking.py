"""Whether what is felt is what was asked for: rise, tracking, contact."""

from math import exp, pi

import msgspec

from .moment import Features, Health
from .words import Reason, Verdict

RISE_FACTOR, RISE_MARGIN_KPA_S, RISE_OVER_S = 1.5, 2.5, 0.05
"""A rise this much over its limit, over so long, is released (E, rules; the margin is what a
sensor's noise of 0.05 kPa makes of one in ten thousand, and a coil on stiff tissue at a turn)."""

GENTLE_KPA = 2.5
"""Up to here no rise is too fast: a pad that comes out of the air meets the body with a jolt of
1 to 2 kPa, and pressure as light as a settling hand's harms nobody (E)."""

OFF_KPA, OFF_SHARE, OFF_S = 2.0, 0.2, 0.3
"""Off the channel's model by the larger of the two, for so long: release (E, rules)."""

FAR_KPA, FAR_S = 6.0, 0.1
"""Off the channel's model by so much, for so long: stop (E, rules)."""

CONTACT_KPA, MISSED_KPA, MISSED_S = 0.5, 2.0, 0.1
"""Less than the first where more than the second is expected, for so long: no contact (E)."""

TOUCHING_KPA = 1.0
"""Over this the pad is on something (E, wire)."""

BANDWIDTH_HZ = 5.0
"""What a channel follows if it does not say (E: an airbag's, physiology 5.1)."""

_RECENT = 8
"""Means of batches that are kept: 50 ms, between two pairs of them."""

_EPSILON_S = 1e-6


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What was asked for while some samples were taken; over `touch_kpa` the pad must touch.

    `others_kpa` is what was asked of the further pad that was asked for most.
    """

    target_kpa: float
    rise_kpa_s: float
    touch_kpa: float = MISSED_KPA
    others_kpa: float = 0.0


class Tracking(msgspec.Struct, frozen=True, gc=False):
    """What the channel's model expects, and for how long something was amiss."""

    expected_kpa: float = 0.0
    others_kpa: float = 0.0
    off_kpa: float = 0.0
    off_s: float = 0.0
    far_s: float = 0.0
    missed_s: float = 0.0
    touching_s: float = 0.0
    rise_kpa_s: float = 0.0
    limit_kpa_s: float = float("inf")
    recent: tuple[float, ...] = ()


def watch_tracking(
    before: Tracking, felt: Features, asked: Asked, health: Health, lag_s: float
) -> Tracking:
    """Return the model and its account one batch later.

    Above the model counts the sensor that reads most, below it the one that reads least. Further
    pads may press less than was asked of the one that is asked for most, and not more.
    """
    passed_s = felt.duration_s + felt.lost_s
    follows = 1.0 - exp(-passed_s / lag_s)
    expected = before.expected_kpa + (asked.target_kpa - before.expected_kpa) * follows
    others = before.others_kpa + (asked.others_kpa - before.others_kpa) * follows
    measured = felt.pressure_kpa
    if health.fading or health.limited:  # the device itself presses less, and says so
        expected = min(expected, measured)
    above = max(max(measured, felt.lowest_kpa) - expected, felt.others_kpa - others)
    off = max(above, expected - min(measured, felt.least_kpa))
    missed = expected > asked.touch_kpa and felt.lowest_kpa < CONTACT_KPA
    known = before.recent[1 - _RECENT :] if felt.lost_s == 0.0 else ()
    recent = (*known, measured)
    return Tracking(
        expected,
        others,
        off,
        _longer(before.off_s, passed_s, off > max(OFF_KPA, OFF_SHARE * expected) and not missed),
        _longer(before.far_s, passed_s, off > FAR_KPA and not missed),
        _longer(before.missed_s, passed_s, missed),
        _longer(before.touching_s, passed_s, measured > TOUCHING_KPA),
        _rise_kpa_s(recent, felt.duration_s) if measured > GENTLE_KPA else 0.0,
        RISE_FACTOR * asked.rise_kpa_s + RISE_MARGIN_KPA_S,
        recent,
    )


def lag_s(bandwidth_hz: float | None) -> float:
    """Return the time constant of a channel's model."""
    return 1.0 / (2.0 * pi * (bandwidth_hz or BANDWIDTH_HZ))


def astray(tracking: Tracking) -> Verdict | None:
    """Return a stop where the pressure is far off."""
    if tracking.far_s < FAR_S - _EPSILON_S:
        return None
    return Verdict("stop", Reason.TRACKING, tracking.off_kpa, FAR_KPA)


def off_track(tracking: Tracking) -> Verdict | None:
    """Return a release where the pressure is off."""
    if tracking.off_s < OFF_S - _EPSILON_S:
        return None
    limit = max(OFF_KPA, OFF_SHARE * tracking.expected_kpa)
    return Verdict("release", Reason.TRACKING, tracking.off_kpa, limit)


def too_steep(tracking: Tracking) -> Verdict | None:
    """Return a release where the pressure rises too fast."""
    if tracking.rise_kpa_s <= tracking.limit_kpa_s:
        return None
    return Verdict("release", Reason.RISE, tracking.rise_kpa_s, tracking.limit_kpa_s)


def no_contact(tracking: Tracking, measured_kpa: float) -> Verdict | None:
    """Return an approach where the pad is not on the body."""
    if tracking.missed_s < MISSED_S - _EPSILON_S:
        return None
    return Verdict("approach", Reason.CONTACT_LOST, measured_kpa, CONTACT_KPA)


def _longer(before_s: float, passed_s: float, holds: bool) -> float:
    return before_s + passed_s if holds else 0.0


def _rise_kpa_s(recent: tuple[float, ...], batch_s: float) -> float:
    """Return the rise over 50 ms, from two batches to two: one alone is as much noise as rise."""
    apart = round(RISE_OVER_S / batch_s)
    if len(recent) < apart + 2:
        return 0.0
    late, early = recent[-1] + recent[-2], recent[-1 - apart] + recent[-2 - apart]
    return (late - early) / 2.0 / (apart * batch_s)
