"""From an address to a device."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import urlsplit

from .characteristics import Embodied
from .drivers import products
from .leveled import LeveledDevice
from .link import open_link
from .meet_product import connect_product
from .streamed import StreamedDevice, connect

Opened: TypeAlias = StreamedDevice | LeveledDevice
"""One of ours, or a product that somebody owns."""


@asynccontextmanager
async def open_device(url: str) -> AsyncGenerator[Opened]:
    """Open the device at `url`, and hang up on the way out.

    The scheme is how a device of ours is reached, or the name of a product: `jensen://ADDRESS`.

    Raises `LinkUnavailable`, `LinkBusy`, `LinkTimeout`, `LinkTooSlow`, `VersionMismatch`,
    `DeviceUnruly`.
    """
    device = await _open(url)
    try:
        yield device
    finally:
        await device.aclose()


async def _open(url: str) -> Opened:
    product = products().get(urlsplit(url).scheme)
    if product is None:
        far = await open_link(url)
        if isinstance(far, Embodied):
            return await connect_product(far.product, far)
        return await connect(far)
    from .links.gatt_client import open_product  # bleak takes a while to load

    return await open_product(product, url)
