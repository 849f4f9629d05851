"""What a program does to each region at its worst, beside every limit and whose limit it is."""

from collections.abc import Iterator

import msgspec

from .course import DEEP_MAX_S, REGION_MAX_S, seconds_over
from .dose import Dose, dose
from .envelope import Envelope, Limit
from .pace import CONTACT_KPA
from .program import Program, Step
from .quantities import Dimension
from .regions import Thresholds, pain_threshold, region_envelope
from .trajectory import Track
from .warming import MAX_HEAT_S, warmed_s


class Beside(msgspec.Struct, frozen=True):
    """What is reached, beside a limit."""

    what: str
    reached: float
    limit: Limit
    dimension: Dimension


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a region bears. `warmed_s` is the lighter contact before its first deep step, if any."""

    dose: Dose
    contact_s: float
    warmed_s: float | None
    peak_kpa: float
    peak_rise_kpa_s: float
    limits: tuple[Beside, ...]


def loads(
    program: Program, envelope: Envelope, area_cm2: float, thresholds: Thresholds | None
) -> dict[str, Load]:
    """Return the load of every region that is pressed; `envelope` is device and operator alone."""
    doses = dose(program)
    return {
        region: _load(region, doses[region], program, envelope, area_cm2, thresholds)
        for region in doses
    }


def _load(
    region: str,
    dosed: Dose,
    program: Program,
    envelope: Envelope,
    area_cm2: float,
    thresholds: Thresholds | None,
) -> Load:
    worked = [(step, track) for step in program.steps for where, track in step.pressures()
              if where == region]  # fmt: skip
    peak = max(max(track.value) for _, track in worked)
    tight = max((step for step, _ in worked), key=_nearness)
    found = [
        Beside("pressure of the step nearest to its limit", _peak(tight), tight.limit, "pressure"),
        Beside(
            "pressure",
            peak,
            region_envelope(region, area_cm2).lower(envelope).pressure_kpa,
            "pressure",
        ),
        Beside("pain threshold", peak, pain_threshold(region, area_cm2, thresholds), "pressure"),
        *_rises(worked, program.envelope),
        Beside("work", dosed.worked_s, Limit(REGION_MAX_S, "rules"), "time"),
        Beside("deep work", dosed.deep_s, Limit(DEEP_MAX_S, "rules"), "time"),
        *_warmth([step for step, _ in worked], program.envelope),
    ]
    return Load(
        dose=dosed,
        contact_s=sum(_contact_s(track) for _, track in worked),
        warmed_s=_warmed_s(worked),
        peak_kpa=peak,
        peak_rise_kpa_s=max(max(track.slope) for _, track in worked),
        limits=tuple(found),
    )


def _rises(worked: list[tuple[Step, Track]], envelope: Envelope) -> Iterator[Beside]:
    """Yield the fastest rise inside rhythms, and outside of them."""
    for what, rhythmic, limit in (
        ("rise in a rhythm", True, envelope.rise_rhythm_kpa_s),
        ("rise to a level", False, envelope.rise_level_kpa_s),
    ):
        rises = [
            slope
            for _, track in worked
            for slope, within in zip(track.slope, track.rhythmic, strict=True)
            if within == rhythmic
        ]
        if rises and max(rises) > 0.0:
            yield Beside(what, max(rises), limit, "pressure rate")


def _warmth(steps: list[Step], envelope: Envelope) -> Iterator[Beside]:
    """Yield how warm the surface gets on a region, and for how long, if at all."""
    each = {id(step): step.trajectory.tracks.get("temperature") for step in steps}.values()
    warm_s = sum(map(warmed_s, each))
    if warm_s:
        most = max(max(track.value) for track in each if track is not None)
        yield Beside("heat", most, envelope.temperature_degc, "temperature")
        yield Beside("warming", warm_s, Limit(MAX_HEAT_S, "rules"), "time")


def _warmed_s(worked: list[tuple[Step, Track]]) -> float | None:
    """Return the lighter contact before the first deep step; none that may end early counts."""
    warmed_s = 0.0
    for step, track in worked:
        if step.grade == "deep":
            return warmed_s
        if step.until is None:
            warmed_s += _contact_s(track)
    return None


def _contact_s(track: Track) -> float:
    return seconds_over(track, CONTACT_KPA)


def _nearness(step: Step) -> float:
    return _peak(step) / step.limit.value


def _peak(step: Step) -> float:
    return max(max(track.value) for _, track in step.pressures())
