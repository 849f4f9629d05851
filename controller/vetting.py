"""What a control process plays: nothing above what device and person allow, whoever compiled it."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from firmware_bridge.capabilities import Capabilities
from profiles.dose import Dose, astuple, dose
from profiles.limits import CAPS, Body
from profiles.program import Program, Step
from profiles.regions import REGIONS
from profiles.trajectory import MAX_SEGMENT_S, Track, presses

from .comparison import usable
from .eligibility import Booked, admit_booked
from .fitting import CannotPlay, Fit, device_envelope, fit, watched
from .person import Contraction, Side, pad_of
from .unpowered import HOLDING_KPA, OPTION, holding

ROUNDING = 1e-6
"""By how much a number may be over a limit that it was computed from."""


MORE_THAN_RESERVED = 1.02
"""By what a dose may be over its reservation (E): rhythms of another rate end at other phases."""


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
        _check_warmth(step, lowered.temperature_degc.value)
    return fit(program, capabilities)


def admit_device(capabilities: Capabilities, *, may_hold: bool) -> None:
    """See that somebody could get free of the device by switching it off. Raises `CannotPlay`.

    `may_hold`: the operator has said that there is another way.
    """
    for sentence in () if may_hold else holding(capabilities):
        raise CannotPlay(
            f"{sentence}: nobody could get free of it. Choose one that lets go; where a lever or "
            f"valve within reach opens it, {OPTION} plays up to {HOLDING_KPA:g} kPa"
        )


def admit_for(
    program: Program, booked: Booked | None, capabilities: Capabilities, now_s: float
) -> None:
    """See that this may be pressed on whoever is there, and that it was reserved.

    An emulated device brings its own person. Raises `CannotPlay`, `NotAdmitted`.
    """
    if capabilities.emulated:
        return
    if booked is not None:
        admit_booked(booked, program, now_s)
        _reserved(program, booked.reserved.doses)
        if booked.reserved.kind == "calibration":
            return
    _under_what_they_bear(program, booked, capabilities, now_s)


def admit_contractions(
    contractions: Sequence[Contraction],
    side: Side | None,
    program: Program,
    booked: Booked | None,
    capabilities: Capabilities,
    now_s: float,
) -> None:
    """See that what EMG is to be compared with was measured here, and lately. Raises `CannotPlay`.

    A reference that is too high would have a muscle guard unseen. On whoever is pressed for real it
    must be known of the very person that the session is reserved for.
    """
    kept = booked.person.contractions if booked is not None else ()
    for one in contractions:
        if not capabilities.emulated and one not in kept:
            raise CannotPlay(_not_compared(one, "is not known of whoever this is reserved for"))
        if not usable((one,), program, side, capabilities, now_s):
            raise CannotPlay(_not_compared(one, "cannot be one of this place, device and sitting"))
    if len({one.region for one in contractions}) < len(contractions):
        raise CannotPlay("EMG cannot be compared with two contractions of one muscle")


def _not_compared(one: Contraction, why: str) -> str:
    return (
        f"the contraction of {one.region}, {one.side}, that EMG is to be compared with {why}: "
        "measure it anew (`myoloop person contraction`)"
    )


def _reserved(program: Program, reserved: Mapping[str, Dose]) -> None:
    for region, wanted in dose(program).items():
        most = reserved.get(region, Dose())
        pairs = zip(astuple(wanted), astuple(most), strict=True)
        if any(want > MORE_THAN_RESERVED * much for want, much in pairs):
            raise CannotPlay(
                f"{program.id} presses more on {region} than was reserved for it: "
                "reserve anew, with `myoloop run`"
            )


def _under_what_they_bear(
    program: Program, booked: Booked | None, capabilities: Capabilities, now_s: float
) -> None:
    body = _body(program, booked, capabilities, now_s)
    for step in program.steps:
        if not (CAPS.keys() >= {*step.techniques} and REGIONS.keys() >= {*step.all_regions}):
            raise CannotPlay(f"{step.label} (line {step.line}) is nothing that is known here")
        for region in step.all_regions if step.grade == "deep" else ():
            if not body.knows(region):
                raise CannotPlay(
                    f"{step.label} (line {step.line}) is deep work, and nobody knows what "
                    f"{region} bears: measure it (`myoloop person calibrate`), or play less"
                )
        for name, track in step.trajectory.tracks.items():
            if presses(name):
                _check_pressure(step, track, _bearable_kpa(step, name, body))


def _bearable_kpa(step: Step, pad: str, body: Body) -> float:
    """Return what may be pressed with a pad by its technique; by any, where it has none."""
    region = step.regions.get(pad, step.region)
    own = {one.technique for one in step.branches if pad in one.tracks and one.region == region}
    return min(body.pressing(name, region).value for name in own or step.techniques)


def _body(
    program: Program, booked: Booked | None, capabilities: Capabilities, now_s: float
) -> Body:
    """Return who is pressed with what; somebody unknown is taken for a sensitive woman."""
    pressure = capabilities.channel("pressure")
    area_cm2 = (pressure.area_cm2 if pressure else None) or 10.0
    thresholds, closed_loop = None, False
    if booked is not None:
        person, pad = booked.person, pad_of(capabilities, area_cm2)
        names = {name for step in program.steps for name in step.techniques}
        stages = {person.stage(name, pad.model) for name in names}
        closed_loop = bool(capabilities.sensors_of("emg")) and stages == {"closed_loop"}
        thresholds = person.thresholds(pad, now_s)
    return Body(
        envelope=device_envelope(capabilities),
        area_cm2=area_cm2,
        thresholds=thresholds,
        emulated=False,
        closed_loop=closed_loop,
        watched=watched(capabilities),
    )


def _check(step: Step, limit_kpa: float) -> None:
    """See that a step's curves are curves, and that its pressure stays under the limit."""
    tracks = step.trajectory.tracks
    if "pressure" not in tracks:
        raise CannotPlay(f"{step.label} (line {step.line}) says nothing of pressure")
    for quantity, track in tracks.items():
        if not _is_curve(track):
            raise CannotPlay(f"the {quantity} of {step.label} (line {step.line}) is no curve")
    for _, pressure in step.pressures():
        _check_pressure(step, pressure, limit_kpa)


def _check_pressure(step: Step, pressure: Track, limit_kpa: float) -> None:
    if min(pressure.value) < 0.0 or max(pressure.value) > limit_kpa * (1.0 + ROUNDING):
        raise CannotPlay(
            f"{step.label} (line {step.line}) presses {max(pressure.value):.1f} kPa, "
            f"and {limit_kpa:.1f} kPa are allowed"
        )


def _check_warmth(step: Step, limit_degc: float) -> None:
    warmth = step.trajectory.tracks.get("temperature")
    if warmth is not None and max(warmth.value) > limit_degc * (1.0 + ROUNDING):
        raise CannotPlay(
            f"{step.label} (line {step.line}) warms to {max(warmth.value):.1f} degC, "
            f"and {limit_degc:.1f} degC are allowed"
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
