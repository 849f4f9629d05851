"""What a muscle does of itself: rest, bracing, guarding with a latency, cramps (pure)."""

from math import exp, pi, sin

import msgspec
import numpy as np

from .pain import PERIOD_S

MVC_UV = 500.0
"""EMG of full activation (E; 300 to 1000 M, physiology 4.2)."""

ACTIVATION_S = 0.04
"""How fast activation follows (E)."""

GUARD_FROM, GUARD_UNTIL = 0.9, 0.7
"""Shares of the threshold between which guarding begins and lasts (E, physiology 4.3, 9.7)."""

LATENCY_S, LATENCY_SD_S = 0.08, 0.015
"""From pressure to guarding (V: withdrawal reflex 74 to 91 ms, S111; spread E)."""

LATENCY_LIMITS_S = (0.03, 0.15)
"""No reflex is quicker or slower than this (E)."""

GUARD, OVERLOAD = 0.15, 2.35
"""Activation of a guard (E), and how much more an overload makes of it (V: +235 %, S2)."""

GUARD_FADES_S, GUARD_ENDS = 3.0, 0.1
"""How a guard fades (E), and what is left of it when it is over (E)."""

INHIBITION, INHIBITION_KPA = 0.70, 10.0
"""How far pressure inhibits reflexes (V: 57 to 71 %, S3-S5), and the pressure that does (E)."""

INHIBITED_S, RECOVERS_S = 0.3, 1.5
"""How fast inhibition comes (E) and goes: 95 % are back within 5 s (V "immediately", E)."""

COMFORT_COLD, COMFORT_WARM = 0.45, 0.80
"""Share of the threshold that a body takes without bracing, before and after warm-up (E)."""

BRACES_OVER = 0.15
"""How much beyond comfort makes the whole bracing (E)."""

TONE_FALLS, TONE_S = 0.15, 300.0
"""How far and how fast warm-up lowers resting tone: -13 to -19 % (V: S106, S107; tau E)."""

CRAMP_S, CRAMP_SD_S, CRAMP_LIMITS_S = 23.6, 16.2, (5.0, 60.0)
"""How long a cramp lasts (V: Minetto 2009), at least and at most (E)."""

CRAMP = (0.25, 0.8)
"""Activation of a cramp, least and most: 100 to 500 uV, in bursts (M-, physiology 4.2)."""

CRAMP_HZ, CRAMP_SWINGS = 1.4, 0.4
"""Its common drive (V: Minetto 2009), and how far that swings it (E)."""

PROVOKED_S = 2.0
"""Pressed over the guarding threshold for so long, a muscle in spasm cramps (E)."""

_FOLLOW = PERIOD_S / ACTIVATION_S
_GUARD_FADE = exp(-PERIOD_S / GUARD_FADES_S)
_INHIBIT, _RECOVER = PERIOD_S / INHIBITED_S, PERIOD_S / RECOVERS_S
_TONE = PERIOD_S / TONE_S
_PERIOD_US = round(PERIOD_S * 1e6)

Happened = list[tuple[int, str]]
"""Device times (us) and what happened then."""


class Nerves(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody reacts. `rest` is resting activation; `guard_from` is inf where nothing does."""

    rest: float
    guard_from: float = GUARD_FROM
    guard_gain: float = 1.0
    braces: bool = True
    in_spasm: bool = False


def comfort(warm: float) -> float:
    """Return the share of the threshold that is taken without bracing, at this warm-up."""
    return COMFORT_COLD + (COMFORT_WARM - COMFORT_COLD) * warm


class Reflex:
    """The muscle's own doing. Readable: `activation`, `reflex` (1 at rest), `cramping`."""

    def __init__(self, nerves: Nerves, dice: np.random.Generator) -> None:
        self._nerves, self._dice = nerves, dice
        self._tone = self.activation = nerves.rest
        self.reflex = 1.0
        self._until = nerves.guard_from * GUARD_UNTIL / GUARD_FROM
        self._before = 0.0
        self._over = self._guarding = False
        self._fires_us: int | None = None
        self._guard = self._peak = 0.0
        self._provoked_s = 0.0
        self._cramp = 0.0
        self._cramp_us = (0, 0)

    @property
    def cramping(self) -> bool:
        return self._cramp > 0.0

    def cramp(self, now_us: int, happened: Happened) -> None:
        """Begin a cramp, if there is none."""
        if self._cramp:
            return
        low_s, high_s = CRAMP_LIMITS_S
        lasts_s = min(high_s, max(low_s, float(self._dice.normal(CRAMP_S, CRAMP_SD_S))))
        self._cramp = float(self._dice.uniform(*CRAMP))
        self._cramp_us = (now_us, now_us + round(lasts_s * 1e6))
        happened.append((now_us, "spasm"))

    def live(
        self, now_us: int, kpa: float, share: float, warm: float, extra: float, happened: Happened
    ) -> None:
        """Live for a hundredth of a second under `share` of the threshold; `extra` activates."""
        self._inhibit(kpa)
        nerves = self._nerves
        self._tone += (nerves.rest * (1.0 - TONE_FALLS * warm) - self._tone) * _TONE
        wanted = self._tone + extra
        beyond = share - comfort(warm)
        if beyond > 0.0 and nerves.braces:
            wanted += OVERLOAD * wanted * min(1.0, beyond / BRACES_OVER)
        if share > nerves.guard_from or self._over or self._guarding or self._fires_us is not None:
            self._watch(now_us, share)
            wanted += self._guarded(now_us, share, happened)
        self._before = share
        if nerves.in_spasm:
            self._provoke(now_us, share, happened)
        if self._cramp:
            wanted += self._cramped(now_us, happened)
        self.activation += (min(1.0, wanted) - self.activation) * _FOLLOW

    def _inhibit(self, kpa: float) -> None:
        wanted = 1.0 - INHIBITION * min(1.0, kpa / INHIBITION_KPA)
        rate = _INHIBIT if wanted < self.reflex else _RECOVER
        self.reflex += (wanted - self.reflex) * rate

    def _watch(self, now_us: int, share: float) -> None:
        """Notice the instant at which pressure crossed the guarding threshold."""
        limit = self._nerves.guard_from
        if share > limit and not self._over:
            self._over = True
            late = (share - limit) / (share - self._before)
            low_s, high_s = LATENCY_LIMITS_S
            latency_s = min(high_s, max(low_s, float(self._dice.normal(LATENCY_S, LATENCY_SD_S))))
            self._fires_us = now_us - round(late * _PERIOD_US) + round(latency_s * 1e6)
        elif share < self._until:
            self._over = False

    def _guarded(self, now_us: int, share: float, happened: Happened) -> float:
        if self._fires_us is not None and now_us >= self._fires_us:
            if not self._guarding:
                happened.append((self._fires_us, "guarding begins"))
            self._fires_us, self._guarding = None, True
            self._guard = self._peak = max(self._guard, self._strength(share))
        if not self._guarding:
            return 0.0
        if self._over:
            self._guard = self._peak = self._strength(share)
        else:
            self._guard *= _GUARD_FADE
            if self._guard < GUARD_ENDS * self._peak:
                self._guarding, self._guard = False, 0.0
                happened.append((now_us, "guarding ends"))
        return self._guard

    def _strength(self, share: float) -> float:
        overload = min(1.0, max(0.0, share / self._nerves.guard_from - 1.0))
        return GUARD * self._nerves.guard_gain * (1.0 + OVERLOAD * overload) * self.reflex

    def _provoke(self, now_us: int, share: float, happened: Happened) -> None:
        over = share > min(GUARD_FROM, self._nerves.guard_from)
        self._provoked_s = self._provoked_s + PERIOD_S if over else 0.0
        if self._provoked_s >= PROVOKED_S:
            self.cramp(now_us, happened)

    def _cramped(self, now_us: int, happened: Happened) -> float:
        begun_us, ends_us = self._cramp_us
        if now_us >= ends_us:
            self._cramp = self._provoked_s = 0.0
            happened.append((now_us, "spasm ends"))
            return 0.0
        turns = 2.0 * pi * CRAMP_HZ * (now_us - begun_us) * 1e-6
        return self._cramp * (1.0 + CRAMP_SWINGS * sin(turns))
