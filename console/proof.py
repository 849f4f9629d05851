"""What `profile check` tells: to programs as a document, to people as a page."""

import time
from collections.abc import Sequence

import msgspec

from controller.fidelity import Fidelity, Played
from controller.person import Person
from profiles.check import Check
from profiles.loads import Beside, Load
from profiles.program import Program
from profiles.quantities import OWN_UNIT, shown

from . import standing
from .authoring import Host, otherwise
from .documents import Told
from .exits import STOPPED
from .profile_documents import (
    AgainstLimit,
    ChannelFidelity,
    FidelityReport,
    LinkNeeded,
    ProfileCheck,
    ProfileNeeds,
    RegionDose,
    SignalNeeded,
    found_problems,
)
from .tables import table


def check_document(found: Check, faithful: Fidelity | None, on: Host) -> ProfileCheck:
    """Return what a check found."""
    return ProfileCheck(
        ok=found.ok,
        problems=found_problems(found.problems),
        refused=found.refused,
        worst_case_s=round(found.worst_case_s, 3),
        peak_kpa=round(found.peak_kpa, 3),
        peak_rise_kpa_s=round(found.peak_rise_kpa_s, 3),
        dose={region: _dose(load) for region, load in found.regions.items()},
        needs=_needs(found, faithful),
        fidelity=_fidelity(found, faithful, on),
    )


def check_report(found: Check, faithful: Fidelity, on: Host, notes: Sequence[str]) -> str:
    """Return a page about a profile that may be played."""
    program = found.program
    assert program is not None  # noqa: S101  only such a profile has a report
    steps = [
        (
            step.label,
            step.region,
            f"{step.trajectory.duration_s:.1f} s",
            f"{max(max(track.value) for _, track in step.pressures()):.1f} kPa",
            f"{step.limit.value:.1f} kPa ({step.limit.owner})",
            step.grade,
        )
        for step in program.steps
    ]
    limits = [
        (region, one.what, shown(one.reached, one.dimension), _allowed(one))
        for region, load in found.regions.items()
        for one in load.limits
    ]
    channels = [_channel(name, played) for name, played in faithful.tracks.items()]
    return "\n".join(
        [
            f"{program.title}: no problems. Compiled for {on.capabilities.model}, {on.whom}.",
            "",
            table(("step", "region", "takes", "peak", "limit (whose)", "grade"), steps),
            "",
            table(("region, at worst", "what", "reaches", "limit (whose)"), limits),
            "",
            table(
                ("channel", "peak", "off by (RMS)", "at most", "effort (RMS)", "works"), channels
            ),
            "",
            f"at most   {minutes(found.worst_case_s)} of {_session(program)}",
            f"peak      {found.peak_kpa:.1f} kPa; fastest rise {found.peak_rise_kpa_s:.1f} kPa/s",
            f"dose      {'; '.join(_dosed(*one) for one in found.regions.items())}",
            f"needs     {', '.join(found.needs.channels)}{_signals(found)}",
            f"link      {_link(faithful)}",
            *(f"note      {note}" for note in notes),
        ]
    )


def on_person(
    person: Person, program: Program, found: Check, document: ProfileCheck, report: str
) -> Told:
    """Return the same with what counts for a person already, and every reason against it now."""
    now_s = time.time()
    refusals = standing.against(person, program, found.dose, now_s)
    ledger = {region: standing.region_ledger(person, region, now_s) for region in found.dose}
    whole = msgspec.structs.replace(
        document,
        ok=not refusals,
        refused=refusals[0].why.value if refusals else None,
        person=person.id,
        ledger=ledger,
        refusals=standing.found(refusals),
    )
    told = [f"not now: {refusal}" for refusal in refusals]
    text = "\n".join([report, "", standing.ledger_table(ledger), *(["", *told] if told else [])])
    return Told(whole, text, STOPPED if refusals else 0)


def minutes(seconds: float | None) -> str:
    """Return a time as people read it."""
    if seconds is None:
        return "?"
    whole, rest = divmod(round(seconds), 60)
    return f"{whole}:{rest:02d} min"


def _dose(load: Load) -> RegionDose:
    return RegionDose(
        pressure_kpa_s=round(load.dose.pressure_kpa_s, 1),
        occluded_s=round(load.dose.occluded_s, 1),
        contact_s=round(load.contact_s, 1),
        worked_s=round(load.dose.worked_s, 1),
        deep_s=round(load.dose.deep_s, 1),
        warmed_s=None if load.warmed_s is None else round(load.warmed_s, 1),
        peak_kpa=round(load.peak_kpa, 3),
        peak_rise_kpa_s=round(load.peak_rise_kpa_s, 3),
        limits=tuple(
            AgainstLimit(
                one.what,
                round(one.reached, 3),
                round(one.limit.value, 3),
                OWN_UNIT[one.dimension],
                one.limit.owner,
            )
            for one in load.limits
        ),
    )


def _needs(found: Check, faithful: Fidelity | None) -> ProfileNeeds:
    return ProfileNeeds(
        channels=found.needs.channels,
        signals={
            name: SignalNeeded(need.missing, need.lost)
            for name, need in found.needs.signals.items()
        },
        bandwidth_hz=round(faithful.bandwidth_hz, 3) if faithful else None,
        knots_s=faithful.traffic.knots_s if faithful else None,
        queue_slots=faithful.traffic.queued if faithful else None,
    )


def _fidelity(found: Check, faithful: Fidelity | None, on: Host) -> FidelityReport:
    if faithful is None or found.program is None:
        return FidelityReport(device=on.capabilities.model)
    return FidelityReport(
        device=faithful.device,
        channels={name: _channel_fidelity(played) for name, played in faithful.tracks.items()},
        link=LinkNeeded(
            knots_s=faithful.traffic.knots_s,
            queued=faithful.traffic.queued,
            queue_slots=faithful.traffic.queue_slots,
            baud=on.baud,
            down_share=round(faithful.traffic.down_share, 4),
            up_share=round(faithful.traffic.up_share, 4),
        ),
        sensors={name: heard.sensors for name, heard in faithful.signals.items()},
        notes=(*otherwise(found.program), *faithful.notes),
    )


def _channel_fidelity(played: Played) -> ChannelFidelity:
    return ChannelFidelity(
        channel=played.channel,
        unit=played.unit,
        peak=round(played.peak, 3),
        rms_error=None if played.off is None else round(played.off.rms, 4),
        max_error=None if played.off is None else round(played.off.most, 4),
        quantum=played.quantum,
        dwell_s=played.dwell_s,
        effort_peak=round(played.effort_peak, 4),
        effort_rms=round(played.effort_rms, 4),
        duty=round(played.duty, 4),
    )


def _channel(name: str, played: Played) -> tuple[str, str, str, str, str, str]:
    off = played.off
    return (
        name if played.channel else f"{name} (left out)",
        f"{played.peak:.4g} {played.unit}",
        f"{off.rms:.2g} {played.unit}" if off else "not known",
        f"{off.most:.2g} {played.unit}" if off else "not known",
        f"{played.effort_rms:.0%} of its range" if played.channel else "",
        f"{played.duty:.0%} of the time",
    )


def _session(program: Program) -> str:
    limit = program.envelope.session_max_s
    return f"{minutes(limit.value)} ({limit.owner})"


def _allowed(one: Beside) -> str:
    return f"{shown(one.limit.value, one.dimension)} ({one.limit.owner})"


def _dosed(region: str, load: Load) -> str:
    warmed = "" if load.warmed_s is None else f", deep after {load.warmed_s:.0f} s of lighter work"
    return (
        f"{region}: {load.dose.pressure_kpa_s:.0f} kPa s, "
        f"{load.dose.occluded_s:.0f} s over 4.3 kPa{warmed}"
    )


def _link(faithful: Fidelity) -> str:
    traffic = faithful.traffic
    return (
        f"{traffic.knots_s} knots in the busiest second, {traffic.queued} of "
        f"{traffic.queue_slots} queued; {traffic.down_share:.1%} of the link down, "
        f"{traffic.up_share:.1%} up; rhythms up to {faithful.bandwidth_hz:.3g} Hz"
    )


def _signals(found: Check) -> str:
    return "".join(
        f"; {name} (missing: {need.missing}, lost: {need.lost})"
        for name, need in found.needs.signals.items()
    )
