"""The drawing of a recording: signal, level, threshold, contractions, what is not trusted."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from controller.emg_hops import ABSURD_UV

from .drawing import COMMANDED, LIMIT, MUSCLES, Panel, Sheet
from .emg_listening import Curves, Heard
from .emg_recording import Array
from .failures import NotARecording

MOST_CHANNELS = 6
LEAST_UV = 0.1
"""Nothing is drawn below."""

COLUMNS = 1500
"""A picture is about so many points wide."""


def draw_recording(heard: Heard, file: Path) -> None:
    """Draw the first channels of `heard` into `file`. Raises `NotARecording`."""
    recording = heard.recording
    if not heard.curves[0].level_uv:
        raise NotARecording(
            f"{recording.name}: too short to draw, and too short for any contraction: "
            f"{1000.0 * len(recording.samples_uv) / recording.rate_hz:.3g} ms, needs at least "
            f"{1000.0 * heard.hop_s:.3g} ms"
        )
    shown = range(min(MOST_CHANNELS, len(heard.curves)))
    rows: list[tuple[float, str]] = []
    for channel in shown:
        name = recording.labels[channel] if recording.labels else f"channel {channel}"
        unit = recording.units[channel]
        rows += [(1.3, f"{name}\nraw, {unit}"), (1.7, f"level, {unit}")]
    sheet = Sheet(recording.name, _line(heard, len(shown)), rows)
    for channel in shown:
        _draw(sheet.panels[2 * channel], sheet.panels[2 * channel + 1], heard, channel)
    sheet.save(file)


def _line(heard: Heard, shown: int) -> str:
    recording = heard.recording
    count = sum(len(found) for found in heard.contractions[:shown])
    seconds = len(recording.samples_uv) / recording.rate_hz
    all_of_them = len(heard.curves)
    channels = "1 channel" if all_of_them == 1 else f"{shown} of {all_of_them} channels"
    return (
        f"{channels} at {recording.rate_hz:g} Hz, {seconds:.1f} s; "
        f"{count} contraction{'s' if count != 1 else ''}, shaded from onset to offset, "
        "with a tick where each was decided; dashed at the foot: not trusted"
    )


def _draw(raw: Panel, level: Panel, heard: Heard, channel: int) -> None:
    curve = heard.curves[channel]
    seconds = len(heard.recording.samples_uv) / heard.recording.rate_hz
    column_uv = heard.recording.samples_uv[:, channel]
    at_s, least_uv, most_uv = _thinned(_centred(column_uv), seconds)
    raw.between_curves(at_s, least_uv, most_uv, MUSCLES[0])
    half_uv = 1.1 * max([1.0, *_finite(abs(least_uv)), *_finite(abs(most_uv))])
    raw.between(-half_uv, half_uv)
    _levels(level, curve, heard.hop_s)
    for one in heard.contractions[channel]:
        for panel in (raw, level):
            panel.band(
                one.onset_s, seconds if one.offset_s is None else one.offset_s, "contraction"
            )
        raw.curve([one.decided_s, one.decided_s], [0.8 * half_uv, half_uv], LIMIT, width=1.5)
    for begin_s, end_s in _untrusted(curve, heard.hop_s):
        raw.limit(begin_s, end_s, -0.95 * half_uv)
    raw.during(0.0, seconds)


def _levels(panel: Panel, curve: Curves, hop_s: float) -> None:
    at_s = [(k + 1) * hop_s for k in range(len(curve.level_uv))]
    learnt_uv = [uv if uv > LEAST_UV else math.nan for uv in curve.threshold_uv]
    level_uv = [max(uv, LEAST_UV) if math.isfinite(uv) else math.nan for uv in curve.level_uv]
    panel.curve(at_s, level_uv, MUSCLES[1], width=0.5, name="10 ms, onset band")
    panel.curve(at_s, curve.slow_uv, COMMANDED, name="250 ms, whole band")
    panel.curve(at_s, learnt_uv, LIMIT, width=0.8, name="threshold")
    panel.decades()
    shown_uv = _finite(level_uv) or [LEAST_UV]
    panel.between(max(LEAST_UV, 0.5 * min(shown_uv)), 8.0 * max(shown_uv))
    panel.legend()


def _finite(values: Iterable[float]) -> list[float]:
    """Return what can scale an axis."""
    return [float(one) for one in values if math.isfinite(one)]


def _centred(column_uv: Array) -> Array:
    """Return the samples about their median; what is no number is NaN, and drawn as a gap."""
    numbers_uv = np.where(abs(column_uv) < ABSURD_UV, column_uv, np.nan)
    known_uv = numbers_uv[np.isfinite(numbers_uv)]
    return numbers_uv - np.median(known_uv) if len(known_uv) else numbers_uv


def _thinned(column_uv: Array, seconds: float) -> tuple[Array, Array, Array]:
    """Return the least and the most of each point of the picture, NaN where there is no number."""
    each = max(1, len(column_uv) // COLUMNS)
    whole = column_uv[: len(column_uv) // each * each].reshape(-1, each)
    at_s = np.linspace(0.0, seconds, len(whole))
    return at_s, np.fmin.reduce(whole, axis=1), np.fmax.reduce(whole, axis=1)


def _untrusted(curve: Curves, hop_s: float) -> list[tuple[float, float]]:
    bad = np.concatenate(([False], np.logical_not(curve.trusted), [False]))
    edges = np.flatnonzero(np.diff(bad.astype(np.int8))) * hop_s
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
