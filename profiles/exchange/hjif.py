"""MPEG-I haptics as JSON (`.hjif`, ISO/IEC 23090-31): each channel is a perception of its own.

Written is the edition of 2023; the drafts before it (`tracks`, `mixing_weight`,
`encoding_modality`) are read too (V, ui C).
"""

import math
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from profiles.problems import ExchangeError

from .carried import Carried, Line, Point, Quantity, from_zero, in_order, value_at
from .json_parts import document, listed, mapping, number, pretty

TIMESCALE = 10_000
"""Ticks a second: as fine as our wire (E; at most 48000 in the profile Main, V)."""

TAP_S = 0.3
"""How long a transient is pressed: a body feels nothing shorter as a tap (E)."""

MOST_EXPONENT = 24
"""No unit is larger or smaller than this power of ten: yotta, yocto (V)."""

DATE = "2023-01-01"
"""A date must be there; the same profile is the same file, so it is the edition's."""

_MADE_OF = "\n\nThis myoloop profile was written as curves:\n\n"
"""What stands between a description and the profile that follows it."""

_MODALITY: Mapping[Quantity, str] = {
    "pressure": "Pressure", "position": "Position", "frequency": "Vibrotactile",
    "amplitude": "Vibrotactile",
}  # fmt: skip
_EXPONENT: Mapping[Quantity, int] = {"pressure": 3, "position": -3, "amplitude": -3, "frequency": 0}
"""kPa and mm, in powers of ten of Pa and m."""

_PLACED = ("direction", "actuator_target", "body_part_target", "vertices")
"""Where on a body, or which way: a profile says that with a region."""

_AS_PRESSURE = ("Pressure", "Force", "Vibrotactile", "VibrotactileTexture")
"""What is pressed where a file knows no pressure: the first of these that it has."""


def write_hjif(
    title: str, profile_id: str, lines: Sequence[Line], origin: str = ""
) -> tuple[str, tuple[str, ...]]:
    """Return the file, and a sentence for each thing that it cannot say.

    `origin` is the profile itself: it follows the description, the one place for free text.
    """
    head = {line.quantity: line for line in lines}
    curves = [line for line in lines if line.quantity in {"pressure", "position"}]
    perceptions = [_perception(index, line) for index, line in enumerate(curves)]
    if "frequency" in head and "amplitude" in head:
        perceptions.append(_vibration(len(curves), head["frequency"], head["amplitude"]))
    whole = {
        "version": "2023",
        "profile": "Main",
        "level": 1,
        "date": DATE,
        "description": f"{title} ({profile_id})" + (f"{_MADE_OF}{origin}" if origin else ""),
        "timescale": TIMESCALE,
        "avatars": [],
        "perceptions": perceptions,
        "syncs": [],
    }
    return pretty(whole), tuple(
        f"{line.quantity}: a surface that warms is not carried"
        for line in lines
        if line.quantity == "temperature"
    )


def read_hjif(text: str | bytes, range_kpa: float | None) -> Carried:
    """Return what a file says; `range_kpa` is what an amplitude of 1 presses.

    It counts where the file itself has no unit for its pressure.

    Raises:
        ExchangeError: it is no such file, or nobody says what an amplitude of 1 is.
    """
    found = document(text, "perceptions", "file of MPEG haptics")
    timescale = number(found.get("timescale"), 1000.0)
    if timescale < 1.0:
        raise ExchangeError(f"timescale is {timescale:g}: a second has at least one tick")
    left = [f"{word}: not carried" for word in ("avatars", "syncs") if listed(found.get(word))]
    perceptions = [mapping(one) for one in listed(found.get("perceptions"))]
    pressed = _pressed(perceptions)
    lines: list[Line] = []
    for index, perception in enumerate(perceptions):
        where = f"perceptions[{index}]"
        modality = str(perception.get("perception_modality"))
        if modality not in {pressed, "Position"}:
            left.append(f"{where}: {_named(perception, 'perception_modality')} is not carried")
            continue
        quantity: Quantity = "position" if modality == "Position" else "pressure"
        if quantity == "pressure" and modality != "Pressure":
            left.append(f"{where}: {modality} is read as pressure")
        for channel, points in _channels(perception, where, timescale, left):
            scale = _scale(quantity, perception, where, range_kpa)
            lines.append(Line(quantity, tuple((t, scale * v) for t, v in points), channel))
    title, _, origin = str(found.get("description", "")).partition(_MADE_OF)
    return Carried(title, _told_apart(lines), tuple(dict.fromkeys(left)), origin)


def _perception(index: int, line: Line) -> dict[str, Any]:
    range_ = line.highest or 1.0
    effect = {
        "effect_type": "Basis",
        "position": 0,
        "phase": 0,
        "base_signal": "Sine",
        "keyframes": [
            {"relative_position": round(at_s * TIMESCALE), "amplitude_modulation": value / range_}
            for at_s, value in line.points
        ],
    }
    band = {
        "band_type": "Curve",
        "curve_type": "Linear",
        "lower_frequency_limit": 0,
        "upper_frequency_limit": 100,
        "effects": [effect],
    }
    return _around(index, line, range_, band)


def _vibration(index: int, frequency: Line, amplitude: Line) -> dict[str, Any]:
    """Return the oscillating head: amplitude and frequency change together."""
    range_ = amplitude.highest or 1.0
    times = sorted({at_s for line in (frequency, amplitude) for at_s, _ in line.points})
    effect = {
        "effect_type": "Basis",
        "position": 0,
        "phase": 0,
        "base_signal": "Sine",
        "keyframes": [
            {
                "relative_position": round(at_s * TIMESCALE),
                "amplitude_modulation": value_at(amplitude.points, at_s) / range_,
                "frequency_modulation": round(value_at(frequency.points, at_s)),
            }
            for at_s in times
        ],
    }
    band = {
        "band_type": "VectorialWave",
        "lower_frequency_limit": 0,
        "upper_frequency_limit": max(1, round(frequency.highest)),
        "effects": [effect],
    }
    return _around(index, amplitude, range_, band)


def _around(index: int, line: Line, range_: float, band: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": index,
        "avatar_id": 0,
        "description": line.quantity,
        "perception_modality": _MODALITY[line.quantity],
        "unit_exponent": _EXPONENT[line.quantity],
        "effect_library": [],
        "channels": [
            {
                "id": 0,
                "description": line.site or line.quantity,
                "gain": range_,
                "mixing_coefficient": 1.0,
                "body_part_mask": 0,
                "bands": [band],
            }
        ],
    }


def _named(part: Mapping[str, Any], *words: str) -> str:
    """Return the kind that a part says it is, or what it should have said."""
    return str(next((part[word] for word in words if part.get(word)), f"what says no {words[0]}"))


def _pressed(perceptions: Sequence[Mapping[str, Any]]) -> str:
    """Return the modality that becomes the pressure."""
    there = {str(one.get("perception_modality")) for one in perceptions}
    return next((name for name in _AS_PRESSURE if name in there), "Pressure")


def _scale(
    quantity: Quantity, perception: Mapping[str, Any], where: str, range_kpa: float | None
) -> float:
    """Return what one is, in kPa or mm. A pressure whose unit nobody says is an error."""
    exponent = number(perception.get("unit_exponent"), math.nan)
    if perception.get("perception_modality") in {"Pressure", "Position"} and exponent.is_integer():
        if abs(exponent) > MOST_EXPONENT:
            raise ExchangeError(f"{where}.unit_exponent: there is no unit of 1e{exponent:g}")
        return 10.0 ** (int(exponent) - _EXPONENT[quantity])
    if quantity == "position":
        return 1000.0  # metres, where nothing else is said
    if range_kpa is None:
        raise ExchangeError("an amplitude has no unit: say what 1 is, as `--range 12kPa`")
    return range_kpa


def _channels(
    perception: Mapping[str, Any], where: str, timescale: float, left: list[str]
) -> Iterator[tuple[str, tuple[Point, ...]]]:
    """Yield each channel's name and curve, with its gain."""
    library = _library(perception)
    channels = listed(perception.get("channels")) or listed(perception.get("tracks"))
    for index, channel in enumerate(map(mapping, channels)):
        at = f"{where}.channels[{index}]"
        left += [f"{at}.{word}: not carried" for word in _PLACED if channel.get(word)]
        gain = number(channel.get("gain"), 1.0)
        mix = channel.get("mixing_coefficient", channel.get("mixing_weight"))
        curves = [
            curve
            for index, band in enumerate(map(mapping, listed(channel.get("bands"))))
            for curve in _band(band, f"{at}.bands[{index}]", timescale, library, left)
        ]
        if curves:
            factor = gain * number(mix, 1.0)
            points = _summed(curves)
            if min(value for _, value in points) < 0.0:
                left.append(f"{at}: below 0 it is 0; a pad presses and moves one way")
            yield (
                str(channel.get("description", "")),
                tuple((t, factor * max(0.0, v)) for t, v in points),
            )


def _library(perception: Mapping[str, Any]) -> Mapping[int | str, Mapping[str, Any]]:
    """Return what effects refer to, by its id."""
    effects = map(mapping, listed(perception.get("effect_library")))
    return {key: one for one in effects if isinstance(key := one.get("id"), int | str)}


def _referred(
    effect: Mapping[str, Any], library: Mapping[int | str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return what an effect refers to, if it does."""
    key = effect.get("id")
    if effect.get("effect_type") != "Reference" or not isinstance(key, int | str):
        return {}
    return library.get(key, {})


def _band(
    band: Mapping[str, Any],
    where: str,
    timescale: float,
    library: Mapping[int | str, Mapping[str, Any]],
    left: list[str],
) -> Iterator[tuple[Point, ...]]:
    kind = str(band.get("band_type", band.get("encoding_modality")))
    if kind not in {"Curve", "Transient"}:
        named = _named(band, "band_type", "encoding_modality")
        left.append(f"{where}: {named} is not carried: a curve knows no oscillation")
        return
    shape = str(band.get("curve_type", "Linear"))
    if kind == "Curve" and shape not in {"Linear", "Unknown"}:
        left.append(f"{where}: its {shape} curve is read as straight lines between its keyframes")
    for index, effect in enumerate(map(mapping, listed(band.get("effects")))):
        at = f"{where}.effects[{index}]"
        kept = _referred(effect, library)
        if effect.get("effect_type") == "Composite":
            left.append(f"{at}: a composite effect is not carried")
            continue
        begin_s = number(effect.get("position"), 0.0) / timescale
        frames = listed(kept.get("keyframes")) or listed(effect.get("keyframes"))
        if not frames:
            left.append(f"{at}: there is no keyframe in it")
            continue
        points = [_keyframe(mapping(frame), begin_s, timescale) for frame in frames]
        if min(points)[0] < 0.0:
            left.append(f"{at}: what is before 0 s is not carried")
        if kind == "Transient":
            left.append(f"a transient is pressed as a tap of {TAP_S:g} s, as far as a body may be")
        curves = _taps(points) if kind == "Transient" else [in_order(points)]
        yield from filter(None, map(from_zero, curves))


def _taps(points: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
    return (((t, 0.0), (t + TAP_S / 2.0, v), (t + TAP_S, 0.0)) for t, v in points)


def _keyframe(frame: Mapping[str, Any], begin_s: float, timescale: float) -> Point:
    at_s = begin_s + number(frame.get("relative_position"), 0.0) / timescale
    return at_s, number(frame.get("amplitude_modulation"), 0.0)


def _summed(curves: Sequence[tuple[Point, ...]]) -> tuple[Point, ...]:
    """Return the sum of curves, each of which is zero outside its ends."""
    just = 1e-6
    if len(curves) == 1 and curves[0][0][0] <= just:
        return curves[0]
    times = {at_s for curve in curves for at_s, _ in curve}
    times |= {curve[0][0] - just for curve in curves if curve[0][0] > just}
    times |= {curve[-1][0] + just for curve in curves}
    coming = sorted(range(len(curves)), key=lambda index: curves[index][0][0], reverse=True)
    alive: list[int] = []
    found: list[Point] = []
    for at_s in sorted(times):
        while coming and curves[coming[-1]][0][0] <= at_s:
            insort(alive, coming.pop())
        alive = [index for index in alive if at_s <= curves[index][-1][0]]
        found.append((at_s, sum(value_at(curves[index], at_s) for index in alive)))
    return tuple(found)


def _told_apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines; where one alone has a quantity, its name says nothing."""
    count = {line.quantity: sum(one.quantity == line.quantity for one in lines) for line in lines}
    return tuple(
        line if count[line.quantity] > 1 else msgspec.structs.replace(line, site="")
        for line in lines
    )
