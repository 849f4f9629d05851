"""A battery: how full it is, how fast it goes down, and the gauge that says so; 10 ms at a time."""

from typing import Protocol

from .pain import PERIOD_S

DRIVING_S, WAITING_S = 3.0 * 3600.0, 24.0 * 3600.0
"""How long a full battery lasts while the device drives, and while it waits (E: massagers that are
held in a hand are sold with two to six hours)."""

FULL_PERCENT = (1.0, 100.0)
"""How full a battery may be to begin with (E: an empty one is no device)."""

READ_EVERY = 1000
"""Base samples for each reading of its gauge: one a second (E)."""

RESOLUTION_PERCENT = 0.1
"""How finely its gauge says it (E)."""


class Gauge(Protocol):
    """Says how full the battery is, once a second."""

    def read(self, true_percent: float) -> float | None:
        """Return what is said of `true_percent`; None if nothing new came."""
        ...


class GoodGauge:
    """The truth."""

    def read(self, true_percent: float) -> float | None:
        return true_percent


class Battery:
    """How full it is, in `percent`, and what `happened`.

    `worn_s` says after how many seconds of driving a full one would be empty, where its cells are.
    """

    def __init__(self, percent: float) -> None:
        self.percent = percent
        self.gauge: Gauge = GoodGauge()
        self.worn_s: float | None = None
        self.happened: list[str] = []

    @property
    def empty(self) -> bool:
        """Whether nothing is left: the device is dark."""
        return self.percent <= 0.0

    def live(self, *, driving: bool) -> None:
        """Live for a hundredth of a second."""
        lasts_s = (self.worn_s or DRIVING_S) if driving else WAITING_S
        before = self.percent
        self.percent = max(0.0, before - 100.0 * PERIOD_S / lasts_s)
        if self.empty and before > 0.0:
            self.happened.append("battery empty")
