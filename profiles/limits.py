"""What may press: the smallest of what the author, the region, the person and the device allow."""

import msgspec

from .envelope import Envelope, Limit
from .program import Grade
from .regions import Thresholds, pain_threshold, region_envelope

CAPS = {
    "settle": 0.30,
    "rest": 0.30,
    "prompt": 0.30,
    "effleurage": 0.50,
    "effleurage light": 0.30,
    "effleurage deep": 0.50,
    "petrissage": 0.60,
    "friction": 0.80,
    "tapotement": 0.60,
    "vibration": 0.30,
    "percussion": 0.40,
    "heat": 0.30,
    "stripping": 0.75,
    "myofascial": 0.30,
    "lymph": 0.30,
    "compression": 0.50,
    "curve": 0.50,
    "trigger_point": 1.0,
}
"""Largest share of the pain threshold (E, physiology 1.2; settle, rest, prompt: as its holds;
vibration, percussion, heat, lymph, compression and curve have none there and were chosen low)."""
DEEP_BY_NAME = frozenset({"trigger_point", "friction", "stripping"})
"""Techniques that are deep however little they press (E, rules, *Hold, pause, release, rest*)."""
CALIBRATED_SHARE = 0.75
"""Share of a pain threshold that was measured on this pad and site (E, rules, *What may press*)."""
ESTIMATED_SHARE = 0.45
"""Share of any other pain threshold (E, rules, *What may press*)."""
OPEN_LOOP_SHARE = 0.5
"""Share of the pain threshold while nobody listens to the muscle (E, rules, *EMG*)."""
BLIND_SHARE = 0.4
"""Share of the pain threshold on a device that does not measure what it presses (E, rules,
*Supervisor's numbers*: open loop)."""
SINGLE_SENSOR_SHARE = 0.5
"""Share of the envelope on a device without an independent second pressure sensor (E, rules)."""
SINGLE_SENSOR = "device without a second sensor"
"""The owner of what such a device may press; deep work is refused on it."""
SCREENING = "screening"
"""The owner of what a person's own answers let them bear."""
LIGHT_TO = 0.30
"""Up to this share of the pain threshold a step is light (E, rules)."""
MODERATE_TO = 0.50
"""Up to this share of the pain threshold a step is moderate, above it is deep (E, rules)."""
LEAST_SCALE = 0.5
"""A step is scaled to no less than this (E, rules, *What may press*)."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """On whom and with what: everything about a playing that is not the profile.

    `envelope` is what device, person and operator allow; `area_cm2` is the pad's; `measured` says
    that the device measures what it presses, `watched` that a second sensor, independent of the
    regulated one, watches each of its pads.
    """

    envelope: Envelope
    area_cm2: float
    thresholds: Thresholds | None
    emulated: bool
    closed_loop: bool
    measured: bool = True
    watched: bool = True

    def pain_threshold(self, region: str) -> Limit:
        """Return the pain threshold in force in a region, in kPa on this pad."""
        found = pain_threshold(region, self.area_cm2, self.thresholds)
        return Envelope(ppt_kpa=found).lower(self.envelope).ppt_kpa

    def knows(self, region: str) -> bool:
        """Whether a threshold of a real or emulated person is known for a region."""
        return self.emulated or (
            self.thresholds is not None
            and (region in self.thresholds.ppt_1_kpa or region in self.thresholds.calibrated_kpa)
        )

    def pressing(self, kind: str, region: str) -> Limit:
        """Return what person and device let a kind of technique press in a region, in kPa."""
        calibrated = self.thresholds is not None and region in self.thresholds.calibrated_kpa
        share = min(CAPS[kind], CALIBRATED_SHARE if calibrated else ESTIMATED_SHARE)
        if not self.watched:
            share *= SINGLE_SENSOR_SHARE
        if not self.closed_loop:
            share = min(share, OPEN_LOOP_SHARE)
        if not self.measured:
            share = min(share, BLIND_SHARE)
        threshold = self.pain_threshold(region)
        owner = threshold.owner if self.watched else SINGLE_SENSOR
        person = Limit(share * threshold.value, owner)
        screened = self.thresholds.shares.get(region, 1.0) if self.thresholds else 1.0
        if screened < share:
            person = Limit(screened * threshold.value, SCREENING)
        return self.envelope.lower(Envelope(pressure_kpa=person)).pressure_kpa

    def allowing(self, kind: str, region: str, author: Limit) -> Limit:
        """Return what `pressing` does; half of what the author lets where one sensor watches.

        Where none measures, kPa are a label: half of its range, and of what the person bears.
        """
        allowed = self.pressing(kind, region)
        half_kpa = SINGLE_SENSOR_SHARE * author.value
        if self.watched or not self.measured or allowed.value <= half_kpa:
            return allowed
        return Limit(half_kpa, SINGLE_SENSOR)


def authored(limit_kpa: float, region: str, area_cm2: float) -> Limit:
    """Return what author and region let press, in kPa."""
    profile = Envelope(pressure_kpa=Limit(limit_kpa, "profile"))
    return region_envelope(region, area_cm2).lower(profile).pressure_kpa


def grade(technique: str, peak_kpa: float, threshold_kpa: float) -> Grade:
    """Return how deep a step is; some techniques are deep by name."""
    share = peak_kpa / threshold_kpa
    if technique in DEEP_BY_NAME or share > MODERATE_TO:
        return "deep"
    return "light" if share <= LIGHT_TO else "moderate"
