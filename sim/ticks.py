"""The compiled ticks of a voice coil, where they were built: the bits of those in coil.py."""

from collections.abc import Callable
from typing import TypeAlias, cast

from firmware_bridge.codes import Fault
from firmware_bridge.kernels import kernel

from . import coil
from .coil import Coil

NAME = "sim._ticks"

Advance: TypeAlias = Callable[[Coil, int, int], None]
Sense: TypeAlias = Callable[[Coil, bool, float], None]

_CONSTANTS = {name.lstrip("_"): value for name, value in vars(coil).items()}


def compiled(like: Coil) -> tuple[Coil, Advance, Sense] | None:
    """Return a coil as `like`, and what works on it; None where no kernel was built or wanted."""
    module = kernel(NAME)
    if module is None:
        return None
    it = module.ffi.new("coil_t *")
    for name, _ in module.ffi.typeof("numbers_t").fields:
        setattr(it.numbers, name, _CONSTANTS.get(name) or Fault[name])
    for name in like.__struct_fields__:
        setattr(it, name, getattr(like, name))
    return cast("Coil", it), module.lib.coil_advance, module.lib.coil_sense
