"""Which devices a fault can happen to."""

from collections.abc import Mapping
from typing import Any

from profiles.quantities import quoted

from .faults import FAULTS

OWN_PARTS: Mapping[str, tuple[str, str]] = {
    "heater": ("heaters", "true"),
    "battery": ("batteries", "80 %"),
}
"""What only some devices have: as their words and the names of its faults begin."""


def why_never(name: str, device: Mapping[str, Any]) -> str | None:
    """Return why a fault never happens to a device of these words; None: it can."""
    if FAULTS[name].family == "actuator" and device.get("kind") == "airbag":
        return f"{quoted(name)} happens to voice coils; this device is an airbag"
    part, _, _ = name.partition("_")
    if part in OWN_PARTS and not device.get(part):
        those, word = OWN_PARTS[part]
        return f"{quoted(name)} happens to {those}; write device: {{{part}: {word}}}"
    return None
