"""Where pain begins: a slow rise that ends with the person's press, read four times.

The procedure is that of physiology 2.3: the first reading only shows what is coming, and of the
other three the smallest counts.
"""

import math
from collections.abc import Sequence

import msgspec

from profiles.envelope import Envelope, Limit
from profiles.limits import grade
from profiles.pace import FALL_KPA_S
from profiles.program import Program, Step
from profiles.regions import REGIONS, ppt_at_area, region_envelope
from profiles.shapes import Curve, swing_s
from profiles.trajectory import Trajectory

from .person import Sex
from .words import HURTS, Ended, Event, Judged, Outcome, Reason, Sampled

RAMP_1_CM2_KPA_S = 10.0
"""How fast it rises on 1 cm2; on a larger pad slower, as the threshold is (E, physiology 2.3)."""

CONTACT_KPA, CONTACT_S = 2.0, 5.0
"""What the pad rests at before it rises, and how long (E)."""

LEAST_RISE_KPA = 3.0
"""A rise this short tells nothing: the pad is too large for the region's force (E)."""

READINGS = 4
"""The first is not used (E, physiology 2.3)."""

BETWEEN_S = 30.0
"""From one reading to the next (E, physiology 2.3)."""

STEADY_CV = 0.25
"""Readings that spread more are taken once more, then refused (E, physiology 2.3)."""

REACTION_S = 0.2
"""How long a person takes to press once it hurts (M: reaction times are 0.15 to 0.3 s)."""

TECHNIQUE = "calibration"


class Reading(msgspec.Struct, frozen=True):
    """One rise: the pressure when it began to hurt, or the cut-off, if it never did."""

    kpa: float
    at_cut_off: bool = False


class CalibrationFailed(Exception):
    """Nothing was measured; the message says why, and what to do."""


def cut_off(region: str, sex: Sex, area_cm2: float, device: Envelope) -> Limit:
    """Return where a rise ends that nobody has ended: at the mean of that sex, or a force limit."""
    place = REGIONS[region]
    mean_kpa = place.men_ppt_kpa if sex == "male" else place.women_ppt_kpa
    mean = Limit(ppt_at_area(mean_kpa, area_cm2), "calibration")
    allowed = region_envelope(region, area_cm2).lower(device)
    return allowed.lower(Envelope(pressure_kpa=mean)).pressure_kpa


def rise(region: str, sex: Sex, area_cm2: float, device: Envelope) -> Program:
    """Return the programme of one reading: contact, a slow steady rise to the cut-off, let go.

    Raises `CalibrationFailed`: there is no room to rise.
    """
    top = cut_off(region, sex, area_cm2, device)
    if top.value < CONTACT_KPA + LEAST_RISE_KPA:
        raise CalibrationFailed(
            f"only {top.value:.1f} kPa may be pressed on {region} with a pad of {area_cm2:g} cm2 "
            f"({top.owner}): too little to measure where pain begins; use a smaller pad"
        )
    curve = Curve(0.0)
    curve.swing_to(CONTACT_KPA, 1.0)
    curve.rest_until(CONTACT_S)
    entry_s = curve.now_s
    rate = min(ppt_at_area(RAMP_1_CM2_KPA_S, area_cm2), device.rise_level_kpa_s.value)
    curve.climb_to(top.value, rate)
    curve.swing_to(0.0, curve.now_s + swing_s(top.value, 0.0, FALL_KPA_S))
    track = curve.track()
    threshold = Limit(ppt_at_area(REGIONS[region].women_ppt_kpa, area_cm2), "nobody")
    step = Step(
        label="Rise until it begins to hurt",
        technique=TECHNIQUE,
        region=region,
        line=0,
        grade=grade(TECHNIQUE, top.value, threshold.value),
        trajectory=Trajectory({"pressure": track}),
        entry_s=entry_s,
        limit=top,
        max_s=curve.now_s,
    )
    return Program(
        id=TECHNIQUE,
        title="Where pain begins",
        revision=1,
        steps=(step,),
        rules=(),
        parameters=(),
        signals={},
        channels=("pressure",),
        worst_case_s=curve.now_s,
        peak_kpa=max(track.value),
        peak_rise_kpa_s=max(track.slope),
        envelope=device.lower(Envelope(pressure_kpa=top, ppt_kpa=threshold)),
    )


class Listener:
    """Hears one rise, and reads from it what the person felt."""

    def __init__(self) -> None:
        self._felt: list[tuple[float, float]] = []
        self._hurt_at_s = math.inf
        self._outcome: Outcome | None = None

    def hear(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Sampled(at_s, _, pressure_kpa) if pressure_kpa is not None:
                self._felt.append((at_s, pressure_kpa))
            case Judged(at_s, verdict) if verdict.reason in HURTS:
                self._hurt_at_s = min(self._hurt_at_s, at_s)
            case Ended(_, outcome):
                self._outcome = outcome
            case _:
                pass

    def reading(self, top_kpa: float) -> Reading:
        """Return what was read. Raises `CalibrationFailed`: the rise ended in another way."""
        reason = self._outcome.reason if self._outcome else None
        if reason is Reason.COMPLETE:
            return Reading(top_kpa, at_cut_off=True)
        began_s = self._hurt_at_s - REACTION_S
        felt = [kpa for at_s, kpa in self._felt if at_s <= began_s]
        hurt = reason in {*HURTS, Reason.OPERATOR} and math.isfinite(began_s)
        if not hurt or not felt or felt[-1] <= CONTACT_KPA:
            raise CalibrationFailed(
                "the rise ended before anything could be read "
                f"({reason.value if reason else 'nothing was played'}): nothing is kept; "
                "look into it, and begin again"
            )
        return Reading(min(felt[-1], top_kpa))


def is_steady(readings: Sequence[Reading]) -> bool:
    """Whether the readings after the first are near enough to each other."""
    values = [one.kpa for one in readings[1:]]
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    return spread <= STEADY_CV * mean


def measured(readings: Sequence[Reading]) -> Reading:
    """Return the smallest of the readings after the first; at the cut-off if all of them are.

    Raises `CalibrationFailed`: they are too far apart.
    """
    if not is_steady(readings):
        told = ", ".join(f"{one.kpa:.1f}" for one in readings)
        raise CalibrationFailed(
            f"the readings are too far apart ({told} kPa): nothing is kept, and the limits stay "
            "as careful as they were; try again another time"
        )
    kept = readings[1:]
    return Reading(min(one.kpa for one in kept), all(one.at_cut_off for one in kept))
