"""The products of `sim.models`, emulated: levels of pressure on a virtual body."""

from firmware_bridge.capabilities import Capabilities, Channel
from sim.products.body import BodyUnderProduct

from .emulation import Emulation

_SET = 0x4C


class ModelProduct(Emulation):
    """Takes a level for each channel, and lets go when nobody is connected any more."""

    service = "6d796f6c-0001-4c56-8000-6d6f64656c73"
    written = "6d796f6c-0002-4c56-8000-6d6f64656c73"

    def __init__(self, capabilities: Capabilities, body: BodyUnderProduct) -> None:
        super().__init__()
        self.name = capabilities.model
        self.body = body
        self._channels = capabilities.channels
        self.levels = {channel.name: 0 for channel in self._channels}

    def disconnect(self) -> None:
        super().disconnect()
        self.stop()

    def close(self) -> None:
        super().close()
        self.body.close()

    def obey(self, value: bytes) -> None:
        if len(value) == 1 + len(self._channels) and value[0] == _SET:
            numbers = map(_within, self._channels, value[1:])
            self.run(**dict(zip(self.levels, numbers, strict=True)))

    def changed(self) -> None:
        for channel, number in zip(self._channels, self.levels.values(), strict=True):
            if channel.quantity == "pressure":
                self.body.wanted_kpa = number * channel.step
            else:
                self.body.technique = number


def _within(channel: Channel, number: int) -> int:
    return min(number, round(channel.high / channel.step))
