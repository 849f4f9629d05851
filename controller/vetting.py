"""What a control process plays: nothing above what the device allows, whoever compiled it."""

import math
from itertools import pairwise

from firmware_bridge.capabilities import Capabilities
from profiles.program import Program, Step
from profiles.trajectory import MAX_SEGMENT_S, Track

from .fitting import CannotPlay, Fit, device_envelope, fit

ROUNDING = 1e-6
"""By how much a number may be over a limit that it was computed from."""


def admit(program: Program, capabilities: Capabilities) -> Fit:
    """Return `program` fitted to the device. Raises `CannotPlay`.

    Its envelope is lowered once more by the device's own, and must not get lower by that.
    """
    lowered = device_envelope(capabilities).lower(program.envelope)
    for name in lowered.__struct_fields__:
        said, limit = getattr(program.envelope, name), getattr(lowered, name)
        if not said.value <= limit.value:
            raise CannotPlay(
                f"{program.id} was compiled for another device: its {name} is {said.value:g}, "
                f"and {limit.owner} allows {limit.value:g}"
            )
    if not program.steps:
        raise CannotPlay(f"{program.id} has no steps: there is nothing to play")
    for step in program.steps:
        _check(step, lowered.pressure_kpa.value)
    return fit(program, capabilities)


def _check(step: Step, limit_kpa: float) -> None:
    """See that a step's curves are curves, and that its pressure stays under the limit."""
    tracks = step.trajectory.tracks
    if "pressure" not in tracks:
        raise CannotPlay(f"{step.label} (line {step.line}) says nothing of pressure")
    for quantity, track in tracks.items():
        if not _is_curve(track):
            raise CannotPlay(f"the {quantity} of {step.label} (line {step.line}) is no curve")
    for _, pressure in step.pressures():
        if min(pressure.value) < 0.0 or max(pressure.value) > limit_kpa * (1.0 + ROUNDING):
            raise CannotPlay(
                f"{step.label} (line {step.line}) presses {max(pressure.value):.1f} kPa, "
                f"and {limit_kpa:.1f} kPa are allowed"
            )


def _is_curve(track: Track) -> bool:
    columns = (track.at_s, track.value, track.slope, track.rhythmic)
    if not track.at_s or len({len(column) for column in columns}) != 1 or track.at_s[0] != 0.0:
        return False
    if not all(map(math.isfinite, (*track.at_s, *track.value, *track.slope))):
        return False
    return all(
        0.0 < after - before <= MAX_SEGMENT_S * (1.0 + ROUNDING)
        for before, after in pairwise(track.at_s)
    )
