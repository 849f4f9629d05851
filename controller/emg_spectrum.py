"""The median frequency of a second of muscle, which falls as it tires."""

import numpy as np

from .emg_filters import MOST_OF_NYQUIST, Array
from .emg_settings import EmgSettings

LEAST_SHARE = 0.2
"""A second counts if it is louder than this share of usual contractions (E)."""


def median_hz(second_uv: Array, rate_hz: float, settings: EmgSettings) -> float | None:
    """Return the frequency that halves the power of the band, None where there is no power.

    One estimate of a steady contraction wanders by 4 to 5 Hz; only a slope over many says anything.
    """
    n = len(second_uv)
    window = 0.5 - 0.5 * np.cos(np.arange(n) * (2.0 * np.pi / n))
    mean_uv = float(np.mean(second_uv))
    still = (second_uv - mean_uv) * window
    power = np.square(np.abs(np.fft.rfft(still)))
    bin_hz = rate_hz / n
    high_hz = min(settings.high_hz, MOST_OF_NYQUIST * rate_hz)
    first, last = round(settings.low_hz / bin_hz), round(high_hz / bin_hz)
    summed: Array = np.cumsum(power[first : last + 1])
    if not summed[-1] > 0.0:
        return None
    half = int(np.searchsorted(summed, 0.5 * float(summed[-1])))
    return (first + half) * bin_hz
