"""What happened when a story was played: outcome, events and signals, in session time."""

from collections.abc import Iterable, Mapping
from math import inf

import msgspec
import numpy as np
from numpy.typing import NDArray

from .oracle import (
    AT_ZERO_KPA,
    Truth,
    at_rest_after_s,
    each_part,
    pain_threshold_kpa,
    rises_last_after_s,
)

Column = NDArray[np.float64]


class Signal(msgspec.Struct, frozen=True):
    """A signal over session time."""

    at_s: Column
    value: Column

    def during(self, start_s: float, end_s: float) -> "Signal":
        """Return the part of it from one instant to another."""
        inside = (self.at_s >= start_s) & (self.at_s <= end_s)
        return Signal(self.at_s[inside], self.value[inside])


BEGINS_S = -0.05
"""What is before this is no part of the session: devices are armed just before it (E)."""

NO_SIGNAL = Signal(np.zeros(0), np.zeros(0))


class Unbegun(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the timeline, counted from 0, that never began."""

    number: int
    name: str
    at_s: float


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """How it went. `events` are (session time, text), the earliest first.

    What presses no more than `rest_kpa` has let go, for a device of its kind.
    """

    outcome: str
    reason: str
    message: str = ""
    steps: tuple[str, ...] = ()
    events: tuple[tuple[float, str], ...] = ()
    unbegun: tuple[Unbegun, ...] = ()
    signals: dict[str, Signal] = {}
    envelope_kpa: float = inf
    rest_kpa: float = AT_ZERO_KPA
    ended_s: float = 0.0
    simulated_s: float = 0.0
    trace_sha256: str = ""
    truth: Truth | None = None
    zero_s: float = 0.0

    def when(self, event: str, after_s: float = BEGINS_S) -> float | None:
        """Return when an event first happened after an instant; None: it did not."""
        if event in ("at zero", "last rise"):
            return self._of_pressure(event, after_s)
        return next(
            (at_s for at_s, text in self.events if at_s >= after_s and _is(text, event)), None
        )

    def _of_pressure(self, event: str, after_s: float) -> float | None:
        if self.truth is None:
            return None
        from_s = self.zero_s + max(0.0, after_s)
        found = at_rest_after_s if event == "at zero" else rises_last_after_s
        later_s = found(self.truth, from_s)
        return None if later_s is None else max(0.0, after_s) + later_s


def of_pad(site: str) -> str:
    """Return what the true pressure of one pad is called."""
    return f"true_pressure of {site}"


def of_body(truth: Truth, zero_s: float) -> dict[str, Signal]:
    """Return what the body felt and did, by the names of signals."""
    at_s = truth.times_s - zero_s
    signals = {"true_pressure": Signal(at_s, truth.true_kpa)}
    if truth.carriage_mm is not None:
        signals["carriage"] = Signal(at_s, truth.carriage_mm)
    if len(truth.activation):
        signals["activation"] = Signal(at_s[: len(truth.activation)], truth.activation)
    threshold_kpa = pain_threshold_kpa(truth)
    if threshold_kpa is not None:
        share = truth.true_kpa[: len(threshold_kpa)] / np.maximum(threshold_kpa, 1e-6)
        signals["pain"] = Signal(at_s[: len(share)], share)
    return signals


_BESIDE = {
    "head_hz": "head_frequency", "head_mm": "head_amplitude", "surface_degc": "surface_temperature",
}  # fmt: skip


def of_parts(truth: Truth, zero_s: float, sites: Mapping[str, str]) -> dict[str, Signal]:
    """Return what every pad pressed and what a head did; `sites` are the pads', by its names."""
    at_s = truth.times_s - zero_s
    names = {**_BESIDE, **{pad: of_pad(site) for pad, site in sites.items()}}
    return {
        names[part]: Signal(at_s, value)
        for part, value in each_part(truth).items()
        if part in names
    }


def in_order(events: Iterable[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """Return events by their time."""
    return tuple(sorted(events, key=lambda event: event[0]))


def _is(text: str, event: str) -> bool:
    """`fault wire_drop` is its beginning; `verdict stop` is any stop."""
    if event.startswith("fault ") and not event.endswith(" ends"):
        return text in (event, f"{event} begins")
    return text == event or text.startswith(f"{event} ")
