"""What could be opened from here."""

import json

from serial.tools.list_ports_common import ListPortInfo

from firmware_bridge import ports
from firmware_bridge.lock import runtime_folder


def test_an_announced_twin_is_found_until_it_takes_it_back():
    file = ports.announce("serial:///dev/pts/7", "healthy_f")
    found = [ports.Found("serial:///dev/pts/7", "healthy_f", "serial")]
    assert ports.announced() == found
    file.unlink()
    assert ports.announced() == []


def test_twins_of_dead_processes_are_swept_up():
    dead = runtime_folder() / "dead.twin.json"
    dead.write_text(json.dumps({"url": "tcp://localhost:1", "name": "old", "pid": 2**22 + 1}))
    assert ports.announced() == []
    assert not dead.exists()


def test_a_torn_announcement_is_passed_over():
    (runtime_folder() / "torn.twin.json").write_text("{")
    assert ports.announced() == []


def test_serial_ports_are_called_what_their_maker_calls_them(monkeypatch):
    board, bare = ListPortInfo("/dev/ttyACM0"), ListPortInfo("/dev/ttyS0")
    board.product = "Massage Controller"
    monkeypatch.setattr(ports, "comports", lambda: [bare, board])
    assert ports.serial_ports() == [
        ports.Found("serial:///dev/ttyACM0", "Massage Controller", "serial", 0.3),
        ports.Found("serial:///dev/ttyS0", "serial port", "serial", 0.3),
    ]


def test_the_serial_ports_of_this_machine_have_addresses_and_names():
    for port in ports.serial_ports():
        assert port.url.startswith("serial:///")
        assert port.name
