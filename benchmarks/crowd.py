"""Everybody who watches: `crowd.py DOOR WATCHERS` is that many watchers, and one who draws.

The one who draws does so as fast as it can, for as long as there is a session.
"""

import asyncio
import io
import os
import sys

from rich.console import Console

from console.display import View
from console.onlooker import Onlooker, at_door
from console.sitting import Scene
from controller.announcing import Announced
from controller.client import DoorError
from controller.fitting import fit
from controller.troubles import ControlLost
from controller.visits import Vitals


async def main(door: str, watchers: int) -> None:
    """Watch until the session is over."""
    session = Announced(session="bench", pid=os.getpid(), door=door)
    await asyncio.gather(_draw(session), *(_watch(session) for _ in range(watchers)))


async def _watch(session: Announced) -> None:
    async with at_door(session, "watcher") as (_, seen):
        await _over(seen)


async def _draw(session: Announced) -> None:
    async with at_door(session, "watcher") as (_, seen):
        await seen.until(lambda: seen.playing is not None, None)
        if seen.connected is None or seen.playing is None:
            return
        fitted = fit(seen.playing.program, seen.connected.capabilities)
        view = View(Scene("bench", True, fitted, lambda: seen.vitals or Vitals()))
        watching = asyncio.create_task(_over(seen))
        console = Console(file=io.StringIO(), force_terminal=True, width=100)
        while not watching.done():
            console.print(view.render(console.width))
            await asyncio.sleep(0)


async def _over(seen: Onlooker) -> None:
    try:
        await seen.until(lambda: seen.over is not None, None)
    except (DoorError, ControlLost):
        return  # it has hung up: that is an end as well


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
