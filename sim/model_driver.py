"""How the products of `models.py` are driven: one frame says the level of every channel."""

from collections.abc import Sequence

import msgspec

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.products.product import Evidence, Gatt, Levels, Move

from .models import MODELS

SERVICE = "6d796f6c-0001-4c56-8000-6d6f64656c73"
WRITTEN = "6d796f6c-0002-4c56-8000-6d6f64656c73"
"""Where such a product is written to (D)."""

SET = 0x4C
"""Begins a frame; the level of each channel follows (D)."""


class ModelDriver:
    """A driver as those of products that people own, for one that nobody does."""

    evidence = Evidence(source="sim.models", tested_upstream=False)
    gatts = (Gatt(service=SERVICE, write=WRITTEN),)
    auto_off_s: float | None = None
    refresh_s: float | None = None
    must_report = False
    hello: tuple[bytes, ...] = ()

    def __init__(self, model: str, ppt_kpa: dict[str, float]) -> None:
        self.name = self.title = model
        self.capabilities = msgspec.structs.replace(MODELS[model](), person=ppt_kpa)
        self.pace_s = max(channel.dwell_s for channel in self.capabilities.channels)

    def matches(self, seen: Advertisement) -> float:
        del seen  # it advertises nowhere
        return 0.0

    def encode(self, said: Levels, wanted: Levels) -> Move | None:
        after = {c.id: wanted.get(c.id, 0) for c in self.capabilities.channels}
        if all(said.get(channel, 0) == number for channel, number in after.items()):
            return None
        return Move(bytes((SET, *after.values())), after)

    def off(self, said: Levels | None) -> Sequence[bytes]:
        del said
        return (bytes((SET, *(0 for _ in self.capabilities.channels))),)

    def decode(self, value: bytes) -> None:
        del value  # it says nothing
