"""Which driver knows an advertiser, and how sure it is."""

from collections.abc import Callable, Mapping

import msgspec

from .advertisement import Advertisement
from .gatt import SERVICE


class Guess(msgspec.Struct, frozen=True):
    """The driver that is surest, and how sure it is, 0..1."""

    driver: str
    confidence: float


Driver = Callable[[Advertisement], float]


def ours(seen: Advertisement) -> float:
    """Say how sure it is a device of our protocol: nobody else offers our service."""
    return 1.0 if SERVICE in seen.services else 0.0


DRIVERS: Mapping[str, Driver] = {"ble": ours}
"""Who is asked, by the scheme of the address that opens what they know."""


def recognise(seen: Advertisement, drivers: Mapping[str, Driver] = DRIVERS) -> Guess | None:
    """Ask every driver; return the surest, None if nobody knows this advertiser."""
    guesses = [Guess(name, driver(seen)) for name, driver in drivers.items()]
    best = max(guesses, key=lambda guess: guess.confidence, default=None)
    return best if best is not None and best.confidence > 0.0 else None
