"""The EMG front end of one visit: it hears every batch, from pre-flight to the end."""

from collections.abc import Iterable

from firmware_bridge.capabilities import Capabilities, Sensor
from firmware_bridge.readings import SensorBatch
from profiles.program import Program
from profiles.regions import HEART

from .emg import Emg
from .emg_noise import NOISE_UV
from .emg_settings import HEART_LOW_HZ, EmgSettings
from .emg_words import EmgFeatures
from .hearing import EMG
from .references import Gathering, Values, reference

MOST_STEPS = 32767.0
"""Beyond so many steps of its resolution a sensor can tell nothing: a sample has 16 bits (wire)."""


class Ears:
    """Hears batches one after the other. `noise_uv` is what of each channel is noise at most.

    `every` is how many samples of the device's base rate make one of the EMG.
    """

    def __init__(
        self, rate_hz: float, channels: int, every: int = 1, settings: EmgSettings | None = None
    ) -> None:
        self._emg = Emg(rate_hz, channels, settings)
        self._every = every
        self.noise_uv = (NOISE_UV,) * channels
        self.trusted_s = 0.0
        self._heard_s = 0.0
        self._rest = Gathering(0.0)

    def hear(self, batch: SensorBatch, actuator_hz: float | None = None) -> EmgFeatures:
        """Return what a batch says of the muscles; `actuator_hz` is how fast a head shakes them."""
        lost = -(-batch.lost // self._every)
        heard = self._emg.feed(batch.emg_uv, lost, actuator_hz)
        self.trusted_s = self.trusted_s + heard.duration_s if all(heard.trusted) else 0.0
        return heard

    @property
    def rest_uv(self) -> Values:
        """What each channel was at rest, before anything pressed; None where that is too quiet."""
        if not self._rest.rows:
            return (None,) * len(self.noise_uv)
        return reference(self._rest, "baseline", self.noise_uv)

    def learn(self, heard: EmgFeatures) -> None:
        """Learn noise and rest from what is heard before anything presses.

        Nothing is quieter than its noise, so the quietest is an upper bound for it.
        """
        self._heard_s += heard.duration_s
        pairs = zip(heard.slow_uv, heard.trusted, strict=True)
        values = tuple(uv if trusted else None for uv, trusted in pairs)
        self._rest = self._rest.hear(self._heard_s, values)
        if all(heard.trusted):
            self.noise_uv = tuple(map(min, self.noise_uv, heard.slow_uv))


def ears_for(program: Program, capabilities: Capabilities) -> Ears | None:
    """Return ears for a programme, None where it does not listen or there is nothing to hear."""
    regions = [region for step in program.steps for region in step.all_regions]
    return ears_of(capabilities, regions) if EMG in program.signals else None


def ears_of(capabilities: Capabilities, regions: Iterable[str]) -> Ears | None:
    """Return ears for everything there is to hear over these regions, None where that is nothing.

    A device has one set of electrodes: where the heart is heard in one region, all are heard so.
    """
    sensors = capabilities.sensors_of(EMG)
    if not sensors:
        return None
    settings = settings_for(regions, sensors[0])
    return Ears(sensors[0].rate_hz, len(sensors), sensors[0].every, settings)


def settings_for(regions: Iterable[str], sensor: Sensor) -> EmgSettings:
    """Return how to listen: on trunk and neck with less of the heart, and between which rails."""
    rail_uv = MOST_STEPS * sensor.resolution
    low_hz = HEART_LOW_HZ if HEART.intersection(regions) else EmgSettings().low_hz
    return EmgSettings(low_hz=low_hz, rail_uv=(-rail_uv, rail_uv))
