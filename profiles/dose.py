"""How much a program presses on each region, in all."""

import msgspec

from .course import CAPILLARY_KPA, seconds_over
from .program import Program, Step
from .trajectory import Track


class Dose(msgspec.Struct, frozen=True):
    """The integral of pressure over time, and how long it was over 4.3 kPa.

    `worked_s` is how long the region is worked on, rests at zero left out; `deep_s` of it in deep
    steps.
    """

    pressure_kpa_s: float = 0.0
    occluded_s: float = 0.0
    worked_s: float = 0.0
    deep_s: float = 0.0

    def plus(self, other: "Dose") -> "Dose":
        """Return both together."""
        return Dose(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    def or_more(self, other: "Dose") -> "Dose":
        """Return the larger of each number."""
        return Dose(*map(max, astuple(self), astuple(other)))


def astuple(dose: Dose) -> tuple[float, ...]:
    """Return the numbers of a dose, in their order."""
    return msgspec.structs.astuple(dose)


def dose(program: Program) -> dict[str, Dose]:
    """Return the dose of a program, played to its end, by region; pads on one region add up."""
    found: dict[str, Dose] = {}
    for step in program.steps:
        regions = dict.fromkeys(region for region, _ in step.pressures())
        for region in regions or (step.region,):
            found[region] = found.get(region, Dose()).plus(_step(step, region))
    return found


def _step(step: Step, region: str) -> Dose:
    tracks = [track for where, track in step.pressures() if where == region]
    resting = step.technique == "rest" and not any(any(track.value[1:]) for track in tracks)
    return Dose(
        pressure_kpa_s=sum(map(integral, tracks)),
        occluded_s=sum(seconds_over(track, CAPILLARY_KPA) for track in tracks),
        worked_s=0.0 if resting else step.max_s,
        deep_s=step.max_s if step.grade == "deep" else 0.0,
    )


def integral(track: Track) -> float:
    """Return the area under a curve: exact for cubic segments."""
    area = 0.0
    for i in range(1, len(track.at_s)):
        length_s = track.at_s[i] - track.at_s[i - 1]
        area += length_s / 2.0 * (track.value[i - 1] + track.value[i])
        area += length_s * length_s / 12.0 * (track.slope[i - 1] - track.slope[i])
    return area
