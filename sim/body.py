"""The virtual body: tissue under the pad, and how much pressure hurts, drawn for one person."""

from collections.abc import Mapping
from math import exp, inf, log, sqrt
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np

from .pain import PRESSES, Pressing
from .reflex import GUARD_FROM, MVC_UV, Nerves
from .trigger_point import STIFFNESS as TRIGGER_POINT_STIFFNESS
from .trigger_point import YIELDS_S, TriggerPoint, tender_kpa
from .warmth import SOFTER, SOFTER_SD

Sensation = Literal["full", "reduced", "none"]
"""Reduced: pain is not reported, but guarded against. None: neither."""

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

SORE_SHARE, SORE_STIFFNESS = 0.76, 1.15
"""A day or two after hard work: threshold (V: S11), stiffness (E, direction V: S47)."""

FAT_MM = 6.0
"""Fat over a middling shoulder (E, physiology 3.2)."""

ACTIVE_MORE_UV = 3.8
"""What an active trigger point adds to a resting muscle: 6 uV then (M-: 5 to 15, 4.2)."""

BREATHS_HZ = (0.2, 0.3)
"""How often somebody breathes: 12 to 18 a minute (M)."""

POINT_PLACES_MM = (80.0, 150.0)
"""Where the trigger points of a muscle are, along the way of a carriage (E)."""


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
    """A kind of person, and where the pad lies on them; shares are of the healthy value."""

    site: str
    female: bool
    trigger_point: bool = False
    rest_uv: float = 2.2
    threshold: float = 1.0
    stiffness: float = 1.0
    guard_gain: float = 1.0
    sensation: Sensation = "full"
    in_spasm: bool = False
    restless: bool = False
    sore: bool = False
    fat_mm: float | None = None
    emg: float = 1.0


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "healthy_f": Preset("upper_trapezius", female=True),
        "healthy_m": Preset("upper_trapezius", female=False),
        "athlete_post_event": Preset("thigh_quadriceps_belly", female=False, sore=True),
        "trigger_point_ut": Preset("upper_trapezius", female=True, trigger_point=True),
        "acute_spasm_low_back": Preset(
            "lumbar_erector_spinae", female=False, rest_uv=25.0, threshold=0.65, stiffness=1.75,
            in_spasm=True,
        ),
        "chronic_neck": Preset(
            "neck_cervical_paraspinal", female=True, rest_uv=8.0, threshold=0.6, guard_gain=2.0
        ),
        "elderly": Preset("upper_trapezius", female=True, threshold=0.7),
        "reduced_sensation": Preset("upper_trapezius", female=False, sensation="reduced"),
        "anxious": Preset(
            "upper_trapezius", female=True, threshold=0.7, guard_gain=3.0, restless=True
        ),
        "obese": Preset("upper_trapezius", female=True, stiffness=0.6, fat_mm=40.0, emg=0.5),
    }
)  # fmt: skip
"""Thresholds, gains, stiffness and fat E (physiology 4.6, 2.2; chronic pain M).

Resting muscle signal without the amplifier's noise, uV RMS: relaxed M, trigger point and chronic
M-, spasm E: a low one, because the evidence conflicts (physiology 4.2). Signal through fat E.
"""


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How this one person differs from the preset. None: as the preset has it."""

    guards_from: float | None = None
    lets_go: bool = True
    presses: str = "usual"
    sensation: Sensation | None = None
    point: Literal["active", "latent", "none"] | None = None
    sore: bool | None = None


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
    """One person of a preset: tissue at the pad, thresholds (kPa, 1 cm2), resting EMG (uV).

    `healthy_kpa` is the threshold at the pad beside any trigger point, `relaxed_uv` the EMG there.
    """

    tissue: Tissue
    ppt_kpa: dict[str, float]
    rest_uv: float
    healthy_kpa: float
    relaxed_uv: float
    nerves: Nerves
    pressing: Pressing
    points: tuple[TriggerPoint, ...] = ()
    softens: float = SOFTER
    restless: bool = False
    breaths_hz: float = 0.25


def person(
    preset: Preset,
    dice: np.random.Generator,
    stiffness: float = 1.0,
    manner: Manner = Manner(),  # noqa: B008  frozen
) -> Person:
    """Draw a person; `stiffness` scales the tissue that the dice have chosen."""
    softness = _spread(dice, STIFFNESS_CV)
    tenderness = _spread(dice, PPT_CV)
    own = dice.spawn(1)[0]  # what came later must not make other people of the old seeds
    sore = preset.sore if manner.sore is None else manner.sore
    point = manner.point or ("active" if preset.trigger_point else "none")
    stiffness *= softness * preset.stiffness * (SORE_STIFFNESS if sore else 1.0)
    share = tenderness * preset.threshold * (SORE_SHARE if sore else 1.0)
    ppt_kpa = {
        name: round((site.ppt_f_kpa if preset.female else site.ppt_m_kpa) * share, 1)
        for name, site in SITES.items()
    }
    healthy_kpa = ppt_kpa[preset.site]
    if point != "none":
        stiffness *= TRIGGER_POINT_STIFFNESS
        ppt_kpa[preset.site] = round(tender_kpa(healthy_kpa, active=point == "active"), 1)
    relaxed_uv = preset.rest_uv * preset.emg
    rest_uv = relaxed_uv + (ACTIVE_MORE_UV * preset.emg if point == "active" else 0.0)
    sensation = manner.sensation or preset.sensation
    return Person(
        tissue=tissue(_site(preset), stiffness),
        ppt_kpa=ppt_kpa,
        rest_uv=rest_uv,
        healthy_kpa=healthy_kpa,
        relaxed_uv=relaxed_uv,
        nerves=_nerves(preset, manner, sensation, relaxed_uv),
        pressing=PRESSES[manner.presses if sensation == "full" else "never"],
        points=_points(point, own, lets_go=manner.lets_go),
        softens=SOFTER + SOFTER_SD * float(own.uniform(-1.0, 1.0)),
        restless=preset.restless,
        breaths_hz=float(own.uniform(*BREATHS_HZ)),
    )


def _nerves(preset: Preset, manner: Manner, sensation: Sensation, relaxed_uv: float) -> Nerves:
    numb = sensation == "none"
    guards_from = GUARD_FROM if manner.guards_from is None else manner.guards_from
    return Nerves(
        rest=relaxed_uv / MVC_UV,
        guard_from=inf if numb else guards_from,
        guard_gain=preset.guard_gain * preset.emg,
        braces=not numb and guards_from < inf,
        in_spasm=preset.in_spasm,
    )


def _points(kind: str, dice: np.random.Generator, *, lets_go: bool) -> tuple[TriggerPoint, ...]:
    """Draw trigger points: the first as active as asked for, a latent one beside it."""
    if kind == "none":
        return ()
    return tuple(
        TriggerPoint(
            place_mm=place_mm,
            active=kind == "active" and number == 0,
            yields_after_s=_yields_s(dice) if lets_go else None,
        )
        for number, place_mm in enumerate(POINT_PLACES_MM)
    )


def _yields_s(dice: np.random.Generator) -> float:
    mean_s, spread_s = YIELDS_S
    limit_s = SPREAD_SIGMAS * spread_s
    return mean_s + min(limit_s, max(-limit_s, spread_s * float(dice.standard_normal())))


def _site(preset: Preset) -> Site:
    site = SITES[preset.site]
    if preset.fat_mm is None:
        return site
    return msgspec.structs.replace(site, depth_mm=site.depth_mm - FAT_MM + preset.fat_mm)


def tissue(site: Site, stiffness: float = 1.0) -> Tissue:
    """Return the tissue of `site` under the pad, `stiffness` times as stiff as its mean."""
    instant_kpa = site.modulus_kpa * stiffness / (1.0 - sum(g for g, _ in RELAXATION))
    radius_m = sqrt(PAD_CM2 * 1e-4 / np.pi)
    return Tissue(
        k=hertz_k(instant_kpa, radius_m),
        bottom_m=BOTTOM_SHARE * site.depth_mm * 1e-3,
        bottom_n_m2=BOTTOM_N_MM2 * 1e6,
        damping_s_m=DAMPING_S_M,
        relaxation=RELAXATION,
    )


def hertz_k(modulus_kpa: float, radius_m: float, poisson: float = POISSON) -> float:
    """Return the k of force = k * x * sqrt(x), N/m^1.5 (physiology 3.2)."""
    return float(4.0 / 3.0 * modulus_kpa * 1e3 / (1.0 - poisson**2) * sqrt(radius_m))


def _spread(dice: np.random.Generator, cv: float) -> float:
    """Draw a log-normal factor of mean 1 and coefficient of variation `cv`, tails cut."""
    sigma = sqrt(log(1.0 + cv * cv))
    z = min(SPREAD_SIGMAS, max(-SPREAD_SIGMAS, float(dice.standard_normal())))
    return exp(sigma * z - sigma * sigma / 2.0)
