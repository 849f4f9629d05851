"""Bluetooth on the command line: listed, offered, and where there is none, one line."""

import json

import pytest

from console.cli import main
from console.commands import device as commands
from firmware_bridge import ports
from firmware_bridge.ports import Found

NEAR = Found("ble://F0:05:6D:00:00:01", "massager", "ble", 1.0, -61)


def listed(capsys, *options):
    assert main(["device", "list", "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def no_bluetooth(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")


def test_a_device_near_by_is_listed_beside_the_others(monkeypatch, capsys):
    async def near(for_s):
        assert for_s == commands.SCAN_S
        return [NEAR]

    monkeypatch.setattr(ports, "near", near)
    told = listed(capsys)
    (one,) = [each for each in told["devices"] if each["url"].startswith("ble:")]
    assert one == {
        "url": NEAR.url, "name": "massager", "driver": "ble", "confidence": 1.0, "rssi": -61.0,
        "evidence": None,
    }  # fmt: skip
    assert {each["driver"] for each in told["devices"]} >= {"ble", "sim"}
    assert told["notes"] == []
    assert main(["device", "list"]) == 0
    assert "-61 dBm" in capsys.readouterr().out


def test_no_bluetooth_is_one_line_and_no_error(no_bluetooth, capsys):
    told = listed(capsys)
    (note,) = told["notes"]
    assert note.startswith("Bluetooth is not available here: ")
    assert "\n" not in note
    assert told["devices"]


def test_bluetooth_need_not_be_looked_for(no_bluetooth, capsys):
    assert listed(capsys, "--scan", "0")["notes"] == []


@pytest.mark.parametrize("on", ["ble:usb:nothing", "carrier-pigeon"])
def test_a_place_that_is_none_is_one_clear_line(on, capsys):
    assert main(["twin", "--on", on, "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "unavailable"
    assert on.removeprefix("ble:") in error["message"]
