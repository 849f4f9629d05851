"""The blunt way to stop a Bluetooth device: connect, or share a connection, and say STOP."""

import asyncio
import os

from firmware_bridge.codes import Source
from firmware_bridge.errors import LinkError
from firmware_bridge.framing import seal
from firmware_bridge.messages import Stop

from .ble import BleLink, address, meet_over
from .ble_radio import Radio, open_radio
from .blunt import says_latched

ANSWER_S = 0.5
"""How long to look for the answer (E)."""

_REPEAT_S = 0.05


def stop_ble(url: str) -> bool:
    """Say STOP to a Bluetooth device that somebody else may hold; say if it was heeded.

    Takes as long as finding it does. One that hangs on another machine, or on a radio of its
    own, is not to be found: it lets go by itself, 700 ms after its host has hung. Raises
    `LinkUnavailable`.
    """
    wanted, options = address(url)

    async def stop() -> bool:
        return await stop_over(wanted, await open_radio(options))

    return asyncio.run(stop())


async def stop_over(wanted: str, radio: Radio) -> bool:
    """Do so over this radio, and give it back."""
    try:
        connection = await meet_over(wanted, radio)
    except BaseException:
        await radio.aclose()
        raise
    link = BleLink(wanted, connection, radio)
    latched = asyncio.Event()
    link.listen(lambda body, _: latched.set() if says_latched(body) else None, lambda _: None)
    stop = Stop(int.from_bytes(os.urandom(2), "little"), Source.BYSTANDER)
    try:
        for number in range(round(ANSWER_S / _REPEAT_S)):
            link.send_urgent(seal(Stop.KIND, 0, number, 0, stop.pack()))
            try:
                async with asyncio.timeout(_REPEAT_S):
                    await latched.wait()
                    return True
            except TimeoutError:
                continue
    except LinkError:
        pass  # gone in the middle: nothing was confirmed
    finally:
        await link.aclose()
    return latched.is_set()
