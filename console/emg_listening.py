"""One recording through the very front end that listens to a device."""

from statistics import linear_regression

import msgspec

from controller.emg import Emg
from controller.emg_quality import QUIET_BELOW_UV
from controller.emg_scale import Scale, Strength, Yardstick, baseline, strength
from controller.emg_settings import EmgSettings
from controller.emg_words import EmgFeatures, Offset, Onset, Quality

from .emg_recording import Recording
from .failures import NotARecording

FATIGUE_S = 20.0
"""One second's median frequency wanders by 4 to 5 Hz: a trend needs so much time at least (M)."""

HARDLY = 0.5
"""A channel of which less is trusted is asked why (E)."""

_WHY = {
    Quality.FLAT: "it does not move: is a cable off?",
    Quality.SATURATED: "it is at the end of the converter's range",
    Quality.MAINS: "it is mostly mains: is an electrode open?",
    Quality.MOTION: "the electrode moves",
    Quality.QUIET: "too quiet for an electrode on skin: is it in volts?",
    Quality.LOST: "its samples are no numbers",
    Quality.SETTLING: "its filters had no time to settle: too short, or interrupted all the time",
}


class Contraction(msgspec.Struct, frozen=True):
    """From onset to offset, None where the recording ends first; its strength, where measurable."""

    onset_s: float
    decided_s: float
    offset_s: float | None
    peak_uv: float
    strength: Strength | None


class Curves(msgspec.Struct, frozen=True):
    """What one channel was in each hop: levels in microvolts."""

    slow_uv: list[float]
    level_uv: list[float]
    threshold_uv: list[float]
    trusted: list[bool]
    flags: list[Quality]


class Heard(msgspec.Struct, frozen=True):
    """One recording, heard."""

    recording: Recording
    hop_s: float
    curves: list[Curves]
    contractions: list[list[Contraction]]
    median_hz: list[list[tuple[float, float]]]


def hear(recording: Recording, settings: EmgSettings, mvc_uv: float | None) -> Heard:
    """Return what the front end says of `recording`, fed hop by hop. Raises `NotARecording`."""
    channels = recording.samples_uv.shape[1]
    if settings.rail_uv is None:
        settings = msgspec.structs.replace(settings, rail_uv=recording.rail_uv)
    try:
        emg = Emg(recording.rate_hz, channels, settings)
    except ValueError as error:
        raise NotARecording(f"{recording.name}: {error}") from error
    curves = [Curves([], [], [], [], []) for _ in range(channels)]
    events: list[Onset | Offset] = []
    medians: list[list[tuple[float, float]]] = [[] for _ in range(channels)]
    hop = emg.plan.hop
    for at in range(0, len(recording.samples_uv) - hop + 1, hop):
        told = emg.feed(recording.samples_uv[at : at + hop])
        events += told.events
        _note(curves, told, emg)
        for channel, hz in enumerate(told.median_hz):
            if hz is not None:
                medians[channel].append(((at + hop) / recording.rate_hz, hz))
    contractions = [
        _contractions([e for e in events if e.channel == index], curve, emg.plan.hop_s, mvc_uv)
        for index, curve in enumerate(curves)
    ]
    return Heard(recording, emg.plan.hop_s, curves, contractions, medians)


def fatigue(median_hz: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return where a median frequency begins, and how it moves in Hz a minute: a straight line."""
    if len(median_hz) < FATIGUE_S / 2.0 or median_hz[-1][0] - median_hz[0][0] < FATIGUE_S:
        return None
    line = linear_regression(*zip(*median_hz, strict=True))
    return line.intercept + line.slope * median_hz[0][0], 60.0 * line.slope


def why_hardly_trusted(curve: Curves) -> str | None:
    """Return what is wrong with a channel that is hardly trusted, or None with any other."""
    if sum(curve.trusted) >= HARDLY * len(curve.trusted):
        return None
    if 0.0 < max(curve.slow_uv) < QUIET_BELOW_UV:
        return _WHY[Quality.QUIET]
    often = {flag: sum(flag in flags for flags in curve.flags) for flag in _WHY}
    del often[Quality.SETTLING]  # it follows all others
    worst = max(often, key=lambda flag: often[flag])
    return _WHY[worst if often[worst] else Quality.SETTLING]


def _note(curves: list[Curves], told: EmgFeatures, emg: Emg) -> None:
    for index, curve in enumerate(curves):
        level_uv, threshold_uv = emg.onset_band_uv(index)
        curve.slow_uv.append(told.slow_uv[index])
        curve.level_uv.append(level_uv)
        curve.threshold_uv.append(threshold_uv)
        curve.trusted.append(told.trusted[index])
        curve.flags.append(told.flags[index])


def _contractions(
    events: list[Onset | Offset], curve: Curves, hop_s: float, mvc_uv: float | None
) -> list[Contraction]:
    """Pair onsets with the offset that follows."""
    found: list[Contraction] = []
    by = _yardstick(curve, mvc_uv)
    for k, event in enumerate(events):
        if isinstance(event, Onset):
            after = events[k + 1] if k + 1 < len(events) else None
            until_s = after.at_s if after is not None else None
            last = len(curve.slow_uv) if until_s is None else round(until_s / hop_s)
            peak_uv = max(curve.slow_uv[round(event.decided_s / hop_s) - 1 : last + 1])
            measured = strength(peak_uv, by) if by is not None else None
            found.append(Contraction(event.at_s, event.decided_s, until_s, peak_uv, measured))
    return found


def _yardstick(curve: Curves, mvc_uv: float | None) -> Yardstick | None:
    if mvc_uv is not None:
        return Yardstick(Scale.MVC, mvc_uv)
    return baseline(curve.slow_uv, curve.trusted)
