"""Apple's haptic patterns (`.ahap`): intensity is pressure, sharpness is how quick a head swings.

What the keys mean is in "Representing haptic patterns in AHAP files" (V, ui C).
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from profiles.problems import ExchangeError

from .carried import Carried, Line, Point, in_order, value_at
from .json_parts import document, listed, mapping, number, pretty

LONGEST_EVENT_S = 30.0
"""Longest continuous event (M, ui C)."""

MOST_POINTS = 16
"""Most points of one curve; longer ones are chained (M, ui C)."""

MOST_ASKED = 64
"""So many curves that have ended are kept one by one, at most (E)."""

SHARP_HZ = 60.0
"""What a sharpness of 1 is (E: the quickest that a head swings)."""

TAP_S = 0.3
"""How long a transient is pressed: a body feels nothing shorter as a tap (E)."""

INTENSITY, SHARPNESS = "HapticIntensityControl", "HapticSharpnessControl"
_HEARD = frozenset({"AudioContinuous", "AudioCustom"})
_SHAPED = frozenset({"HapticIntensity", "HapticSharpness", "AttackTime", "ReleaseTime"})


class _Event(msgspec.Struct, frozen=True):
    """A continuous event: when, how hard, and how it comes and goes."""

    begin_s: float
    end_s: float
    intensity: float
    attack_s: float
    release_s: float

    def value_at(self, at_s: float) -> float:
        """Return its intensity."""
        if not self.begin_s <= at_s <= self.leaves_s:
            return 0.0
        come = min(1.0, (at_s - self.begin_s) / self.attack_s) if self.attack_s else 1.0
        gone = (at_s - self.end_s) / self.release_s if at_s > self.end_s else 0.0
        return self.intensity * min(come, 1.0 - gone)

    @property
    def leaves_s(self) -> float:
        """When nothing is left of it."""
        return self.end_s + self.release_s

    @property
    def corners_s(self) -> tuple[float, ...]:
        """When its intensity changes how it goes; twice where it jumps."""
        return (self.begin_s - _JUST, self.begin_s, self.begin_s + self.attack_s, self.end_s,
                self.leaves_s, self.leaves_s + _JUST)  # fmt: skip


_JUST = 1e-6
"""Before and after a jump."""


def write_ahap(
    title: str, profile_id: str, lines: Sequence[Line], origin: str = ""
) -> tuple[str, tuple[str, ...]]:
    """Return the file, and a sentence for each thing that it cannot say.

    `origin` is the profile itself, which players leave alone and `read_ahap` finds again.
    """
    pressure = next(line for line in lines if line.quantity == "pressure")
    frequency = next((line for line in lines if line.quantity == "frequency"), None)
    range_kpa = pressure.highest or 1.0
    end_s = pressure.end_s
    events = [
        _continuous(begin_s, min(LONGEST_EVENT_S, end_s - begin_s))
        for begin_s in (LONGEST_EVENT_S * k for k in range(int(end_s / LONGEST_EVENT_S) + 1))
        if end_s > begin_s
    ]
    curves = [*_curves(INTENSITY, pressure.points, range_kpa)]
    if frequency is not None:
        curves += _curves(SHARPNESS, frequency.points, SHARP_HZ)
    whole = {
        "Version": 1.0,
        "Metadata": {
            "Project": profile_id,
            "Description": f"{title}; intensity 1 is {range_kpa:.6g} kPa",
            "Myoloop": {
                "range_kpa": range_kpa,
                "title": title,
                **({"profile": origin} if origin else {}),
            },
        },
        "Pattern": [*events, *curves],
    }
    lost = [
        f"{line.quantity}{f' of {line.site}' if line.site else ''}: a haptic pattern has one "
        "intensity and one sharpness"
        for line in lines
        if line is not pressure and line is not frequency
    ]
    return pretty(whole), tuple(lost)


def read_ahap(text: str | bytes, range_kpa: float | None) -> Carried:
    """Return what a file says; `range_kpa` is what an intensity of 1 presses.

    Raises:
        ExchangeError: it is no such file, or nobody says what an intensity of 1 is.
    """
    found = document(text, "Pattern", "haptic pattern")
    metadata = mapping(found.get("Metadata"))
    ours = mapping(metadata.get("Myoloop"))
    scale = range_kpa or number(ours.get("range_kpa"), 0.0)
    if scale <= 0.0:
        raise ExchangeError("an intensity has no unit: say what 1 is, as `--range 12kPa`")
    left: list[str] = [f"{key}: nobody knows this key" for key in found if key not in _TOP]
    events, controls, sharp = _pattern(found["Pattern"], left)
    points = _intensity(events, controls)
    title = str(ours.get("title") or metadata.get("Description") or metadata.get("Project") or "")
    lines = [Line("pressure", tuple((at_s, scale * value) for at_s, value in points))]
    if sharp:
        lines.append(Line("frequency", tuple((at_s, SHARP_HZ * value) for at_s, value in sharp)))
    return Carried(title, tuple(lines), tuple(dict.fromkeys(left)), str(ours.get("profile") or ""))


_TOP = frozenset({"Version", "Metadata", "Pattern"})


def _pattern(
    pattern: Sequence[object], left: list[str]
) -> tuple[list[_Event], list[tuple[Point, ...]], tuple[Point, ...]]:
    """Return events, curves and changes of the intensity, and the sharpness."""
    events: list[_Event] = []
    controls: list[tuple[Point, ...]] = []
    sharp: list[Point] = []
    changes: list[Point] = []
    for index, entry in enumerate(pattern):
        where = f"Pattern[{index}]"
        body = mapping(entry)
        if "Event" in body:
            events += _event(mapping(body["Event"]), where, left)
        elif "ParameterCurve" in body:
            name, points = _curve(mapping(body["ParameterCurve"]), where, left)
            if name == INTENSITY:
                controls.append(points)
            elif name == SHARPNESS:
                sharp += points
            else:
                left.append(f"{where}: a curve of {name or 'no ParameterID'} is not carried")
        elif "Parameter" in body:
            changes += _change(mapping(body["Parameter"]), where, left)
        else:
            left.append(f"{where}: neither Event nor Parameter nor ParameterCurve")
    if changes:
        controls.append(_abrupt(changes))
    return events, _chained(controls), in_order(sharp)


def _event(event: Mapping[str, Any], where: str, left: list[str]) -> Iterator[_Event]:
    kind = str(event.get("EventType", ""))
    said = {
        str(one.get("ParameterID")): number(one.get("ParameterValue"), 0.0)
        for one in map(mapping, listed(event.get("EventParameters")))
    }
    left += [f"{where}: {name} is not carried" for name in said if name not in _SHAPED]
    at_s = _from_zero_on(number(event.get("Time"), 0.0), "Time", where, left)
    intensity = _clamped(said.get("HapticIntensity", 1.0), where, left)
    match kind:
        case "HapticContinuous":
            lasts_s = number(event.get("EventDuration"), LONGEST_EVENT_S)
            lasts_s = _from_zero_on(lasts_s, "EventDuration", where, left)
            attack_s, release_s = (
                _from_zero_on(said.get(name, 0.0), name, where, left)
                for name in ("AttackTime", "ReleaseTime")
            )
            yield _Event(at_s, at_s + lasts_s, intensity, attack_s, release_s)
        case "HapticTransient":
            left.append(f"a transient is pressed as a tap of {TAP_S:g} s, as far as a body may be")
            yield _Event(at_s, at_s + TAP_S / 2.0, intensity, TAP_S / 2.0, TAP_S / 2.0)
        case _ if kind in _HEARD:
            left.append(f"{where}: {kind} is heard, not felt")
        case _:
            left.append(f'{where}: an event of type "{kind}" is not known')


def _curve(curve: Mapping[str, Any], where: str, left: list[str]) -> tuple[str, tuple[Point, ...]]:
    begin_s = number(curve.get("Time"), 0.0)
    points = tuple(
        (begin_s + number(point.get("Time"), 0.0), number(point.get("ParameterValue"), 0.0))
        for point in map(mapping, listed(curve.get("ParameterCurveControlPoints")))
    )
    if not points:
        raise ExchangeError(f"{where}: a curve without a point")
    if min(points)[0] < 0.0:
        left.append(f"{where}: what is before 0 s is not carried")
    return str(curve.get("ParameterID", "")), in_order(points)


def _change(change: Mapping[str, Any], where: str, left: list[str]) -> Iterator[Point]:
    name = str(change.get("ParameterID", ""))
    if name == INTENSITY:
        at_s = _from_zero_on(number(change.get("Time"), 0.0), "Time", where, left)
        yield at_s, number(change.get("ParameterValue"), 1.0)
    else:
        left.append(f"{where}: a change of {name or 'no ParameterID'} is not carried")


def _abrupt(changes: Sequence[Point]) -> tuple[Point, ...]:
    """Return the steps of a value that changes abruptly, and is 1 before."""
    found: list[Point] = [(0.0, 1.0)]
    for at_s, value in sorted(changes):
        found += [(at_s, found[-1][1]), (at_s + _JUST, value)]
    return tuple(found)


def _chained(curves: Sequence[tuple[Point, ...]]) -> list[tuple[Point, ...]]:
    """Join curves that begin where another ends: they are one, which may jump there."""
    found: list[list[Point]] = []
    end_s = -math.inf
    for curve in sorted(curves):
        if abs(end_s - curve[0][0]) < 1e-3:
            found[-1] = [*_before(found[-1], curve[0][1]), *curve]
            end_s = max(end_s, curve[-1][0])
        else:
            found.append([*curve])
            end_s = curve[-1][0]
    return [in_order(points) for points in found]


def _before(points: list[Point], value: float) -> list[Point]:
    """Return points whose last comes just before a jump to `value`, if it is one."""
    last_s, last = points[-1]
    if last == value or len(points) < 2 or points[-2][0] >= last_s - _JUST:
        return points
    return [*points[:-1], (last_s - _JUST, last)]


def _intensity(
    events: Sequence[_Event], controls: Sequence[tuple[Point, ...]]
) -> tuple[Point, ...]:
    """Return the hardest of all events at each time, times what controls say."""
    corners = {at_s for event in events for at_s in event.corners_s}
    corners |= {at_s for curve in controls for at_s, _ in curve}
    corners |= {curve[0][0] - _JUST for curve in controls}
    times = sorted(corners | _crossings(sorted(corners), events))
    found = [
        (max(0.0, at_s), min(1.0, max(0.0, value)))
        for at_s, value in zip(times, _controlled(_hardest(times, events), controls), strict=True)
    ]
    return in_order(found) or ((0.0, 0.0),)


def _hardest(times: Sequence[float], events: Sequence[_Event]) -> Iterator[Point]:
    """Yield the hardest event at each time. Only those that are there are asked."""
    coming = sorted(events, key=lambda event: event.begin_s, reverse=True)
    alive: list[_Event] = []
    for at_s in times:
        while coming and coming[-1].begin_s <= at_s:
            alive.append(coming.pop())
        alive = [event for event in alive if at_s <= event.leaves_s]
        yield at_s, max((event.value_at(at_s) for event in alive), default=0.0)


def _controlled(points: Iterator[Point], controls: Sequence[tuple[Point, ...]]) -> Iterator[float]:
    """Yield each value times what controls say, in their order; before it begins, one says 1.

    What has ended stays as it is: where that is 1, or where there are many, it is not asked again.
    """
    coming = list(reversed(controls))
    begun: list[tuple[Point, ...]] = []
    stays = 1.0
    for at_s, value in points:
        while coming and coming[-1][0][0] <= at_s:
            begun.append(coming.pop())
        begun = [curve for curve in begun if at_s < curve[-1][0] or curve[-1][1] != 1.0]
        if len(begun) > MOST_ASKED:
            stays *= math.prod(curve[-1][1] for curve in begun if curve[-1][0] <= at_s)
            begun = [curve for curve in begun if at_s < curve[-1][0]]
        for curve in begun if value else ():
            value *= value_at(curve, at_s)
        yield value * stays


def _crossings(times: Sequence[float], events: Sequence[_Event]) -> set[float]:
    """Return each middle where two events overlap: the hardest of two slopes bends there."""
    begins = sorted(event.begin_s for event in events)
    ends = sorted(event.end_s for event in events)
    return {
        (begin_s + end_s) / 2.0
        for begin_s, end_s in pairwise(times)
        if bisect_left(begins, end_s) - bisect_right(ends, begin_s) > 1
    }


def _continuous(begin_s: float, lasts_s: float) -> dict[str, Any]:
    return {
        "Event": {
            "Time": begin_s,
            "EventType": "HapticContinuous",
            "EventDuration": lasts_s,
            "EventParameters": [
                {"ParameterID": "HapticIntensity", "ParameterValue": 1.0},
                {"ParameterID": "HapticSharpness", "ParameterValue": 0.0},
            ],
        }
    }


def _curves(name: str, points: Sequence[Point], range_: float) -> Iterator[dict[str, Any]]:
    """Yield curves of few points each; the last of one is the first of the next."""
    for first in range(0, max(1, len(points) - 1), MOST_POINTS - 1):
        some = points[first : first + MOST_POINTS]
        yield {
            "ParameterCurve": {
                "ParameterID": name,
                "Time": some[0][0],
                "ParameterCurveControlPoints": [
                    {"Time": at_s - some[0][0], "ParameterValue": value / range_}
                    for at_s, value in some
                ],
            }
        }


def _from_zero_on(seconds: float, name: str, where: str, left: list[str]) -> float:
    if seconds < 0.0:
        left.append(f"{where}: its {name} of {seconds:g} s is read as 0 s")
    return max(0.0, seconds)


def _clamped(value: float, where: str, left: list[str]) -> float:
    if not 0.0 <= value <= 1.0:
        left.append(f"{where}: an intensity of {value:g} is played as the nearest of 0 and 1")
    return min(1.0, max(0.0, value))
