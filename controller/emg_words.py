"""What the EMG front end says: features, flags, onsets and offsets."""

from enum import IntFlag

import msgspec


class Quality(IntFlag):
    """What is wrong with one channel, or is being seen through. 0: nothing.

    `HEARTBEAT` and `ACTUATOR` alone leave a channel trusted: its threshold is raised by what the
    heart, or the device itself, may put into the band.
    """

    FLAT = 1
    SATURATED = 2
    MOTION = 4
    MAINS = 8
    QUIET = 16
    LOST = 32
    SETTLING = 64
    HEARTBEAT = 128
    ACTUATOR = 256


class Onset(msgspec.Struct, frozen=True, tag=True):
    """A muscle began at `at_s`; known at `decided_s`, and never withdrawn. Stream seconds."""

    channel: int
    at_s: float
    decided_s: float


class Offset(msgspec.Struct, frozen=True, tag=True):
    """A muscle let go at `at_s`; known at `decided_s`. Stream seconds."""

    channel: int
    at_s: float
    decided_s: float


class EmgFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """What a piece of the stream says, one entry for each channel.

    `duration_s` is how much time the piece took, lost samples included. `fast_uv` and `slow_uv` are
    RMS over 30 and 250 ms of the cleaned 20-450 Hz band, `floor_uv` is the resting level of the
    narrower band in which onsets are looked for, and serves these alone. `flags` are those of all
    hops of the piece, and a channel is `trusted` if every hop was; `crossing`: somewhere in it the
    level over 30 ms was over the threshold, which is not an onset yet. A piece without a whole hop
    repeats what was before. `median_hz` is there once for each second of clean activity, at its
    end.
    """

    duration_s: float
    fast_uv: tuple[float, ...]
    slow_uv: tuple[float, ...]
    floor_uv: tuple[float, ...]
    trusted: tuple[bool, ...]
    flags: tuple[Quality, ...]
    crossing: tuple[bool, ...]
    active: tuple[bool, ...]
    events: tuple[Onset | Offset, ...]
    median_hz: tuple[float | None, ...]
