"""Trigger points: tender, taut places of a muscle, which let go under a hold or do not (pure)."""

from math import exp

import msgspec

from .pain import PERIOD_S

OFFSET_KPA = 105.0
"""How much earlier an active one hurts, 1 cm2 (V, physiology 0.3: S10)."""

LATENT_SHARE = 0.80
"""What is left of the threshold over a latent one (M-, physiology 2.2)."""

LEAST_SHARE = 0.4
"""No trigger point hurts at less than this share of the healthy threshold (E)."""

STIFFNESS = 1.75
"""A taut band is 1.5 to 2 times as stiff as what is beside it, active or latent (V: S81, S84)."""

REACH_MM = 25.0
"""How far from its middle a pad of 10 cm2 still feels it (E: radius 18, nodule 4.5 V: S83)."""

WITHIN = 0.5
"""How near a pad must be to work on it (E)."""

STEADY_SHARE, STEADY_KPA, STEADY_S = 0.1, 0.3, 2.0
"""A hold: this close to its own mean, for so long (E)."""

RIPE_SHARE, LEAST_HOLD = 0.25, 0.08
"""Share of the threshold that ripens at full speed, and one that does nothing yet (E)."""

FASTEST = 1.5
"""More pressure works sooner: analgesia after 67 to 38 s (V: S21), never more than this (E)."""

YIELDS_S = (28.0, 5.0)
"""Mean and spread of the hold that it takes at full speed (E; holds of 30 to 60 s V: S24)."""

RISE_KPA_S, MOST_KPA = 0.6, 75.5
"""How fast a hold raises the threshold (E), and how far a device gets (V: S10)."""

FORGETS_S = 1800.0
"""How fast that is lost (E; effects of rollers are gone in 30 min V: S49)."""

FADES_S, LEFT = 3.0, 0.25
"""How its activity falls when it lets go, and what is left of it (E)."""

COOLS_S = 120.0
"""How fast an unfinished hold is forgotten (E)."""

_MEAN = PERIOD_S / 0.5
_FORGET = exp(-PERIOD_S / FORGETS_S)
_FADE = PERIOD_S / FADES_S
_COOL = exp(-PERIOD_S / COOLS_S)


class TriggerPoint(msgspec.Struct, frozen=True):
    """Where it is along the muscle, how active, and what hold it takes; None: it never lets go."""

    place_mm: float
    active: bool
    yields_after_s: float | None


def tender_kpa(healthy_kpa: float, *, active: bool) -> float:
    """Return the threshold over a trigger point, 1 cm2."""
    hurts = healthy_kpa - OFFSET_KPA if active else healthy_kpa * LATENT_SHARE
    return max(LEAST_SHARE * healthy_kpa, hurts)


class Points:
    """The trigger points under one pad: how near the pad is, and what a hold does to them.

    Readable: `near` (0 to 1), `less_kpa` (taken off the threshold), `excess` (activity, 0 to 1),
    `released` (one let go just now).
    """

    def __init__(self, points: tuple[TriggerPoint, ...], healthy_kpa: float) -> None:
        self._less_kpa = tuple(
            healthy_kpa - tender_kpa(healthy_kpa, active=point.active) for point in points
        )
        self._points = points
        self._ripe_s = [0.0] * len(points)
        self._gain_kpa = [0.0] * len(points)
        self._left = [1.0 if point.active else 0.0 for point in points]
        self._let_go = [False] * len(points)
        self._mean_kpa = self._steady_s = 0.0
        self.near = self.less_kpa = self.excess = 0.0
        self.released = False
        self._at = 0 if points else -1
        if points:
            self._place(None)

    def feel(self, kpa: float, share: float, carriage_mm: float | None) -> None:
        """Be pressed for a hundredth of a second; `share` is of the threshold here."""
        self.released = False
        self._mean_kpa += (kpa - self._mean_kpa) * _MEAN
        away_kpa = abs(kpa - self._mean_kpa)
        steady = away_kpa <= STEADY_SHARE * kpa + STEADY_KPA and share > LEAST_HOLD
        self._steady_s = self._steady_s + PERIOD_S if steady else 0.0
        held = self._at if self._steady_s >= STEADY_S and self.near > WITHIN else None
        for at, point in enumerate(self._points):
            self._gain_kpa[at] *= _FORGET
            if self._let_go[at]:
                self._left[at] += (LEFT * point.active - self._left[at]) * _FADE
            if at != held:
                self._ripe_s[at] *= _COOL
            elif point.yields_after_s is not None:
                self._ripen(at, share, point.yields_after_s)
        self._place(carriage_mm)

    def _ripen(self, at: int, share: float, yields_after_s: float) -> None:
        self._gain_kpa[at] = min(MOST_KPA, self._gain_kpa[at] + RISE_KPA_S * PERIOD_S)
        self._ripe_s[at] += min(FASTEST, share / RIPE_SHARE) * PERIOD_S
        if self._ripe_s[at] >= yields_after_s and not self._let_go[at]:
            self._let_go[at] = self.released = True

    def _place(self, carriage_mm: float | None) -> None:
        """Find the nearest point, and what it does to the body under the pad."""
        if carriage_mm is None:
            self.near = 1.0
        else:
            away_mm, self._at = min(
                (abs(point.place_mm - carriage_mm), at) for at, point in enumerate(self._points)
            )
            self.near = max(0.0, 1.0 - away_mm / REACH_MM)
        at = self._at
        self.less_kpa = self.near * (self._less_kpa[at] - self._gain_kpa[at])
        self.excess = self.near * self._left[at]
