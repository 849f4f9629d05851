"""A BlueZ of our own on a private D-Bus, so that bleak's own backend runs, as it is, without one.

It serves the part of org.bluez that bleak uses, and speaks to devices through a `Central`: real
attribute protocol, over the virtual radio. What it answers was checked against bluetoothd 5.66.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from .bluez_device import BlueZDevice
from .bluez_tree import (
    ADAPTER,
    CHARACTERISTIC,
    DEVICE,
    NOTHING,
    OBJECT_MANAGER,
    PROPERTIES,
    Answer,
    Fault,
    Tree,
    flag,
    say,
    text,
    unknown,
)
from .central import Central, Scanner

HCI = "/org/bluez/hci0"

FORGETS_AFTER_S = 30.0
"""How long BlueZ remembers a device after the last scan (V, TemporaryTimeout)."""

DISCONNECT_S = 2.0
"""How long a disconnect takes it (V, DISCONNECT_TIMER)."""

_OURS = {OBJECT_MANAGER, PROPERTIES, ADAPTER, DEVICE, CHARACTERISTIC}
_WATCH = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"


class BlueZ:
    """A Bluetooth daemon with one adapter. Made by `serve`."""

    def __init__(self, bus: MessageBus, central: Central) -> None:
        self.disconnect_s = DISCONNECT_S
        self._bus = bus
        self._central = central
        self._tree = Tree(bus)
        self._devices: dict[str, BlueZDevice] = {}
        self._discovering = set[str]()
        self._tasks = set[asyncio.Task[None]]()
        self._forget: asyncio.TimerHandle | None = None
        backend: type[Scanner] = central.scanner["backend"]
        self._scanner = backend(self._see, None)

    async def open(self) -> None:
        """Be org.bluez."""
        self._bus.add_message_handler(self._hear)
        adapter = {
            "Address": text("C0:05:6D:79:6F:01"),
            "Name": text("virtual"),
            "Alias": text("virtual"),
            "Powered": flag(True),
            "Discovering": flag(False),
            "UUIDs": Variant("as", []),
            "Roles": Variant("as", ["central"]),
        }
        self._tree.add(HCI, {ADAPTER: adapter})
        await self._bus.request_name("org.bluez")
        await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                interface="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                member="AddMatch",
                signature="s",
                body=[_WATCH],
            )
        )

    async def aclose(self) -> None:
        """End in good order: connections first."""
        for device in self._devices.values():
            await device.drop()
        await self.die()

    async def die(self) -> None:
        """Be gone from the bus, and leave everything as it is."""
        if self._forget is not None:
            self._forget.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._scanner.stop()
        if self._bus.connected:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()

    # -- the adapter -------------------------------------------------------------------------

    async def _adapter(self, message: Message) -> Answer:
        sender = message.sender or ""
        match message.member, message.body:
            case "SetDiscoveryFilter", _:
                pass
            case "StartDiscovery", _:
                self._discovering.add(sender)
                await self._scanner.start()
            case "StopDiscovery", _:
                if sender not in self._discovering:
                    raise Fault("Failed", "No discovery started")
                await self._stop_discovery(sender)
            case "RemoveDevice", [str(path)]:
                if path not in self._devices:
                    raise Fault("DoesNotExist", "Does Not Exist")
                await self._remove(path)
            case _:
                raise unknown(message)
        return NOTHING

    async def _stop_discovery(self, sender: str) -> None:
        self._discovering.discard(sender)
        if not self._discovering:
            await self._scanner.stop()
            loop = asyncio.get_running_loop()
            if self._forget is not None:
                self._forget.cancel()
            self._forget = loop.call_later(FORGETS_AFTER_S, self._forget_devices)

    def _forget_devices(self) -> None:
        for path, device in list(self._devices.items()):
            if not self._discovering and not device.is_in_use:
                self._run(self._remove(path))

    async def _remove(self, path: str) -> None:
        device = self._devices.pop(path)
        await device.drop()
        self._tree.remove(path)

    def _see(self, device: BLEDevice, said: AdvertisementData) -> None:
        path = f"{HCI}/dev_{device.address.replace(':', '_')}"
        news = {"RSSI": Variant("n", said.rssi), "UUIDs": Variant("as", said.service_uuids)}
        if said.local_name:
            news |= {"Name": text(said.local_name), "Alias": text(said.local_name)}
        if path in self._devices:
            self._tree.change(path, DEVICE, news)
            return
        self._devices[path] = BlueZDevice(path, self._tree, self._central, device, self._run)
        self._devices[path].disconnect_s = self.disconnect_s
        never = ("Paired", "Bonded", "Trusted", "Blocked", "Connected", "ServicesResolved")
        about = {
            "Address": text(device.address),
            "AddressType": text("random"),
            "Adapter": Variant("o", HCI),
            "Alias": text(device.address.replace(":", "-")),
            **{name: flag(False) for name in never},
        }
        self._tree.add(path, {DEVICE: about | news})

    # -- D-Bus -------------------------------------------------------------------------------

    def _hear(self, message: Message) -> bool | None:
        if message.message_type is MessageType.SIGNAL:
            if message.member == "NameOwnerChanged" and message.body[2] == "":
                self._run(self._leave(message.body[0]))
            return None
        if message.message_type is not MessageType.METHOD_CALL or message.interface not in _OURS:
            return None
        self._run(self._answer(message))
        return True

    async def _leave(self, name: str) -> None:
        """A client of D-Bus is gone: its scans and notifications too."""
        if name in self._discovering:
            await self._stop_discovery(name)
        for device in list(self._devices.values()):
            await device.leave(name)

    async def _answer(self, message: Message) -> None:
        try:
            answer = await self._call(message)
        except Fault as fault:
            reply = Message.new_error(message, fault.name, str(fault))
        else:
            reply = Message.new_method_return(message, *answer)
        say(self._bus, reply)

    async def _call(self, message: Message) -> Answer:
        path = message.path or ""
        if message.interface == OBJECT_MANAGER:
            return "a{oa{sa{sv}}}", [self._tree.objects]
        if path not in self._tree.objects:
            name = "org.freedesktop.DBus.Error.UnknownObject"
            raise Fault(name, str(unknown(message)))
        if message.interface == PROPERTIES:
            return self._tree.ask(message)
        if message.interface == ADAPTER:
            return await self._adapter(message)
        device = self._devices["/".join(path.split("/")[:5])]
        if message.interface == DEVICE:
            return await device.call(message)
        return await device.call_value(message)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="BlueZ")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def serve(address: str, central: Central) -> BlueZ:
    """Be the BlueZ of the bus at `address`, with `central` as its adapter."""
    bus = await MessageBus(bus_address=address).connect()
    bluez = BlueZ(bus, central)
    await bluez.open()
    return bluez
