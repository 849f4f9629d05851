"""A hop of muscle, mixed by the compiled kernel where it was built: the bits of muscle.py."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.kernels import kernel

NAME = "sim._mix"

Block = NDArray[np.float64]


class Mixer:
    """Mixes hops of a second's blocks, each (channels, samples), into `spelled`."""

    def __init__(self, module: Any, spelled: NDArray[np.int16]) -> None:  # noqa: ANN401  cffi has no types
        self._ffi, self._mix = module.ffi, module.lib.mix_hop
        self._channels, self._hop = spelled.shape
        self._spelled = self._ffi.from_buffer("int16_t[]", spelled)
        self._stride = 0
        self._few = self._floor = self._many = self._ffi.NULL

    def take(self, few: Block, floor: Block) -> None:
        """Mix of these from now on, and of no others."""
        self._few, self._floor = self._held(few), self._held(floor)
        self._many, self._stride = self._ffi.NULL, few.shape[1]

    def take_many(self, many: Block) -> None:
        """Mix of these as well, until the next blocks."""
        self._many = self._held(many)

    def mix(self, start: int, few_uv: float, many_uv: float) -> None:
        """Spell the samples from `start` on; nothing of the many where `many_uv` is 0."""
        self._mix(
            self._few, self._floor, self._many if many_uv else self._ffi.NULL, self._channels,
            self._stride, start, few_uv, many_uv, self._hop, self._spelled,
        )  # fmt: skip

    def _held(self, block: Block) -> Any:  # noqa: ANN401  cffi has no types
        """Return where the numbers of a block are; the block lives as long as this does."""
        return self._ffi.from_buffer("double[]", np.ascontiguousarray(block))


def compiled(spelled: NDArray[np.int16]) -> Mixer | None:
    """Return what mixes into `spelled`, None where no kernel was built or wanted."""
    module = kernel(NAME)
    return None if module is None else Mixer(module, spelled)
