"""The blunt way to stop somebody else's product: connect to it, which switches it off."""

import asyncio

from firmware_bridge.errors import BridgeError, LinkUnavailable
from firmware_bridge.meet_product import connect_product
from firmware_bridge.products.product import Product

from .ble import address
from .ble_radio import Radio, open_radio
from .ble_scan import FAILURES, SCAN_S, find
from .gatt_client import GattClient


def stop_product(product: Product, url: str) -> bool:
    """Switch off a product that a dead session may have left running; say if it took that.

    Takes as long as finding it does. Such a product has one host at a time: while a session that
    hangs on another radio holds it, it is not to be found. Raises `LinkUnavailable`.
    """
    wanted, options = address(url)

    async def stop() -> bool:
        radio = await open_radio(options)
        try:
            return await stop_over(product, wanted, radio)
        finally:
            await radio.aclose()

    return asyncio.run(stop())


async def stop_over(product: Product, wanted: str, radio: Radio) -> bool:
    """Do so over this radio. Raises `LinkUnavailable`."""
    wire = GattClient(await find(wanted, radio, SCAN_S, service=None), radio)
    try:
        await wire.open()
    except FAILURES as error:
        await wire.aclose()
        raise LinkUnavailable(
            f'"{wanted}" was seen and could not be connected to ({error})'
        ) from error
    try:
        device = await connect_product(product, wire)
    except BridgeError:
        return False
    await device.aclose()
    return True
