"""What a Bluetooth device shows of itself, for whoever is to write its driver; nothing personal."""

import asyncio
import contextlib
import re
from typing import Any

from bleak import BleakClient

from firmware_bridge.advertisement import Advertisement
from firmware_bridge.drivers import drivers
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.recognise import recognise

from .ble import address
from .ble_client import CONNECT_S, DISCONNECT_S
from .ble_radio import Radio, open_radio
from .ble_scan import FAILURES, LIST_S, find, scan


async def bundle(url: str) -> dict[str, Any]:
    """Return the bundle of the device at `ble://ADDRESS-or-name`. Raises `LinkUnavailable`."""
    wanted, options = address(url)
    radio = await open_radio(options)
    try:
        return await look_at(wanted, radio)
    finally:
        await radio.aclose()


async def look_at(wanted: str, radio: Radio, scan_s: float = LIST_S) -> dict[str, Any]:
    """Return what one device advertises and offers. Nothing is written to it, no value is read.

    Its address is left out, and so are the digits of its name and what its maker's data say: they
    may tell one owner's device from another's. Raises `LinkUnavailable`.
    """
    seen = next((one for one in await scan(radio, scan_s) if _is_called(wanted, one)), None)
    device = await find(wanted, radio, service=None)
    client = BleakClient(device, timeout=CONNECT_S, **radio.client)
    try:
        async with asyncio.timeout(2 * CONNECT_S):
            await client.connect()
        services = [
            {
                "service": service.uuid,
                "characteristics": [
                    {"uuid": one.uuid, "properties": sorted(one.properties)}
                    for one in service.characteristics
                ],
            }
            for service in client.services
        ]
    except FAILURES as error:
        raise LinkUnavailable(
            f'"{wanted}" was seen and could not be looked at ({error})'
        ) from error
    finally:
        with contextlib.suppress(Exception):  # it is gone, or the stack is: that is all we want
            async with asyncio.timeout(DISCONNECT_S):
                await client.disconnect()
    return {"advertisement": _said(seen), "services": services}


def _said(seen: Advertisement | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    guess = recognise(seen, drivers())
    return {
        "name": re.sub(r"\d", "0", seen.name) if seen.name != seen.address else "",
        "services": sorted(seen.services),
        "makers": {f"0x{company:04x}": len(said) for company, said in seen.makers.items()},
        "driver": None if guess is None else guess.driver,
        "confidence": 0.0 if guess is None else guess.confidence,
    }


def _is_called(wanted: str, seen: Advertisement) -> bool:
    return wanted.casefold() in (seen.address.casefold(), seen.name.casefold())
