"""How a link delivers: the spacing of its deliveries, and how old samples are when they come.

Pure: every time is handed in.
"""

import math
from collections import deque

_KEPT = 512
"""Deliveries that count: five to ten seconds of them (E)."""


_AS_ONE_S = 0.003
"""What comes so soon after another came with it: no connection interval is as short (E)."""


class Arrivals:
    """What is known of the newest deliveries. What comes almost at once is one delivery."""

    def __init__(self) -> None:
        self._at_s = -math.inf
        self._gaps_s = deque[float](maxlen=_KEPT)
        self._ages_s = deque[float](maxlen=_KEPT)

    def hear(self, at_s: float) -> None:
        """Something arrived at `at_s`, the loop's time."""
        if at_s - self._at_s > _AS_ONE_S:
            if self._at_s > -math.inf:
                self._gaps_s.append(at_s - self._at_s)
            self._at_s = at_s

    def hear_samples(self, age_s: float) -> None:
        """Samples arrived, the newest of them this old."""
        self._ages_s.append(age_s)

    @property
    def spacing_s(self) -> float | None:
        """The usual time between two deliveries: over Bluetooth, between connection events."""
        return _share(self._gaps_s, 0.5)

    @property
    def age_p99_s(self) -> float | None:
        """The age that 99 of 100 batches of samples did not exceed on arrival."""
        return _share(self._ages_s, 0.99)

    def forget(self) -> None:
        """Count from now on."""
        self._at_s = -math.inf
        self._gaps_s.clear()
        self._ages_s.clear()


def _share(values: deque[float], share: float) -> float | None:
    """Return what `share` of the values did not exceed, by the nearest rank; None without any."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
