"""The virtual device's sensors of pressure and of depth."""

from typing import Protocol

import numpy as np

NOISE_KPA = 0.05
"""RMS noise of a reading (E; the class of ABP2 parts, physiology 5.2)."""

NOISE_MM = 0.05
"""RMS noise of a depth (E: a Hall sensor over some centimetres of way)."""

_BLOCK = 200
"""Readings whose noise is drawn at a time: one second."""


class PressureSensor(Protocol):
    """Reads the pressure under the pad, 200 times a second."""

    def read(self, true_kpa: float) -> float | None:
        """Return what is read of `true_kpa`; None if nothing new came."""
        ...


class NoisySensor:
    """A good sensor: the truth and a little white noise."""

    def __init__(self, dice: np.random.Generator) -> None:
        self._dice = dice
        self._noise: list[float] = []

    def read(self, true_kpa: float) -> float | None:
        if not self._noise:
            self._noise = (NOISE_KPA * self._dice.standard_normal(_BLOCK)).tolist()
        return true_kpa + self._noise.pop()


class DepthSensor:
    """Reads how far a pad has sunk in, as often: the truth and a little white noise."""

    def __init__(self, dice: np.random.Generator) -> None:
        self._dice = dice
        self._noise: list[float] = []

    def read(self, true_mm: float) -> float:
        if not self._noise:
            self._noise = (NOISE_MM * self._dice.standard_normal(_BLOCK)).tolist()
        return true_mm + self._noise.pop()
