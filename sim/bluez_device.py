"""One device of a BlueZ: connected to, its services exported, its values passed on."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError, BleakGATTProtocolError
from dbus_fast import Message, Variant

from .bluez_tree import (
    CHARACTERISTIC,
    DEVICE,
    NOTHING,
    SERVICE,
    Answer,
    Fault,
    Tree,
    flag,
    text,
    unknown,
)
from .central import Central, Client

CONNECT_S = 25.0
"""When BlueZ itself gives up an attempt; bleak does so earlier (V, measured)."""

_HIDDEN = "00001800"
"""BlueZ keeps the generic access service to itself (V, 5.66)."""

_NAMED = {
    0x02: ("NotPermitted", "Read not permitted"),
    0x03: ("NotPermitted", "Write not permitted"),
    0x07: ("InvalidArguments", "Invalid offset"),
    0x0D: ("InvalidArguments", "Invalid Length"),
}
"""ATT errors that BlueZ calls by a name of their own (V, create_gatt_dbus_error)."""

Run = Callable[[Coroutine[Any, Any, None]], None]


class BlueZDevice:
    """A device that was seen. `run` starts what may take a while."""

    def __init__(
        self, path: str, tree: Tree, central: Central, device: BLEDevice, run: Run
    ) -> None:
        self.path = path
        self.disconnect_s = 0.0
        self._tree, self._central, self._device, self._run = tree, central, device, run
        self._client: Client | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._characteristics: dict[str, BleakGATTCharacteristic] = {}
        self._sessions: dict[str, list[str]] = {}
        self._busy = set[tuple[str, str]]()

    @property
    def is_in_use(self) -> bool:
        """Connected, or on the way there."""
        return self._connecting is not None or self.is_connected

    @property
    def is_connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def call(self, message: Message) -> Answer:
        """Answer a call to the device. Raises `Fault`."""
        match message.member:
            case "Connect":
                await self._connect()
            case "Disconnect":
                await self._disconnect()
            case _:
                raise unknown(message)
        return NOTHING

    async def call_value(self, message: Message) -> Answer:
        """Answer a call to one of its characteristics. Raises `Fault`."""
        path, member = message.path or "", message.member or ""
        client = self._client
        if client is None or not client.is_connected:
            raise Fault("Failed", "Not connected")
        if (path, member) in self._busy:
            raise Fault("InProgress", "In Progress")
        self._busy.add((path, member))
        try:
            return await self._value(message, client, self._characteristics[path])
        except BleakError as error:
            raise _fault(error) from error
        finally:
            self._busy.discard((path, member))

    async def leave(self, sender: str) -> None:
        """A client of D-Bus has left, and its notifications with it."""
        for path in list(self._sessions):
            await self._end_session(path, sender)

    async def drop(self) -> None:
        """Be disconnected, at once."""
        if self._client is not None:
            with contextlib.suppress(BleakError):
                await self._client.disconnect()

    # -- the connection ----------------------------------------------------------------------

    async def _connect(self) -> None:
        if self.is_connected:
            raise Fault("AlreadyConnected", "Already Connected")
        if self._connecting is not None:
            raise Fault("InProgress", "In Progress")
        backend: type[Client] = self._central.client["backend"]
        client = backend(self._device, disconnected_callback=self._lose, timeout=CONNECT_S)
        self._connecting = asyncio.ensure_future(client.connect(pair=False))
        try:
            await self._connecting
        except (asyncio.CancelledError, TimeoutError):
            raise Fault("Failed", "le-connection-abort-by-local") from None
        except BleakError as error:
            raise Fault("Failed", str(error)) from error
        finally:
            self._connecting = None
        self._client = client
        self._tree.change(self.path, DEVICE, {"Connected": flag(True)})
        await self._export(client)

    async def _disconnect(self) -> None:
        """Disconnect, after BlueZ's own timer; an attempt is given up."""
        if self._connecting is not None:
            self._connecting.cancel()
        elif self._client is not None and self._client.is_connected:
            await asyncio.sleep(self.disconnect_s)
            await self.drop()
        else:
            raise Fault("NotConnected", "Not Connected")

    def _lose(self) -> None:
        for path in self._characteristics:
            self._tree.change(path, CHARACTERISTIC, {"Notifying": flag(False)})
        gone = {"ServicesResolved": flag(False), "Connected": flag(False)}
        self._tree.change(self.path, DEVICE, gone)

    async def _export(self, client: Client) -> None:
        self._characteristics.clear()
        services = client.services or ()
        for service in services:
            if service.uuid.startswith(_HIDDEN):
                continue
            path = f"{self.path}/service{service.handle:04x}"
            about = {"UUID": text(service.uuid), "Device": Variant("o", self.path)}
            self._tree.add(path, {SERVICE: {**about, "Primary": flag(True)}})
            for characteristic in service.characteristics:
                self._export_one(path, characteristic, client)
        for path, sessions in self._sessions.items():  # clients that never left hear again
            if sessions:
                await self._listen(path, client)
        resolved = {"ServicesResolved": flag(True)}
        self._tree.change(self.path, DEVICE, resolved)

    def _export_one(self, service: str, one: BleakGATTCharacteristic, client: Client) -> None:
        path = f"{service}/char{one.handle - 1:04x}"  # BlueZ counts from the declaration
        self._characteristics[path] = one
        about = {
            "UUID": text(one.uuid),
            "Service": Variant("o", service),
            "Flags": Variant("as", list(one.properties)),
            "Notifying": flag(False),
            "MTU": Variant("q", client.mtu_size),
        }
        self._tree.add(path, {CHARACTERISTIC: about})

    # -- values ------------------------------------------------------------------------------

    async def _value(
        self, message: Message, client: Client, one: BleakGATTCharacteristic
    ) -> Answer:
        path, sender = message.path or "", message.sender or ""
        match message.member, message.body:
            case "ReadValue", _:
                value = bytes(await client.read_gatt_char(one))
                self._tell(path, value)  # yes: who is subscribed takes it for a notification
                return "ay", [value]
            case "WriteValue", [bytes(value), options]:
                if _is_request(options):
                    await client.write_gatt_char(one, value, response=True)
                else:  # accepted, whatever becomes of it
                    self._run(self._command(client, one, value))
            case "StartNotify", _:
                await self._begin_session(path, sender, client)
            case "StopNotify", _:
                await self._end_session(path, sender)
            case _:
                raise unknown(message)
        return NOTHING

    async def _command(self, client: Client, one: BleakGATTCharacteristic, value: bytes) -> None:
        with contextlib.suppress(BleakError):
            await client.write_gatt_char(one, value, response=False)

    async def _begin_session(self, path: str, sender: str, client: Client) -> None:
        sessions = self._sessions.setdefault(path, [])
        if sender in sessions:
            raise Fault("InProgress", "In Progress")
        if not sessions:
            await self._listen(path, client)
        sessions.append(sender)

    async def _end_session(self, path: str, sender: str) -> None:
        sessions = self._sessions.get(path, [])
        if sender in sessions:
            sessions.remove(sender)
            client = self._client
            if not sessions and client is not None and client.is_connected:
                with contextlib.suppress(BleakError):
                    await client.stop_notify(self._characteristics[path])
                self._tree.change(path, CHARACTERISTIC, {"Notifying": flag(False)})

    async def _listen(self, path: str, client: Client) -> None:
        def tell(value: bytearray) -> None:
            for _ in self._sessions.get(path, ()):  # once for each: a session that leaked repeats
                self._tell(path, bytes(value))

        await client.start_notify(self._characteristics[path], tell)
        self._tree.change(path, CHARACTERISTIC, {"Notifying": flag(True)})

    def _tell(self, path: str, value: bytes) -> None:
        self._tree.change(path, CHARACTERISTIC, {"Value": Variant("ay", value)})


def _is_request(options: dict[str, Variant]) -> bool:
    return options.get("type", text("request")).value == "request"


def _fault(error: BleakError) -> Fault:
    if isinstance(error, BleakGATTProtocolError):
        code = int(error.code)
        return Fault(*_NAMED.get(code, ("Failed", f"Operation failed with ATT error: {code:#04x}")))
    # what BlueZ answers when the connection goes with a request in flight: "unlikely error"
    return Fault("Failed", "Operation failed with ATT error: 0x0e")
