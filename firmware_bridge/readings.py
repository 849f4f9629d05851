"""What a device says while it plays, in SI units and device seconds."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from .codes import Buttons, Cause, State, StatusFlags


class SensorBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Evenly spaced samples of every sensor.

    `emg_uv` has shape (samples, sensors) at `emg_rate_hz`, `pressure_kpa` likewise at its own
    rate; `start_s` is the device time of the first sample of both, and the first of a device's
    independent pressure sensors is the one it regulates with. `number` counts base-rate samples
    since boot; `lost` says how many of them are missing before this batch. `depth_mm` has a column
    for each sensor of depth, and is None where there is none. `temperature_degc` is likewise, and
    mostly empty: thermometers are slow. `battery_percent` is the state of charge, and likewise.
    """

    start_s: float
    number: int
    emg_rate_hz: float
    pressure_rate_hz: float
    emg_uv: NDArray[np.float64]
    pressure_kpa: NDArray[np.float64]
    lost: int = 0
    depth_mm: NDArray[np.float64] | None = None
    temperature_degc: NDArray[np.float64] | None = None
    battery_percent: NDArray[np.float64] | None = None

    @property
    def duration_s(self) -> float:
        """The time that the samples span."""
        if self.emg_rate_hz:
            return len(self.emg_uv) / self.emg_rate_hz
        return len(self.pressure_kpa) / self.pressure_rate_hz if self.pressure_rate_hz else 0.0


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The device's own account of itself, every 20 ms (50 ms over Bluetooth)."""

    at_s: float
    revision: int
    last_index: int
    free_slots: int
    executed_until_s: float
    state: State
    flags: StatusFlags
    cause: Cause
    latch_nonce: int
    buttons: Buttons
    pain_count: int
    faults: int
    fades: int
    knots_lost: int
    frames_bad: int


PRESSES_MOST = 4
"""As many presses as are told of one STATUS: the second has ended the session already (E)."""


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """A person pressed a button on the device."""

    at_s: float
    buttons: Buttons
    pain_count: int


Reading = SensorBatch | Status | Pressed


def presses_since(before: int, count: int) -> int:
    """Return how often the pain button was pressed. One that counts back has been pressed, too."""
    more = (count - before) & 0xFF
    return min(more, PRESSES_MOST) if more < 0x80 else 1
