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
    feeling for contact allow so much; a programme that was replaced by a higher one begins at the
    peak of the old. Each source holds one value; the course is the smallest.
    """

    limit_kpa: float
    share: float = 1.0
    ceiling_kpa: float = float("inf")
    frozen_kpa: float = float("inf")
    mode_kpa: float = float("inf")
    approach_kpa: float = float("inf")

    @property
    def cap_kpa(self) -> float:
        lowest = min(self.limit_kpa, self.ceiling_kpa, self.frozen_kpa)
        return max(0.0, min(lowest, self.mode_kpa, self.approach_kpa))


class Course(msgspec.Struct, frozen=True):
    """Gain and cap over time."""

    gain: Glide
    cap: Glide

    def pressed_kpa(self, wanted_kpa: float, at_s: float) -> float:
        """Return what is pressed of `wanted_kpa` at `at_s`."""
        return min(wanted_kpa * self.gain.value_at(at_s), self.cap.value_at(at_s))


def begin(factors: Factors) -> Course:
    """Return the course at the beginning: the whole programme, under the envelope."""
    return Course(Glide(0.0, factors.share, factors.share), _constant(factors.cap_kpa))


def steer(
    course: Course,
    factors: Factors,
    at_s: float,
    over_s: float,
    cap_rise_kpa_s: float = CAP_RISE_KPA_S,
) -> Course:
    """Return the course that reaches `factors`: within `over_s` where that is down."""
    return Course(
        _glide(course.gain, factors.share, at_s, over_s, GAIN_RISE_PER_S),
        _glide(course.cap, factors.cap_kpa, at_s, over_s, cap_rise_kpa_s),
    )


def let_go(course: Course, at_s: float, over_s: float) -> Course:
    """Return the course whose gain goes to nothing. The cap stays."""
    return Course(Glide(at_s, course.gain.value_at(at_s), 0.0, over_s), course.cap)


def come_back(course: Course, factors: Factors, at_s: float, over_s: float) -> Course:
    """Return the course whose gain is back at its share, while the trajectory rests at zero."""
    gain = Glide(at_s, course.gain.value_at(at_s), factors.share, over_s)
    return Course(gain, course.cap)


def _glide(old: Glide, target: float, at_s: float, over_s: float, rise: float) -> Glide:
    if old.end == target and at_s >= old.at_s + old.over_s:
        return old
    start = old.value_at(at_s)
    if target > start:
        over_s = _PEAK_OF_GLIDE * (target - start) / rise
    return Glide(at_s, start, target, over_s)


def _constant(value: float) -> Glide:
    return Glide(0.0, value, value)
