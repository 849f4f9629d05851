"""Techniques that a device has by itself: what of a programme it plays in its own way."""

from collections.abc import Mapping
from itertools import pairwise
from statistics import fmean
from types import MappingProxyType

import msgspec

from firmware_bridge.capabilities import Channel
from profiles.dose import integral
from profiles.program import Step
from profiles.trajectory import Track, Trajectory

OWN_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "petrissage": ("knead", "kneading"),
        "trigger_point": ("shiatsu",),
    }
)
"""What products call our techniques (V for the names, E that they mean the same)."""


class Played(msgspec.Struct, frozen=True):
    """A step as the device plays it, and its own name for the technique, if it has one."""

    step: Step
    name: str | None


def play_own(step: Step, technique: Channel, speed: Channel | None) -> Played:
    """Return a step with a track for the device's technique, and one for its speed.

    A rhythm that is the device's own is not beaten with its strength as well: that stays at the
    mean of what was asked for.
    """
    number = _own(step.technique, technique)
    pressure = step.trajectory.tracks["pressure"]
    hz = rate_hz(pressure, step.entry_s) if number else 0.0
    tracks = dict(step.trajectory.tracks)
    if number:
        tracks["pressure"] = steady(pressure, step.entry_s)
    tracks["technique"] = _constant(pressure, float(number))
    if speed is not None:
        tracks["frequency"] = _constant(pressure, min(hz, speed.high))
    played = msgspec.structs.replace(step, trajectory=Trajectory(tracks))
    return Played(played, technique.choices[number] if number else None)


def steady(track: Track, entry_s: float) -> Track:
    """Return a track whose rhythm is its mean; the way in and the end are under both."""
    mean = _mean_after(track, entry_s)
    last = len(track.at_s) - 1
    value = tuple(
        min(v, mean) if at_s <= entry_s or i == last else mean
        for i, (at_s, v) in enumerate(zip(track.at_s, track.value, strict=True))
    )
    still = (False,) * len(value)
    return Track(track.at_s, value, (0.0,) * len(value), still)


def rate_hz(track: Track, entry_s: float) -> float:
    """Return how often a rhythm comes back per second; 0 where there is none."""
    values = [v for at_s, v in zip(track.at_s, track.value, strict=True) if at_s >= entry_s]
    lasts_s = track.at_s[-1] - entry_s
    if len(values) < 2 or lasts_s <= 0.0:
        return 0.0
    middle = fmean((min(values), max(values)))
    rises = sum(a <= middle < b for a, b in pairwise(values))
    return rises / lasts_s


def _own(technique: str, channel: Channel) -> int:
    """Return the number of the choice that is this technique; 0, which is off, without one."""
    names = OWN_NAMES.get(technique, ())
    return next((n for n, choice in enumerate(channel.choices) if choice in names), 0)


def _mean_after(track: Track, entry_s: float) -> float:
    first = next(i for i, at_s in enumerate(track.at_s) if at_s >= entry_s)
    rest = Track(track.at_s[first:], track.value[first:], track.slope[first:], ())
    lasts_s = rest.at_s[-1] - rest.at_s[0]
    return integral(rest) / lasts_s if lasts_s > 0.0 else rest.value[-1]


def _constant(like: Track, value: float) -> Track:
    several = len(like.at_s)
    return Track(like.at_s, (value,) * several, (0.0,) * several, (False,) * several)
