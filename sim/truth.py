"""What really happened under the pad: kept by the twin, for whoever judges a session."""

from array import array
from collections import deque
from collections.abc import Mapping
from typing import Any

import cbor2

PERIOD_US = 10_000
THRESHOLD_EVERY = 10
"""Samples of pressure for one of the threshold, which moves slowly."""

KEPT = 240_000
"""Samples that are kept: forty minutes."""

EVENTS_KEPT = 5000
"""So many changes of state are remembered, then the oldest go: hours of sessions (E)."""

_SPARE = 6000
_LITTLE = array("h", [1]).tobytes()[0] == 1


class TruthRecord:
    """True pressure and activation every 10 ms, and what happened when. Spelled as CBOR."""

    def __init__(self) -> None:
        self._true = array("h")
        self._carriage = array("h")
        self._activation = array("h")
        self._threshold = array("h")
        self._also: dict[str, array[int]] = {}
        self._start_us = 0
        self._events: deque[tuple[int, str]] = deque(maxlen=EVENTS_KEPT)

    def sample(
        self,
        at_us: int,
        true_kpa: float,
        carriage_mm: float | None,
        activation: float,
        threshold_kpa: float,
    ) -> None:
        """Note the pressure under the pad, where the carriage is if there is one, and the body."""
        if not self._true:
            self._start_us = at_us
        if len(self._true) % THRESHOLD_EVERY == 0:
            self._threshold.append(min(32767, round(threshold_kpa * 100.0)))
        self._activation.append(round(activation * 10_000.0))
        self._true.append(min(32767, round(true_kpa * 100.0)))
        if carriage_mm is not None:
            self._carriage.append(round(carriage_mm * 10.0))
        if len(self._true) >= KEPT + _SPARE:
            del self._true[:_SPARE]
            del self._carriage[:_SPARE]
            del self._activation[:_SPARE]
            del self._threshold[: _SPARE // THRESHOLD_EVERY]
            for numbers in self._also.values():
                del numbers[:_SPARE]
            self._start_us += _SPARE * PERIOD_US

    def also(self, values: dict[str, float]) -> None:
        """Note further values of the newest instant, by name."""
        for name, value in values.items():
            numbers = self._also.setdefault(name, array("h"))
            numbers.append(min(32767, round(value * 100.0)))

    def tell(self, at_us: int, text: str) -> None:
        """Note an event."""
        self._events.append((at_us, text))

    def document(self, body: Mapping[str, Any]) -> bytes:
        """Return everything as CBOR, i16: kPa by 0.01, mm by 0.1, activation by 0.0001.

        `also` holds what else there is to know, in steps of 0.01 of its unit.
        """
        truth: dict[str, Any] = {
            "start_us": self._start_us,
            "period_us": PERIOD_US,
            "true_kpa": _little(self._true),
            "events": [list(event) for event in self._events],
            "activation": _little(self._activation),
            "threshold_period_us": PERIOD_US * THRESHOLD_EVERY,
            "threshold_kpa": _little(self._threshold),
            "body": dict(body),
        }
        if self._carriage:
            truth["carriage_mm"] = _little(self._carriage)
        if self._also:
            truth["also"] = {name: _little(numbers) for name, numbers in self._also.items()}
        return cbor2.dumps(truth)


def _little(numbers: "array[int]") -> bytes:
    if _LITTLE:
        return numbers.tobytes()
    turned = array("h", numbers)
    turned.byteswap()
    return turned.tobytes()
