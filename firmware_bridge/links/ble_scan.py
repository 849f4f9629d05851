"""Who advertises near by, and which of them is the one that an address means."""

import asyncio

import msgspec
from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakError

from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.gatt import SERVICE

from .ble_radio import Radio

SCAN_S = 5.0
"""How long a device is looked for: it advertises ten times a second, and much is missed (E)."""

LIST_S = 3.0
"""How long a list of what is near by takes (E)."""

_SCAN_TRIES = 2
"""A scan that BlueZ starts may find nothing (M, bleak 2021): look again once (E)."""

FAILURES = (BleakError, OSError, EOFError, TimeoutError)
"""What a Bluetooth stack that is not there, or dies, raises."""


class Sighting(msgspec.Struct, frozen=True):
    """One advertiser, all its advertisements together. `rssi` in dBm."""

    address: str
    name: str
    services: tuple[str, ...]
    rssi: int


async def find(wanted: str, radio: Radio, within_s: float = SCAN_S) -> BLEDevice:
    """Return the device of our service that has this address or name. Raises `LinkUnavailable`."""
    seen: set[str] = set()

    def fits(device: BLEDevice, said: AdvertisementData) -> bool:
        if SERVICE not in said.service_uuids:
            return False
        seen.add(said.local_name or device.name or device.address)
        return _is_called(wanted, device, said)

    try:
        for _ in range(_SCAN_TRIES):
            found = await BleakScanner.find_device_by_filter(
                fits, timeout=within_s / _SCAN_TRIES, **radio.scanner
            )
            if found is not None:
                return found
    except FAILURES as error:
        raise LinkUnavailable(no_bluetooth(error)) from error
    others = f"there is {', '.join(sorted(seen))}" if seen else "none of our service is near by"
    raise LinkUnavailable(
        f'no Bluetooth device "{wanted}" was found in {within_s:g} s ({others}): is it switched '
        "on, near, and not connected to something else?"
    )


async def scan(radio: Radio, for_s: float = LIST_S) -> list[Sighting]:
    """Return who advertises near by, the nearest first. Raises `LinkUnavailable`."""
    try:
        async with asyncio.timeout(2 * for_s + 1.0):  # a stack that hangs must not hang us
            seen = await BleakScanner.discover(for_s, return_adv=True, **radio.scanner)
    except FAILURES as error:
        raise LinkUnavailable(no_bluetooth(error)) from error
    sightings = [
        Sighting(
            address,
            said.local_name or device.name or address,
            tuple(said.service_uuids),
            said.rssi,
        )
        for address, (device, said) in seen.items()
    ]
    return sorted(sightings, key=lambda s: -s.rssi)


def no_bluetooth(error: Exception) -> str:
    """Return one line about why there is no Bluetooth here."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return f"Bluetooth is not available here: {error.args[0]}"
    if isinstance(error, (FileNotFoundError, ConnectionError)):
        return "Bluetooth is not available here: no D-Bus, so no BlueZ; is bluetoothd running?"
    said = str(error) or type(error).__name__
    return f"Bluetooth is not available here: {said}; is an adapter there, and bluetoothd running?"


def _is_called(wanted: str, device: BLEDevice, said: AdvertisementData) -> bool:
    names = (device.address, said.local_name, device.name)
    return any(name is not None and name.casefold() == wanted.casefold() for name in names)
