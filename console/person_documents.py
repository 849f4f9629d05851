"""What `--json` prints about people: one struct for each document."""

from typing import Any, Literal

import msgspec

from .document import Document


class RegionLedger(msgspec.Struct, frozen=True, kw_only=True):
    """What counts on a person's region in the last 24 hours, and what is left of it.

    `deep_lock_s` is how long it still bears light work only; `free` says whether that will pass by
    itself: what was never booked must be settled.
    """

    worked_s: float
    left_s: float
    sessions: int
    pressure_kpa_s: float
    deep_s: float
    deep_lock_s: float
    free: bool


class FoundRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """One reason not to treat a person like this now, and what would be allowed."""

    why: str
    region: str | None
    what: str
    allowed: str


class FoundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was answered with yes, and where; no regions: everywhere."""

    question: str
    says: Literal["yes", "agreed"]
    regions: tuple[str, ...]


Effect = Literal[
    "refused",
    "share",
    "no_deep_work",
    "nothing_that_strikes",
    "no_calibration",
    "no_strain",
    "tender",
]
"""What a yes does: `share` is of the pain threshold, and so is what is left of a tender one."""


class FoundGate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a yes rules out or lowers, and where; no regions: everywhere.

    `hours_left` is how long it lasts whatever is answered meanwhile.
    """

    question: str
    effect: Effect
    regions: tuple[str, ...]
    share: float | None
    hours_left: float | None
    what: str


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A pain threshold that was measured; `at_least`: it never hurt up to there."""

    region: str
    side: str
    kpa: float
    at_least: bool
    model: str
    area_cm2: float
    emulated: bool
    days_ago: float


class Strength(msgspec.Struct, frozen=True, kw_only=True):
    """How strong a muscle was, as RMS without noise for each channel; None: not measurable.

    `light`: it was not to be strained. `holds` says whether that was in this sitting.
    """

    region: str
    side: str
    uv: tuple[float | None, ...]
    light: bool
    model: str
    emulated: bool
    minutes_ago: float
    holds: bool


class PersonShown(Document, frozen=True, kw_only=True, tag="myoloop.person/1"):
    """What is known of a person. `screened` says whether the answers still hold.

    `refusals` speak against any session; `gates` are what the newest answers mean, and where, and
    what older ones still lock. `stages` is how far each technique has come: on any device in
    simulation, then by device.
    """

    id: str
    sex: str
    screened: bool
    screened_hours_ago: float | None
    yes: tuple[str, ...]
    answers: tuple[FoundAnswer, ...]
    gates: tuple[FoundGate, ...]
    refusals: tuple[FoundRefusal, ...]
    thresholds: tuple[Threshold, ...]
    contractions: tuple[Strength, ...]
    stages: tuple[str, ...]
    ledger: dict[str, RegionLedger]
    never_booked: int


class PersonList(Document, frozen=True, kw_only=True, tag="myoloop.person_list/1"):
    """Everybody who is known here."""

    people: tuple[str, ...]


class PersonCalibrated(Document, frozen=True, kw_only=True, tag="myoloop.person_calibration/1"):
    """Where pain begins, and each reading; the first is not used."""

    id: str
    device_url: str
    threshold: Threshold
    readings_kpa: tuple[float, ...]


class PersonContracted(Document, frozen=True, kw_only=True, tag="myoloop.person_contraction/1"):
    """How strong a muscle is; EMG is compared with it for the rest of the sitting."""

    id: str
    device_url: str
    contraction: Strength


class PersonExport(Document, frozen=True, kw_only=True, tag="myoloop.person_export/1"):
    """Everything that is kept of a person, as it is kept. Times are seconds since 1970."""

    person: dict[str, Any]
    file: str | None = None


class PersonForgotten(Document, frozen=True, kw_only=True, tag="myoloop.person_forgotten/1"):
    """Nothing is kept of this person any more."""

    id: str
