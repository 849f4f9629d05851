"""How stiff what is under a pad is, against what is expected of it: is there bone?

What is expected is learnt on this very person, pad and region, in the first seconds of firm
contact: from one person to the next tissue is half or twice as stiff, far more than one muscle
differs from place to place. A factor alone is learnt. How much tissue gives at which depth (as a
sphere of the pad's area is pressed in, by depth to the power of 1.5), and how it tires of being
held, is the same law for all: deeper work, a long hold or the valley of a rhythm are no bone. What
is learnt counts up to twice the mean of the region, which few people exceed: a pad that is laid on
bone from the beginning must not take that for flesh.

An active muscle is stiffer, up to twice at all its strength; it is heard and answered within
`guarding.CONFIRM_S`, before anything here has lasted for long enough.
"""

from math import exp, pi, sqrt

import msgspec

from profiles.regions import REGIONS

from .moment import Features, Sunk
from .words import Reason, Verdict

TIMES, BONE_S = 2.0, 1.0
"""So many times as stiff as expected, for so long: bone (E, rules)."""

FIRM_KPA = 2.5
"""Less presses too lightly to tell, and to harm (E; as `tracking.GENTLE_KPA`)."""

TOUCHES_KPA = 0.5
"""Under this the pad is off, and tissue recovers (E, wire)."""

LEARN_S, LEARN_MM = 3.0, 2.0
"""For how long what is expected is learnt, and from which depth on: less deep, a sensor's noise and
what it took for the first touch weigh too much (E)."""

LEAST_MM = 0.5
"""A depth under this counts as this (E: ten times the noise of a sensor)."""

RELAXATION = ((0.20, 0.3), (0.15, 6.0), (0.10, 60.0))
"""Shares of the force that fade, and in how many seconds (E, V, E: physiology 3.3)."""

RECOVERY = 0.5
"""How fast tissue recovers, as a share of how fast it gave way (E, physiology 3.3)."""

LEFT = 0.5
"""Tissue that was held deeper a moment ago pushes back less than this share, nobody knows how much
less: what is stiff against this is stiff, and what is not is not known to be soft (E: under what
is left in a hold without end, D 0.55)."""

PEOPLE = 2.0
"""How many times as stiff as its region's mean tissue may be, and be flesh (D: two standard
deviations of physiology 3.2)."""

AT_MM = 5.0
"""The depth at which how stiff tissue is is told, so that one number says it at any depth (E)."""

FOLLOW_S = 5.0
"""For how long a moment of firm contact counts in what is told: a stroke or two, a few cycles (E).
The noise of a depth is averaged by it, and what changes within it is told late."""

HEARD_S = 1.0
"""What is told of less firm contact than this is nothing (E)."""

KEPT_S = 10.0
"""After so long without firm contact nobody knows any more, and it begins anew (E: two strokes)."""

POISSON = 0.49
"""Tissue hardly changes its volume (physiology 3.2)."""

_LASTING = 1.0 - sum(share for share, _ in RELAXATION)


class Firmness(msgspec.Struct, frozen=True, gc=False):
    """What is known of the tissue under one pad. Factors are kPa for each mm to the power of 1.5.

    `faded` is what it remembers of having been pressed, `learnt_s` how long its factor was learnt
    from `pressed` over `gave`; `measured` and `limit` are kPa for each mm, and `stiff_s` says for
    how long the one has reached the other. `work` over `give` is the factor of late, of `firm_s` of
    firm contact, the last of which is `missed_s` ago.
    """

    region: str = ""
    most: float = 0.0
    faded: tuple[float, ...] = (0.0,) * len(RELAXATION)
    learnt_s: float = 0.0
    pressed: float = 0.0
    gave: float = 0.0
    stiff_s: float = 0.0
    measured: float = 0.0
    limit: float = 0.0
    work: float = 0.0
    give: float = 0.0
    firm_s: float = 0.0
    missed_s: float = 0.0

    @property
    def kpa_mm(self) -> float | None:
        """How stiff it has been of late, as `AT_MM` deep; None where that is not known."""
        if self.firm_s < HEARD_S or self.missed_s > KEPT_S:
            return None
        return self.work / self.give * sqrt(AT_MM)

    @property
    def expected(self) -> float:
        """The factor that is expected here."""
        learnt = self.pressed / self.gave if self.learnt_s >= LEARN_S else self.most
        return min(learnt, self.most)


Stiffness = tuple[Firmness, ...]


class Probe(msgspec.Struct, frozen=True, gc=False):
    """A pad whose depth is measured: its track, its area, and the columns of its two sensors."""

    track: str
    area_cm2: float
    pressure: int
    depth: int


class Pad(msgspec.Struct, frozen=True, gc=False):
    """Where a pad works, and how large it is."""

    region: str
    area_cm2: float


def watch_stiffness(before: Stiffness, felt: Features, pads: tuple[Pad, ...]) -> Stiffness:
    """Return what is known of the tissue one batch later; `pads` are those of `felt.sunk`."""
    known = before or (Firmness(),) * len(pads)
    passed_s = felt.duration_s + felt.lost_s
    return tuple(
        _later(one if one.region == pad.region else _fresh(pad), sunk, passed_s)
        for one, sunk, pad in zip(known, felt.sunk, pads, strict=True)
    )


def over_bone(stiffness: Stiffness) -> Verdict | None:
    """Return a release where something under a pad has been too stiff for flesh for too long."""
    for one in stiffness:
        if one.stiff_s >= BONE_S - 1e-6:
            return Verdict("release", Reason.BONE, one.measured, one.limit)
    return None


def told(stiffness: Stiffness, pads: int) -> tuple[float | None, ...]:
    """Return how stiff it is under each of so many pads, kPa for each mm; None where not known."""
    return tuple([one.kpa_mm for one in stiffness]) or (None,) * pads


def highest_factor(region: str, area_cm2: float) -> float:
    """Return the factor that flesh of a region has at most, under a pad of this area."""
    radius_mm = sqrt(100.0 * area_cm2 / pi)
    instant_kpa = REGIONS[region].modulus_kpa / _LASTING
    mean_kpa = 4.0 / 3.0 * instant_kpa / (1.0 - POISSON**2) * sqrt(radius_mm)
    return PEOPLE * mean_kpa / (100.0 * area_cm2)


def _fresh(pad: Pad) -> Firmness:
    return Firmness(region=pad.region, most=highest_factor(pad.region, pad.area_cm2))


def _later(one: Firmness, sunk: Sunk, passed_s: float) -> Firmness:
    touches = sunk.pressure_kpa >= TOUCHES_KPA
    depth_mm = max(sunk.depth_mm, LEAST_MM)
    strain = depth_mm * sqrt(depth_mm) if touches else 0.0
    faded = _faded(one.faded, strain, passed_s if touches else RECOVERY * passed_s)
    gives = strain - sum(share * f for (share, _), f in zip(RELAXATION, faded, strict=True))
    if sunk.pressure_kpa < FIRM_KPA:
        missed_s = one.missed_s + passed_s
        return msgspec.structs.replace(one, faded=faded, missed_s=missed_s)
    limit = TIMES * one.expected * max(gives, LEFT * strain)
    known = gives >= LEFT * strain
    tells = known and sunk.depth_mm >= LEARN_MM
    kept = _kept(one, passed_s) if tells else 1.0
    learns = known and one.learnt_s < LEARN_S and sunk.depth_mm >= LEARN_MM
    soft_s = 0.0 if known else one.stiff_s
    return Firmness(
        region=one.region,
        most=one.most,
        faded=faded,
        learnt_s=one.learnt_s + passed_s if learns else one.learnt_s,
        pressed=one.pressed + sunk.pressure_kpa if learns else one.pressed,
        gave=one.gave + gives if learns else one.gave,
        stiff_s=one.stiff_s + passed_s if sunk.pressure_kpa >= limit else soft_s,
        measured=sunk.pressure_kpa / depth_mm,
        limit=limit / depth_mm,
        work=kept * one.work + (gives * sunk.pressure_kpa * passed_s if tells else 0.0),
        give=kept * one.give + (gives * gives * passed_s if tells else 0.0),
        firm_s=passed_s + (one.firm_s if kept else 0.0) if tells else one.firm_s,
        missed_s=0.0 if tells else one.missed_s + passed_s,
    )


def _kept(one: Firmness, passed_s: float) -> float:
    """Return how much of what was told counts on: nothing where it is from long ago."""
    return 0.0 if one.missed_s > KEPT_S else exp(-passed_s / FOLLOW_S)


def _faded(before: tuple[float, ...], strain: float, passed_s: float) -> tuple[float, ...]:
    return tuple(
        faded + (strain - faded) * (1.0 - exp(-passed_s / within_s))
        for faded, (_, within_s) in zip(before, RELAXATION, strict=True)
    )
