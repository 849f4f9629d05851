"""The objects of a BlueZ on D-Bus: paths, interfaces, properties, and the signals they make."""

from collections.abc import Mapping
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"

Interfaces = dict[str, dict[str, Variant]]
Answer = tuple[str, list[Any]]
"""What a method returns: signature and body."""

NOTHING: Answer = ("", [])


class Fault(Exception):
    """What a method answers instead: a D-Bus error."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name if "." in name else f"org.bluez.Error.{name}"


class Tree:
    """The objects by path."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.objects: dict[str, Interfaces] = {}

    def add(self, path: str, interfaces: Interfaces) -> None:
        """Let there be an object."""
        self.objects[path] = interfaces
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def remove(self, path: str) -> None:
        """Take away an object and all below it, the deepest first."""
        below = [p for p in self.objects if p == path or p.startswith(f"{path}/")]
        for one in sorted(below, key=len, reverse=True):
            names = list(self.objects.pop(one))
            self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [one, names])

    def change(self, path: str, interface: str, properties: Mapping[str, Variant]) -> None:
        """Change properties of an object that may have gone meanwhile."""
        if path in self.objects:
            self.objects[path][interface].update(properties)
            body: list[Any] = [interface, dict(properties), []]
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def ask(self, message: Message) -> Answer:
        """Answer a call to the properties of an object. Raises `Fault`."""
        interfaces = self.objects[message.path or ""]
        match message.member, message.body:
            case "Get", [str(interface), str(name)]:
                return "v", [interfaces[interface][name]]
            case "GetAll", [str(interface)]:
                return "a{sv}", [interfaces[interface]]
            case "Set", [str(interface), str(name), Variant() as value]:
                self.change(message.path or "", interface, {name: value})
                return NOTHING
            case _:
                raise unknown(message)

    def _signal(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        say(
            self._bus,
            Message(
                message_type=MessageType.SIGNAL,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=body,
            ),
        )


def unknown(message: Message) -> Fault:
    """Return what BlueZ answers to a method it does not have."""
    return Fault(
        "org.freedesktop.DBus.Error.UnknownMethod",
        f'Method "{message.member}" with signature "{message.signature}" on interface '
        f'"{message.interface}" doesn\'t exist\n',
    )


def text(value: str) -> Variant:
    """Return a string as D-Bus spells it."""
    return Variant("s", value)


def flag(value: bool) -> Variant:
    """Return a boolean as D-Bus spells it."""
    return Variant("b", value)


def say(bus: MessageBus, message: Message) -> None:
    """Send a message, if the bus is still there."""
    if bus.connected:
        bus.send(message)  # pyright: ignore[reportUnknownMemberType]
