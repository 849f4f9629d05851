"""A connection to somebody else's Bluetooth product, and how it is found."""

import asyncio
import contextlib
import os

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice

from firmware_bridge.characteristics import OnGone, OnValue
from firmware_bridge.errors import LinkBusy, LinkClosed, LinkUnavailable
from firmware_bridge.leveled import LeveledDevice
from firmware_bridge.lock import Owner, hold, let_go, owner_of
from firmware_bridge.meet_product import connect_product
from firmware_bridge.products.product import Product

from .ble import BACKOFF_S, CONNECT_TRIES, address, port_name
from .ble_client import CONNECT_S, DISCONNECT_S
from .ble_radio import Radio, open_radio
from .ble_scan import FAILURES, SCAN_S, find


class GattClient:
    """`Characteristics` over bleak: one connection, always disconnected, never used again."""

    def __init__(self, device: BLEDevice, radio: Radio) -> None:
        self._client = BleakClient(device, self._lost, timeout=CONNECT_S, **radio.client)
        self._name = device.name or device.address
        self._on_value: OnValue = lambda _, __: None
        self._on_gone: OnGone = lambda _: None
        self._over = False

    async def open(self) -> None:
        """Connect. Raises whatever bleak raises."""
        async with asyncio.timeout(2 * CONNECT_S):  # a stack that forgets its own timeout
            await self._client.connect()

    @property
    def services(self) -> frozenset[str]:
        return frozenset(service.uuid.lower() for service in self._client.services)

    async def write(self, uuid: str, value: bytes, *, answered: bool) -> None:
        self._check_open()
        try:
            await self._client.write_gatt_char(uuid, value, response=answered)
        except FAILURES as error:
            raise self._failed("cannot be written to", error) from error

    async def subscribe(self, uuid: str) -> None:
        self._check_open()
        try:
            await self._client.start_notify(uuid, self._heard)
        except FAILURES as error:
            raise self._failed("cannot be listened to", error) from error

    def listen(self, on_value: OnValue, on_gone: OnGone) -> None:
        self._on_value, self._on_gone = on_value, on_gone

    async def aclose(self) -> None:
        """Disconnect, whatever happened before: else its successor hears everything twice."""
        self._over = True
        self._on_value, self._on_gone = lambda _, __: None, lambda _: None
        with contextlib.suppress(Exception):  # it is gone, or the stack is: that is all we want
            async with asyncio.timeout(DISCONNECT_S):
                await self._client.disconnect()

    def _heard(self, characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
        self._on_value(characteristic.uuid.lower(), bytes(value))

    def _lost(self, _: BleakClient) -> None:
        if not self._over:
            self._over = True
            self._on_gone(LinkClosed(f'"{self._name}" is gone: out of reach, or switched off'))

    def _failed(self, what: str, error: Exception) -> LinkClosed:
        return LinkClosed(f'"{self._name}" {what} ({str(error) or type(error).__name__})')

    def _check_open(self) -> None:
        if self._over:
            raise LinkClosed(f'the connection to "{self._name}" is closed')


class Held(GattClient):
    """A connection that this process alone has, over a radio that it gives back."""

    def __init__(self, device: BLEDevice, radio: Radio, wanted: str) -> None:
        super().__init__(device, radio)
        self._radio, self._wanted = radio, wanted

    async def aclose(self) -> None:
        await super().aclose()
        let_go(port_name(self._wanted))
        await self._radio.aclose()


async def open_product(product: Product, url: str) -> LeveledDevice:
    """Open `PRODUCT://ADDRESS-or-name`, for this process alone, stopped.

    Raises `LinkUnavailable`, `LinkBusy`, `DeviceUnruly`, `LinkTimeout`.
    """
    wanted, options = address(url)
    port = port_name(wanted)
    owner = owner_of(port)
    if owner is not None and owner.pid != os.getpid():
        raise LinkBusy(f"{wanted} is in use by process {owner.pid}: end it first")
    radio = await open_radio(options)
    try:
        wire = await reach(wanted, radio)
    except BaseException:
        await radio.aclose()
        raise
    hold(port, Owner(pid=os.getpid(), url=url))
    return await connect_product(product, wire)


async def reach(wanted: str, radio: Radio, scan_s: float = SCAN_S) -> Held:
    """Find whatever is called so and connect, a few times if need be. Raises `LinkUnavailable`."""
    failure: Exception | None = None
    for backoff_s in (*BACKOFF_S, None)[:CONNECT_TRIES]:
        wire = Held(await find(wanted, radio, scan_s, service=None), radio, wanted)
        try:
            await wire.open()
        except FAILURES as error:
            failure = error
            await GattClient.aclose(wire)
        except BaseException:
            await GattClient.aclose(wire)
            raise
        else:
            return wire
        if backoff_s is not None:
            await asyncio.sleep(backoff_s)
    raise LinkUnavailable(
        f'"{wanted}" was seen and could not be connected to ({failure}): such a product takes one '
        "host at a time; close its own app, and see that it is near"
    ) from failure
