"""What was true under the pad, as the TRUTH document of an emulated device tells it."""

from typing import NamedTuple

import cbor2
import numpy as np

NOTHING_KPA = 0.3
FALLEN_KPA = 0.2


class Truth(NamedTuple):
    """True pressure at evenly spaced device times, and what the device did when, in seconds."""

    times_s: np.ndarray
    true_kpa: np.ndarray
    carriage_mm: np.ndarray
    events: list[tuple[float, str]]

    def between(self, from_s, to_s):
        """Return the pressures of a span; one without any samples is a mistake."""
        inside = self.true_kpa[(self.times_s >= from_s) & (self.times_s <= to_s)]
        assert len(inside), "this span holds no samples"
        return inside

    def peak_kpa(self, from_s, to_s):
        return float(self.between(from_s, to_s).max())

    def last(self, text):
        """Return when something was told last; None if it never was."""
        return next((at_s for at_s, said in reversed(self.events) if said == text), None)

    def falls_after_s(self, event_s):
        """Return how long after an event pressure was a little lower than at it."""
        return self._first_s(event_s, self.true_kpa <= self.between(event_s, 1e12)[0] - FALLEN_KPA)

    def zero_after_s(self, event_s):
        """Return how long after an event nothing was pressed any more."""
        return self._first_s(event_s, self.true_kpa < NOTHING_KPA)

    def _first_s(self, event_s, holds):
        times_s = self.times_s[(self.times_s >= event_s) & holds]
        assert len(times_s), "this never happened"
        return float(times_s[0]) - event_s


def read_truth(document):
    plain = cbor2.loads(document)
    true_kpa = np.frombuffer(plain["true_kpa"], "<i2") * 0.01
    return Truth(
        plain["start_us"] * 1e-6 + plain["period_us"] * 1e-6 * np.arange(len(true_kpa)),
        true_kpa,
        np.frombuffer(plain.get("carriage_mm", b""), "<i2") * 0.1,
        [(at_us * 1e-6, text) for at_us, text in plain["events"]],
    )
