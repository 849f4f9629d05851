"""A person who may be pressed: who they are here, what hurts them, and how far they have come.

Nobody has a name in here: an id that whoever operates has chosen is all there is.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from firmware_bridge.capabilities import Capabilities
from profiles.regions import AREA_EXPONENT, AREA_RANGE_CM2, REGIONS, Thresholds

from .ledger import Ledger
from .screening import Screening, permit

MEASURED_FOR_S = 30 * 24 * 3600.0
"""How long a calibration counts as measured; older, it is an estimate like any other (E)."""

OWNER = "person"

Sex = Literal["female", "male", "unsaid"]
Side = Literal["left", "right", "middle"]
SIDES: tuple[Side, ...] = ("left", "right", "middle")
Stage = Literal["simulator", "open_loop", "closed_loop"]
STAGES: tuple[Stage, ...] = ("simulator", "open_loop", "closed_loop")
"""A technique is rehearsed on an emulated device first, then played without listening to the
muscle, then with it (E, rules, *The person*)."""

ANY_DEVICE = "any"
"""A rehearsal counts for every device: it is the technique that was seen (E)."""


class Pad(msgspec.Struct, frozen=True):
    """What presses. A threshold that was measured on an emulated pad is no person's."""

    model: str
    area_cm2: float
    emulated: bool = False


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """A pain threshold that was measured; `at_least`: the cut-off came before any pain."""

    at_s: float
    region: str
    side: Side
    pad: Pad
    kpa: float
    at_least: bool = False


class Contraction(msgspec.Struct, frozen=True, kw_only=True):
    """How strong a muscle is: what EMG is compared with for the rest of the sitting.

    `uv` is the RMS of each channel of EMG without its noise, None where it did not stand out from
    rest; `sensors` are the ids of these channels on a device of this `model`. `light`: the muscle
    was not to be strained, so it is a contraction to refer to, and not the strongest.
    """

    at_s: float
    region: str
    side: Side
    model: str
    sensors: tuple[int, ...]
    uv: tuple[float | None, ...]
    light: bool = False
    emulated: bool = False


class Unlock(msgspec.Struct, frozen=True):
    """A technique that was played to its end at this stage."""

    technique: str
    device: str
    stage: Stage


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of a person. Screenings are in order of time, the newest last."""

    id: str
    sex: Sex = "unsaid"
    screenings: tuple[Screening, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    contractions: tuple[Contraction, ...] = ()
    unlocked: frozenset[Unlock] = frozenset()
    ledger: Ledger = Ledger()

    def screening(self, now_s: float) -> Screening | None:
        """Return the screening that holds now, if one does."""
        newest = self.screenings[-1] if self.screenings else None
        return newest if newest is not None and newest.holds(now_s) else None

    def rehearsed(self, technique: str) -> bool:
        """Whether a technique was played to its end on an emulated device for this person."""
        return Unlock(technique, ANY_DEVICE, "simulator") in self.unlocked

    def stage(self, technique: str, device: str) -> Stage:
        """Return the stage that a technique has reached on a device: what may be played there."""
        if not self.rehearsed(technique):
            return "simulator"
        done = Unlock(technique, device, "open_loop") in self.unlocked
        return "closed_loop" if done else "open_loop"

    def thresholds(self, pad: Pad, now_s: float) -> Thresholds:
        """Return this person's pain thresholds for a pad, with their state in them."""
        measured: dict[str, float] = {}
        estimated: dict[str, float] = {}
        for one in _newest(self.calibrations):
            if one.pad.emulated and not pad.emulated:
                continue
            state = permit(self.screenings, one.region, now_s).state
            if one.pad == pad and 0.0 <= now_s - one.at_s < MEASURED_FOR_S:
                _keep_lower(measured, one.region, one.kpa * state)
            _keep_lower(estimated, one.region, at_1_cm2(one.kpa, one.pad.area_cm2) * state)
        permits = {name: permit(self.screenings, name, now_s) for name in REGIONS}
        return Thresholds(
            owner=OWNER,
            ppt_1_kpa=estimated,
            calibrated_kpa=measured,
            shares={name: may.share for name, may in permits.items() if may.share < 1.0},
            states={name: may.state for name, may in permits.items() if may.state < 1.0},
        )


def pad_of(capabilities: Capabilities, area_cm2: float) -> Pad:
    """Return the pad of a device."""
    return Pad(capabilities.model, area_cm2, capabilities.emulated)


def at_1_cm2(kpa: float, area_cm2: float) -> float:
    """Return the threshold on 1 cm2 that one on `area_cm2` stands for (D, physiology 2.4)."""
    low, high = AREA_RANGE_CM2
    return kpa / min(max(area_cm2, low), high) ** AREA_EXPONENT


def _newest(calibrations: Iterable[Calibration]) -> Iterable[Calibration]:
    """Return the newest calibration of each place and pad."""
    found: dict[tuple[str, str, Pad], Calibration] = {}
    for one in sorted(calibrations, key=lambda one: one.at_s):
        found[one.region, one.side, one.pad] = one
    return found.values()


def _keep_lower(kept: dict[str, float], region: str, kpa: float) -> None:
    """Nobody says on which side the pad will lie, so the more tender side counts."""
    kept[region] = min(kept.get(region, kpa), kpa)
