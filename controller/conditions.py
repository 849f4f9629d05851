"""Whether a condition of a profile holds now, and since when each part of it has."""

from collections.abc import Mapping
from typing import TypeAlias, assert_never

import msgspec

from profiles.program import AllOf, AnyOf, Button, Condition, Elapsed, Signal

from .emg_noise import net_uv
from .references import Values

State: TypeAlias = "float | tuple[State, ...] | None"
"""Since when each signal of a condition has been beyond its level, in the condition's own shape."""

_EPSILON_S = 1e-9


class Evidence(msgspec.Struct, frozen=True):
    """All that a condition may ask about one instant of session time.

    `signals` holds a value for each channel, None where it cannot be trusted; `references` what
    each is compared with, by (signal, of); `noise` the share of each EMG channel that is noise.
    """

    at_s: float
    step_began_s: float
    signals: Mapping[str, Values]
    references: Mapping[tuple[str, str], Values]
    noise_uv: tuple[float, ...] = ()
    pressed: tuple[str, ...] = ()

    def values(self, signal: str, of: str | None, channel: int | None) -> Values:
        """Return a signal's channels, as multiples of `of` or, without one, as they are."""
        values = self.signals.get(signal, ())
        if of is not None:
            reference = self.references.get((signal, of), (None,) * len(values))
            noise = self.noise_uv if signal == "emg" else (0.0,) * len(values)
            values = tuple(_ratio(*parts) for parts in zip(values, reference, noise, strict=True))
        return values if channel is None else values[channel : channel + 1]

    def highest(self, signal: str, of: str | None, channel: int | None = None) -> float | None:
        """Return the channel that says most, None where any of them is not to be had.

        So "below" waits for every channel.
        """
        values = self.values(signal, of, channel)
        known = [value for value in values if value is not None]
        return max(known) if known and len(known) == len(values) else None

    def highest_known(
        self, signal: str, of: str | None, channel: int | None = None
    ) -> float | None:
        """Return the most that is to be had of any channel: "above" acts on the first."""
        known = [value for value in self.values(signal, of, channel) if value is not None]
        return max(known, default=None)


def never(condition: Condition) -> State:
    """Return the state of a condition that has not been looked at."""
    if isinstance(condition, AnyOf | AllOf):
        return tuple(never(part) for part in condition.conditions)
    return None


def holds(condition: Condition, state: State, evidence: Evidence) -> tuple[bool, State]:
    """Return whether `condition` holds, and what to remember of it."""
    match condition:
        case Signal():
            return _beyond_for_long_enough(condition, state, evidence)
        case Button():
            return condition.button in evidence.pressed, state
        case Elapsed():
            gone_s = evidence.at_s - evidence.step_began_s
            return gone_s >= condition.elapsed_s - _EPSILON_S, state
        case AnyOf() | AllOf():
            parts = state if isinstance(state, tuple) else (state,) * len(condition.conditions)
            judged = [
                holds(part, since, evidence)
                for part, since in zip(condition.conditions, parts, strict=True)
            ]
            enough = any if isinstance(condition, AnyOf) else all
            return enough(held for held, _ in judged), tuple(since for _, since in judged)
        case _:
            assert_never(condition)


def _beyond_for_long_enough(
    condition: Signal, state: State, evidence: Evidence
) -> tuple[bool, State]:
    highest = evidence.highest_known if condition.beyond == "above" else evidence.highest
    value = highest(condition.signal, condition.of, condition.channel)
    if value is None or not _is_beyond(condition, value):
        return False, None
    since_s = state if isinstance(state, float) else evidence.at_s
    return evidence.at_s - since_s >= condition.for_s - _EPSILON_S, since_s


def _is_beyond(condition: Signal, value: float) -> bool:
    if condition.beyond == "above":
        return value > condition.level
    return value < condition.level


def _ratio(value: float | None, reference: float | None, noise: float) -> float | None:
    """Return a signal as a multiple of its reference; noise counts in neither."""
    if value is None or reference is None:
        return None
    return net_uv(value, noise) / net_uv(reference, noise)
