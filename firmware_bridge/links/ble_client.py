"""One connection to a Bluetooth device: made once, always disconnected, never used again."""

import asyncio
import contextlib
from collections.abc import Callable

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from firmware_bridge.errors import BadFrame, LinkUnavailable
from firmware_bridge.framing import MAX_PAYLOAD_DOWN, OVERHEAD
from firmware_bridge.gatt import CMD, CTRL, DATA, INFO, LEAST_VALUE, SERVICE, Info

from .ble_radio import Radio

CONNECT_S = 5.0
"""How long one attempt may take: at 50 ms intervals discovery takes two seconds (E)."""

DISCONNECT_S = 5.0
"""How long to wait for a disconnect: BlueZ takes 2 s, Windows was seen to take minutes (V)."""

GROWS_WITHIN_S = 1.0
"""How long a value that is too small may take to grow: the MTU is agreed on late (V, E)."""

_LOOK_EVERY_S = 0.02


class Connection:
    """A client of one device. Late callbacks belong to this client, and to no newer one."""

    def __init__(self, device: BLEDevice, radio: Radio) -> None:
        self.on_value: Callable[[str, bytes], None] = lambda _, __: None
        self.on_gone: Callable[[], None] = lambda: None
        self.is_gone = False
        self._client = BleakClient(device, self._lose, timeout=CONNECT_S, **radio.client)
        self._max_body = OVERHEAD + MAX_PAYLOAD_DOWN

    async def open(self) -> None:
        """Connect, and listen.

        Raises `LinkUnavailable` for a device that is not ours, and whatever bleak raises.
        """
        async with asyncio.timeout(2 * CONNECT_S):  # a stack that forgets its own timeout
            await self._client.connect()
            if self._client.services.get_service(SERVICE) is None:
                raise LinkUnavailable(f"{self._client.address} does not offer our service")
            await self._read_info()
            for uuid in (CTRL, DATA):
                await self._client.start_notify(uuid, lambda _, v, uuid=uuid: self._hear(uuid, v))
            await self._grow()
        if self.is_gone:
            raise BleakError("the device hung up at once")

    @property
    def value_size(self) -> int:
        """What one write may hold now. It starts at 20 and may grow."""
        cmd = self._client.services.get_characteristic(CMD)
        return 0 if cmd is None else cmd.max_write_without_response_size

    @property
    def max_body(self) -> int:
        """The longest body that may be written now, as both ends allow."""
        return min(self.value_size, self._max_body)

    async def write(self, uuid: str, body: bytes, *, response: bool) -> None:
        """Write one value. Raises whatever bleak raises; returning is not delivery."""
        await self._client.write_gatt_char(uuid, body, response=response)

    async def close(self) -> None:
        """Disconnect, whatever has happened before; give up after a while.

        After a loss too: BlueZ keeps notifying for a client that was never disconnected, and its
        successor would hear everything twice.
        """
        self.on_gone = lambda: None
        self.on_value = lambda _, __: None
        with contextlib.suppress(Exception):  # it is gone, or the stack is: that is all we want
            async with asyncio.timeout(DISCONNECT_S):
                await self._client.disconnect()

    async def _read_info(self) -> None:
        try:
            info = Info.unpack(bytes(await self._client.read_gatt_char(INFO)))
        except BadFrame as error:
            raise LinkUnavailable(f"{self._client.address} is no device of ours: {error}") from None
        self._max_body = min(self._max_body, OVERHEAD + info.max_payload)

    async def _grow(self) -> None:
        """Wait a little for values that hold a session."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + GROWS_WITHIN_S
        while self.value_size < LEAST_VALUE and loop.time() < until_s and not self.is_gone:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(_LOOK_EVERY_S)

    def _hear(self, uuid: str, value: bytearray) -> None:
        self.on_value(uuid, bytes(value))

    def _lose(self, _: BleakClient) -> None:
        self.is_gone = True
        self.on_gone()
