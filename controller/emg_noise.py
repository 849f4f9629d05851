"""EMG without the noise in it."""

import math

NOISE_UV = 2.0
"""Noise of amplifier and electrodes where nothing better is known, uV RMS (E, rules, *EMG*)."""


def gross_uv(net_uv: float, noise_uv: float) -> float:
    """Return the RMS at which a muscle's `net_uv` is heard through noise."""
    return math.hypot(net_uv, noise_uv)


def net_uv(rms_uv: float, noise_uv: float) -> float:
    """Return what of an RMS is the muscle's: noise adds in squares."""
    return math.sqrt(max(0.0, rms_uv * rms_uv - noise_uv * noise_uv))
