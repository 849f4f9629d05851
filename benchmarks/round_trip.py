"""There and back over a pseudo-terminal: bare bytes, and our PING to a twin."""

import asyncio
import contextlib
import os
import random
import tty
from collections.abc import AsyncGenerator

from processes import not_allowed, said, scheduled, schedulings, script, twin
from table import Table, alone, p50_p99

from firmware_bridge.framing import seal, unseal
from firmware_bridge.greeting import meet
from firmware_bridge.link import Link, open_link
from firmware_bridge.messages import Ping, Pong, decode

SIZE = 32
"""Bytes of an echo; PING and PONG take 22 and 40 on the wire."""

PACE_S = 0.005
"""Between two round trips, and a little more by chance: a session is idle most of the time."""

_DICE = random.Random(7)


def measure(quick: bool) -> Table:
    """Compare them, taking turns, under each scheduling."""
    turns, each = (4, 25) if quick else (5, 100)
    measured = [(how, *asyncio.run(_compare(how, turns, each))) for how in schedulings()]
    return Table(
        "Round trip over a pseudo-terminal, p50 / p99 in ms",
        ("both ends", f"echo of {SIZE} bytes", "PING to PONG, samples flowing"),
        tuple((said(how), p50_p99(e, 1e3), p50_p99(p, 1e3)) for how, e, p in measured),
        (
            f"{turns * each} round trips of each in {turns} turns, one about every "
            f"{PACE_S * 1e3:.0f} ms; asyncio at this end, another process at the far end."
            + not_allowed(),
        ),
    )


class Echo:
    """This end of a bare round trip."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._left = 0
        self._back: asyncio.Future[float] | None = None
        self._loop.add_reader(fd, self._read)

    async def trip_s(self) -> float:
        """Return how long one round trip took."""
        self._left, self._back = SIZE, self._loop.create_future()
        began_s = self._loop.time()
        os.write(self._fd, bytes(range(1, SIZE + 1)))
        return await self._back - began_s

    def _read(self) -> None:
        self._left -= len(os.read(self._fd, 4096))
        if self._left == 0 and self._back is not None:
            self._back.set_result(self._loop.time())


@contextlib.asynccontextmanager
async def echo(how: str) -> AsyncGenerator[Echo]:
    """Start a process that echoes, scheduled like a twin."""
    far, near = os.openpty()
    tty.setraw(near)
    try:
        async with script("echo.py", str(far), how, pass_fds=(far,)) as process:
            assert await process.stdout.readline() == b"ready\n"
            yield Echo(near)
            asyncio.get_running_loop().remove_reader(near)
    finally:
        os.close(near)
        os.close(far)


async def _compare(how: str, turns: int, each: int) -> tuple[list[float], list[float]]:
    echoes_s: list[float] = []
    pings_s: list[float] = []
    async with twin(how) as url, echo(how) as bare:
        link = await open_link(url)
        try:
            await meet(link)
            with scheduled(how):
                for _ in range(turns):
                    echoes_s += [await _paced(bare.trip_s()) for _ in range(each)]
                    pings_s += [await _paced(_ping_s(link)) for _ in range(each)]
        finally:
            await link.aclose()
    return echoes_s, pings_s


async def _paced(trip) -> float:  # noqa: ANN001
    await asyncio.sleep(PACE_S * _DICE.uniform(1.0, 1.4))
    return await trip


async def _ping_s(link: Link) -> float:
    loop = asyncio.get_running_loop()
    back: asyncio.Future[float] = loop.create_future()

    def hear(body: bytes, _: float) -> None:
        kind, _, _, _ = unseal(body)
        if isinstance(decode(kind, body), Pong):
            back.set_result(loop.time())

    link.listen(hear, back.set_exception)
    began_s = loop.time()
    link.send(seal(Ping.KIND, 0, 1, 0, Ping(round(began_s * 1e6)).pack()))
    try:
        return await back - began_s
    finally:
        link.listen(lambda _body, _at_s: None, lambda _error: None)


if __name__ == "__main__":
    alone(measure)
