"""Body regions: their names, what a pad may do there, and when pressing begins to hurt there."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from .envelope import Envelope, Limit


class ForceGroup(msgspec.Struct, frozen=True):
    """Regions that bear the same force."""

    name: str
    ceiling_n: float


BACK = ForceGroup("back, gluteus, thigh", 60.0)
"""60 N in software (E, physiology 2.6, row L2)."""
LIMB = ForceGroup("calf, arm, shoulder", 40.0)
"""40 N in software (E, physiology 2.6, row L2)."""
NECK = ForceGroup("neck, rear", 20.0)
"""20 N in software (E, physiology 2.6, row L2)."""
FOOT = ForceGroup("foot", 40.0)
"""40 N in software (E, physiology 2.6, row L2)."""


class Region(msgspec.Struct, frozen=True):
    """A place on the body. Pain thresholds are means of healthy adults on 1 cm2, in kPa.

    `modulus_kpa` is that of its tissue, relaxed, of people on average.
    """

    group: ForceGroup
    women_ppt_kpa: float
    men_ppt_kpa: float
    mark: str
    modulus_kpa: float


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        "neck_cervical_paraspinal": Region(NECK, 220.0, 305.0, "M-", 50.0),
        "upper_trapezius": Region(LIMB, 280.0, 390.0, "M", 45.0),
        "mid_trapezius_rhomboid": Region(BACK, 340.0, 470.0, "M-", 45.0),
        "lumbar_erector_spinae": Region(BACK, 420.0, 580.0, "M", 50.0),
        "gluteus": Region(BACK, 460.0, 640.0, "M", 35.0),
        "thigh_quadriceps_belly": Region(BACK, 430.0, 600.0, "M", 30.0),
        "thigh_hamstring": Region(BACK, 420.0, 580.0, "M-", 30.0),
        "calf_gastrocnemius": Region(LIMB, 350.0, 480.0, "V(men)/M", 75.0),
        "tibialis_anterior": Region(LIMB, 380.0, 530.0, "M", 75.0),
        "forearm_muscle": Region(LIMB, 260.0, 360.0, "M-", 50.0),
        "deltoid_upper_arm": Region(LIMB, 320.0, 440.0, "M-", 45.0),
        "hand_fdi": Region(LIMB, 305.0, 427.0, "V", 50.0),
        "foot_heel": Region(FOOT, 480.0, 660.0, "M-", 120.0),
        "foot_medial_arch": Region(FOOT, 300.0, 410.0, "M-", 75.0),
    }
)
"""Pressure pain thresholds (physiology 2.2, each with its mark: V seen, M from memory); the upper
trapezius belongs to the shoulder (rules, *What may press*), the hand to the arm (E). Moduli E
(physiology 3.2; where it has none, as of their neighbours)."""

HEART: frozenset[str] = frozenset(
    {
        "neck_cervical_paraspinal",
        "upper_trapezius",
        "mid_trapezius_rhomboid",
        "lumbar_erector_spinae",
    }
)
"""Trunk and neck, where an electrode hears the heart (V, Drake and Callaghan 2006; which of ours
these are: E)."""

NEVER: Mapping[str, str] = MappingProxyType(
    {
        "neck_front": "the carotid artery and the windpipe lie there",
        "neck_side": "the carotid artery lies there",
        "throat": "the windpipe lies there",
        "face": "it is too delicate for a machine",
        "eyes": "they are too delicate for a machine",
        "armpit": "nerves and vessels lie open there",
        "inner_elbow": "nerves and vessels lie open there",
        "groin": "the femoral vessels lie open there",
        "popliteal_fossa": "nerves and vessels lie open there",
        "spine": "bone lies right under the skin",
        "kidney": "an organ lies unprotected there",
        "abdomen": "organs lie unprotected there",
        "breast": "it is glandular tissue, not muscle",
        "genitals": "they are no place for a machine",
        "patella": "bone lies right under the skin",
        "shin": "bone lies right under the skin",
        "ulna": "bone lies right under the skin",
    }
)
"""Where nothing may press (M/E, physiology 1.4, never-treat map)."""

AREA_EXPONENT = -0.49
"""How the pain threshold falls with the pad's area in cm2 (D, physiology 2.4)."""
AREA_RANGE_CM2 = (0.5, 400.0)
"""The areas for which that holds (D, physiology 2.4)."""
VARIATION = 0.33
"""Coefficient of variation of the threshold between persons (E, physiology 2.2)."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """One person's pressure pain thresholds by region, and whose they are.

    `ppt_1_kpa` is for a pad of 1 cm2, with the person's state (soreness, spasm) already in it;
    `calibrated_kpa` was measured on this very pad and site, and is used as it is. `shares` are the
    largest shares of their threshold that a screening lets this person bear, where it lowers them.
    `states` are what is left of a threshold where their state lowers it, for one that is nobody's.
    """

    owner: str
    ppt_1_kpa: Mapping[str, float]
    calibrated_kpa: Mapping[str, float] = MappingProxyType({})
    shares: Mapping[str, float] = MappingProxyType({})
    states: Mapping[str, float] = MappingProxyType({})


def fifth_percentile(mean: float, variation: float = VARIATION) -> float:
    """Return what 19 in 20 persons exceed, of a log-normal spread (D, physiology 2.2)."""
    spread = math.sqrt(math.log1p(variation * variation))
    return mean / math.sqrt(1.0 + variation * variation) * math.exp(-1.6448536269514722 * spread)


def ppt_at_area(ppt_1_kpa: float, area_cm2: float) -> float:
    """Return the pain threshold in kPa on a pad of `area_cm2`, from the one on 1 cm2."""
    low, high = AREA_RANGE_CM2
    return ppt_1_kpa * min(max(area_cm2, low), high) ** AREA_EXPONENT


def region_envelope(region: str, area_cm2: float) -> Envelope:
    """Return what a pad of `area_cm2` may press on a region: its force ceiling over the area."""
    return Envelope(pressure_kpa=Limit(10.0 * REGIONS[region].group.ceiling_n / area_cm2, "region"))


def pain_threshold(region: str, area_cm2: float, thresholds: Thresholds | None) -> Limit:
    """Return the pain threshold in force on this pad and site; nobody is a sensitive woman."""
    if thresholds is not None and region in thresholds.calibrated_kpa:
        return Limit(thresholds.calibrated_kpa[region], thresholds.owner)
    if thresholds is not None and region in thresholds.ppt_1_kpa:
        return Limit(ppt_at_area(thresholds.ppt_1_kpa[region], area_cm2), thresholds.owner)
    weakest = fifth_percentile(REGIONS[region].women_ppt_kpa)
    weakest *= thresholds.states.get(region, 1.0) if thresholds is not None else 1.0
    return Limit(ppt_at_area(weakest, area_cm2), "nobody")
