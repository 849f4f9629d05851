"""The clock of a device that has none of its own."""

import asyncio

LEAD_S = 0.02
"""How far ahead motion is wanted: one tick (D)."""


class OwnClock:
    """The host's own: there is no other."""

    uncertainty_s = 0.0
    lead_s = LEAD_S

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    @property
    def now_s(self) -> float:
        return self._loop.time()
