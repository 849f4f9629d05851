"""Pressure sensors that lie: each fault is a wrapper around what a good one reads."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

import numpy as np

from .fault import DeviceFault, End, Family, Share, between
from .sensors import PressureSensor

if TYPE_CHECKING:
    from .hardware import Pad
    from .twin import Twin

READ_EVERY_S = 0.005
"""Time between two readings (D: 200 Hz)."""

Reading: TypeAlias = float | None
Harm: TypeAlias = Callable[[Reading], Reading]
Which: TypeAlias = Literal["regulated", "independent", "both"]

_INDEX: dict[Which, tuple[int, ...]] = {"regulated": (0,), "independent": (1,), "both": (0, 1)}


class HarmedSensor:
    """A good sensor, and what becomes of its readings, one harm after the other."""

    def __init__(self, good: PressureSensor) -> None:
        self._good = good
        self.harms: list[Harm] = []

    def read(self, true_kpa: float) -> Reading:
        reading = self._good.read(true_kpa)
        for harm in self.harms:
            reading = harm(reading)
        return reading


class SensorFault(DeviceFault, frozen=True, kw_only=True):
    """A fault of one pressure sensor, or of both in the same way."""

    family: ClassVar[Family] = "sensor"
    of: Which = "regulated"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        actuator = twin.machine.actuator
        put = [(_harmed(actuator, index), self.harm(dice)) for index in _INDEX[self.of]]
        for sensor, harm in put:
            sensor.harms.append(harm)

        def end() -> None:
            for sensor, harm in put:
                sensor.harms.remove(harm)

        return end

    def harm(self, dice: np.random.Generator) -> Harm:
        """Return what becomes of a reading."""
        raise NotImplementedError


class SensorOffset(SensorFault, frozen=True, kw_only=True, tag="sensor_offset"):
    """It reads so much too high."""

    by_kpa: Annotated[float, between(-30.0, 30.0)] = 1.0

    def harm(self, dice: np.random.Generator) -> Harm:
        del dice
        return _changed(lambda kpa: kpa + self.by_kpa)


class SensorGain(SensorFault, frozen=True, kw_only=True, tag="sensor_gain"):
    """Its gain drifts to this share, over so long."""

    to: Annotated[float, between(0.0, 3.0)] = 0.8
    over_s: Annotated[float, between(0.01, 600.0)] = 5.0

    def harm(self, dice: np.random.Generator) -> Harm:
        del dice
        drifted = 0.0

        def drift(kpa: float) -> float:
            nonlocal drifted
            drifted = min(1.0, drifted + READ_EVERY_S / self.over_s)
            return kpa * (1.0 + (self.to - 1.0) * drifted)

        return _changed(drift)


class SensorStuck(SensorFault, frozen=True, kw_only=True, tag="sensor_stuck"):
    """It says the same over and over."""

    def harm(self, dice: np.random.Generator) -> Harm:
        del dice
        first: Reading = None

        def stick(kpa: float) -> float:
            nonlocal first
            first = kpa if first is None else first
            return first

        return _changed(stick)


class SensorDropout(SensorFault, frozen=True, kw_only=True, tag="sensor_dropout"):
    """This share of its readings does not come."""

    share: Share = 1.0

    def harm(self, dice: np.random.Generator) -> Harm:
        return lambda kpa: None if dice.random() < self.share else kpa


class SensorSpikes(SensorFault, frozen=True, kw_only=True, tag="sensor_spikes"):
    """One reading now and then is far too high."""

    height_kpa: Annotated[float, between(-80.0, 80.0)] = 8.0
    every_s: Annotated[float, between(0.01, 60.0)] = 0.5

    def harm(self, dice: np.random.Generator) -> Harm:
        odds = READ_EVERY_S / self.every_s
        return _changed(lambda kpa: kpa + (self.height_kpa if dice.random() < odds else 0.0))


class SensorHysteresis(SensorFault, frozen=True, kw_only=True, tag="sensor_hysteresis"):
    """It follows only what has moved by more than half this width."""

    width_kpa: Annotated[float, between(0.0, 20.0)] = 1.0

    def harm(self, dice: np.random.Generator) -> Harm:
        del dice
        shown: Reading = None
        play = self.width_kpa / 2.0

        def lag(kpa: float) -> float:
            nonlocal shown
            shown = kpa if shown is None else min(kpa + play, max(kpa - play, shown))
            return shown

        return _changed(lag)


class SensorSaturation(SensorFault, frozen=True, kw_only=True, tag="sensor_saturation"):
    """It reads no more than this."""

    above_kpa: Annotated[float, between(0.0, 80.0)] = 10.0

    def harm(self, dice: np.random.Generator) -> Harm:
        del dice
        return _changed(lambda kpa: min(kpa, self.above_kpa))


class SensorsSwapped(DeviceFault, frozen=True, kw_only=True, tag="sensors_swapped"):
    """The device regulates with the independent sensor, and the other way round."""

    family: ClassVar[Family] = "sensor"

    def befall(self, twin: "Twin", dice: np.random.Generator) -> End:
        del dice
        actuator = twin.machine.actuator

        def swap() -> None:
            one, other = actuator.sensors
            actuator.sensors = (other, one)

        swap()
        return swap


def _changed(change: Callable[[float], float]) -> Harm:
    return lambda kpa: None if kpa is None else change(kpa)


def _harmed(actuator: "Pad", index: int) -> HarmedSensor:
    sensors = list(actuator.sensors)
    sensor = sensors[index]
    if not isinstance(sensor, HarmedSensor):
        sensor = sensors[index] = HarmedSensor(sensor)
        actuator.sensors = (sensors[0], sensors[1])
    return sensor
