"""How much pressure hurts, how that feels, and when a hand goes to the button (pure)."""

from math import exp

import msgspec
import numpy as np

PERIOD_S = 0.01
"""A body is looked at a hundred times a second."""

AREA_EXPONENT = -0.49
"""Threshold over area (D: 482 kPa by a probe, 26 by a cuff, same calf; physiology 2.4: S1)."""

AREA_CM2 = (0.5, 400.0)
"""Areas between which that is taken to hold (D, physiology 2.4)."""

TOLERANCE = 1.8
"""Pressure that nobody bears, in thresholds (M-, physiology 4.3)."""

FIRST = 0.95
"""Share of the threshold from which something is felt (E, physiology 4.3)."""

ADAPTING_S = 60.0
"""A steady pressure below the threshold is felt less and less (E; relief in 38-67 s V: S21)."""

REPEAT_NRS, REPEAT_S = 0.3, 2.0
"""What each repeat adds, if it comes sooner than this (direction V: S67, S116; sizes E)."""

WORST_NRS = 10.0
CRAMP_NRS = 6.0
"""How much a cramp hurts, of 10 (E)."""

HAND_S = (0.5, 1.0)
"""From pain to a pressed button, the hand being there (E, physiology 4.4)."""

HELD_S, AGAIN_S = 0.3, 2.0
"""How long the button is held, and how soon it is pressed again (E)."""

_ADAPT = exp(-PERIOD_S / ADAPTING_S)


class Pressing(msgspec.Struct, frozen=True):
    """When a person presses the pain button: from which pain (0 to 10), how much later."""

    from_nrs: float
    later_s: float = 0.0


PRESSES: dict[str, Pressing] = {
    "usual": Pressing(2.0),
    "late": Pressing(5.0, 3.0),
    "never": Pressing(float("inf")),
}
"""By the word of an address (E)."""


def area_factor(area_cm2: float) -> float:
    """Return by what a threshold for 1 cm2 is multiplied on this area."""
    low, high = AREA_CM2
    return float(min(high, max(low, area_cm2)) ** AREA_EXPONENT)


def threshold_kpa(ppt_kpa: float, area_cm2: float) -> float:
    """Return the pressure that hurts on this area, from the threshold for 1 cm2."""
    return ppt_kpa * area_factor(area_cm2)


def painful_force_n(ppt_kpa: float, area_cm2: float) -> float:
    """Return the force that hurts on this area, from the threshold for 1 cm2."""
    return threshold_kpa(ppt_kpa, area_cm2) * area_cm2 / 10.0


class Pain:
    """What is felt. `nrs` is 0 to 10."""

    def __init__(self) -> None:
        self.nrs = 0.0
        self._adapted = 1.0
        self._repeats_nrs = 0.0
        self._since_s = float("inf")

    def feel(self, share: float) -> None:
        """Feel a pressure, as a share of the threshold, for a hundredth of a second."""
        if share <= FIRST:
            self.nrs = 0.0
            self._since_s += PERIOD_S
            return
        if self._since_s > 0.0:
            soon = self._since_s < REPEAT_S
            self._repeats_nrs = self._repeats_nrs + REPEAT_NRS if soon else 0.0
            self._adapted, self._since_s = 1.0, 0.0
        if share < 1.0:
            self._adapted *= _ADAPT
        felt = WORST_NRS * (share - FIRST) / (TOLERANCE - FIRST) + self._repeats_nrs
        self.nrs = min(WORST_NRS, felt * self._adapted)


class Hand:
    """The hand at the pain button. `down` says whether it holds it.

    As long as there are `slumbers`, reasons to be asleep, it reaches nothing.
    """

    def __init__(self, pressing: Pressing, dice: np.random.Generator) -> None:
        self._pressing, self._dice = pressing, dice
        self.down, self.slumbers = False, 0
        self._until_us: int | None = None
        self._free_us = 0

    def answer(self, now_us: int, nrs: float) -> bool:
        """Move, or not. Says whether the button was pressed just now."""
        if self.down:
            if now_us >= self._free_us:
                self.down = False
                self._free_us = now_us + round(AGAIN_S * 1e6)
            return False
        if self.slumbers:
            self._until_us = None
            return False
        if self._until_us is None:
            if nrs >= self._pressing.from_nrs and now_us >= self._free_us:
                late_s = self._pressing.later_s + float(self._dice.uniform(*HAND_S))
                self._until_us = now_us + round(late_s * 1e6)
            return False
        if now_us < self._until_us:
            return False
        self.down, self._until_us = True, None
        self._free_us = now_us + round(HELD_S * 1e6)
        return True
