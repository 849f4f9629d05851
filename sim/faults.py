"""Every fault there is, by the name that scenarios call it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, get_args

from .fault import Fault
from .host_faults import HostClockStep, HostKilled, HostQueueFull, HostSlowDisk, HostStall
from .mischief import AtDevice
from .wire_faults import (
    StaleStamps,
    WireDelay,
    WireDrop,
    WireDuplicate,
    WireFlip,
    WireReorder,
    WireSilence,
    WireSlow,
    WireTruncate,
)

OnWire: TypeAlias = (
    WireDrop | WireDelay | WireDuplicate | WireReorder | WireFlip | WireTruncate | WireSilence
    | WireSlow | StaleStamps
)  # fmt: skip
AtHost: TypeAlias = HostStall | HostSlowDisk | HostKilled | HostClockStep | HostQueueFull
AnyFault: TypeAlias = AtDevice | OnWire | AtHost


def _named(union: Any) -> dict[str, type[Fault]]:  # noqa: ANN401  a union type
    return {kind.name(): kind for kind in get_args(union)}


AT_DEVICE: Mapping[str, type[Fault]] = MappingProxyType(_named(AtDevice))
FAULTS: Mapping[str, type[Fault]] = MappingProxyType(
    {**_named(OnWire), **AT_DEVICE, **_named(AtHost)}
)
