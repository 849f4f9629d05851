"""The ground that every test of Bluetooth stands on, one way and the other."""

import contextlib

import pytest

from sim.radio import Air
from tests.firmware_bridge.ble.ground import ground
from tests.tools import needed

WAYS = ("bumble", "bluez")


@pytest.fixture(params=WAYS)
def way(request):
    """How bleak is driven: by a backend of ours, or by its own over a BlueZ of ours."""
    return request.param


@pytest.fixture
async def air():
    """How good the air is; a test may say so by its own parameter of this name."""
    return Air(interval_s=0.0075)


@pytest.fixture
async def place(way, air, monkeypatch):
    if way == "bluez":
        needed("dbus-daemon")
    async with ground(way, air, monkeypatch) as it:
        yield it


@pytest.fixture
async def make_place(monkeypatch):
    """For tests of one way only."""
    async with contextlib.AsyncExitStack() as stack:
        yield lambda way, air: stack.enter_async_context(ground(way, air, monkeypatch))
