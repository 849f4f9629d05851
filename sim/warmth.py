"""What massage leaves behind, slowly: warmth, flow, softness, warm-up, soreness (pure)."""

from math import exp
from typing import Any

from .pain import PERIOD_S

TOUCHED_KPA = 1.0
"""From this pressure on it is massage (E)."""

SKIN_DEGC, WARMER_DEGC, WARMING_S = 31.5, 1.1, 240.0
"""Skin before, and how much warmer after 12 minutes (V: S7); how fast (E, physiology 4.3)."""

CONDUCTING_S, COOLING_S = 60.0, 240.0
"""How fast skin comes to the warmth of a pad that lies on it (E, physiology 4.3, *pad conduction*),
and loses it (E: as it warms by being pressed)."""

MUSCLE_DEGC = ((1.5, 0.8), (2.5, 0.4), (3.5, 0.0))
"""How much warmer at which depth in cm (pattern V: S9, magnitudes E)."""

MUSCLE_S = 300.0
"""How fast (E)."""

FLOW_GAIN, FLOW_S, FLOW_FADES_S = 10.0, 60.0, 400.0
"""Blood flow of the skin: how far (direction V: S7), how fast up (E), and down (V: S18)."""

ARTERY_GAIN = 1.0
"""Flow in the limb's artery does not rise (V: S7, S8)."""

SOFTER, SOFTER_SD = 0.052, 0.088
"""Share of the stiffness lost after 7 minutes, and its spread (V: S6).

People are drawn evenly within one spread, which is a standard deviation of 0.051: what was seen
holds the errors of measuring as well (E)."""

SOFTENING_S, HARDENING_S = 140.0, 90.0
"""How fast it is lost, and regained: all but gone after 3 minutes (V: S6; taus D, E)."""

WARM_UP_S, WARM_FADES_S = 180.0, 600.0
"""Comfortable work until a body is warmed up, and how fast that is lost (E)."""

SORE_PER_MIN, SORE_FROM, SORE_MOST = 0.02, 0.6, 5.0
"""Soreness a day later, of 10, per minute and mean share of the threshold (E, physiology 4.3)."""

BRUISED_S = 20.0
"""This long over the threshold a bruise may come (E, physiology 4.3)."""


def _towards(tau_s: float) -> float:
    return 1.0 - exp(-PERIOD_S / tau_s)


_WARMING, _MUSCLE = _towards(WARMING_S), _towards(MUSCLE_S)
_CONDUCTING, _COOLING = _towards(CONDUCTING_S), _towards(COOLING_S)
_FLOW, _FLOW_FADES = _towards(FLOW_S), _towards(FLOW_FADES_S)
_SOFTENING, _HARDENING = _towards(SOFTENING_S), _towards(HARDENING_S)
_WARM_UP, _WARM_FADES = PERIOD_S / WARM_UP_S, 1.0 - _towards(WARM_FADES_S)


class Slow:
    """The slow part of a body. `warm` (0 to 1) is its warm-up, `softer` a share of stiffness."""

    def __init__(self, softens: float) -> None:
        self._softens = softens
        self.warm = self.softer = 0.0
        self._skin = self._muscle = self._flow = self._conducted = 0.0
        self._touched_s = self._shares_s = self._over_s = 0.0

    def feel(self, kpa: float, share: float, comfort: float) -> None:
        """Be pressed for a hundredth of a second; `comfort` is the share that is comfortable."""
        if kpa <= TOUCHED_KPA:
            self._rest()
            return
        if share < comfort:
            self.warm = min(1.0, self.warm + _WARM_UP)
        self.softer += (self._softens - self.softer) * _SOFTENING
        self._skin += (1.0 - self._skin) * _WARMING
        self._muscle += (1.0 - self._muscle) * _MUSCLE
        self._flow += (1.0 - self._flow) * _FLOW
        self._touched_s += PERIOD_S
        self._shares_s += share * PERIOD_S
        if share > 1.0:
            self._over_s += PERIOD_S

    def feel_warmth(self, kpa: float, surface_degc: float) -> None:
        """Lie under a pad of this warmth for a hundredth of a second: touched, skin takes it on."""
        self._conducted -= self._conducted * _COOLING
        if kpa > TOUCHED_KPA:
            self._conducted += (surface_degc - self.skin_degc) * _CONDUCTING

    def _rest(self) -> None:
        self.warm *= _WARM_FADES
        self.softer -= self.softer * _HARDENING
        self._skin -= self._skin * _WARMING
        self._muscle -= self._muscle * _MUSCLE
        self._flow -= self._flow * _FLOW_FADES

    @property
    def skin_degc(self) -> float:
        return SKIN_DEGC + WARMER_DEGC * self._skin + self._conducted

    @property
    def skin_flow(self) -> float:
        """How many times its resting flow the skin has."""
        return 1.0 + (FLOW_GAIN - 1.0) * self._flow

    @property
    def soreness_nrs(self) -> float:
        """How sore it will be a day later, 0 to 10."""
        if not self._touched_s:
            return 0.0
        beyond = max(0.0, self._shares_s / self._touched_s - SORE_FROM)
        return min(SORE_MOST, SORE_PER_MIN * beyond * self._touched_s / 60.0)

    def told(self) -> dict[str, Any]:
        """Return all of it as plain values, for the TRUTH document."""
        return {
            "skin_degc": round(self.skin_degc, 3),
            "skin_flow": round(self.skin_flow, 3),
            "artery_flow": ARTERY_GAIN,
            "muscle_warmer_degc": [
                [depth_cm, round(most * self._muscle, 3)] for depth_cm, most in MUSCLE_DEGC
            ],
            "softer": round(self.softer, 4),
            "warm_up": round(self.warm, 3),
            "soreness_24h_nrs": round(self.soreness_nrs, 3),
            "bruise_may_come": self._over_s > BRUISED_S,
        }
