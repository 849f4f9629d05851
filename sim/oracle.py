"""The independent witness: what the body truly felt, read from a twin's TRUTH document."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import cbor2
import msgspec
import numpy as np
from numpy.typing import NDArray

AT_ZERO_KPA = 0.3
"""Less than this is nothing: the weight of a resting pad (E)."""

RISE_KPA = 0.05
"""A rise by more than this from one sample to the next is one; the rest is tremor (E)."""


ENVELOPE_FACTOR, ENVELOPE_MARGIN_KPA = 1.05, 0.5
"""Over the envelope is more than this share of it and this much (rules; its own numbers)."""

REST_S = 0.3
"""At rest is nothing pressed for so long: a muscle's tremor is no rest (E)."""

ONSET, ONSET_FACTOR = 0.01, 2.5
"""A muscle is active over this activation, and this many times its rest (E: 5 uV)."""

QUIET_S = 0.2
"""An onset comes after this long below that (E)."""

FIRST_PAD = "pad 2"
"""What the pad is called whose pressure stands alone: channel 2 of every emulated device (wire)."""

_EMPTY = np.zeros(0)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Truth(msgspec.Struct, frozen=True):
    """What was true under the pad, evenly spaced, and what happened when, in device seconds.

    `activation` (0 to 1) is spaced like the pressure, `threshold_kpa`, the pressure that hurts
    there and then, by `threshold_period_s`; both are empty in documents from before they were
    told. `also` holds the pressure under further pads (kPa, as "pad 6") and what a head did
    ("head_hz", "head_mm") or a surface ("surface_degc"), at the instants of the pressure. `body` is
    the rest of the body's state at the end.
    """

    start_s: float
    period_s: float
    true_kpa: NDArray[np.float64]
    events: tuple[tuple[float, str], ...]
    activation: NDArray[np.float64] = _EMPTY
    threshold_kpa: NDArray[np.float64] = _EMPTY
    threshold_period_s: float = 0.1
    carriage_mm: NDArray[np.float64] | None = None
    also: Mapping[str, NDArray[np.float64]] = _NOTHING
    body: Mapping[str, Any] = _NOTHING

    @property
    def times_s(self) -> NDArray[np.float64]:
        """When each sample was true."""
        return self.start_s + self.period_s * np.arange(len(self.true_kpa), dtype=np.float64)

    def between(self, from_s: float, to_s: float) -> NDArray[np.float64]:
        """Return the samples of a span of device time."""
        times_s = self.times_s
        return self.true_kpa[(times_s >= from_s) & (times_s <= to_s)]

    def all(self, text: str) -> tuple[float, ...]:
        """Return when events that are exactly `text` happened, the earliest first."""
        return tuple(sorted(at_s for at_s, said in self.events if said == text))

    def last(self, text: str) -> float | None:
        """Return when the newest event that begins with `text` happened."""
        return next((at_s for at_s, said in reversed(self.events) if said.startswith(text)), None)


def read_truth(document: bytes) -> Truth:
    """Read a TRUTH document."""
    plain = cbor2.loads(document)
    return Truth(
        start_s=plain["start_us"] * 1e-6,
        period_s=plain["period_us"] * 1e-6,
        true_kpa=_column(plain["true_kpa"], 0.01),
        events=tuple((at_us * 1e-6, text) for at_us, text in plain["events"]),
        activation=_column(plain.get("activation", b""), 1e-4),
        threshold_kpa=_column(plain.get("threshold_kpa", b""), 0.01),
        threshold_period_s=plain.get("threshold_period_us", 100_000) * 1e-6,
        carriage_mm=_column(plain["carriage_mm"], 0.1) if "carriage_mm" in plain else None,
        also={name: _column(numbers, 0.01) for name, numbers in plain.get("also", {}).items()},
        body=plain.get("body", {}),
    )


def each_part(truth: Truth) -> dict[str, NDArray[np.float64]]:
    """Return the pressure of every pad, by its name, and what a head did."""
    return {FIRST_PAD: truth.true_kpa, **truth.also}


def of_the_hardest(truth: Truth) -> Truth:
    """Return the same with the pressure of whichever pad presses hardest: what the body feels."""
    pads = [kpa for name, kpa in each_part(truth).items() if name.startswith("pad ")]
    return msgspec.structs.replace(truth, true_kpa=np.max(pads, axis=0))


def _column(numbers: bytes, step: float) -> NDArray[np.float64]:
    return np.frombuffer(numbers, "<i2") * step


def pain_threshold_kpa(truth: Truth) -> NDArray[np.float64] | None:
    """Return the pressure that hurt, at the time of every sample; None if it was not told."""
    if not len(truth.threshold_kpa):
        return None
    every = round(truth.threshold_period_s / truth.period_s)
    return np.repeat(truth.threshold_kpa, every)[: len(truth.true_kpa)]


def seconds_above_threshold(truth: Truth, from_s: float, to_s: float) -> float | None:
    """Return how long it hurt in a span of device time; None if the threshold was not told."""
    threshold_kpa = pain_threshold_kpa(truth)
    if threshold_kpa is None:
        return None
    times_s = truth.times_s
    inside = (times_s >= from_s) & (times_s <= to_s)
    return truth.period_s * int(np.count_nonzero(inside & (truth.true_kpa > threshold_kpa)))


def activation_onsets_s(truth: Truth, from_s: float, to_s: float) -> tuple[float, ...]:
    """Return when the muscle became active in a span of device time, by its true activation."""
    times_s = truth.times_s[: len(truth.activation)]
    inside = (times_s >= from_s) & (times_s <= to_s)
    activation, times_s = truth.activation[inside], times_s[inside]
    if not len(activation):
        return ()
    active = activation > max(ONSET, ONSET_FACTOR * float(np.percentile(activation, 20)))
    quiet = round(QUIET_S / truth.period_s)
    before = np.concatenate((np.zeros(quiet, np.bool_), active))
    lately = np.array([before[i : i + quiet].any() for i in range(len(active))], np.bool_)
    return tuple(times_s[active & ~lately].tolist())


def peak_kpa(truth: Truth, from_s: float, to_s: float) -> float:
    """Return the highest true pressure of a span of device time, 0 if it is empty."""
    return float(np.max(truth.between(from_s, to_s), initial=0.0))


def rms_error_kpa(
    truth: Truth, asked: Sequence[tuple[float, float]], from_s: float, to_s: float
) -> float | None:
    """Return how far the truth was off what was asked: (device time, kPa), in time order.

    None where the span holds no sample of either.
    """
    times_s = truth.times_s
    inside = (times_s >= from_s) & (times_s <= to_s)
    if not asked or not inside.any():
        return None
    at_s, kpa = zip(*asked, strict=True)
    error = truth.true_kpa[inside] - np.interp(times_s[inside], at_s, kpa)
    return float(np.sqrt(np.mean(np.square(error))))


def rises_last_after_s(truth: Truth, event_s: float) -> float | None:
    """Return how long after `event_s` the pressure rose for the last time, 0 if it never did.

    None where nothing is known about what came after.
    """
    after = truth.between(event_s, float("inf"))
    if len(after) < 2:
        return None
    rises = np.flatnonzero(np.diff(after) > RISE_KPA)
    return truth.period_s * (int(rises[-1]) + 1) if len(rises) else 0.0


def zero_after_s(truth: Truth, event_s: float) -> float | None:
    """Return how long after `event_s` nothing was pressed any more; None: never."""
    return _first(truth, event_s, truth.true_kpa < AT_ZERO_KPA)


def at_rest_after_s(truth: Truth, event_s: float, rest_kpa: float = AT_ZERO_KPA) -> float | None:
    """Return how long after `event_s` nothing is pressed for `REST_S` on end; None: never.

    `rest_kpa` is what counts as nothing.
    """
    low = truth.true_kpa < rest_kpa
    samples = round(REST_S / truth.period_s)
    if len(low) < samples:
        return None
    lasting = np.convolve(low, np.ones(samples, np.int64))[samples - 1 :] == samples
    holds = np.zeros(len(low), np.bool_)
    holds[: len(lasting)] = lasting
    return _first(truth, event_s, holds)


def seconds_over_envelope(truth: Truth, envelope_kpa: float, from_s: float, to_s: float) -> float:
    """Return for how long in all more was pressed than the envelope and its margin allow."""
    over = truth.between(from_s, to_s) > ENVELOPE_FACTOR * envelope_kpa + ENVELOPE_MARGIN_KPA
    return truth.period_s * int(np.count_nonzero(over))


def longest_over_s(truth: Truth, envelope_kpa: float, from_s: float) -> float:
    """Return for how long on end more was pressed than the envelope and its margin allow."""
    over = (
        truth.between(from_s, float("inf")) > ENVELOPE_FACTOR * envelope_kpa + ENVELOPE_MARGIN_KPA
    )
    edges = np.flatnonzero(np.diff(np.concatenate(([False], over, [False])).astype(np.int8)))
    return truth.period_s * int(np.max(edges[1::2] - edges[::2], initial=0))


def _first(truth: Truth, event_s: float, holds: NDArray[np.bool_]) -> float | None:
    times_s = truth.times_s[(truth.times_s >= event_s) & holds]
    return float(times_s[0]) - event_s if len(times_s) else None
