"""Calm running beside busy neighbours: how often the device found its host silent."""

import asyncio
import contextlib
import math
from typing import Any

from processes import busy_neighbours, not_allowed, reported, said, schedulings, twin
from table import Table, alone, p50_p99

from firmware_bridge.codes import Document
from firmware_bridge.discovery import open_device
from sim.oracle import read_truth

SESSIONS = 3
"""At the same time, each with its twin: three times the evidence in the same minutes."""

NONE_SEEN = 3.0
"""Of what never happened in a time, at most three a time are likely: 95 %, rule of three."""


def measure(quick: bool) -> Table:
    """Play beside hogs under each scheduling, and count."""
    seconds = 9 if quick else 45
    measured = [(how, *asyncio.run(_play(how, seconds))) for how in schedulings()]
    hogs = measured[0][2]
    return Table(
        "Silences in calm running beside busy neighbours",
        ("both ends", "played", "broken off", "fades", "LINK_LOST", "LINK_LOST an hour",
         "tick late p50 / p99, ms", "max, ms"),
        tuple(_row(how, reports) for how, reports, _ in measured),
        (
            f"{SESSIONS} sessions at once under each scheduling, each streaming to its twin over a "
            f"pseudo-terminal, beside {hogs} processes of pure Python, one for each core; one that "
            "breaks off, or cannot be opened, is followed by another. An hour is scaled from what "
            "was played; where nothing happened, the bound that 95 % of such runs keep. Goal: "
            "no LINK_LOST under SCHED_FIFO." + not_allowed(),
        ),
    )  # fmt: skip


async def _play(how: str, seconds: int) -> tuple[list[dict[str, Any]], int]:
    async with contextlib.AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(twin(how, seed)) for seed in range(SESSIONS)]
        with busy_neighbours() as hogs:
            reports = await asyncio.gather(
                *(reported("host.py", url, str(seconds), how) for url in urls)
            )
        for url, report in zip(urls, reports, strict=True):
            report["events"] = await _events(url)
    return reports, hogs


async def _events(url: str) -> list[str]:
    """Return what the device says that it did."""
    async with open_device(url) as device:
        truth = read_truth(await device.document(Document.TRUTH))
    return [text for _, text in truth.events]


def _row(how: str, reports: list[dict[str, Any]]) -> tuple[str, ...]:
    played_s = sum(report["played_s"] for report in reports)
    lost = sum(report["events"].count("state LINK_LOST") for report in reports)
    late_s = [late_s for report in reports for late_s in report["late_s"]] or [math.nan]
    an_hour = 3600.0 / max(played_s, 1.0)
    return (
        said(how),
        f"{played_s / 60:.1f} min",
        str(sum(len(report["broken_off"]) for report in reports)),
        str(sum(report["events"].count("state FADING") for report in reports)),
        str(lost),
        f"{lost * an_hour:.0f}" if lost else f"0 (less than {NONE_SEEN * an_hour:.0f})",
        p50_p99(late_s, 1e3),
        f"{max(late_s) * 1e3:.1f}",
    )


if __name__ == "__main__":
    alone(measure)
