"""The twin as a Bluetooth device: advertised, connected to, switched off."""

from zlib import crc32

from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from bumble.transport.common import TransportSink, TransportSource

from .birth import Recipe
from .gatt_link import ADVERTISE_MS, GattLink, advertisement
from .radio import VirtualRadio
from .twin import Twin

NAME_MAX = 26
"""Bytes of a name that fit an advertisement beside its flags (V, 31 bytes in all)."""


class Peripheral:
    """A twin that is on the air. It hears whoever connects; it lives on when nobody does."""

    def __init__(self, device: Device, twin: Twin) -> None:
        self._device = device
        self.link = GattLink(device, twin.boot_nonce, lambda: twin.attach(self.link))

    async def switch_on(self) -> None:
        """Power up, and advertise."""
        await self._device.power_on()
        await self.link.advertise()

    async def aclose(self) -> None:
        """Switch off."""
        await self.link.aclose()
        await self._device.power_off()


def name_of(recipe: Recipe) -> str:
    """Return what the twin of this recipe is called."""
    return f"myoloop-{recipe.preset}-{recipe.seed}".replace("_", "-")[:NAME_MAX]


def on_radio(radio: VirtualRadio, recipe: Recipe, twin: Twin) -> Peripheral:
    """Return a twin on the virtual radio, still switched off."""
    controller = radio.controller("device")
    return on_transport(controller, controller, recipe, twin, mtu=radio.air.mtu)


def on_transport(
    source: TransportSource, sink: TransportSink, recipe: Recipe, twin: Twin, *, mtu: int = 247
) -> Peripheral:
    """Return a twin on whatever controller is at the far end of an HCI transport."""
    name = name_of(recipe)
    said, answer = advertisement(name)
    configuration = DeviceConfiguration(
        name=name,
        address=_address(name),
        advertising_interval_min=ADVERTISE_MS,
        advertising_interval_max=ADVERTISE_MS,
        advertising_data=said,
        scan_response_data=answer,
    )
    device = Device.from_config_with_hci(configuration, source, sink)
    device.advertising_data, device.scan_response_data = said, answer
    device.gatt_server.max_mtu = mtu
    return Peripheral(device, twin)


def _address(name: str) -> Address:
    """Return a static random address that is always the same for a name."""
    return Address("F0:05:" + ":".join(f"{b:02X}" for b in crc32(name.encode()).to_bytes(4)))
