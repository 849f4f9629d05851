"""The living body under the pad: all its parts, lived a hundredth of a second at a time (pure)."""

from math import pi, sin
from typing import Any

import numpy as np

from firmware_bridge.codes import Gesture

from .body import PAD_CM2, TRIGGER_POINT_STIFFNESS, Person
from .pain import CRAMP_NRS, PERIOD_S, Hand, Pain, area_factor
from .reflex import MVC_UV, Happened, Reflex, comfort
from .trigger_point import Points
from .warmth import Slow

BREATH_M = 0.0003
"""How far breathing lifts and lowers the skin under the pad (E)."""

FIDGET_EVERY_S, FIDGET_S = 20.0, 0.6
"""How often somebody restless moves, on average, and for how long (E)."""

FIDGET_M, FIDGET = 0.001, 0.02
"""How far that lifts the skin, and the activation it takes: 10 uV (E)."""

EFFORTS = {Gesture.CONTRACT: 1.0, Gesture.CONTRACT_LIGHTLY: 0.2, Gesture.RELAX: 0.0}
"""How far somebody activates the muscle of their own will: all of it (D), a fifth of it (E)."""

TIRES_S = 10.0
"""Nobody tenses a muscle for longer (E): so whoever forgets to have them relax leaves no
contraction behind."""

_ON_PAD = area_factor(PAD_CM2)
_TAUT = TRIGGER_POINT_STIFFNESS - 1.0


class Life:
    """A person under the pad. `live` is called every 10 ms; all else is read after it.

    `activation` (0 to 1) and `emg_uv` of the muscle; `threshold_kpa` that hurts here and now;
    `nrs` (0 to 10); `stiffness`, a factor of the tissue's; `lifted_m`, how far the skin has come
    towards the pad since the last time; `pressing` and `holding` the pain button; `happened`.
    """

    def __init__(self, person: Person, dice: np.random.Generator) -> None:
        self._person, self._dice = person, dice
        self._points = Points(person.points, person.healthy_kpa) if person.points else None
        self._excess = (person.rest_uv - person.relaxed_uv) / MVC_UV
        self._slow = Slow(person.softens)
        self._reflex = Reflex(person.nerves, dice)
        self._pain = Pain()
        self._hand = Hand(person.pressing, dice)
        self._skin_m = 0.0
        self._turn = 2.0 * pi * person.breaths_hz * 1e-6
        self._fidgets_us = -1
        self._effort = (0.0, 0)  # how far the muscle is activated at will, and until when (us)
        self._moves: tuple[int, float, float] | None = None  # from when (us), m, for how long (us)
        self._bone = (1.0, 1.0, 0.0)
        self._bones: list[float] = []
        self.pressing = False
        self.lifted_m = 0.0
        self.stiffness = 1.0
        self.happened: Happened = []
        self.threshold_kpa = self._threshold_kpa()

    @property
    def activation(self) -> float:
        return self._reflex.activation

    @property
    def emg_uv(self) -> float:
        """RMS of the muscle's signal, without any noise."""
        return MVC_UV * self._reflex.activation

    @property
    def nrs(self) -> float:
        """Pain, from 0 to 10."""
        return max(self._pain.nrs, CRAMP_NRS if self._reflex.cramping else 0.0)

    @property
    def reflex(self) -> float:
        """What is left of the muscle's reflexes, 1 at rest."""
        return self._reflex.reflex

    @property
    def skin_degc(self) -> float:
        return self._slow.skin_degc

    @property
    def holding(self) -> bool:
        """Whether the person holds the pain button down."""
        return self._hand.down

    def cramp(self, now_us: int) -> None:
        """Get a cramp in this muscle."""
        self._reflex.cramp(now_us, self.happened)

    def tense(self, now_us: int, effort: float) -> None:
        """Activate this muscle at will, by a share of all it can; 0 lets it go."""
        self._effort = (effort, now_us + round(TIRES_S * 1e6))

    def move(self, now_us: int, by_m: float, for_s: float) -> None:
        """Move: the skin comes up by so much, and goes again."""
        self._moves = (now_us, by_m, for_s * 1e6)

    def lie_over_bone(self, times: float, over_s: float, *, on: bool = True) -> None:
        """Become so many times as stiff under the pad, over so long: it slides onto bone.

        Or off it; the hardest bone that is left counts.
        """
        (self._bones.append if on else self._bones.remove)(times)
        times = max(self._bones, default=1.0)
        now, _, _ = self._bone
        self._bone = (now, times, abs(times - now) * PERIOD_S / over_s)

    def sleep(self, *, asleep: bool) -> None:
        """Have a reason to sleep, or one less: whoever sleeps presses nothing."""
        self._hand.slumbers += 1 if asleep else -1

    def live(
        self,
        now_us: int,
        kpa: float,
        carriage_mm: float | None,
        surface_degc: float | None = None,
    ) -> None:
        """Live for a hundredth of a second under `kpa`, up to `now_us`.

        `surface_degc` is how warm the pad is that presses, None where nothing warms it.
        """
        share = kpa / self.threshold_kpa
        points, slow, reflex = self._points, self._slow, self._reflex
        slow.feel(kpa, share, comfort(slow.warm))
        if surface_degc is not None:
            slow.feel_warmth(kpa, surface_degc)
        effort, tires_us = self._effort
        extra = self._fidget(now_us) + (effort if now_us < tires_us else 0.0)
        stiffness = (1.0 - slow.softer) * (1.0 + reflex.activation)
        if points is not None:
            points.feel(kpa, share, carriage_mm)
            if points.released:
                self.happened.append((now_us, "knot released"))
            extra += self._excess * points.excess
            stiffness *= (1.0 + _TAUT * points.near) / TRIGGER_POINT_STIFFNESS
        stiffness *= self._slide()
        reflex.live(now_us, kpa, share, slow.warm, extra, self.happened)
        self.stiffness = stiffness
        self.threshold_kpa = self._threshold_kpa()
        self._pain.feel(share)
        self.pressing = self._hand.answer(now_us, self.nrs)
        if self.pressing:
            self.happened.append((now_us, "pain pressed"))
        self._breathe(now_us)

    def told(self) -> dict[str, Any]:
        """Return the slow part of this body as plain values, for the TRUTH document."""
        return {
            **self._slow.told(),
            "threshold_kpa": round(self.threshold_kpa, 2),
            "pain_nrs": round(self.nrs, 2),
            "reflex": round(self.reflex, 3),
        }

    def _threshold_kpa(self) -> float:
        points = self._points
        less_kpa = points.less_kpa if points is not None else 0.0
        return (self._person.healthy_kpa - less_kpa) * _ON_PAD

    def _fidget(self, now_us: int) -> float:
        """Return the activation of a small movement, if there is one."""
        if not self._person.restless:
            return 0.0
        if now_us > self._fidgets_us + round(FIDGET_S * 1e6):
            still_s = float(self._dice.exponential(FIDGET_EVERY_S))
            self._fidgets_us = now_us + round(still_s * 1e6)
        return FIDGET if now_us >= self._fidgets_us else 0.0

    def _slide(self) -> float:
        """Return how many times as stiff it is here as its flesh."""
        now, times, step = self._bone
        if now != times:
            now = min(times, now + step) if now < times else max(times, now - step)
            self._bone = (now, times, step)
        return now

    def _breathe(self, now_us: int) -> None:
        skin_m = BREATH_M * sin(self._turn * now_us)
        if self._person.restless and now_us >= self._fidgets_us:
            skin_m += FIDGET_M * sin(pi * (now_us - self._fidgets_us) / (FIDGET_S * 1e6))
        if self._moves is not None:
            began_us, by_m, for_us = self._moves
            skin_m += by_m * sin(pi * min(1.0, (now_us - began_us) / for_us))
            if now_us - began_us >= for_us:
                self._moves = None
        self.lifted_m = skin_m - self._skin_m
        self._skin_m = skin_m
