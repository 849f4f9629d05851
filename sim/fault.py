"""What every fault is: a name, parameters in SI with bounds, and something that it happens to."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

import msgspec
import numpy as np

from firmware_bridge.codes import Gesture

if TYPE_CHECKING:
    from .twin import Twin

End: TypeAlias = Callable[[], None]
"""Undoes a fault."""

Family: TypeAlias = Literal[
    "wire", "clock", "sensor", "emg", "actuator", "device", "host", "person"
]

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


def between(low: float, high: float) -> msgspec.Meta:
    """Return what bounds a parameter, in the unit of its name."""
    return msgspec.Meta(ge=low, le=high)


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag_field="fault"):
    """A way to misbehave. The unit of a parameter is the end of its name; its docstring tells it.

    `momentary` ones have no end: they happen.
    """

    family: ClassVar[Family]
    momentary: ClassVar[bool] = False

    @classmethod
    def name(cls) -> str:
        """Return its name in files."""
        return str(cls.__struct_config__.tag)


class DeviceFault(Fault, frozen=True, kw_only=True):
    """Something that happens at the device's end."""

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        """Begin; return what ends it."""
        raise NotImplementedError


class Gestures(Fault, frozen=True, kw_only=True):
    """Something that the person under the device does."""

    family: ClassVar[Family] = "person"

    def acts(self, lasts_s: float, dice: np.random.Generator) -> list[tuple[float, Gesture]]:
        """Return what they do, and how long after the beginning."""
        raise NotImplementedError


def nothing() -> None:
    """End a fault that leaves nothing to undo."""
