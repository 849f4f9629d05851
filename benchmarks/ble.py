"""STOP -> vent, over the virtual radio, in connection intervals."""

import asyncio
import random

import numpy as np
from processes import scheduled, schedulings
from table import Table, alone, share

from firmware_bridge.codes import Source
from firmware_bridge.link import Link, OnFrame, OnLost
from firmware_bridge.links.ble import BleLink, meet_over
from firmware_bridge.messages import Stop
from firmware_bridge.streamed import StreamedDevice, connect
from sim import central, peripheral
from sim.birth import bear, recipe
from sim.radio import Air, VirtualRadio

INTERVALS_MS = (7.5, 15.0, 50.0)

LOSS = 0.05
"""Of the second table row of each interval: a packet in twenty is sent again."""

GOAL = 2.0
"""Connection intervals within which a STOP acts, 99 times in 100."""

RECIPE = recipe("sim://healthy_f?seed=7")


class Noting:
    """The device's link, which notes when a STOP has been acted upon: within the call it is."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.acted_s: list[float] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._link, name)

    def listen(self, on_frame: OnFrame, on_lost: OnLost) -> None:
        """Pass everything on, and look at the clock after a STOP."""

        def hear(body: bytes, at_s: float) -> None:
            on_frame(body, at_s)
            if body[0] == Stop.KIND:
                self.acted_s.append(asyncio.get_running_loop().time())

        self._link.listen(hear, on_lost)


def measure(quick: bool) -> Table:
    """Stop a twin again and again, at any phase of the connection."""
    airs = [Air(interval_s=ms * 1e-3, loss=loss) for ms in INTERVALS_MS for loss in (0.0, LOSS)]
    how = schedulings()[-1]
    with scheduled(how):
        rows = [_row(air, asyncio.run(_stops(air, 10 if quick else 100))) for air in airs]
    return Table(
        "STOP to vent, over a virtual radio",
        ("connection interval", "packets lost", "p50 / p99 in ms", "p99 in intervals"),
        tuple(rows),
        (
            f"{10 if quick else 100} stops each, both ends in one process ({how}). The radio, the "
            "attribute protocol and bleak are real, the antenna is not. STOP goes out as a "
            f"command and as a request at once. Goal: p99 within {GOAL:g} intervals where nothing "
            "is lost.",
        ),
    )


def _row(air: Air, took_s: list[float]) -> tuple[str, ...]:
    p50_ms, p99_ms = share(took_s, 0.5) * 1e3, share(took_s, 0.99) * 1e3
    return (
        f"{air.interval_s * 1e3:g} ms",
        f"{air.loss:.0%}",
        f"{p50_ms:.1f} / {p99_ms:.1f}",
        f"{p99_ms * 1e-3 / air.interval_s:.2f}",
    )


async def _stops(air: Air, times: int) -> list[float]:
    radio = VirtualRadio(air, np.random.default_rng(7))
    twin = bear(RECIPE, asyncio.get_running_loop().time())
    noting: list[Noting] = []
    attach = twin.attach

    def attach_noting(link: Link) -> None:
        noting.append(Noting(link))
        attach(noting[-1])

    twin.attach = attach_noting
    device = peripheral.on_radio(radio, RECIPE, twin)
    host = await central.on_radio(radio)
    await device.switch_on()
    twin.start()
    name = peripheral.name_of(RECIPE)
    opened = await connect(BleLink(name, await meet_over(name, host), host))
    try:
        return [await _stop(opened, noting[-1]) for _ in range(times)]
    finally:
        await opened.aclose()
        twin.stop()
        await device.aclose()
        radio.close()


async def _stop(device: StreamedDevice, noting: Noting) -> float:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(random.uniform(0.05, 0.15))
    noting.acted_s.clear()
    said_s = loop.time()
    device.halt(Source.OPERATOR)
    halted = await device.halted()
    await device.clear(halted.nonce)
    return noting.acted_s[0] - said_s


if __name__ == "__main__":
    alone(measure)
