"""The supervisor: the only code that may say stop, and code that may never say more."""

import msgspec

from .modes import Trust, watch_trust
from .moment import Features, Health, Moment, pain_said
from .pausing import Pain, watch_pain
from .relief import Relief, occluded, watch_relief
from .sticking import Sticking, stuck, watch_sticking
from .stiffness import Pad, Stiffness, over_bone, watch_stiffness
from .tracking import (
    Asked,
    Tracking,
    astray,
    no_contact,
    off_track,
    too_steep,
    watch_tracking,
)
from .words import Mode, Reason, Verdict

OVER_FACTOR, OVER_MARGIN_KPA, OVER_FOR_S = 1.05, 0.5, 0.02
"""Over pressure: this share of the envelope, this much on top, for so long (E)."""

NO_RISE_AFTER_S, RELEASE_AFTER_S, STOP_AFTER_S = 0.05, 0.2, 1.0
"""Age of the newest pressure sample from which nothing rises, it is released, stopped (E)."""

ADJUST_NO_RISE_S, ADJUST_RELEASE_S = 0.25, 0.5
"""The first two, in step-adjust: a slow link is always late, and half the pain threshold is the
most that is pressed (E)."""

OPEN_NO_RISE_S, OPEN_RELEASE_S = 0.5, 0.8
"""The same, in open loop (E)."""

JUDGED_AFTER_S, JUDGED_TOO_LATE_S = 0.05, 0.2
"""Age of the last judgement from which nothing rises, and from which it is released (E)."""

SILENT_AFTER_S = 0.1
"""Silence of the device from which it is released and stopped (E)."""

CLOCK_LOST_S = 0.05
"""Uncertainty of the device's clock from which it is released (E, wire)."""

STRENGTH = {"ease": -1, "cool": -1, "hold": 0, "approach": 1, "pause": 2, "release": 3, "stop": 4}
"""Which act is stronger than which: the strongest of all that is wanted happens."""

_FRESH: dict[Mode, tuple[float, float]] = {
    "closed_loop": (NO_RISE_AFTER_S, RELEASE_AFTER_S),
    "step_adjust": (ADJUST_NO_RISE_S, ADJUST_RELEASE_S),
    "open_loop": (OPEN_NO_RISE_S, OPEN_RELEASE_S),
}

_EPSILON_S = 1e-6


class Watch(msgspec.Struct, frozen=True, gc=False):
    """What the supervisor remembers from one moment to the next."""

    over_s: float = 0.0
    tracking: Tracking = Tracking()
    relief: Relief = Relief()
    sticking: Sticking = ()
    trust: Trust = Trust()
    pain: Pain = Pain()
    stiffness: Stiffness = ()


class Scene(msgspec.Struct, frozen=True, gc=False):
    """Under what a moment is judged: envelope, what was asked for, the channel's lag, the mode.

    `pads` are those whose depth the moment tells, in its order.
    """

    limit_kpa: float
    asked: Asked | None
    lag_s: float
    mode: Mode
    pads: tuple[Pad, ...] = ()


def judge(watch: Watch, moment: Moment, scene: Scene) -> tuple[Watch, Verdict | None]:
    """Return what to remember, and what must happen now: the strongest, of equals the first."""
    health, felt = moment.health, moment.features
    pain, hurts = watch_pain(watch.pain, health, moment.at_s, said=pain_said(moment) > 0)
    trust = watch_trust(watch.trust, felt, health)
    if felt is not None and scene.asked is not None:
        watch = _feel(watch, felt, scene.asked, health, scene)
    if pain is not watch.pain or trust is not watch.trust:
        watch = msgspec.structs.replace(watch, pain=pain, trust=trust)
    found = (
        _failed(health),
        *_felt(watch, felt, scene.limit_kpa),
        hurts,
        _silent(health),
        _blind(health, scene.mode),
        _late(health),
        _unsure(health),
        _fading(health),
    )
    verdict: Verdict | None = None
    for one in found:
        if one is not None:  # nearly all of them, nearly always
            verdict = stronger(verdict, one)
    return watch, verdict


def stronger(one: Verdict | None, two: Verdict | None) -> Verdict | None:
    """Return the verdict that asks for more; of equals the first."""
    if one is None or two is None:
        return one or two
    return two if STRENGTH[two.action] > STRENGTH[one.action] else one


def highest_allowed_kpa(limit_kpa: float) -> float:
    """Return the measured pressure beyond which the supervisor stops."""
    return OVER_FACTOR * limit_kpa + OVER_MARGIN_KPA


def _feel(watch: Watch, felt: Features, asked: Asked, health: Health, scene: Scene) -> Watch:
    over = max(felt.lowest_kpa, felt.others_kpa) > highest_allowed_kpa(scene.limit_kpa)
    return Watch(
        watch.over_s + felt.duration_s if over else 0.0,
        watch_tracking(watch.tracking, felt, asked, health, scene.lag_s),
        watch_relief(watch.relief, felt),
        watch_sticking(watch.sticking, felt, asked.target_kpa),
        watch.trust,
        watch.pain,
        watch_stiffness(watch.stiffness, felt, scene.pads) if felt.sunk else watch.stiffness,
    )


def _felt(watch: Watch, felt: Features | None, limit_kpa: float) -> tuple[Verdict | None, ...]:
    if felt is None:
        return ()
    return (
        _over_pressure(watch, felt, limit_kpa),
        stuck(watch.sticking),
        astray(watch.tracking),
        off_track(watch.tracking),
        too_steep(watch.tracking),
        occluded(watch.relief),
        over_bone(watch.stiffness),
        no_contact(watch.tracking, felt.lowest_kpa),
    )


def _failed(health: Health) -> Verdict | None:
    if health.failure is None:
        return None
    return Verdict("stop", health.failure, health.device_age_s, 0.0)


def _over_pressure(watch: Watch, felt: Features, limit_kpa: float) -> Verdict | None:
    if watch.over_s < OVER_FOR_S - _EPSILON_S:
        return None
    measured, limit = max(felt.lowest_kpa, felt.others_kpa), highest_allowed_kpa(limit_kpa)
    return Verdict("stop", Reason.OVER_PRESSURE, measured, limit)


def _silent(health: Health) -> Verdict | None:
    if health.device_age_s <= SILENT_AFTER_S:
        return None
    return Verdict("stop", Reason.DEVICE_SILENT, health.device_age_s, SILENT_AFTER_S)


def _blind(health: Health, mode: Mode) -> Verdict | None:
    age_s = health.pressure_age_s
    if age_s is None:  # it never measures: a program for it is compiled for less
        return None
    no_rise_s, release_s = _FRESH[mode]
    if age_s > STOP_AFTER_S:
        return Verdict("stop", Reason.SENSOR_LOST, age_s, STOP_AFTER_S)
    if age_s > release_s:
        return Verdict("release", Reason.SENSOR_STALE, age_s, release_s)
    if age_s > no_rise_s:
        return Verdict("hold", Reason.SENSOR_STALE, age_s, no_rise_s)
    return None


def _unsure(health: Health) -> Verdict | None:
    if health.clock_s <= CLOCK_LOST_S:
        return None
    return Verdict("release", Reason.CLOCK_UNSURE, health.clock_s, CLOCK_LOST_S)


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
