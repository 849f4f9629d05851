"""What was really pressed on each region, from what a session tells while it plays."""

import math

from profiles.course import CAPILLARY_KPA
from profiles.dose import Dose
from profiles.program import Program, Step

from .words import Ended, Event, Sampled, StepBegan

LETTING_GO_S = 1.0
"""Whatever is pressed when a session ends is gone within this (E, rules: a release)."""


class Dosimeter:
    """Hears events, adds up doses. Of command and value the higher counts; gaps count too."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._pads = [_pads_on(step) for step in program.steps]
        self._doses: dict[str, Dose] = {}
        self._index = 0
        self._kpa = 0.0
        self._at_s = 0.0
        self.ended: Ended | None = None

    @property
    def doses(self) -> dict[str, Dose]:
        """What was pressed so far, by region."""
        return dict(self._doses)

    @property
    def complete(self) -> bool:
        """Whether everything was played."""
        return self.ended is not None and self.ended.outcome.result == "complete"

    def hear(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Sampled(at_s, target_kpa, pressure_kpa):
                self._until(at_s, max(target_kpa, pressure_kpa or 0.0, 0.0))
            case StepBegan(at_s, index):
                self._until(at_s, self._kpa)
                self._index = index
            case Ended(at_s):
                self._until(at_s + (LETTING_GO_S if self._kpa > 0.0 else 0.0), self._kpa)
                self.ended = event
            case _:
                pass

    def _until(self, at_s: float, kpa: float) -> None:
        """Count the time since the last event at the higher of the pressures at its ends."""
        length_s = max(0.0, at_s - self._at_s)
        higher_kpa, self._kpa, self._at_s = max(self._kpa, kpa), kpa, max(at_s, self._at_s)
        if length_s == 0.0 or not math.isfinite(length_s):
            return
        step = self.program.steps[self._index]
        resting = step.technique == "rest" and higher_kpa < 1.0
        for region, pads in self._pads[self._index].items():
            more = Dose(
                pressure_kpa_s=pads * length_s * higher_kpa,
                occluded_s=pads * length_s if higher_kpa > CAPILLARY_KPA else 0.0,
                worked_s=0.0 if resting else length_s,
                deep_s=length_s if step.grade == "deep" else 0.0,
            )
            self._doses[region] = self._doses.get(region, Dose()).plus(more)


def _pads_on(step: Step) -> dict[str, int]:
    """Return how many pads press on each region, one at least: their doses add up.

    Of all pads the pressure that is asked for most is known, so each counts as that one.
    """
    found = dict.fromkeys(step.all_regions, 0)
    for region, track in step.pressures():
        found[region] += any(track.value)
    return {region: max(1, pads) for region, pads in found.items()}
