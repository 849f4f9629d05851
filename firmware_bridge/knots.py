"""Knots: setpoints as the wire spells them, in a channel's own units and a frame's own time."""

from typing import TypeAlias

from .setpoints import Setpoint

Knot: TypeAlias = tuple[int, int, int, int]
"""(channel and flag bits, time after the header's in 0.1 ms, value, slope) in channel units."""

CHANNEL_BITS = 0x3F
"""The low six bits of a knot's first byte are its channel (wire, *Motion*)."""

RHYTHMIC = 0x40
"""Bit of a knot's first byte: the way to it belongs to a rhythm."""

END = 0x80
"""Bit of a knot's first byte: the channel rests at 0 after it."""


def knot(setpoint: Setpoint, base_s: float, resolution: float) -> Knot:
    """Return the knot that spells `setpoint` in a frame of time `base_s`.

    A slope is saturated, never a value: that raises `OverflowError`, as does a time outside the
    6.5 s after `base_s`.
    """
    value = round(setpoint.value / resolution)
    after = round((setpoint.at_s - base_s) * 1e4)
    if not (-32768 <= value <= 32767 and 0 <= after <= 65535):
        raise OverflowError(f"{setpoint} does not fit a knot at {base_s} s")
    slope = max(-32768, min(32767, round(setpoint.slope / resolution)))
    flags = (RHYTHMIC if setpoint.rhythmic else 0) | (END if setpoint.end else 0)
    return setpoint.channel | flags, after, value, slope


def setpoint(knot: Knot, base_s: float, resolution: float) -> Setpoint:
    """Return the setpoint that `knot` spells; the other way round of `knot`."""
    head, after, value, slope = knot
    return Setpoint(
        head & CHANNEL_BITS,
        base_s + after * 1e-4,
        value * resolution,
        slope * resolution,
        bool(head & RHYTHMIC),
        bool(head & END),
    )
