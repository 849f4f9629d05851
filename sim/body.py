"""The virtual body: tissue under the pad, and how much pressure hurts, drawn for one person."""

from collections.abc import Mapping
from math import exp, log, sqrt
from types import MappingProxyType

import msgspec
import numpy as np

PAD_CM2 = 10.0
"""Nominal area of the virtual pad (E)."""

POISSON = 0.49
"""Tissue hardly changes its volume (physiology 3.2)."""

RELAXATION = ((0.20, 0.3), (0.15, 6.0), (0.10, 60.0))
"""Shares of the force that fade, and their time constants in s: fast E, mid V (rat), slow E."""

DAMPING_S_M = 1.0
"""Hunt-Crossley damping, s/m: E, 0.5 to 2 gives the peaks seen on palms."""

BOTTOM_SHARE = 0.7
"""Share of the depth to bone after which the bone is felt (E)."""

BOTTOM_N_MM2 = 2.0
"""Force of the bone: N per mm2 beyond that depth (E, 1 to 5)."""

STIFFNESS_CV, PPT_CV = 0.35, 0.33
"""Spread across people, log-normal (E)."""

SPREAD_SIGMAS = 2.0
"""Nobody drawn here is stranger than this many standard deviations (E)."""

TRIGGER_POINT_KPA = 105.0
"""How much earlier an active trigger point hurts, 1 cm2 (V, physiology: S10)."""

TRIGGER_POINT_STIFFNESS = 1.75
"""A taut band is 1.5 to 2 times as stiff as its neighbourhood (V, physiology: S81, S82)."""


class Site(msgspec.Struct, frozen=True):
    """Mean of a body region: relaxed modulus, depth to bone, pain threshold for 1 cm2."""

    modulus_kpa: float
    depth_mm: float
    ppt_f_kpa: float
    ppt_m_kpa: float


SITES: Mapping[str, Site] = MappingProxyType(
    {
        "upper_trapezius": Site(45, 25, 280, 390),
        "neck_cervical_paraspinal": Site(50, 30, 220, 305),
        "mid_trapezius_rhomboid": Site(45, 25, 340, 470),
        "lumbar_erector_spinae": Site(50, 45, 420, 580),
        "gluteus": Site(35, 70, 460, 640),
        "thigh_quadriceps_belly": Site(30, 45, 430, 600),
        "thigh_hamstring": Site(30, 45, 420, 580),
        "calf_gastrocnemius": Site(75, 40, 350, 480),
        "tibialis_anterior": Site(75, 25, 380, 530),
        "forearm_muscle": Site(50, 20, 260, 360),
        "deltoid_upper_arm": Site(45, 25, 320, 440),
        "hand_fdi": Site(50, 15, 305, 427),
        "foot_heel": Site(120, 18, 480, 660),
        "foot_medial_arch": Site(75, 20, 300, 410),
    }
)
"""Moduli and depths E; thresholds M, +-25 % (physiology 3.2, 2.2). Calf in men, hand: V."""


class Preset(msgspec.Struct, frozen=True):
    """A kind of person, and where the pad lies on them."""

    site: str
    female: bool
    trigger_point: bool = False
    rest_uv: float = 2.2


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "healthy_f": Preset("upper_trapezius", female=True),
        "healthy_m": Preset("upper_trapezius", female=False),
        "trigger_point_ut": Preset("upper_trapezius", female=True, trigger_point=True, rest_uv=6.0),
    }
)
"""Resting muscle signal without the amplifier's noise, uV RMS: relaxed M, trigger point M-."""


class Tissue(msgspec.Struct, frozen=True):
    """What the pad meets: force = (k * x * sqrt(x) + bone) * (1 + damping * speed), relaxing.

    SI throughout: N/m^1.5, m, N/m2, s/m; `relaxation` holds (share, time constant in s).
    """

    k: float
    bottom_m: float
    bottom_n_m2: float
    damping_s_m: float
    relaxation: tuple[tuple[float, float], ...]


class Person(msgspec.Struct, frozen=True):
    """One person of a preset: tissue at the pad, thresholds (kPa, 1 cm2), resting EMG (uV)."""

    tissue: Tissue
    ppt_kpa: dict[str, float]
    rest_uv: float


def person(preset: Preset, dice: np.random.Generator, stiffness: float = 1.0) -> Person:
    """Draw a person; `stiffness` scales the tissue that the dice have chosen."""
    softness = _spread(dice, STIFFNESS_CV)
    tenderness = _spread(dice, PPT_CV)
    if preset.trigger_point:
        stiffness *= TRIGGER_POINT_STIFFNESS
    ppt_kpa = {
        name: round((site.ppt_f_kpa if preset.female else site.ppt_m_kpa) * tenderness, 1)
        for name, site in SITES.items()
    }
    if preset.trigger_point:
        ppt_kpa[preset.site] = _tender(ppt_kpa[preset.site])
    return Person(tissue(SITES[preset.site], stiffness * softness), ppt_kpa, preset.rest_uv)


def tissue(site: Site, stiffness: float = 1.0) -> Tissue:
    """Return the tissue of `site` under the pad, `stiffness` times as stiff as its mean."""
    instant_kpa = site.modulus_kpa * stiffness / (1.0 - sum(g for g, _ in RELAXATION))
    radius_m = sqrt(PAD_CM2 * 1e-4 / np.pi)
    return Tissue(
        k=float(4.0 / 3.0 * instant_kpa * 1e3 / (1.0 - POISSON**2) * sqrt(radius_m)),
        bottom_m=BOTTOM_SHARE * site.depth_mm * 1e-3,
        bottom_n_m2=BOTTOM_N_MM2 * 1e6,
        damping_s_m=DAMPING_S_M,
        relaxation=RELAXATION,
    )


def _tender(healthy_kpa: float) -> float:
    """A trigger point hurts earlier, but never at less than 0.4 of the healthy value (E)."""
    return round(max(0.4 * healthy_kpa, healthy_kpa - TRIGGER_POINT_KPA), 1)


def _spread(dice: np.random.Generator, cv: float) -> float:
    """Draw a log-normal factor of mean 1 and coefficient of variation `cv`, tails cut."""
    sigma = sqrt(log(1.0 + cv * cv))
    z = min(SPREAD_SIGMAS, max(-SPREAD_SIGMAS, float(dice.standard_normal())))
    return exp(sigma * z - sigma * sigma / 2.0)
