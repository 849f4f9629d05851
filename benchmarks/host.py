"""A host to be watched, or killed: `host.py URL SECONDS SCHEDULING` plays that long on a device.

It prints `kneading` each time kneading begins, and at the end one line of JSON.
"""

import asyncio
import json
import sys

from processes import scheduled

from controller.play import prepare, read_profile
from controller.session import Session
from controller.words import Event, Outcome, StepBegan
from firmware_bridge.codes import State
from firmware_bridge.discovery import open_device
from firmware_bridge.errors import BridgeError
from firmware_bridge.streamed import StreamedDevice

LEAD_IN_S = 4.0
"""Settling and strokes before the kneading."""

AGAIN_S = 0.5
"""After a device could not be opened."""

SHORTEST_S = LEAD_IN_S + 5.0
"""The shortest session that the demonstration makes."""


async def main(url: str, seconds: float, how: str) -> None:
    """Play session after session until the time is up: a lost one is followed by another."""
    loop = asyncio.get_running_loop()
    ends_s = loop.time() + seconds
    late_s: list[float] = []
    played_s = 0.0
    broken_off: list[str] = []
    with scheduled(how):
        while (left_s := ends_s - loop.time()) > SHORTEST_S - 1.0:
            try:
                async with open_device(url) as device:
                    session, outcome = await _play(device, max(left_s, SHORTEST_S))
            except BridgeError as error:
                broken_off.append(str(error))
                await asyncio.sleep(AGAIN_S)
                continue
            late_s += session.late_s
            played_s += outcome.duration_s
            if outcome.result != "complete":
                broken_off.append(outcome.reason)
    print(json.dumps({"played_s": played_s, "broken_off": broken_off, "late_s": late_s}))


async def _play(device: StreamedDevice, seconds: float) -> tuple[Session, Outcome]:
    if device.state >= State.STOPPED:
        await device.clear(device.latch_nonce)
    text, name = read_profile("library:demo")
    values = {
        "settle_for": "1 s",
        "stroke_for": f"{LEAD_IN_S - 1.0} s",
        "knead_for": f"{seconds - LEAD_IN_S:.1f} s",
    }
    session = Session(device, prepare(text, name, device.capabilities, values), _tell)
    return session, await session.run()


def _tell(event: Event) -> None:
    if isinstance(event, StepBegan) and event.technique == "petrissage":
        print("kneading", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), sys.argv[3]))
