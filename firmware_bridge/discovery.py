"""From an address to a device."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from .link import open_link
from .streamed import StreamedDevice, connect


@asynccontextmanager
async def open_device(url: str) -> AsyncGenerator[StreamedDevice]:
    """Open the device at `url`, and hang up on the way out.

    Raises `LinkUnavailable`, `LinkBusy`, `LinkTimeout`, `LinkTooSlow`, `VersionMismatch`.
    """
    device = await connect(await open_link(url))
    try:
        yield device
    finally:
        await device.aclose()
