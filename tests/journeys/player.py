"""Kneads on a device, as any Python user would. Run in a process of its own.

It writes "playing" once something is pressed, and the outcome's reason at the end. With "hang" as
second argument its control task stops thinking two seconds later, while the event loop lives on.
"""

import asyncio
import sys
from pathlib import Path

from controller.play import play
from controller.session import Session
from controller.words import Sampled
from firmware_bridge.discovery import open_device

PROFILE = Path(__file__).with_name("brief.yaml")


def hang():
    Session._think = lambda self, felt, number=None: None


async def main(url, how):
    said = False

    def watch(event):
        nonlocal said
        if isinstance(event, Sampled) and event.pressure_kpa > 8.0 and not said:
            said = True
            print("playing", flush=True)
            if how == "hang":
                asyncio.get_running_loop().call_later(0.5, hang)

    async with open_device(url) as device:
        outcome = await play(PROFILE, device, on_event=watch)
    print(outcome.reason.value, flush=True)


asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "play"))
