"""A host that dies, or stands still, in the middle of kneading: how soon the device lets go."""

import asyncio
import os
import random
import signal
from collections.abc import Sequence

from processes import not_allowed, said, schedulings, script, twin
from table import Table, alone, share

from firmware_bridge.codes import Document
from firmware_bridge.discovery import open_device
from sim.oracle import AT_ZERO_KPA, read_truth, rises_last_after_s, zero_after_s

AT_ONCE = 3
"""Hosts that meet each end at the same time, each with a twin of its own."""

WATCHED_S = 1.5
"""How long after its host is gone a device is left alone: twice what it may take to zero."""

ENDS = {"killed (-9)": signal.SIGKILL, "stopped (SIGSTOP)": signal.SIGSTOP}


def measure(quick: bool) -> Table:
    """Lose hosts at chance moments of the kneading rhythm."""
    how = schedulings()[-1]
    turns = 1 if quick else 4
    lost = asyncio.run(_lose_some(how, turns))
    return Table(
        "Host lost in the middle of kneading 3 to 19 kPa, over a pseudo-terminal, ms",
        ("the host is", "times", "last rise of pressure, p50 / max", "until zero, p50 / max"),
        tuple(
            (name, str(len(times)), *(_p50_max(column) for column in zip(*times, strict=True)))
            for name, times in lost.items()
        ),
        (
            f"True pressure, kept every 10 ms, by the device's own clock; zero is less than "
            f"{AT_ZERO_KPA} kPa; {2 * AT_ONCE} hosts with their twins at once, both ends "
            f"{said(how)}. Goals: falling by 120 ms, zero by 600 ms." + not_allowed(),
        ),
    )  # fmt: skip


async def _lose_some(how: str, turns: int) -> dict[str, list[tuple[float, float]]]:
    lost: dict[str, list[tuple[float, float]]] = {name: [] for name in ENDS}
    for turn in range(turns):
        seeds = range(turn * AT_ONCE, (turn + 1) * AT_ONCE)
        times = await asyncio.gather(
            *(_lose(number, how, seed) for number in ENDS.values() for seed in seeds)
        )
        for i, name in enumerate(ENDS):
            lost[name] += times[i * AT_ONCE : (i + 1) * AT_ONCE]
    return lost


async def _lose(number: int, how: str, seed: int) -> tuple[float, float]:
    """Return when the pressure rose for the last time, and when it was gone, after the loss."""
    loop = asyncio.get_running_loop()
    async with twin(how, seed) as url:
        async with script("host.py", url, "30", how) as host:
            assert await host.stdout.readline() == b"kneading\n"
            await asyncio.sleep(random.Random(seed).uniform(1.0, 3.0))
            lost_s = loop.time()
            os.kill(host.pid, number)
            await asyncio.sleep(WATCHED_S)
        async with open_device(url) as device:
            lost_device_s = device.clock.now_s - (loop.time() - lost_s)
            truth = read_truth(await device.document(Document.TRUTH))
    rise_s, zero_s = rises_last_after_s(truth, lost_device_s), zero_after_s(truth, lost_device_s)
    assert rise_s is not None, "the device has kept no truth"
    assert zero_s is not None, "the device never let go"
    return rise_s, zero_s


def _p50_max(values_s: Sequence[float]) -> str:
    return f"{share(values_s, 0.5) * 1e3:.0f} / {max(values_s) * 1e3:.0f}"


if __name__ == "__main__":
    alone(measure)
