"""What the mind hears of the muscles: one value a channel, in microvolts, and what it is worth."""

import math

import msgspec

NOISE_UV = 2.0
"""Noise of amplifier and electrodes where nothing better is known, uV RMS (E, rules, *EMG*)."""


class Muscle(msgspec.Struct, frozen=True):
    """EMG of one batch, a value for each channel.

    `fast_uv` and `slow_uv` are RMS over 30 and 250 ms, `trusted` says that nothing is wrong with
    the signal, `crossing` that the fast RMS is over the detector's threshold, unconfirmed, and
    `moving` that the electrodes or the person move.
    """

    fast_uv: tuple[float, ...]
    slow_uv: tuple[float, ...]
    trusted: tuple[bool, ...]
    crossing: tuple[bool, ...]
    moving: tuple[bool, ...]

    @property
    def is_trusted(self) -> bool:
        """Whether every channel can be trusted: one that cannot may be the one that guards."""
        return all(self.trusted)


def net_uv(rms_uv: float, noise_uv: float) -> float:
    """Return what of an RMS is the muscle's: noise adds in squares."""
    return math.sqrt(max(0.0, rms_uv * rms_uv - noise_uv * noise_uv))
