"""The settings of the EMG front end at one sampling rate: in hops, and in ln units."""

import math

import msgspec

from .emg_settings import EmgSettings

HOP_S = 0.010
"""Work is done in hops of this length, or the next whole number of samples above it (E)."""

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 250.0, 4000.0
"""Below, muscle is no longer told from movement; above, samples are thrown away first (E)."""

MOST_CHANNELS = 64
"""As many as are heard at once: the largest grids of surface electrodes have so many (E)."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of hops, levels as natural logarithms, and shares of a hop in each memory."""

    settings: EmgSettings
    rate_hz: float
    channels: int
    lines: int
    hop: int
    hop_s: float
    short: int
    fast: int
    slow: int
    half: int
    cycle: int
    cycles: int
    tenth: int
    size: int
    warm_up: int
    boot: int
    off: int
    lasting: int
    split: int
    back: int
    lag: int
    flat: int
    quiet: int
    hold: int
    gap_hold: int
    actuator_settle: int
    second: int


def plan(rate_hz: float, channels: int, settings: EmgSettings) -> Plan:
    """Return the plan. Raises `ValueError` for a rate or a number of channels that cannot be."""
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise ValueError(
            f"EMG at {rate_hz:g} Hz: needs {LOWEST_RATE_HZ:g} to {HIGHEST_RATE_HZ:g} samples a "
            "second"
        )
    if not 1 <= channels <= MOST_CHANNELS:
        raise ValueError(f"{channels} channels of EMG: needs 1 to {MOST_CHANNELS}")
    hop = math.ceil(HOP_S * rate_hz - 1e-6)
    hop_s = hop / rate_hz

    def hops(seconds: float) -> int:
        return max(1, round(seconds / hop_s))

    cycle_s = 1.0 / min(settings.mains_hz)
    cycle = max(math.ceil(6 / hop), hops(cycle_s))
    slow, back, tenth = hops(settings.slow_s), hops(settings.back_s), hops(0.1)
    return Plan(
        settings=settings,
        rate_hz=rate_hz,
        channels=channels,
        lines=len(settings.mains_hz),
        hop=hop,
        hop_s=hop_s,
        short=math.ceil(settings.short_samples / hop),
        fast=hops(settings.fast_s),
        slow=slow,
        half=max(math.ceil(5 / hop), hops(0.5 * cycle_s)),
        cycle=cycle,
        cycles=max(math.ceil(12 / hop), hops(2.0 * cycle_s)),
        tenth=tenth,
        size=max(slow, back, tenth),
        warm_up=hops(settings.warm_up_s),
        boot=hops(settings.boot_s),
        off=hops(settings.off_s),
        lasting=hops(settings.lasting_s),
        split=hops(settings.split_s),
        back=back,
        lag=hops(settings.before_lag_s),
        flat=hops(settings.flat_s),
        quiet=hops(settings.quiet_s),
        hold=hops(settings.hold_s),
        gap_hold=hops(settings.gap_hold_s),
        actuator_settle=hops(settings.actuator_settle_s),
        second=hops(1.0),
    )
