"""The control process: one session, its door, its device, and nothing else.

`python -P -m controller.process` says where its door is in one line, and ends with its visit.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from firmware_bridge.links.local import answer
from firmware_bridge.lock import take_orders_on

from .announcing import Announced, announce, announced, new_name, socket_path, withdraw
from .control import Control
from .service import Service
from .visits import Connected, Fact
from .words import Release

READY = "control ready at "
"""What comes before the address of the door, on standard output."""


async def live() -> None:
    """Serve one visit to its end."""
    control = Control()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, control.order, Release())
    async with door(control) as address:
        sys.stdout.write(f"{READY}{address}\n")
        sys.stdout.flush()
        await control.run()


@asynccontextmanager
async def door(control: Control) -> AsyncGenerator[str]:
    """Let clients in while a visit is made; give the door's address."""
    announced()  # sweeps away what killed processes have left behind
    service = Service(control)
    session = new_name()
    server, where = await answer(str(socket_path(session)), service.meet)
    said = Announced(session=session, pid=os.getpid(), door=where)
    announce(said)

    def tell(fact: Fact) -> None:
        service.tell(fact)
        if isinstance(fact, Connected):
            announce(msgspec.structs.replace(said, url=fact.url))
            take_orders_on(where)

    control.listen(tell)
    try:
        yield where
    finally:
        server.close()
        await service.aclose()
        withdraw(session)


def main() -> None:
    """`python -m controller.process`: what `myoloop run` starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever is at the terminal
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(live())


if __name__ == "__main__":
    main()
