"""From an address to a product on the air, and what is told of one that nobody knows."""

import asyncio
import contextlib
import json

import numpy as np
import pytest
import typer

from console.commands.device import info
from console.options import driven
from firmware_bridge.discovery import open_device
from firmware_bridge.drivers import drivers
from firmware_bridge.errors import DeviceUnruly
from firmware_bridge.leveled import LeveledDevice
from firmware_bridge.links.blunt import stop_device
from firmware_bridge.links.bundle import bundle
from firmware_bridge.lock import owners
from firmware_bridge.ports import near
from sim.airborne import _Joined
from sim.central import open_hci
from sim.products.beds import JensenBed, RichmatBed
from sim.products.emulation import Emulation
from sim.products.on_air import on_radio
from sim.radio import Air, VirtualRadio

pytestmark = pytest.mark.wire


class Stranger(Emulation):
    """A product that nobody knows."""

    service = "0000abcd-0000-1000-8000-00805f9b34fb"
    written = "0000abce-0000-1000-8000-00805f9b34fb"
    notifying = "0000abcf-0000-1000-8000-00805f9b34fb"
    name = "Kettle 4711"
    makers = {0x1234: b"serial 0815"}  # noqa: RUF012

    def obey(self, value):
        raise AssertionError(f"{value} was written")


@contextlib.asynccontextmanager
async def on_socket(tmp_path, emulation):
    """Offer an emulated product on a radio that is joined at a socket."""
    socket = tmp_path / "hci"
    radio = VirtualRadio(Air(interval_s=0.0075), np.random.default_rng(7))
    far = on_radio(emulation, radio)
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: _Joined(radio), socket)
    await far.switch_on()
    try:
        yield f"?hci=unix:{socket}"
    finally:
        server.close()
        await far.aclose()
        radio.close()


async def test_an_address_opens_a_product_for_this_process_alone(tmp_path):
    bed = JensenBed()
    async with on_socket(tmp_path, bed) as query:
        async with open_device(f"jensen://jmc400{query}") as device:
            assert isinstance(device, LeveledDevice)
            assert device.capabilities.model == "jensen_jmc400"
            assert [owner.url for owner in owners()] == [f"jensen://jmc400{query}"]
            assert bed.is_connected
        assert owners() == []
        assert bed.heard


async def test_the_wrong_driver_says_so_and_leaves_it_alone(tmp_path):
    bed = JensenBed()
    async with on_socket(tmp_path, bed) as query:
        with pytest.raises(DeviceUnruly, match="this is no Linak"):
            async with open_device(f"linak://jmc400{query}"):
                pass
        assert owners() == []
        assert bed.heard == []


async def test_what_a_dead_session_has_left_running_is_stopped_past_it(tmp_path):
    bed = RichmatBed()
    async with on_socket(tmp_path, bed) as query:
        bed.run(head=2)
        url = f"richmat://{bed.name}{query}"
        assert await asyncio.to_thread(stop_device, url)
        assert not bed.runs


async def test_what_is_near_by_is_listed_with_its_driver(tmp_path):
    async with on_socket(tmp_path, JensenBed()) as query:
        radio = await open_hci(query.removeprefix("?hci="))
        (found,) = await near(0.5, radio)
        await radio.aclose()
    assert (found.driver, found.confidence, found.name) == ("jensen", 1.0, "jmc400")
    assert found.url.startswith("jensen://F1:05:")


async def test_a_bundle_says_what_a_stranger_offers_and_whose_it_is_not(tmp_path):
    async with on_socket(tmp_path, Stranger()) as query:
        said = await bundle(f"ble://Kettle%204711{query}")
    assert said["advertisement"] == {
        "name": "Kettle 0000",
        "services": [Stranger.service],
        "makers": {"0x1234": 11},
        "driver": None,
        "confidence": 0.0,
    }
    offered = {each["service"]: each["characteristics"] for each in said["services"]}
    assert offered[Stranger.service] == [
        {"uuid": Stranger.written, "properties": ["write"]},
        {"uuid": Stranger.notifying, "properties": ["notify"]},
    ]
    text = json.dumps(said)
    assert "4711" not in text
    assert "0815" not in text
    assert "F1:05" not in text


async def test_the_command_writes_the_bundle(tmp_path):
    file = tmp_path / "bundle.json"
    async with on_socket(tmp_path, Stranger()) as query:
        told = await asyncio.to_thread(info, f"ble://Kettle%204711{query}", None, file)
    assert json.loads(file.read_text("utf-8"))["advertisement"]["name"] == "Kettle 0000"
    assert "before you pass it on" in told.text


def test_a_driver_overrides_what_an_address_says():
    assert driven("ble://AA:BB?hci=usb:0", "jensen") == "jensen://AA:BB?hci=usb:0"
    assert driven("linak://AA:BB", "keeson") == "keeson://AA:BB"
    assert driven("ble://AA:BB", None) == "ble://AA:BB"
    for name in drivers():
        assert driven("ble://AA:BB", name) == f"{name}://AA:BB"
    with pytest.raises(typer.BadParameter, match='no driver "jansen"'):
        driven("ble://AA:BB", "jansen")
    with pytest.raises(typer.BadParameter, match="no Bluetooth device"):
        driven("serial:///dev/ttyACM0", "jensen")
