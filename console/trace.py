"""What a session told while it played, kept in columns for the summary and the picture."""

import math
from array import array
from collections import Counter

import msgspec
import numpy as np
from numpy.typing import NDArray

from controller.words import Ended, Event, Judged, Sampled, StepBegan

Column = NDArray[np.float64]


class Stretch(msgspec.Struct, frozen=True):
    """When a step played, session time."""

    begin_s: float
    end_s: float
    label: str
    technique: str


class Trace:
    """Hears events. 30 minutes at 100 Hz are 6 MB."""

    def __init__(self) -> None:
        self.judged: list[Judged] = []
        self.end_s = 0.0
        self._began: list[StepBegan] = []
        self._at_s = array("d")
        self._target_kpa = array("d")
        self._pressure_kpa = array("d")
        self._emg_uv: list[array[float]] = []

    def hear(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Sampled():
                self._sample(event)
            case StepBegan():
                self._began.append(event)
            case Judged():
                self.judged.append(event)
            case Ended(at_s):
                self.end_s = at_s
            case _:
                pass

    def _sample(self, sampled: Sampled) -> None:
        if not self._emg_uv:
            self._emg_uv = [array("d") for _ in sampled.emg_uv]
        self._at_s.append(sampled.at_s)
        self._target_kpa.append(sampled.target_kpa)
        felt_kpa = sampled.pressure_kpa
        self._pressure_kpa.append(math.nan if felt_kpa is None else felt_kpa)
        for column, rms_uv in zip(self._emg_uv, sampled.emg_uv, strict=True):
            column.append(rms_uv)

    @property
    def at_s(self) -> Column:
        """The middle of each batch, session time."""
        return np.array(self._at_s)

    @property
    def target_kpa(self) -> Column:
        """What was commanded then."""
        return np.array(self._target_kpa)

    @property
    def pressure_kpa(self) -> Column:
        """What the regulated sensor read; not a number where there is none."""
        return np.array(self._pressure_kpa)

    @property
    def emg_uv(self) -> list[Column]:
        """RMS of each EMG channel."""
        return [np.array(column) for column in self._emg_uv]

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """When each step played."""
        ends = [*(step.at_s for step in self._began[1:]), self.end_s]
        return tuple(
            Stretch(step.at_s, end_s, step.label, step.technique)
            for step, end_s in zip(self._began, ends, strict=True)
        )

    def acts(self) -> Counter[str]:
        """Return how often the supervisor or a person held, released, stopped."""
        return Counter(judged.verdict.action for judged in self.judged)
