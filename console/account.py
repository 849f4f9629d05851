"""What there is to say about a session afterwards, in numbers and in a few lines."""

import msgspec
import numpy as np

from controller.in_levels import goes_on
from controller.play import measures_pressure
from controller.visits import Ready, Vitals
from controller.words import Outcome, Reason

from .documents import (
    EmgChannel,
    Lateness,
    Link,
    PlayedStep,
    Preflight,
    Pressure,
    RoundTrip,
    Run,
    VerdictCounts,
)
from .sentences import ending
from .sitting import Visit
from .trace import Column, Stretch, Trace
from .witness import TruePressure, true_pressure

LOST = (Reason.LINK_LOST, Reason.CONTROL_LOST)
"""Ends after which nobody is left who could tell the device anything."""

KNEADING = "petrissage"
"""The technique whose tracking is told: it moves most."""


def account(visit: Visit, picture: str | None) -> Run:
    """Return the document of a session."""
    outcome = visit.outcome
    acts = visit.trace.acts()
    return Run(
        outcome=outcome.result,
        reason=outcome.reason.value,
        profile=visit.fit.program.id,
        device=visit.capabilities.model,
        device_url=visit.url,
        duration_s=round(outcome.duration_s, 3),
        steps=_steps(outcome),
        pressure=_pressure(visit, true_pressure(visit)),
        emg=_emg(visit),
        verdict_counts=VerdictCounts(
            ease=acts["ease"], hold=acts["hold"], release=acts["release"], stop=acts["stop"]
        ),
        link_stats=_link(visit.vitals),
        tick_late_ms=_lateness(visit.vitals),
        preflight=None if visit.ready is None else _preflight(visit.ready),
        picture=picture,
    )


def summary(run: Run, visit: Visit) -> str:
    """Return the same for a person."""
    outcome = visit.outcome
    pressure, link, late = run.pressure, run.link_stats, run.tick_late_ms
    lines = [f"outcome: {run.outcome}"]
    if run.outcome != "complete":
        lines.append(f"  why     {ending(outcome)}")
    if (then := _afterwards(visit)) is not None:
        lines.append(f"  now     {then}")
    lines += [
        f"  steps   {', '.join(f'{s.label} {s.duration_s:.1f} s {s.outcome}' for s in run.steps)}",
        f"  pressed {_measured(pressure)}, allowed {pressure.envelope_kpa:.1f} kPa"
        + _off(" off by", pressure.rmse_kpa),
    ]
    if pressure.true_peak_kpa is not None:
        lines.append(
            f"  felt    up to {pressure.true_peak_kpa:.1f} kPa by the simulated body"
            + _off(" off by", pressure.true_rmse_kpa, in_all=visit.fit.levels is not None)
        )
    lines.append(
        f"  link    {link.frames_received} frames in, {link.frames_sent} out, "
        f"{link.frames_bad} bad, {link.samples_lost} samples lost; "
        f"ticks {late.p99:.1f} ms late (p99)"
    )
    if run.picture:
        lines.append(f"  picture {run.picture}")
    return "\n".join(lines)


def _measured(pressure: Pressure) -> str:
    if pressure.peak_kpa is None:
        return "unmeasured: it is a product of levels"
    return f"up to {pressure.peak_kpa:.1f} kPa"


def _afterwards(visit: Visit) -> str | None:
    """Return what goes on where nobody is left who could end it; None where nothing was lost."""
    if visit.outcome.reason not in LOST:
        return None
    if (rest := goes_on(visit.capabilities)) is None:
        return "the device lets go by itself"
    return (
        f"{visit.capabilities.model} MAY GO ON {rest}; "
        f'`myoloop stop --device "{visit.url}"` connects to it and switches it off'
    )


def _off(words: str, rmse_kpa: float | None, *, in_all: bool = False) -> str:
    where = "in all" if in_all else "in kneading"
    return "" if rmse_kpa is None else f";{words} {rmse_kpa:.2f} kPa (RMS) {where}"


def _steps(outcome: Outcome) -> tuple[PlayedStep, ...]:
    return tuple(
        PlayedStep(s.label, s.technique, s.outcome, round(s.duration_s, 3)) for s in outcome.steps
    )


def _pressure(visit: Visit, true: TruePressure | None) -> Pressure:
    trace, envelope_kpa = visit.trace, visit.fit.program.envelope.pressure_kpa.value
    felt = Pressure(envelope_kpa=envelope_kpa)
    if true is not None:
        off = _rmse_of_all_kpa if visit.fit.levels else rmse_kpa
        felt = msgspec.structs.replace(
            felt,
            true_peak_kpa=round(float(true.kpa.max(initial=0.0)), 3),
            true_rmse_kpa=off(trace, true.at_s, true.kpa),
        )
    if not measures_pressure(visit.capabilities):
        return felt
    measured, at_s = trace.pressure_kpa, trace.at_s
    return msgspec.structs.replace(
        felt,
        peak_kpa=round(float(measured.max(initial=0.0)), 3),
        rmse_kpa=rmse_kpa(trace, at_s, measured),
    )


def _rmse_of_all_kpa(trace: Trace, at_s: Column, kpa: Column) -> float | None:
    """Return how far a pressure is off what was commanded, over everything: as is predicted."""
    if not trace.at_s.size:
        return None
    wanted = np.interp(at_s, trace.at_s, trace.target_kpa)
    return round(float(np.sqrt(np.mean((kpa - wanted) ** 2))), 4)


def rmse_kpa(trace: Trace, at_s: Column, kpa: Column) -> float | None:
    """Return how far a pressure is off what was commanded, over the kneading; None without any."""
    kneading = _within(at_s, [s for s in trace.stretches if s.technique == KNEADING])
    if not kneading.any() or not trace.at_s.size:
        return None
    wanted = np.interp(at_s[kneading], trace.at_s, trace.target_kpa)
    return round(float(np.sqrt(np.mean((kpa[kneading] - wanted) ** 2))), 4)


def _within(at_s: Column, stretches: list[Stretch]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside = np.zeros(at_s.size, dtype=np.bool_)
    for stretch in stretches:
        inside |= (at_s >= stretch.begin_s) & (at_s < stretch.end_s)
    return inside


def _emg(visit: Visit) -> tuple[EmgChannel, ...]:
    sensors = visit.capabilities.sensors_of("emg")
    return tuple(
        EmgChannel(
            name=sensor.name,
            rms_median_uv=round(float(np.median(rms_uv)), 2),
            rms_p95_uv=round(float(np.percentile(rms_uv, 95)), 2),
            rms_max_uv=round(float(rms_uv.max()), 2),
        )
        for sensor, rms_uv in zip(sensors, visit.trace.emg_uv, strict=False)
    )


def _link(stats: Vitals) -> Link:
    return Link(
        frames_sent=stats.frames_sent,
        frames_received=stats.frames_received,
        frames_bad=stats.frames_bad,
        samples_lost=stats.samples_lost,
        rtt_ms=RoundTrip(stats.rtt_p50_ms, stats.rtt_p99_ms),
    )


def _preflight(ready: Ready) -> Preflight:
    return Preflight(
        ready.battery_percent, ready.rtt_p99_ms, tick_late_p99_ms=round(ready.late_p99_ms, 4)
    )


def _lateness(vitals: Vitals) -> Lateness:
    late = vitals.late
    return Lateness(
        round(late.p50_s * 1e3, 4), round(late.p99_s * 1e3, 4), round(late.max_s * 1e3, 4)
    )
