"""SAMPLES frames -> sensor batches, by the layout that the capabilities announce."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from .capabilities import Capabilities, Sensor
from .errors import BadFrame
from .messages import Samples
from .readings import SensorBatch

NO_READING = -32768
"""The sample of a thermometer or a battery that has nothing to say (PROTOCOL.md, *Sensors*)."""

MAY_BE_SILENT = frozenset({"temperature", "battery"})
"""Quantities of slow sensors, which may have nothing to say when it is their turn."""

_I16 = np.dtype("<i2")


class SampleReader:
    """Reads the frames of one device, and counts what is missing between them."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.lost = 0
        self._emg = _Block(capabilities.sensors, "emg")
        self._pressure = _Block(capabilities.sensors, "pressure")
        self._depth = _block_of(capabilities, "depth")
        self._temperature = _block_of(capabilities, "temperature")
        self._battery = _block_of(capabilities, "battery")
        self._expected: int | None = None

    def read(self, samples: Samples, start_s: float) -> SensorBatch | None:
        """Return the batch, or None for one that was here before. Raises `BadFrame`."""
        missing = 0
        if self._expected is not None:
            missing = (samples.first - self._expected + 0x80000000) % 0x100000000 - 0x80000000
            if missing < 0:
                return None
        batch = SensorBatch(
            start_s=start_s,
            number=samples.first,
            emg_rate_hz=self._emg.rate_hz,
            pressure_rate_hz=self._pressure.rate_hz,
            emg_uv=self._emg.read(samples),
            pressure_kpa=self._pressure.read(samples),
            lost=missing,
            depth_mm=self._depth.read(samples) if self._depth is not None else None,
            temperature_degc=self._temperature.read(samples) if self._temperature else None,
            battery_percent=self._battery.read(samples) if self._battery else None,
        )
        self.lost += missing
        self._expected = (samples.first + samples.count) % 0x100000000
        return batch


class _Block:
    """The sensors of one quantity: neighbours in the frame, all at one rate."""

    def __init__(self, sensors: tuple[Sensor, ...], quantity: str) -> None:
        mine = [i for i, sensor in enumerate(sensors) if sensor.quantity == quantity]
        first = sensors[mine[0]] if mine else None
        self.rate_hz = first.rate_hz if first else 0.0
        self._every = first.every if first else 1
        self._resolution = first.resolution if first else 1.0
        self._columns = len(mine)
        self._may_be_silent = quantity in MAY_BE_SILENT
        before = Counter(sensor.every for sensor in sensors[: mine[0] if mine else 0])
        self._before = tuple(before.items())

    def read(self, samples: Samples) -> NDArray[np.float64]:
        rows = _rows(samples, self._every)
        offset = 0
        for every, sensors in self._before:
            offset += _rows(samples, every) * sensors * 2
        if offset + rows * self._columns * 2 > len(samples.data):
            raise BadFrame("SAMPLES is shorter than the announced sensors fill")
        flat = np.frombuffer(samples.data, _I16, rows * self._columns, offset)
        if self._may_be_silent:
            flat = np.where(flat == NO_READING, np.nan, flat)
        by_sensor = flat.reshape(self._columns, rows)
        return np.multiply(by_sensor.T, self._resolution, order="C")


def _block_of(capabilities: Capabilities, quantity: str) -> _Block | None:
    """Return the block of a quantity that few devices measure, None where there is none."""
    return _Block(capabilities.sensors, quantity) if capabilities.sensors_of(quantity) else None


def _rows(samples: Samples, every: int) -> int:
    if every == 1:
        return samples.count
    last = samples.first + samples.count - 1
    return last // every - (samples.first - 1) // every
