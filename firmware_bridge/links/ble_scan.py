"""Who advertises near by, and which of them is the one that an address means."""

import asyncio
import contextlib

from bleak import BleakAdapter, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakError

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.gatt import SERVICE

from .ble_radio import Radio, SystemRadio

SCAN_S = 5.0
"""How long a device is looked for: it advertises ten times a second, and much is missed (E)."""

LIST_S = 3.0
"""How long a list of what is near by takes (E)."""

_SCAN_TRIES = 2
"""A scan that BlueZ starts may find nothing (M, bleak 2021): look again once (E)."""

FAILURES = (BleakError, OSError, EOFError, TimeoutError)
"""What a Bluetooth stack that is not there, or dies, raises."""


async def find(
    wanted: str, radio: Radio, within_s: float = SCAN_S, service: str | None = SERVICE
) -> BLEDevice:
    """Return the device that has this address or name, and advertises a service, if one is named.

    Raises `LinkUnavailable`.
    """
    seen: set[str] = set()

    def fits(device: BLEDevice, said: AdvertisementData) -> bool:
        if service is not None and service not in said.service_uuids:
            return False
        seen.add(said.local_name or device.name or device.address)
        return _is_called(wanted, device, said)

    try:
        if service is not None and (held := await _held(wanted, radio, service)) is not None:
            return held
        for _ in range(_SCAN_TRIES):
            found = await BleakScanner.find_device_by_filter(
                fits, timeout=within_s / _SCAN_TRIES, **radio.scanner
            )
            if found is not None:
                return found
    except FAILURES as error:
        raise LinkUnavailable(no_bluetooth(error)) from error
    others = f"there is {', '.join(sorted(seen))}" if seen else "nothing of the kind is near by"
    raise LinkUnavailable(
        f'no Bluetooth device "{wanted}" was found in {within_s:g} s ({others}): is it switched '
        "on, near, and not connected to something else?"
    )


async def scan(radio: Radio, for_s: float = LIST_S) -> list[Advertisement]:
    """Return who advertises near by, the nearest first. Raises `LinkUnavailable`."""
    try:
        async with asyncio.timeout(2 * for_s + 1.0):  # a stack that hangs must not hang us
            seen = await BleakScanner.discover(for_s, return_adv=True, **radio.scanner)
    except FAILURES as error:
        raise LinkUnavailable(no_bluetooth(error)) from error
    found = [_advertisement(device, said) for device, said in seen.values()]
    return sorted(found, key=lambda one: -(one.rssi or -127))


def no_bluetooth(error: Exception) -> str:
    """Return one line about why there is no Bluetooth here."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return f"Bluetooth is not available here: {error.args[0]}"
    if isinstance(error, (FileNotFoundError, ConnectionError)):
        return "Bluetooth is not available here: no D-Bus, so no BlueZ; is bluetoothd running?"
    said = str(error) or type(error).__name__
    return f"Bluetooth is not available here: {said}; is an adapter there, and bluetoothd running?"


async def _held(wanted: str, radio: Radio, service: str) -> BLEDevice | None:
    """Return the device if this machine is connected to it already: it does not advertise then."""
    if not isinstance(radio, SystemRadio):
        return None  # nobody else uses that one
    with contextlib.suppress(NotImplementedError):  # a system without such a question
        adapter = await BleakAdapter.get()
        for device in await adapter.get_connected_devices([service]):
            if wanted.casefold() in (device.address.casefold(), (device.name or "").casefold()):
                return device
    return None


def _advertisement(device: BLEDevice, said: AdvertisementData) -> Advertisement:
    return Advertisement(
        address=device.address,
        name=said.local_name or device.name or device.address,
        services=tuple(said.service_uuids),
        makers=dict(said.manufacturer_data),
        rssi=said.rssi,
    )


def _is_called(wanted: str, device: BLEDevice, said: AdvertisementData) -> bool:
    names = (device.address, said.local_name, device.name)
    return any(name is not None and name.casefold() == wanted.casefold() for name in names)
