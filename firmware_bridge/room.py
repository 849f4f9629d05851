"""Whether a wire carries what a device has to say, and which one would."""

from .capabilities import Capabilities
from .errors import LinkTooSlow

ROOM_FACTOR = 1.2
"""A wire must carry this much more than STATUS and SAMPLES need (E, wire, *Sensors*)."""

BITS_PER_BYTE = 10
"""Start bit, eight data bits, stop bit."""

BAUDS = (115_200, 230_400, 460_800, 921_600, 1_000_000, 2_000_000, 3_000_000, 4_000_000)
"""What serial lines commonly do (M: the steps of Linux and of the usual adapters)."""


def check_room(capabilities: Capabilities, bytes_s: float) -> None:
    """Raise `LinkTooSlow`, saying which baud would do, where `bytes_s` are not enough."""
    needed = ROOM_FACTOR * capabilities.uplink_bytes_s
    if bytes_s >= needed:
        return
    baud = enough_baud(capabilities)
    would_do = f"{baud} baud would do" if baud else "no common serial speed would do"
    raise LinkTooSlow(
        f"{capabilities.model} says up to {capabilities.uplink_bytes_s:.0f} bytes a second, this "
        f"line carries {bytes_s:.0f} and should carry {needed:.0f}: {would_do}"
    )


def enough_baud(capabilities: Capabilities) -> int | None:
    """Return the lowest common baud rate that a device needs, None if there is none."""
    needed = ROOM_FACTOR * capabilities.uplink_bytes_s * BITS_PER_BYTE
    return next((baud for baud in BAUDS if baud >= needed), None)
