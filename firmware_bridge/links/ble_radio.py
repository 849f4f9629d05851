"""Whose Bluetooth: the operating system's, or a radio that somebody else brings along."""

from importlib.metadata import entry_points
from typing import Any, Protocol

from firmware_bridge.errors import LinkUnavailable


class Radio(Protocol):
    """Something that scans and connects. Its options go to bleak's scanners and clients."""

    @property
    def scanner(self) -> dict[str, Any]:
        """Keyword arguments for `BleakScanner`."""
        ...

    @property
    def client(self) -> dict[str, Any]:
        """Keyword arguments for `BleakClient`."""
        ...

    async def aclose(self) -> None:
        """Give it back."""
        ...


class SystemRadio:
    """The operating system's own: BlueZ, WinRT, CoreBluetooth."""

    def __init__(self) -> None:
        self.scanner: dict[str, Any] = {}
        self.client: dict[str, Any] = {}

    async def aclose(self) -> None:
        """There is nothing to give back."""


async def open_radio(options: dict[str, str]) -> Radio:
    """Open the radio that the query of an address names, as `hci=usb:0`; without one, the system's.

    Raises `LinkUnavailable`.
    """
    radio: Radio = SystemRadio()
    known = entry_points(group="firmware_bridge.radios")
    for name, value in options.items():
        found = [entry for entry in known if entry.name == name]
        if not found:
            raise LinkUnavailable(
                f'a Bluetooth address has no option "{name}"; it has hci, as ?hci=usb:0'
            )
        try:
            opener: Any = found[0].load()
        except ImportError as error:
            raise LinkUnavailable(
                f"a radio of its own needs {error.name or 'bumble'}: install myoloop[radio]"
            ) from error
        radio = await opener(value)
    return radio
