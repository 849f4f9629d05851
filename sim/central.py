"""A backend of bleak's on a Bluetooth controller of our own: virtual, or a dongle.

It implements bleak's abstract client and scanner over bumble's host, so what runs above it is
bleak as it is; and so a host without a Bluetooth stack of its own can still speak to a device.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any, TypeVar, cast

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import (
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from bumble import att, core, hci
from bumble.core import PhysicalTransport
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy
from bumble.hci import Address
from bumble.transport import open_transport
from bumble.transport.common import (
    Transport,
    TransportSink,
    TransportSource,
)

from firmware_bridge.errors import LinkUnavailable

from .advertised import spelled, uuid_text
from .radio import VirtualRadio, packets

MTU = 517
"""What this host offers; the device decides (V, the most that ATT has use for)."""

IN_FLIGHT = 8
"""Packets that may wait here before a write waits too (E)."""

POWER_ON_S = 5.0
"""How long a controller may take to answer at first (E)."""

ADDRESS = Address("C0:05:6D:79:6F:01")
"""This host, as the device sees it."""

_PROPERTIES = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}
T = TypeVar("T")


class Central:
    """A host with one controller: it scans and connects. A `Radio` for `links.ble`."""

    def __init__(self, device: Device, transport: Transport | None = None) -> None:
        self.device = device
        self._transport = transport
        self._scanners = set[Scanner]()
        self.scanner: dict[str, Any] = {"backend": type("Scanner", (Scanner,), {"central": self})}
        self.client: dict[str, Any] = {"backend": type("Client", (Client,), {"central": self})}
        device.on("advertisement", self._hear)

    async def scan(self, scanner: "Scanner") -> None:
        """Tell a scanner what is heard from now on."""
        self._scanners.add(scanner)
        if not self.device.is_scanning:
            await self.device.start_scanning(filter_duplicates=False)

    async def leave(self, scanner: "Scanner") -> None:
        """Tell it no more."""
        self._scanners.discard(scanner)
        if not self._scanners and self.device.is_scanning:
            await self.device.stop_scanning()

    async def aclose(self) -> None:
        """Give the controller back."""
        with contextlib.suppress(core.BaseBumbleError, TimeoutError):
            async with asyncio.timeout(1.0):  # a controller that is gone does not answer
                await self.device.power_off()
        if self._transport is not None:
            await self._transport.close()

    def _hear(self, advertisement: Advertisement) -> None:
        for scanner in list(self._scanners):
            scanner.hear(advertisement)


async def open_controller(moniker: str) -> Transport:
    """Open the HCI of a controller, as `usb:0`. Raises `LinkUnavailable`."""
    try:
        return await open_transport(moniker)
    except Exception as error:  # each kind of controller fails in its library's own way
        said = str(error) or type(error).__name__
        raise LinkUnavailable(
            f"the Bluetooth controller {moniker} cannot be used: {said}"
        ) from error


async def open_hci(moniker: str) -> Central:
    """Open the controller at `usb:0`, `serial:/dev/ttyACM0,1000000` or `unix:/path`.

    A dongle is untested on hardware. Raises `LinkUnavailable`.
    """
    transport = await open_controller(moniker)
    try:
        async with asyncio.timeout(POWER_ON_S):
            return await _central(transport.source, transport.sink, transport)
    except (TimeoutError, core.BaseBumbleError) as error:
        await transport.close()
        raise LinkUnavailable(f"the Bluetooth controller {moniker} does not answer") from error


async def on_radio(radio: VirtualRadio) -> Central:
    """Return a host on the virtual radio, in this process."""
    controller = radio.controller("host")
    return await _central(controller, controller, None)


async def _central(
    source: TransportSource, sink: TransportSink, transport: Transport | None
) -> Central:
    configuration = DeviceConfiguration(name="myoloop host", address=ADDRESS)
    device = Device.from_config_with_hci(configuration, source, sink)
    await device.power_on()
    return Central(device, transport)


class Scanner(BaseBleakScanner):
    """Bleak's scanner. Its subclass, made by a `Central`, knows that as `central`."""

    central: Central

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        *_: object,
        **__: object,
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        await self.central.scan(self)

    async def stop(self) -> None:
        await self.central.leave(self)

    def hear(self, heard: Advertisement) -> None:
        """Take an advertisement, or the answer to a scan."""
        said = spelled(heard)
        before = self.seen_devices.get(heard.address.to_string(with_type_qualifier=False))
        if before is not None:  # what an advertisement lacks, the answer to a scan has said
            said = said._replace(
                local_name=said.local_name or before[1].local_name,
                service_uuids=said.service_uuids or before[1].service_uuids,
                manufacturer_data=before[1].manufacturer_data | said.manufacturer_data,
            )
        if not self.is_allowed_uuid(said.service_uuids):
            return
        address = heard.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(
            address, address, said.local_name, heard.address, said
        )
        self.call_detection_callbacks(device, said)


class Client(BaseBleakClient):
    """Bleak's client. Its subclass, made by a `Central`, knows that as `central`."""

    central: Central

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **_: object,
    ) -> None:
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout
        )
        self._target = (
            cast(Address, address_or_ble_device.details)
            if isinstance(address_or_ble_device, BLEDevice)
            else Address(address_or_ble_device)
        )
        self._connection: Connection | None = None
        self._gone = asyncio.Event()
        self._heard: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: object) -> None:
        """Connect, agree on the MTU, and read the services."""
        del pair
        connection = await self._reach()
        self._connection = connection
        self._gone.clear()
        connection.on("disconnection", self._lose)
        try:
            async with asyncio.timeout(self._timeout):
                await self._ask(self._discover(Peer(connection)))
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        connection = self._connection
        if connection is not None:
            with _translated():
                await connection.disconnect()
            await self._gone.wait()

    async def pair(self, *args: object, **kwargs: object) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, **_: object
    ) -> bytearray:
        return bytearray(await self._ask(_proxy(characteristic).read_value()))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: object) -> bytearray:
        return bytearray(await self._ask(descriptor.obj.read_value()))

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: SizedBuffer,
        response: bool,
    ) -> None:
        if not response:
            await self._room()
        await self._ask(_proxy(characteristic).write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        await self._ask(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: object
    ) -> None:
        if characteristic.handle in self._heard:
            raise BleakError("notifications are on already")
        hear = self._heard[characteristic.handle] = lambda value: callback(bytearray(value))
        prefer_notify = "notify" in characteristic.properties
        await self._ask(_proxy(characteristic).subscribe(hear, prefer_notify=prefer_notify))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        hear = self._heard.pop(characteristic.handle, None)
        await self._ask(
            _proxy(characteristic).unsubscribe(hear)  # pyright: ignore[reportUnknownMemberType]
        )

    # -- the rest ----------------------------------------------------------------------------

    async def _reach(self) -> Connection:
        """Make the connection; whatever interrupts that cancels the attempt in the controller.

        Else it would come up later, nobody's, and the device would no longer advertise.
        """
        device = self.central.device
        try:
            return await device.connect(
                self._target,
                transport=PhysicalTransport.LE,
                timeout=self._timeout,
            )
        except (core.TimeoutError, TimeoutError) as error:
            raise TimeoutError(f"{self.address} did not answer in {self._timeout:g} s") from error
        except asyncio.CancelledError:
            with contextlib.suppress(core.BaseBumbleError):
                cancel = cast(Any, hci.HCI_LE_Create_Connection_Cancel_Command())
                await device.send_sync_command(cancel)
            raise
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error

    def _lose(self, _: int) -> None:
        self._connection = None
        self.services = None
        self._heard.clear()
        self._gone.set()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def _discover(self, peer: Peer) -> None:
        await peer.request_mtu(MTU)
        services = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            ours = BleakGATTService(service, service.handle, uuid_text(service.uuid))
            services.add_service(ours)
            ones = await service.discover_characteristics()  # pyright: ignore[reportUnknownMemberType]
            for one in ones:
                services.add_characteristic(self._characteristic(one, ours))
        self.services = services

    def _characteristic(
        self, proxy: CharacteristicProxy[Any], service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        return BleakGATTCharacteristic(
            proxy,
            proxy.handle,
            uuid_text(proxy.uuid),
            cast(Any, [name for bit, name in _PROPERTIES.items() if proxy.properties & bit]),
            lambda: self.mtu_size - 3,
            service,
        )

    async def _ask(self, question: Awaitable[T]) -> T:
        """Await an answer. bumble *cancels* what is pending when the connection goes: translate."""
        if self._connection is None:
            if asyncio.iscoroutine(question):
                question.close()
            raise BleakError("not connected")
        try:
            with _translated():
                return await question
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise BleakError("disconnected") from None

    async def _room(self) -> None:
        """Wait until few packets wait here, as a host's socket buffer makes one wait."""
        queue = packets(self.central.device)
        while self._connection is not None and queue.pending >= IN_FLIGHT:
            flow: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            queue.once("flow", partial(_fulfil, flow))  # pyright: ignore[reportUnknownMemberType]
            gone = asyncio.ensure_future(self._gone.wait())
            await asyncio.wait([flow, gone], return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()


def _fulfil(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _proxy(characteristic: BleakGATTCharacteristic) -> CharacteristicProxy[Any]:
    return cast("CharacteristicProxy[Any]", characteristic.obj)


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except att.ATT_Error as error:
        raise BleakGATTProtocolError(BleakGATTProtocolErrorCode(error.error_code)) from error
    except (core.BaseBumbleError, asyncio.InvalidStateError) as error:
        raise BleakError(str(error)) from error
