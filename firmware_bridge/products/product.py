"""What a product is to the rest of the house: a few facts, and five short functions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.capabilities import Capabilities, Channel

NOMINAL_KPA = 30.0
"""What the highest level of a product without a pressure sensor is called (E).

A label, not a measurement: nobody knows what such a product presses, and its levels are shared out
in proportion. It is what the strongest of moderate work asks for; half of it is ever used.
"""

RISE_S = 0.1
"""How soon a motor is at its level (E): it is the pace that limits a product, not this."""

TIMER = 99
"""The channel of a product's own auto-off: 1 while it runs. No program plays it."""

Levels = Mapping[int, int]
"""Which level each channel is at, by its number; 0 is off, and what is not named is off."""


class Gatt(msgspec.Struct, frozen=True, kw_only=True):
    """Where a product is written to and listens from. `answers`: it confirms each write."""

    service: str
    write: str
    notify: str | None = None
    answers: bool = True


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """How much is known: who says so, whether they tried it on hardware, what nobody has tried."""

    source: str
    tested_upstream: bool
    unchecked: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """A few words for a list."""
        return "tested upstream" if self.tested_upstream else "untested upstream"


class Move(NamedTuple):
    """The next frame on the way to what is wanted, and the levels that the product is then at."""

    frame: bytes
    levels: Levels


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a product says of itself: the levels that it names, off being a level too.

    `busy` says that it must be left alone now; `fault` is its own error number.
    """

    levels: Levels = {}
    busy: bool = False
    fault: int | None = None


class Equipment(msgspec.Struct, frozen=True):
    """What a product says of its make: the channels that this one was built without."""

    absent: tuple[int, ...] = ()


class Product(Protocol):
    """One product. Nothing here waits, counts or remembers: `LeveledDevice` does.

    `pace_s` is the time between two frames. `auto_off_s` is when the product's own timer ends what
    is never heard of again, None where it has none, and `refresh_s` how often it is armed anew,
    None where it cannot be. `must_report` says that nothing may be written before it has told how
    it is.
    """

    name: str
    title: str
    evidence: Evidence
    gatts: tuple[Gatt, ...]
    capabilities: Capabilities
    pace_s: float
    auto_off_s: float | None
    refresh_s: float | None
    must_report: bool
    hello: tuple[bytes, ...]

    def matches(self, seen: Advertisement) -> float:
        """Return how sure it is that this advertiser is one, 0..1."""
        ...

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        """Return the next move from what was said to what is wanted; None where that is done."""
        ...

    def off(self, said: Levels | None) -> Sequence[bytes]:
        """Return what ends everything, the most important first. `said` is None if not known."""
        ...

    def decode(self, value: bytes) -> Report | Equipment | None:
        """Return what a notification says; None where it says nothing of this."""
        ...


def level(
    number: int,
    name: str,
    levels: int,
    pace_s: float,
    *,
    site: str,
    absolute: bool = True,
    wake_s: float = 0.0,
) -> Channel:
    """Return a channel that has some levels of something, from off to its strongest."""
    return Channel(
        id=number, name=name, quantity="pressure", unit="kPa (nominal)", low=0.0, high=NOMINAL_KPA,
        max_rate=NOMINAL_KPA / RISE_S, resolution=NOMINAL_KPA / levels,
        step=NOMINAL_KPA / levels, dwell_s=pace_s, absolute=absolute, site=site, on_loss="holds",
        wake_s=wake_s,
    )  # fmt: skip


def choice(number: int, name: str, choices: tuple[str, ...], pace_s: float) -> Channel:
    """Return a channel that is one of several named things; the first is off."""
    return Channel(
        id=number, name=name, quantity="technique", unit="", low=0.0, high=len(choices) - 1.0,
        max_rate=1.0 / pace_s, resolution=1.0, step=1.0, dwell_s=pace_s, choices=choices,
        on_loss="holds",
    )  # fmt: skip


def described(
    model: str, channels: tuple[Channel, ...], auto_off_s: float | None = None
) -> Capabilities:
    """Return what a product without sensors or buttons says of itself."""
    return Capabilities(
        model=model, channels=channels, sensors=(), emulated=False, queue_slots=512,
        uplink_bytes_s=0.0, auto_off_s=auto_off_s, pain_button=False,
    )  # fmt: skip


def highest(levels: Levels) -> int:
    """Return the highest level but the timer's."""
    return max((n for channel, n in levels.items() if channel != TIMER), default=0)


def named(seen: Advertisement, *beginnings: str) -> bool:
    """Whether an advertiser's name begins with one of these, whatever the case."""
    return seen.name.casefold().startswith(tuple(b.casefold() for b in beginnings))
