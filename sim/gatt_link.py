"""The device's end of a Bluetooth connection: our service on a GATT server of bumble's."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from functools import partial

from bumble import att, data_types
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import HCI_Error

from firmware_bridge import gatt
from firmware_bridge.errors import LinkClosed
from firmware_bridge.framing import MAX_BODY, MAX_PAYLOAD_DOWN
from firmware_bridge.link import OnFrame, OnLost
from firmware_bridge.messages import MAJOR, MINOR, StatusReport

from .radio import packets

MOST_WAITING = 50
"""Frames of news that wait for the air: of more than this the oldest are dropped (E: 0.5 s)."""

BEFORE_EVENT_S = 0.005
"""A value is made up this long before its connection event, or half an interval, so that its news
are new; later, and a busy machine misses the event (E)."""

ADVERTISE_MS = 60.0
"""Between two advertisements (E)."""

WANTED_MS = (7.5, 15.0)
"""The connection intervals a device asks for (wire, *BLE*)."""

SUPERVISION_MS = 4000.0
"""The supervision timeout it asks for: the watchdog of the device is quicker anyway (E)."""

_Properties = Characteristic.Properties


class GattLink:
    """A link whose far end may come and go. `on_open` is called each time somebody subscribes."""

    kind = "ble"

    def __init__(self, device: Device, boot_nonce: int, on_open: Callable[[], None]) -> None:
        self._device = device
        self._on_open = on_open
        self._loop = asyncio.get_running_loop()
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._connection: Connection | None = None
        self._is_open = False
        self._bad = 0
        self._number = 0
        self._status: bytes | None = None
        self._news = deque[bytes]()
        self._tell_at: asyncio.Handle | None = None
        self._answers = asyncio.Queue[bytes]()
        self._answering: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        info = gatt.Info(MAJOR, MINOR, boot_nonce, MAX_PAYLOAD_DOWN).pack()
        self._data = _characteristic(gatt.DATA, _Properties.NOTIFY)
        self._ctrl = _characteristic(
            gatt.CTRL, _Properties.WRITE | _Properties.INDICATE, write=self._written
        )
        device.add_service(
            Service(
                gatt.SERVICE,
                [
                    _characteristic(
                        gatt.CMD, _Properties.WRITE_WITHOUT_RESPONSE, write=self._written
                    ),
                    _characteristic(gatt.STOP, _Properties.WRITE, write=self._written),
                    self._data,
                    self._ctrl,
                    _characteristic(gatt.INFO, _Properties.READ, read=lambda _: info),
                ],
            )
        )
        device.on("connection", self._connected)
        self._data.on(Characteristic.EVENT_SUBSCRIPTION, self._subscribed)

    @property
    def max_frame(self) -> int:
        """The longest answer. News have three bytes less."""
        return min(MAX_BODY, self._value_size)

    @property
    def frames_bad(self) -> int:
        return self._bad

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    async def advertise(self) -> None:
        """Be found, and be found again after each connection."""
        await self._device.start_advertising(auto_restart=True)

    def send(self, body: bytes) -> None:
        """News go with the next notification, led by the newest STATUS; the rest by indication.

        What the far end's MTU does not carry is dropped, as no radio could send it.
        """
        if not self._is_open:
            raise LinkClosed("nobody is connected")
        if body[0] not in gatt.NEWS:
            if len(body) <= self._value_size:
                self._answers.put_nowait(body)
            return
        if gatt.DATA_OVERHEAD + gatt.room_for(body) > self._value_size:
            return
        if body[0] == StatusReport.KIND:
            self._status = body
        else:
            self._news.append(body)
            if len(self._news) > MOST_WAITING:
                self._news.popleft()
        if self._tell_at is None and self._is_free:
            self._tell_at = self._loop.call_soon(self._tell)  # with what comes at the same instant

    def send_urgent(self, body: bytes) -> None:
        self.send(body)

    def say_raw(self, value: bytes) -> None:
        """Notify a value as it is, whatever it holds."""
        self._notify(value)

    async def aclose(self) -> None:
        """Be switched off: no more advertising, and no goodbye that waits for an answer."""
        connection = self._connection
        self._drop()
        if self._asking is not None:
            self._asking.cancel()
        with contextlib.suppress(HCI_Error, att.ATT_Error, TimeoutError):
            await self._device.stop_advertising()
            if connection is not None:
                await connection.disconnect()

    # -- the far end -------------------------------------------------------------------------

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        connection.on("disconnection", partial(self._disconnected, connection))
        self._asking = self._loop.create_task(_ask_for_quick_events(connection))

    def _subscribed(self, _bearer: object, notify: bool, _indicate: bool) -> None:
        if notify and not self._is_open:
            self._is_open = True
            packets(self._device).on("flow", self._flow)
            self._answering = self._loop.create_task(self._answer(), name="indications")
            self._on_open()

    def _disconnected(self, connection: Connection, _reason: int) -> None:
        if connection is self._connection:
            was_open = self._is_open
            self._drop()
            if was_open and self._on_lost is not None:
                self._on_lost(LinkClosed("the host has disconnected"))

    def _drop(self) -> None:
        """Forget the connection, and all that was for it."""
        self._connection, self._status = None, None
        self._news.clear()
        if self._tell_at is not None:
            self._tell_at.cancel()
            self._tell_at = None
        if self._answering is not None:
            self._answering.cancel()
            self._answering = None
        self._answers = asyncio.Queue[bytes]()
        if self._is_open:
            self._is_open = False
            packets(self._device).remove_listener("flow", self._flow)  # pyright: ignore[reportUnknownMemberType]

    def _written(self, _connection: object, value: bytes) -> None:
        body = bytes(value)
        if not gatt.is_body(body):
            self._bad += 1
        elif self._on_frame is not None:
            self._on_frame(body, self._loop.time())

    # -- news --------------------------------------------------------------------------------

    @property
    def _value_size(self) -> int:
        mtu = self._connection.att_mtu if self._connection is not None else att.ATT_DEFAULT_MTU
        return mtu - gatt.ATT_OVERHEAD

    @property
    def _is_free(self) -> bool:
        return packets(self._device).pending == 0

    def _flow(self) -> None:
        """A packet is through: make up the next value shortly before the next event."""
        if self._tell_at is not None or not self._is_free or self._connection is None:
            return
        interval_s = self._connection.parameters.connection_interval * 1e-3
        after_s = max(interval_s - BEFORE_EVENT_S, interval_s / 2)
        self._tell_at = self._loop.call_later(after_s, self._tell)

    def _tell(self) -> None:
        """Notify what there is: one value, more where one does not hold it."""
        self._tell_at = None
        while self._connection is not None and (self._status is not None or self._news):
            room = self._value_size - gatt.DATA_OVERHEAD
            bodies: list[bytes] = []
            if self._status is not None:
                bodies.append(self._status)
                room -= gatt.room_for(self._status)
            self._status = None
            while self._news and gatt.room_for(self._news[0]) <= room:
                room -= gatt.room_for(self._news[0])
                bodies.append(self._news.popleft())
            self._notify(gatt.bundle(self._number, bodies))
            self._number = (self._number + 1) & 0xFFFF

    def _notify(self, value: bytes) -> None:
        if self._connection is None:
            raise LinkClosed("nobody is connected")
        pdu = att.ATT_Handle_Value_Notification(
            attribute_handle=self._data.handle, attribute_value=value
        )
        self._device.gatt_server.send_gatt_pdu(self._connection, bytes(pdu))

    async def _answer(self) -> None:
        """Indicate one answer after the other: each waits to be confirmed."""
        while self._connection is not None:
            body = await self._answers.get()
            await self._device.gatt_server.indicate_subscriber(self._connection, self._ctrl, body)


def advertisement(name: str) -> tuple[bytes, bytes]:
    """Return what a device of ours advertises, and what it answers to a scan: 31 bytes each."""
    flags = AdvertisingData.Flags
    said = AdvertisingData(
        [
            data_types.Flags(flags.LE_GENERAL_DISCOVERABLE_MODE | flags.BR_EDR_NOT_SUPPORTED),
            data_types.CompleteLocalName(name),
        ]
    )
    answer = AdvertisingData([data_types.CompleteListOf128BitServiceUUIDs([UUID(gatt.SERVICE)])])
    return bytes(said), bytes(answer)


async def _ask_for_quick_events(connection: Connection) -> None:
    """Ask the host for short connection intervals; it may refuse."""
    with contextlib.suppress(HCI_Error, BaseBumbleError, asyncio.CancelledError):
        await connection.update_parameters(*WANTED_MS, 0, SUPERVISION_MS)


def _refuse(_connection: object, _value: bytes) -> None:
    raise att.ATT_Error(att.ErrorCode.WRITE_NOT_PERMITTED)


def _characteristic(
    uuid: str,
    properties: Characteristic.Properties,
    *,
    read: Callable[[object], bytes] | None = None,
    write: Callable[[object, bytes], None] = _refuse,
) -> Characteristic[bytes]:
    """Return a characteristic that refuses what its properties do not offer.

    bumble's server leaves that to the value, and a client would wait 30 s for an answer.
    """
    permissions = Characteristic.Permissions.WRITEABLE
    if read is not None:
        permissions |= Characteristic.Permissions.READABLE
    return Characteristic(uuid, properties, permissions, CharacteristicValue(read, write))
