"""The supervisor: the only code that may say stop, and code that may never say more."""

import msgspec

from .moment import Features, Health, Moment
from .words import Reason, Verdict

OVER_FACTOR, OVER_MARGIN_KPA, OVER_FOR_S = 1.05, 0.5, 0.02
"""Over pressure: this share of the envelope, this much on top, for so long (E)."""

NO_RISE_AFTER_S, RELEASE_AFTER_S, STOP_AFTER_S = 0.05, 0.2, 1.0
"""Age of the newest pressure sample from which nothing rises, it is released, stopped (E)."""

JUDGED_AFTER_S, JUDGED_TOO_LATE_S = 0.05, 0.2
"""Age of the last judgement from which nothing rises, and from which it is released (E)."""

SILENT_AFTER_S = 0.1
"""Silence of the device from which it is released and stopped (E)."""

_EPSILON_S = 1e-6


class Watch(msgspec.Struct, frozen=True, gc=False):
    """What the supervisor remembers from one moment to the next."""

    over_s: float = 0.0


def judge(watch: Watch, moment: Moment, limit_kpa: float) -> tuple[Watch, Verdict | None]:
    """Return what to remember, and what must happen now, the strongest first."""
    watch = _watch_pressure(watch, moment.features, limit_kpa)
    health = moment.health
    return watch, (
        _failed(health)
        or _over_pressure(watch, moment.features, limit_kpa)
        or _in_pain(health)
        or _silent(health)
        or _blind(health)
        or _late(health)
        or _fading(health)
    )


def highest_allowed_kpa(limit_kpa: float) -> float:
    """Return the measured pressure beyond which the supervisor stops."""
    return OVER_FACTOR * limit_kpa + OVER_MARGIN_KPA


def _watch_pressure(watch: Watch, features: Features | None, limit_kpa: float) -> Watch:
    if features is None:
        return watch
    over = features.lowest_kpa > highest_allowed_kpa(limit_kpa)
    over_s = watch.over_s + features.duration_s if over else 0.0
    return watch if over_s == watch.over_s else Watch(over_s=over_s)


def _failed(health: Health) -> Verdict | None:
    if health.failure is None:
        return None
    return Verdict("stop", health.failure, health.device_age_s, 0.0)


def _over_pressure(watch: Watch, features: Features | None, limit_kpa: float) -> Verdict | None:
    if features is None or watch.over_s < OVER_FOR_S - _EPSILON_S:
        return None
    measured, limit = features.lowest_kpa, highest_allowed_kpa(limit_kpa)
    return Verdict("stop", Reason.OVER_PRESSURE, measured, limit)


def _in_pain(health: Health) -> Verdict | None:
    if health.pain_presses == 0:
        return None
    return Verdict("release", Reason.PAIN, health.pain_presses, 0.0)


def _silent(health: Health) -> Verdict | None:
    if health.device_age_s <= SILENT_AFTER_S:
        return None
    return Verdict("stop", Reason.DEVICE_SILENT, health.device_age_s, SILENT_AFTER_S)


def _blind(health: Health) -> Verdict | None:
    age_s = health.pressure_age_s
    if age_s is None:  # it never measures: a program for it is compiled for less
        return None
    if age_s > STOP_AFTER_S:
        return Verdict("stop", Reason.SENSOR_LOST, age_s, STOP_AFTER_S)
    if age_s > RELEASE_AFTER_S:
        return Verdict("release", Reason.SENSOR_STALE, age_s, RELEASE_AFTER_S)
    if age_s > NO_RISE_AFTER_S:
        return Verdict("hold", Reason.SENSOR_STALE, age_s, NO_RISE_AFTER_S)
    return None


def _late(health: Health) -> Verdict | None:
    age_s = health.judgement_age_s
    if age_s > JUDGED_TOO_LATE_S:
        return Verdict("release", Reason.JUDGEMENT_LATE, age_s, JUDGED_TOO_LATE_S)
    if age_s > JUDGED_AFTER_S:
        return Verdict("hold", Reason.JUDGEMENT_LATE, age_s, JUDGED_AFTER_S)
    return None


def _fading(health: Health) -> Verdict | None:
    if not health.fading:
        return None
    return Verdict("hold", Reason.DEVICE_FADING, 1.0, 0.0)
