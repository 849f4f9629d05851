"""An emulated product on a Bluetooth radio: advertised, connected to by one host, switched off."""

import asyncio
import contextlib
from zlib import crc32

from bumble import att, data_types
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address, HCI_Error
from bumble.transport.common import TransportSink, TransportSource

from sim.radio import VirtualRadio

from .emulation import Emulation

ADVERTISE_MS = 60.0
"""Between two advertisements (E)."""

_Properties = Characteristic.Properties


class Airborne:
    """A product's end of the radio. It lives on when nobody is connected.

    Its controller is at the far end of `source` and `sink`.
    """

    def __init__(self, product: Emulation, source: TransportSource, sink: TransportSink) -> None:
        self._product = product
        said, answer = _advertisement(product)
        configuration = DeviceConfiguration(
            name=product.name,
            address=_address(product.name),
            advertising_interval_min=ADVERTISE_MS,
            advertising_interval_max=ADVERTISE_MS,
            advertising_data=said,
            scan_response_data=answer,
        )
        self._device = Device.from_config_with_hci(configuration, source, sink)
        self._device.advertising_data, self._device.scan_response_data = said, answer
        self._connection: Connection | None = None
        characteristics = _characteristics(product)
        self._notified = characteristics[-1]
        self._is_heard = False
        self._notified.on(Characteristic.EVENT_SUBSCRIPTION, self._subscribed)
        self._device.add_service(Service(product.service, characteristics))
        self._device.on("connection", self._connected)
        self._loop = asyncio.get_running_loop()

    async def switch_on(self) -> None:
        """Power up, and advertise, again after each connection."""
        await self._device.power_on()
        await self._device.start_advertising(auto_restart=True)

    async def aclose(self) -> None:
        """Switch off."""
        self._product.close()
        with contextlib.suppress(HCI_Error, att.ATT_Error, TimeoutError):
            await self._device.stop_advertising()
            if self._connection is not None:
                await self._connection.disconnect()
        await self._device.power_off()

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        connection.on("disconnection", self._disconnected)
        self._product.connect(self._tell)

    def _disconnected(self, _reason: int) -> None:
        self._connection = None
        self._is_heard = False
        self._product.disconnect()

    def _subscribed(self, _bearer: object, notify: bool, _indicate: bool) -> None:
        self._is_heard = notify

    def _tell(self, value: bytes) -> None:
        if self._connection is None or not self._is_heard:
            return
        pdu = att.ATT_Handle_Value_Notification(
            attribute_handle=self._notified.handle, attribute_value=value
        )
        self._device.gatt_server.send_gatt_pdu(self._connection, bytes(pdu))


def on_radio(product: Emulation, radio: VirtualRadio) -> Airborne:
    """Return a product on the virtual radio, still switched off."""
    controller = radio.controller("product")
    return Airborne(product, controller, controller)


def _characteristics(product: Emulation) -> list[Characteristic[bytes]]:
    """Return what it has; what notifies is the last."""
    taken = CharacteristicValue[bytes](write=lambda _, value: product.take(bytes(value)))
    written = _Properties.WRITE if product.answers else _Properties.WRITE_WITHOUT_RESPONSE
    if product.notifying == product.written:
        written |= _Properties.NOTIFY
    writeable = Characteristic.Permissions.WRITEABLE
    found: list[Characteristic[bytes]] = [
        Characteristic(product.written, written, writeable, taken)
    ]
    if product.notifying is not None and product.notifying != product.written:
        unread = CharacteristicValue[bytes](read=lambda _: b"")
        found.append(
            Characteristic(
                product.notifying, _Properties.NOTIFY, Characteristic.Permissions.READABLE, unread
            )
        )
    return found


def _advertisement(product: Emulation) -> tuple[bytes, bytes]:
    """Return what it advertises, and what it answers to a scan: 31 bytes each."""
    flags = AdvertisingData.Flags
    said = [
        data_types.Flags(flags.LE_GENERAL_DISCOVERABLE_MODE | flags.BR_EDR_NOT_SUPPORTED),
        data_types.CompleteLocalName(product.name),
    ]
    said += [data_types.ManufacturerSpecificData(*each) for each in product.makers.items()]
    uuid = UUID(product.service)
    return (
        bytes(AdvertisingData(said)),
        bytes(AdvertisingData([data_types.CompleteListOf128BitServiceUUIDs([uuid])])),
    )


def _address(name: str) -> Address:
    """Return a static random address that is always the same for a name."""
    return Address("F1:05:" + ":".join(f"{b:02X}" for b in crc32(name.encode()).to_bytes(4)))
