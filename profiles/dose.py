"""How much a program presses on each region, in all."""

import msgspec

from .course import CAPILLARY_KPA, seconds_over
from .program import Program
from .trajectory import Track


class Dose(msgspec.Struct, frozen=True):
    """The integral of pressure over time, and how long it was over 4.3 kPa."""

    pressure_kpa_s: float = 0.0
    occluded_s: float = 0.0


def dose(program: Program) -> dict[str, Dose]:
    """Return the dose of a program, played to its end, by region; pads on one region add up."""
    found: dict[str, Dose] = {}
    for step in program.steps:
        for region, track in step.pressures():
            if not any(track.value):
                continue
            before = found.get(region, Dose())
            found[region] = Dose(
                before.pressure_kpa_s + integral(track),
                before.occluded_s + seconds_over(track, CAPILLARY_KPA),
            )
    return found


def integral(track: Track) -> float:
    """Return the area under a curve: exact for cubic segments."""
    area = 0.0
    for i in range(1, len(track.at_s)):
        length_s = track.at_s[i] - track.at_s[i - 1]
        area += length_s / 2.0 * (track.value[i - 1] + track.value[i])
        area += length_s * length_s / 12.0 * (track.slope[i - 1] - track.slope[i])
    return area
