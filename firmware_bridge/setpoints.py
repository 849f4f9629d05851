"""The only words in which motion crosses the bridge: setpoints, and ceilings over them."""

import msgspec

GAIN = 0
"""Channel every streamed device has: a share of the trajectory, 0..1."""

CAP = 1
"""Channel every streamed device has: the highest pressure, kPa."""


class Setpoint(msgspec.Struct, frozen=True, gc=False):
    """Where a channel is at one instant of device time, and how fast it moves there, per second.

    Between two setpoints the device interpolates (cubic Hermite). `rhythmic` says that the way to
    this one belongs to a rhythm; `end` that the channel rests at 0 afterwards.
    """

    channel: int
    at_s: float
    value: float
    slope: float
    rhythmic: bool = False
    end: bool = False


class Ceiling(msgspec.Struct, frozen=True, gc=False):
    """The highest value a channel may take in this session, in the channel's unit."""

    channel: int
    value: float


class ArmedLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What ARM lowers the device to. The device takes the smaller of these and its own."""

    ceilings: tuple[Ceiling, ...]
    rise_level_kpa_s: float
    rise_rhythm_kpa_s: float
    fall_max_kpa_s: float
    static_max_s: float
    session_max_s: float
    effort_max: float = 1.0
