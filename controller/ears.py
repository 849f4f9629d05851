"""The EMG front end of one visit: it hears every batch, from pre-flight to the end."""

from firmware_bridge.capabilities import Capabilities
from firmware_bridge.readings import SensorBatch
from profiles.program import Program

from .emg import Emg
from .emg_noise import NOISE_UV
from .emg_words import EmgFeatures
from .hearing import EMG


class Ears:
    """Hears batches one after the other. `noise_uv` is what of each channel is noise at most.

    Nothing is quieter than its noise: where a muscle was, that is an upper bound for it.
    """

    def __init__(self, rate_hz: float, channels: int) -> None:
        self._emg = Emg(rate_hz, channels)
        self.noise_uv = (NOISE_UV,) * channels
        self.trusted_s = 0.0

    def hear(self, batch: SensorBatch) -> EmgFeatures:
        """Return what a batch says of the muscles."""
        heard = self._emg.feed(batch.emg_uv, batch.lost)
        self.trusted_s = self.trusted_s + heard.duration_s if all(heard.trusted) else 0.0
        return heard

    def learn_noise(self, heard: EmgFeatures) -> None:
        """Take the quietest that is heard for noise, if that is less than what was taken for it."""
        if all(heard.trusted):
            self.noise_uv = tuple(map(min, self.noise_uv, heard.slow_uv))


def ears_for(program: Program, capabilities: Capabilities) -> Ears | None:
    """Return ears for a programme, None where it does not listen or there is nothing to hear."""
    sensors = capabilities.sensors_of("emg")
    if EMG not in program.signals or not sensors:
        return None
    return Ears(sensors[0].rate_hz, len(sensors))
