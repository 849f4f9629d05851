"""Filters with memory, over all channels in one call."""

import math
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .emg_settings import EmgSettings

Array = NDArray[np.float64]
Kernel = Callable[[Array, Array, Array], None]

MOST_OF_NYQUIST = 0.45
"""No band ends above this share of the sampling rate (E)."""

NOTCH_QUALITY = 30.0
"""1.7 Hz wide at 50 Hz (M)."""


def bandpass(settings: EmgSettings, rate_hz: float) -> Array:
    """Return the sections of the shown band: Butterworth, 4th order over all."""
    band_hz = (settings.low_hz, _top_hz(settings, rate_hz))
    return _signal().butter(2, band_hz, "bandpass", fs=rate_hz, output="sos")


def highpass(settings: EmgSettings, rate_hz: float) -> Array:
    """Return the sections that narrow the shown band to the one of onsets."""
    return _signal().butter(4, settings.onset_low_hz, "highpass", fs=rate_hz, output="sos")


def notches(settings: EmgSettings, rate_hz: float) -> Array:
    """Return one section for each mains line, none where no notch is wanted."""
    lines_hz = settings.mains_hz if settings.notch else ()
    return _sections([_notch(hz, hz / NOTCH_QUALITY, rate_hz) for hz in lines_hz])


def comb(settings: EmgSettings, rate_hz: float, actuator_hz: float | None) -> Array:
    """Return a comb at the actuator's frequency: one section for each tooth inside the band."""
    found: list[list[float]] = []
    tooth_hz = actuator_hz or math.inf
    while tooth_hz < _top_hz(settings, rate_hz):
        width_hz = max(settings.actuator_width_hz, settings.actuator_width * tooth_hz)
        found.append(_notch(tooth_hz, width_hz, rate_hz))
        tooth_hz += actuator_hz or math.inf
    return _sections(found)


def _top_hz(settings: EmgSettings, rate_hz: float) -> float:
    return min(settings.high_hz, MOST_OF_NYQUIST * rate_hz)


def _sections(found: list[list[float]]) -> Array:
    return np.array(found, dtype=np.float64).reshape(-1, 6)


def _notch(at_hz: float, width_hz: float, rate_hz: float) -> list[float]:
    """Return one section that takes out `at_hz`: a second-order notch, as `iirnotch` makes it."""
    gain = 1.0 / (1.0 + math.tan(math.pi * width_hz / rate_hz))
    middle = -2.0 * gain * math.cos(2.0 * math.pi * at_hz / rate_hz)
    return [gain, middle, gain, 1.0, middle, 2.0 * gain - 1.0]


def at_rest(sections: Array, channels: int) -> Array:
    """Return the memory of a filter that has heard nothing."""
    return np.zeros((channels, len(sections), 2))


def at_level(sections: Array, levels: Array) -> Array:
    """Return the memory of notches that have heard each channel's level for ever."""
    memory = np.empty((len(levels), len(sections), 2))
    memory[:, :, 0] = levels[:, None] * (1.0 - sections[:, 0])
    memory[:, :, 1] = levels[:, None] * (sections[:, 2] - sections[:, 5])
    return memory


def run(sections: Array, samples: Array, memory: Array) -> None:
    """Filter `samples` (channels, samples) in place, and carry `memory` on."""
    if len(sections):
        kernel()(sections, samples, memory)


@cache
def kernel() -> Kernel:
    """Return what filters: scipy's own inner loop, where it is as it was, else the public way.

    The public function spends 40 us of each call on checks; the loop inside it takes 2 us and
    gives the same bits, which is tried before it is used.
    """
    try:
        inner: Kernel = import_module("scipy.signal._sosfilt")._sosfilt  # noqa: SLF001  tried before use
    except (ImportError, AttributeError):
        return public
    return inner if agree(inner, public) else public


def public(sections: Array, samples: Array, memory: Array) -> None:
    """Filter in place by `scipy.signal.sosfilt`."""
    heard: Any = _signal().sosfilt(sections, samples, axis=1, zi=np.moveaxis(memory, 1, 0))
    samples[...] = heard[0]
    memory[...] = np.moveaxis(heard[1], 0, 1)


def agree(one: Kernel, other: Kernel) -> bool:
    """Say whether both filter alike, bit by bit."""
    sections: Array = _signal().butter(2, (20.0, 450.0), "bandpass", fs=1000.0, output="sos")
    results: list[tuple[Array, Array]] = []
    for each in (one, other):
        samples = np.arange(24.0).reshape(2, 12) % 7.0
        memory = np.arange(8.0).reshape(2, 2, 2)
        try:
            each(sections, samples, memory)
        except Exception:  # noqa: BLE001  a private function may change in any way
            return False
        results.append((samples, memory))
    (samples, memory), (wanted, kept) = results
    return bool(np.array_equal(samples, wanted) and np.array_equal(memory, kept))


@cache
def _signal() -> Any:  # noqa: ANN401  scipy has no types
    """Return `scipy.signal`, which takes a second to load, once it is needed."""
    from scipy import signal  # pyright: ignore[reportMissingTypeStubs]

    return signal
