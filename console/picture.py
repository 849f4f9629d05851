"""The picture of a session: what was commanded, what was measured, what the body felt."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from controller.play import measures_pressure

from .account import rmse_kpa
from .drawing import COMMANDED, LIMIT, MEASURED, MUSCLES, TRUE, Panel, Sheet
from .sentences import ending, judgement
from .sitting import Visit
from .trace import Column
from .witness import TruePressure, true_pressure

SLOW_BATCHES = 25
"""How many batches the muscles are the RMS of: 250 ms, as the slow RMS of the rules."""

LEAST_OFF_KPA = 0.5
"""How far the panel of what is off reaches at least."""


Draw: TypeAlias = Callable[[Panel, Visit, TruePressure | None], None]


def draw_session(visit: Visit, file: Path) -> None:
    """Draw a session into `file`."""
    true = true_pressure(visit)
    rows: list[tuple[float, str, Draw]] = [(3.2, "pressure in kPa", _pressure)]
    if measures_pressure(visit.capabilities):
        rows.append((1.1, "off by, in kPa", _off))
    if visit.capabilities.sensors_of("emg"):
        rows.append((1.1, "EMG in uV", _emg))
    sheet = Sheet(visit.fit.program.title, _line(visit), tuple(row[:2] for row in rows))
    for stretch in visit.trace.stretches:
        for panel in sheet.panels:
            panel.band(stretch.begin_s, stretch.end_s, stretch.technique)
        top = sheet.panels[0]
        top.name_band(stretch.begin_s, stretch.end_s, stretch.label, visit.trace.end_s)
    for panel, (_, _, draw) in zip(sheet.panels, rows, strict=True):
        draw(panel, visit, true)
    sheet.save(file)


def _line(visit: Visit) -> str:
    off = rmse_kpa(visit.trace, visit.trace.at_s, visit.trace.pressure_kpa)
    whose = "a simulated body" if visit.capabilities.emulated else "a person"
    told = "" if off is None else f"; kneading off by {off:.2f} kPa (RMS)"
    if not measures_pressure(visit.capabilities):
        told = "; nothing was measured"
    return f"{visit.url}, {whose}; {visit.outcome.duration_s:.0f} s, {ending(visit.outcome)}{told}"


def _pressure(panel: Panel, visit: Visit, true: TruePressure | None) -> None:
    trace, limit = visit.trace, visit.fit.program.envelope.pressure_kpa
    if true is not None:
        panel.curve(true.at_s, true.kpa, TRUE, width=3.0, alpha=0.6, name="felt by the body")
    if measures_pressure(visit.capabilities):
        panel.curve(trace.at_s, trace.pressure_kpa, MEASURED, name="measured")
    panel.curve(trace.at_s, trace.target_kpa, COMMANDED, width=1.0, dashed=True, name="commanded")
    panel.limit(0.0, trace.end_s, limit.value)
    panel.note(f"limit {limit.value:.1f} kPa ({limit.owner})", limit.value, LIMIT, right=True)
    for judged in trace.judged:
        panel.mark(judged.at_s, judgement(judged.verdict))
    highest = float(np.nanmax(trace.pressure_kpa, initial=1.0))
    panel.between(0.0, 1.2 * max(limit.value, highest))
    panel.during(0.0, max(trace.end_s, 1e-3))
    panel.legend()


def _off(panel: Panel, visit: Visit, true: TruePressure | None) -> None:
    """Draw how far what was felt and what was measured are off what was commanded."""
    trace = visit.trace
    if not trace.at_s.size:
        return
    measured = trace.pressure_kpa - trace.target_kpa
    widest = float(np.abs(measured).max())
    if true is not None:
        felt = true.kpa - np.interp(true.at_s, trace.at_s, trace.target_kpa)
        panel.curve(true.at_s, felt, TRUE, width=2.0, alpha=0.6)
        widest = max(widest, float(np.abs(felt).max(initial=0.0)))
    panel.curve(trace.at_s, measured, MEASURED, width=0.7)
    widest = max(LEAST_OFF_KPA, 1.1 * widest)
    panel.between(-widest, widest)


def _emg(panel: Panel, visit: Visit, _: TruePressure | None) -> None:
    trace = visit.trace
    sensors = visit.capabilities.sensors_of("emg")
    highest = 1.0
    for sensor, rms_uv, colour in zip(sensors, trace.emg_uv, MUSCLES, strict=False):
        slow_uv = _slow(rms_uv)
        middles_s = trace.at_s[: slow_uv.size * SLOW_BATCHES : SLOW_BATCHES]
        panel.curve(middles_s + SLOW_BATCHES * 0.005, slow_uv, colour, name=sensor.name)
        highest = max(highest, float(slow_uv.max(initial=0.0)))
    panel.between(0.0, 1.5 * highest)
    panel.legend()


def _slow(rms_uv: Column) -> Column:
    """Return the RMS over whole quarters of a second."""
    whole = rms_uv[: rms_uv.size // SLOW_BATCHES * SLOW_BATCHES]
    return np.sqrt(np.mean(np.square(whole.reshape(-1, SLOW_BATCHES)), axis=1))
