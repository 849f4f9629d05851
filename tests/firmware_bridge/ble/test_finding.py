"""What is near by is listed, found by name or address, and stopped past its owner."""

import sys

import pytest

from firmware_bridge.codes import State
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.links import ble
from firmware_bridge.links.ble_scan import find
from firmware_bridge.links.blunt_ble import stop_over
from firmware_bridge.ports import Found, near
from sim.radio import Air
from tests.firmware_bridge.ble.ground import NAME
from tests.tools import needed

pytestmark = pytest.mark.wire


@pytest.fixture
def air():
    return Air(interval_s=0.0)


async def test_a_device_near_by_is_listed_with_its_driver_and_signal(place):
    (seen,) = await near(0.5, place.host)
    address = seen.url.removeprefix("ble://")
    assert seen == Found(f"ble://{address}", NAME, "ble", 1.0, -50)
    assert (await find(address.lower(), place.host, 1.0)).address == address
    assert (await find(NAME.upper(), place.host, 1.0)).address == address


async def test_a_device_that_is_not_there_is_said_beside_those_that_are(place):
    with pytest.raises(LinkUnavailable, match=f'"nobody" was found .*there is {NAME}'):
        await find("nobody", place.host, 0.4)


async def test_a_device_is_stopped_by_whoever_finds_it(place):
    assert await stop_over(NAME, place.host)
    assert place.state is State.STOPPED


async def test_a_stop_shares_the_connection_of_an_owner_that_hangs(make_place, air):
    needed("dbus-daemon")
    place = await make_place("bluez", air)
    owner = await place.link()  # connected: the device does not advertise any more
    assert await stop_over(NAME, place.host)
    assert place.state is State.STOPPED
    await owner.aclose()


async def test_no_bus_is_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(LinkUnavailable, match="Bluetooth is not available here"):
        await near(0.1)
    with pytest.raises(LinkUnavailable, match="Bluetooth is not available here"):
        await ble.open_ble(f"ble://{NAME}")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ble://", "names no device"),
        ("ble://somebody?hci=unix:/nowhere", "cannot be used"),
        ("ble://somebody?hci=coal:1", "cannot be used"),
        ("ble://somebody?colour=blue", 'no option "colour"'),
    ],
)
async def test_an_address_that_cannot_be_is_one_clear_line(url, why):
    with pytest.raises(LinkUnavailable, match=why):
        await ble.open_ble(url)


def test_an_address_holds_a_name_with_a_space():
    assert ble.address("ble://my%20device?hci=usb:0") == ("my device", {"hci": "usb:0"})
    assert ble.address("ble://F0:05:6D:00:00:01")[0] == "F0:05:6D:00:00:01"


async def test_a_radio_that_is_not_installed_is_one_clear_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "sim.central", None)
    with pytest.raises(LinkUnavailable, match=r"install myoloop\[radio\]"):
        await ble.open_ble("ble://somebody?hci=usb:0")
