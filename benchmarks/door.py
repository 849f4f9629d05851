"""What a crowd at the door costs the tick: one session is watched by many, another by nobody."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import not_allowed, script
from table import Table, alone, share

from controller.announcing import PREFIX

WATCHERS = 20

SECONDS = 15
"""How long each session plays."""


def measure(quick: bool) -> Table:
    """Play two sessions at a time, and send the crowd to one of them."""
    pairs = [asyncio.run(_pair()) for _ in range(1 if quick else 5)]
    ratios = [crowded["p99"] / quiet["p99"] for quiet, crowded in pairs]
    return Table(
        f"Tick lateness with {WATCHERS} watchers and one client that draws, beside nobody, ms",
        ("who watches", "p50", "p99", "max"),
        (
            ("its own client", *_medians([quiet for quiet, _ in pairs])),
            ("a crowd as well", *_medians([crowded for _, crowded in pairs])),
        ),
        (
            f"Medians of {len(pairs)} pairs of sessions of {SECONDS} s at the same time, each with "
            f"a twin of its own; p99 beside p99, median: {share(ratios, 0.5):.2f} "
            "(goal: at most 1.2)." + not_allowed(),
        ),
    )


def _medians(lates: list[dict[str, float]]) -> tuple[str, ...]:
    return tuple(f"{share([late[of] for late in lates], 0.5):.2f}" for of in ("p50", "p99", "max"))


async def _pair() -> tuple[dict[str, float], dict[str, float]]:
    """Return the lateness of a session nobody else watches, and of one with a crowd."""
    quiet, crowded = await asyncio.gather(_session(0), _session(WATCHERS))
    return quiet, crowded


async def _session(watchers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="myoloop-bench-") as folder:
        surroundings = {**os.environ, "XDG_RUNTIME_DIR": folder}
        demo = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "console.cli", "demo", "--seconds", str(SECONDS),
            "--no-display", "--json", "--picture", f"{folder}/demo.svg",
            env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if watchers:
            door = await _door(Path(folder) / "myoloop")
            async with script("crowd.py", door, str(watchers), env=surroundings) as crowd:
                said, _ = await demo.communicate()
                await crowd.wait()
        else:
            said, _ = await demo.communicate()
    return json.loads(said)["tick_late_ms"]


async def _door(folder: Path) -> str:
    """Wait for the session's door, and return its address."""
    async with asyncio.timeout(30):
        while not (doors := _doors(folder)):  # noqa: ASYNC110  a folder has no event
            await asyncio.sleep(0.05)
    return doors[0]


def _doors(folder: Path) -> list[str]:
    return [json.loads(f.read_text("utf-8"))["door"] for f in folder.glob(f"{PREFIX}*.json")]


if __name__ == "__main__":
    alone(measure)
