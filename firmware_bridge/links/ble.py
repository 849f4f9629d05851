"""Bluetooth LE: one value is one frame, loss is normal, and STOP waits behind nothing."""

import asyncio
import contextlib
import os
from urllib.parse import parse_qsl, unquote, urlsplit

from firmware_bridge import gatt
from firmware_bridge.errors import BadFrame, LinkBusy, LinkClosed, LinkError, LinkUnavailable
from firmware_bridge.link import OnFrame, OnLost
from firmware_bridge.lock import Owner, hold, let_go, owner_of

from .ble_client import Connection
from .ble_radio import Radio, open_radio
from .ble_scan import FAILURES, SCAN_S, find
from .lane import Lane

CONNECT_TRIES = 3
"""A first connect fails now and then, right after a disconnect most often (V, E)."""

BACKOFF_S = (0.2, 0.6)
"""Between two attempts; each looks for the device anew (E)."""

AT_ONCE = 2
"""Writes to CMD in flight: writing is not delivery, so few may be on their way (wire, *BLE*)."""

SILENT_S = 2.0
"""A device that has begun to talk and then says nothing for so long is gone, whatever the
Bluetooth stack believes: twice what a session waits (E)."""

_LOOK_EVERY_S = 0.25

_DRAIN_S = 0.3
"""How long hanging up waits for what was said before, a STOP above all (E)."""


def address(url: str) -> tuple[str, dict[str, str]]:
    """Return whom a `ble://ADDRESS-or-name` means, and its options. Raises `LinkUnavailable`."""
    parts = urlsplit(url)
    wanted = unquote(parts.netloc + parts.path).strip("/")
    if not wanted:
        raise LinkUnavailable(f'"{url}" names no device; write ble://ADDRESS or ble://NAME')
    return wanted, dict(parse_qsl(parts.query, keep_blank_values=True))


def port_name(wanted: str) -> str:
    """Return the name under which a Bluetooth device is held."""
    return f"/ble/{wanted.casefold().replace('/', '-')}"


async def open_ble(url: str) -> "BleLink":
    """Open `ble://ADDRESS-or-name`, for this process alone.

    `?hci=usb:0` uses a radio of its own instead of the system's. Raises `LinkUnavailable` and
    `LinkBusy`.
    """
    wanted, options = address(url)
    port = port_name(wanted)
    owner = owner_of(port)
    if owner is not None and owner.pid != os.getpid():
        raise LinkBusy(
            f"{wanted} is in use by process {owner.pid}: end it first, or stop it with "
            "`myoloop stop`"
        )
    radio = await open_radio(options)
    try:
        connection = await meet_over(wanted, radio)
    except BaseException:
        await radio.aclose()
        raise
    hold(port, Owner(pid=os.getpid(), url=url))
    return BleLink(wanted, connection, radio)


async def meet_over(wanted: str, radio: Radio, scan_s: float = SCAN_S) -> Connection:
    """Find the device and connect, a few times if need be. Raises `LinkUnavailable`."""
    failure: Exception | None = None
    for backoff_s in (*BACKOFF_S, None)[:CONNECT_TRIES]:
        device = await find(wanted, radio, scan_s)  # anew: what was seen before may be forgotten
        connection = Connection(device, radio)
        try:
            await connection.open()
        except FAILURES as error:
            failure = error
            await connection.close()
        except BaseException:
            await connection.close()
            raise
        else:
            return connection
        if backoff_s is not None:
            await asyncio.sleep(backoff_s)
    assert failure is not None  # noqa: S101  the loop ends by returning, raising, or failing
    raise LinkUnavailable(
        f'"{wanted}" was seen and could not be connected to in {CONNECT_TRIES} attempts '
        f"({str(failure) or type(failure).__name__}): is it near enough, and free?"
    ) from failure


class BleLink:
    """An open connection to a device of our service."""

    kind = "ble"

    def __init__(self, wanted: str, connection: Connection, radio: Radio) -> None:
        self._wanted = wanted
        self._connection = connection
        self._radio = radio
        self._loop = asyncio.get_running_loop()
        self._on_frame: OnFrame | None = None
        self._on_lost: OnLost | None = None
        self._bad = self._lost = 0
        self._number: int | None = None
        self._heard_s: float | None = None
        self._closing = self._over = False
        self._end: asyncio.Task[None] | None = None
        self._commands = self._lane(gatt.CMD, at_once=AT_ONCE)
        self._orders = self._lane(gatt.CTRL)
        self._stops = self._lane(gatt.STOP, newest_only=True)
        self._shouts = self._lane(gatt.CMD, at_once=AT_ONCE, newest_only=True)
        connection.on_value = self._hear
        connection.on_gone = self._gone
        self._look_again = self._loop.call_later(_LOOK_EVERY_S, self._look)
        if connection.is_gone:
            self._loop.call_soon(self._gone)

    @property
    def max_frame(self) -> int:
        """What the characteristic allows now; it may grow."""
        return self._connection.max_body if not self._over else gatt.LEAST_VALUE

    @property
    def frames_bad(self) -> int:
        return self._bad

    @property
    def values_lost(self) -> int:
        """Values on DATA whose number was passed over."""
        return self._lost

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        self._on_frame, self._on_lost = on_frame, on_lost

    def send(self, body: bytes) -> None:
        """Write as soon as there is room. A newer SPLICE replaces all motion that waits here."""
        self._check_open()
        if len(body) > self.max_frame:
            raise ValueError(f"{len(body)} bytes do not fit a value of {self.max_frame}")
        lanes = {gatt.CMD: self._commands, gatt.CTRL: self._orders, gatt.STOP: self._stops}
        lanes[gatt.lane(body[0])].put(body)

    def send_urgent(self, body: bytes) -> None:
        """Write now, on STOP and on CMD: neither waits for the other, nor for anything else.

        A write with response waits for the one before it, whichever characteristic that was; a
        command does not. What still waits here is dropped.
        """
        self._check_open()
        self._commands.clear()
        self._orders.clear()
        self._stops.put(body)
        self._shouts.put(body)

    async def aclose(self) -> None:
        """Hang up once the last writes are out, or after 0.3 s."""
        self._closing = True
        if self._end is None:
            self._end = self._loop.create_task(self._hang_up(), name="bluetooth hang-up")
        await asyncio.shield(self._end)

    # -- what arrives ------------------------------------------------------------------------

    def _hear(self, uuid: str, value: bytes) -> None:
        now_s = self._loop.time()
        if uuid == gatt.CTRL:
            self._deliver(value, now_s)
            return
        try:
            number, bodies = gatt.unbundle(value)
        except BadFrame:
            self._bad += 1
            return
        self._heard_s = now_s
        if self._number is not None:
            ahead = (number - self._number) & 0xFFFF
            if not 0 < ahead < 0x8000:  # u16 serial numbers
                return  # here before: delivered once
            self._lost += ahead - 1
        self._number = number
        for body in bodies:
            if self._on_frame is not None:
                self._on_frame(body, now_s)

    def _deliver(self, body: bytes, now_s: float) -> None:
        if not gatt.is_body(body):
            self._bad += 1
        elif self._on_frame is not None:
            self._on_frame(body, now_s)

    # -- how it ends -------------------------------------------------------------------------

    def _look(self) -> None:
        """See whether the device still talks: a Bluetooth stack that has died does not say so."""
        self._look_again = self._loop.call_later(_LOOK_EVERY_S, self._look)
        if self._heard_s is not None and self._loop.time() - self._heard_s > SILENT_S:
            self._lose(f"has said nothing for {SILENT_S:g} s")

    def _gone(self) -> None:
        self._lose("is gone: out of reach, or switched off")

    def _failed(self, error: Exception) -> None:
        self._lose(f"cannot be written to ({str(error) or type(error).__name__})", error)

    def _lose(self, what: str, cause: Exception | None = None) -> None:
        if self._over or self._closing:
            return
        self._over = True
        self._end = self._loop.create_task(self._hang_up(), name="bluetooth hang-up")
        if self._on_lost is not None:
            error: LinkError = LinkClosed(f'the Bluetooth device "{self._wanted}" {what}')
            error.__cause__ = cause
            self._on_lost(error)

    async def _hang_up(self) -> None:
        """Say what is left to say, then disconnect. A lost connection is disconnected too."""
        self._look_again.cancel()
        lanes = (self._stops, self._shouts, self._orders, self._commands)
        if not self._over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DRAIN_S):
                    for lane in lanes:
                        await lane.drained()
        self._over = True
        for lane in lanes:
            await lane.abandon()
        await self._connection.close()
        let_go(port_name(self._wanted))
        await self._radio.aclose()

    def _check_open(self) -> None:
        if self._over or self._closing:
            raise LinkClosed(f'the connection to "{self._wanted}" is closed')

    def _lane(self, uuid: str, *, at_once: int = 1, newest_only: bool = False) -> Lane:
        async def write(body: bytes) -> None:
            await self._connection.write(uuid, body, response=uuid != gatt.CMD)

        return Lane(write, self._failed, at_once=at_once, newest_only=newest_only)
