"""Sensor batches -> features."""

import math
from operator import mul

from firmware_bridge.readings import SensorBatch

from .emg_words import EmgFeatures
from .moment import Features, Sunk
from .stiffness import Probe


def features(
    batch: SensorBatch,
    offset_s: float,
    zero_kpa: tuple[float, ...] = (),
    emg: EmgFeatures | None = None,
    first_pad: tuple[int, ...] = (),
    probes: tuple[Probe, ...] = (),
    surface_degc: float | None = None,
) -> Features:
    """Return what `batch` says, in session time (`offset_s` is the device time of its zero).

    `zero_kpa` is what each pressure sensor read of nothing; it is taken off. `emg` is what the
    front end has made of the batch's EMG, where somebody listens. `first_pad` are the columns of
    the sensors under the first pad, empty where there is one pad only; `probes` are the pads whose
    depth is measured, and `surface_degc` is what was read of the surface last.
    """
    columns: list[list[float]] = batch.pressure_kpa.T.tolist()
    for column, zero in zip(columns, zero_kpa, strict=False):
        column[:] = [sample - zero for sample in column]
    here = [columns[i] for i in first_pad] or columns
    others = [c for i, c in enumerate(columns) if i not in first_pad] if first_pad else []
    rows, sums = len(columns[0]), list(map(sum, here))
    return Features(
        start_s=batch.start_s - offset_s,
        duration_s=rows / batch.pressure_rate_hz,
        pressure_kpa=sums[0] / rows,
        lowest_kpa=min(here[sums.index(max(sums))]),
        least_kpa=min(sums) / rows,
        others_kpa=max(map(min, others), default=0.0),
        lost_s=batch.lost / max(batch.emg_rate_hz, batch.pressure_rate_hz),
        still=tuple([c[0] if c.count(c[0]) == rows else None for c in columns]),
        emg_uv=emg.slow_uv if emg is not None else tuple(map(_rms, batch.emg_uv.T.tolist())),
        emg=emg,
        sunk=_sunk(batch, columns, probes) if probes else (),
        surface_degc=surface_degc,
    )


def _sunk(
    batch: SensorBatch, columns: list[list[float]], probes: tuple[Probe, ...]
) -> tuple[Sunk, ...]:
    if batch.depth_mm is None or not len(batch.depth_mm):
        return ()
    depths = batch.depth_mm.T.tolist()
    return tuple([Sunk(_mean(columns[p.pressure]), _mean(depths[p.depth])) for p in probes])


def _mean(samples: list[float]) -> float:
    return sum(samples) / len(samples)


def _rms(samples: list[float]) -> float:
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples))
