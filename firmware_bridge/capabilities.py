"""What a device has: channels it can move, sensors it can read. One CBOR document, cold."""

from typing import Any, Literal

import cbor2
import msgspec

from .errors import BadFrame

Quantity = Literal[
    "gain", "cap", "pressure", "position", "frequency", "amplitude", "temperature", "technique"
]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Something the device moves. A level is a channel with a `step`.

    `low`, `high`, `resolution` are in `unit`; `max_rate` in unit per second. A level lasts
    `dwell_s` at least, and the first one after off comes `wake_s` later. `unpowered` says what
    happens to it without power, `on_loss` without a host.
    """

    id: int
    name: str
    quantity: Quantity
    unit: str
    low: float
    high: float
    max_rate: float
    resolution: float
    step: float = 0.0
    dwell_s: float = 0.0
    choices: tuple[str, ...] = ()
    absolute: bool = True
    area_cm2: float | None = None
    site: str | None = None
    bandwidth_hz: float | None = None
    vent_s: float | None = None
    unpowered: Literal["releases", "holds", "unknown"] = "unknown"
    on_loss: Literal["releases", "holds", "unknown"] = "unknown"
    wake_s: float = 0.0


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    """Something the device reads. It gives every `every`-th of the base rate's samples.

    Depth is how far the pad at `site` has sunk into the tissue since it first touched, in mm.
    A battery says its state of charge, in %.
    `independent` says that it shares neither element nor converter with the regulated one.
    """

    id: int
    name: str
    quantity: Literal["emg", "pressure", "temperature", "depth", "battery"]
    unit: str
    rate_hz: float
    every: int
    resolution: float
    site: str | None = None
    independent: bool = False


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a host must know of a device.

    `person` is the simulated one of an emulated device: pressure pain thresholds for 1 cm2, in
    kPa, by region. `auto_off_s` is when a device that latches lets go by itself, if it does, and
    `pain_button` says that a person can press one on it.
    """

    model: str
    channels: tuple[Channel, ...]
    sensors: tuple[Sensor, ...]
    emulated: bool
    queue_slots: int
    uplink_bytes_s: float
    person: dict[str, float] = {}
    auto_off_s: float | None = None
    pain_button: bool = True

    def channel(self, quantity: Quantity) -> Channel | None:
        """Return the first channel of `quantity`, if there is one."""
        return next((c for c in self.channels if c.quantity == quantity), None)

    def sensors_of(self, quantity: str) -> tuple[Sensor, ...]:
        """Return the sensors of `quantity`, in wire order."""
        return tuple(s for s in self.sensors if s.quantity == quantity)


def encode_capabilities(capabilities: Capabilities) -> bytes:
    """Return the CBOR document that spells `capabilities`."""
    return cbor2.dumps(msgspec.to_builtins(capabilities))


def decode_capabilities(document: bytes) -> Capabilities:
    """Return the capabilities that `document` spells. Raises `BadFrame`."""
    try:
        plain: Any = cbor2.loads(document)
        return msgspec.convert(plain, Capabilities)
    except (cbor2.CBORDecodeError, msgspec.ValidationError, ValueError, OverflowError) as error:
        raise BadFrame(f"capabilities document: {error}") from error
