"""Gain and cap: every source's share, and the course they take together. Never compounded."""

import msgspec

from .glide import Glide

GAIN_RISE_PER_S = 0.02
CAP_RISE_KPA_S = 10.0
"""How fast a factor may come back up (E); down, it goes as it is told."""

_PEAK_OF_GLIDE = 1.5
"""A glide's steepest slope, as a multiple of its mean."""


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """What presses less than the programme says.

    `limit_kpa` is the envelope's; share and ceiling are the operator's; a hold freezes; a mode and
    feeling for contact allow so much; guarding, doubt about the EMG, the profile's rules and its
    `adapt` each have a share, and the first two a cap. Each source holds one value; the course is
    the smallest of the caps, and the operator's share of the smallest of the others' shares.
    """

    limit_kpa: float
    share: float = 1.0
    ceiling_kpa: float = float("inf")
    frozen_kpa: float = float("inf")
    mode_kpa: float = float("inf")
    approach_kpa: float = float("inf")
    guard: float = 1.0
    guard_kpa: float = float("inf")
    guarded_often_kpa: float = float("inf")
    doubt: float = 1.0
    doubt_kpa: float = float("inf")
    rules: float = 1.0
    adapt: float = 1.0

    @property
    def gain(self) -> float:
        return self.share * self.heard

    @property
    def heard(self) -> float:
        """The share that whatever listens lets press."""
        return min(self.guard, self.doubt, self.rules, self.adapt)

    @property
    def cap_kpa(self) -> float:
        lowest = min(self.limit_kpa, self.ceiling_kpa, self.frozen_kpa)
        lowest = min(lowest, self.mode_kpa, self.approach_kpa)
        return max(0.0, min(lowest, self.guard_kpa, self.guarded_often_kpa, self.doubt_kpa))


class Course(msgspec.Struct, frozen=True):
    """Gain and cap over time."""

    gain: Glide
    cap: Glide

    def pressed_kpa(self, wanted_kpa: float, at_s: float) -> float:
        """Return what is pressed of `wanted_kpa` at `at_s`."""
        return min(wanted_kpa * self.gain.value_at(at_s), self.cap.value_at(at_s))


def begin(factors: Factors) -> Course:
    """Return the course at the beginning: the whole programme, under the envelope."""
    return Course(Glide(0.0, factors.gain, factors.gain), _constant(factors.cap_kpa))


def steer(
    course: Course,
    factors: Factors,
    at_s: float,
    over_s: float,
    cap_rise_kpa_s: float = CAP_RISE_KPA_S,
) -> Course:
    """Return the course that reaches `factors`: within `over_s` where that is down."""
    return Course(
        _glide(course.gain, factors.gain, at_s, over_s, GAIN_RISE_PER_S),
        _glide(course.cap, factors.cap_kpa, at_s, over_s, cap_rise_kpa_s),
    )


def let_go(course: Course, at_s: float, over_s: float) -> Course:
    """Return the course whose gain goes to nothing, as fast as it falls already. The cap stays."""
    return Course(_glide(course.gain, 0.0, at_s, over_s, GAIN_RISE_PER_S), course.cap)


def come_back(course: Course, factors: Factors, kept: float, at_s: float, over_s: float) -> Course:
    """Return the course whose gain is back at what it was, while the trajectory rests at zero.

    `kept` is the gain that was left; whatever has come down since stays down.
    """
    gain = Glide(at_s, course.gain.value_at(at_s), min(kept, factors.gain), over_s)
    return Course(gain, course.cap)


def _glide(old: Glide, target: float, at_s: float, over_s: float, rise: float) -> Glide:
    """Return the way to `target`. What was on its way down already is nowhere above its old way."""
    left_s = old.at_s + old.over_s - at_s
    start, slope = old.locate(at_s)
    falls = left_s > 0.0 and old.end < start
    if old.end == target and (left_s <= over_s or not falls):
        return old
    if falls and target <= old.end:
        return Glide(at_s, start, target, min(over_s, left_s), slope)
    if falls:
        start = old.end
    if target > start:
        over_s = _PEAK_OF_GLIDE * (target - start) / rise
    return Glide(at_s, start, target, over_s)


def _constant(value: float) -> Glide:
    return Glide(0.0, value, value)
