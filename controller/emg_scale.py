"""How strong a muscle is, against something that is said: microvolts alone compare nobody."""

import math
from collections.abc import Sequence
from enum import StrEnum

import msgspec

NOISE_UV = 2.0
"""RMS of electrodes and amplifier where nobody has measured it (M/E)."""

BASELINE_RANK = 0.3
"""A baseline is this quantile of what is trusted: rest, not its most silent moment (E)."""

LEAST_TRUSTED = 0.5
LEAST_OVER_NOISE = 2.0
"""A yardstick taken from less, or not clear of the noise, measures nothing (E)."""


class Scale(StrEnum):
    """What a strength is a multiple of."""

    MVC = "MVC"
    REFERENCE = "reference"
    BASELINE = "baseline"


class Yardstick(msgspec.Struct, frozen=True, gc=False):
    """A strength to compare with: the RMS of a maximal or agreed contraction, or of rest."""

    scale: Scale
    rms_uv: float
    noise_uv: float = NOISE_UV


class Strength(msgspec.Struct, frozen=True, gc=False):
    """A multiple, and of what."""

    ratio: float
    scale: Scale


def strength(rms_uv: float, yardstick: Yardstick) -> Strength | None:
    """Return `rms_uv` by `yardstick`, noise taken off both, or None where that is no measure."""
    if yardstick.rms_uv < LEAST_OVER_NOISE * yardstick.noise_uv:
        return None
    whole_uv = _without(yardstick.rms_uv, yardstick.noise_uv)
    return Strength(_without(rms_uv, yardstick.noise_uv) / whole_uv, yardstick.scale)


def baseline(
    slow_uv: Sequence[float], trusted: Sequence[bool], noise_uv: float = NOISE_UV
) -> Yardstick | None:
    """Return the baseline of a stretch of rest, or None where too little of it is trusted."""
    heard = sorted(uv for uv, good in zip(slow_uv, trusted, strict=True) if good)
    if not heard or len(heard) < LEAST_TRUSTED * len(slow_uv):
        return None
    return Yardstick(Scale.BASELINE, heard[int(BASELINE_RANK * len(heard))], noise_uv)


def _without(rms_uv: float, noise_uv: float) -> float:
    return math.sqrt(max(0.0, rms_uv * rms_uv - noise_uv * noise_uv))
