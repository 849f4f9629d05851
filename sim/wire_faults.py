"""Wires that fail: each fault is a wrapper around what a good one carries, frame by frame."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal, TypeAlias

import numpy as np

from firmware_bridge.framing import seal, unseal
from firmware_bridge.messages import Samples
from firmware_bridge.room import BITS_PER_BYTE

from .fault import Family, Fault, Share, between
from .paced import FRAMING_BYTES

Carried: TypeAlias = list[tuple[float, bytes]]
"""What becomes of a frame: bodies, and how much later than otherwise each arrives."""

Harm: TypeAlias = Callable[[bytes], Carried]
Way: TypeAlias = Literal["both", "up", "down"]


class WireFault(Fault, frozen=True, kw_only=True):
    """A fault of the wire. `way`: up is from the device, down is to it."""

    family: ClassVar[Family] = "wire"
    way: Way = "both"

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        """Return what becomes of a frame, for one direction."""
        raise NotImplementedError


class WireDrop(WireFault, frozen=True, kw_only=True, tag="wire_drop"):
    """This share of the frames is lost."""

    share: Share = 0.1

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del now_s
        return lambda body: [] if dice.random() < self.share else [(0.0, body)]


class WireDelay(WireFault, frozen=True, kw_only=True, tag="wire_delay"):
    """Frames arrive so much later, and up to `jitter` more."""

    by_s: Annotated[float, between(0.0, 10.0)] = 0.04
    jitter_s: Annotated[float, between(0.0, 10.0)] = 0.0

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        last_s = 0.0

        def delay(body: bytes) -> Carried:
            nonlocal last_s
            at_s = now_s() + self.by_s + self.jitter_s * float(dice.random())
            last_s = max(at_s, last_s + 1e-6)  # a wire that is late keeps its order
            return [(last_s - now_s(), body)]

        return delay


class WireDuplicate(WireFault, frozen=True, kw_only=True, tag="wire_duplicate"):
    """This share of the frames arrives twice, the second time a little later."""

    share: Share = 0.1
    after_s: Annotated[float, between(0.0, 1.0)] = 0.003

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del now_s

        def again(body: bytes) -> Carried:
            twice = dice.random() < self.share
            return [(0.0, body), (self.after_s, body)] if twice else [(0.0, body)]

        return again


class WireReorder(WireFault, frozen=True, kw_only=True, tag="wire_reorder"):
    """This share of the frames is overtaken by those behind it."""

    share: Share = 0.1
    by_s: Annotated[float, between(0.0, 1.0)] = 0.025

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del now_s
        return lambda body: [(self.by_s if dice.random() < self.share else 0.0, body)]


class WireFlip(WireFault, frozen=True, kw_only=True, tag="wire_flip"):
    """One bit is flipped in this share of the frames."""

    share: Share = 0.1

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del now_s

        def flip(body: bytes) -> Carried:
            if dice.random() >= self.share:
                return [(0.0, body)]
            harmed = bytearray(body)
            harmed[int(dice.integers(len(body)))] ^= 1 << int(dice.integers(8))
            return [(0.0, bytes(harmed))]

        return flip


class WireTruncate(WireFault, frozen=True, kw_only=True, tag="wire_truncate"):
    """This share of the frames loses its end."""

    share: Share = 0.1

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del now_s

        def cut(body: bytes) -> Carried:
            if dice.random() >= self.share:
                return [(0.0, body)]
            return [(0.0, body[: int(dice.integers(1, len(body)))])]

        return cut


class WireSilence(WireFault, frozen=True, kw_only=True, tag="wire_silence"):
    """Nothing gets through."""

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del dice, now_s
        return lambda body: []


class WireSlow(WireFault, frozen=True, kw_only=True, tag="wire_slow"):
    """The line carries only so many bits a second."""

    baud: Annotated[int, between(300, 10_000_000)] = 57_600

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del dice
        free_s = 0.0

        def carry(body: bytes) -> Carried:
            nonlocal free_s
            takes_s = (len(body) + FRAMING_BYTES) * BITS_PER_BYTE / self.baud
            free_s = max(free_s, now_s()) + takes_s
            return [(free_s - now_s(), body)]

        return carry


class StaleStamps(WireFault, frozen=True, kw_only=True, tag="sensor_stale_stamps"):
    """Samples keep coming, and their stamps stand still."""

    family: ClassVar[Family] = "sensor"
    way: Literal["up"] = "up"

    def harm(self, dice: np.random.Generator, now_s: Callable[[], float]) -> Harm:
        del dice, now_s
        stamp_us: int | None = None

        def stand_still(body: bytes) -> Carried:
            nonlocal stamp_us
            kind, epoch, seq, t_us = unseal(body)
            if kind != Samples.KIND:
                return [(0.0, body)]
            stamp_us = t_us if stamp_us is None else stamp_us
            return [(0.0, seal(kind, epoch, seq, stamp_us, body[8:-4]))]

        return stand_still
