"""Where the microseconds of a simulated session go, beside a loop that only steps the body."""

import cProfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TypeAlias

import numpy as np
from table import Table, alone
from twins import at_work
from virtual import calibration_s

from sim.actuator import Actuator
from sim.body import PRESETS, person
from sim.curves import level
from sim.life import Life
from sim.scenario import Story, read_scenario
from sim.sensors import NoisySensor
from sim.staging import perform

HERE = Path(__file__).resolve().parent.parent

STORY = f"""
format: myoloop-scenario/1
id: budget
title: An acute spasm, kneaded, with EMG on two channels
profile: {HERE}/sim/scenarios/profiles/minute.yaml
person: acute_spasm_low_back
expect: {{outcome: complete}}
"""

PARTS = {
    "sim/actuator": "10 regulator ticks and contact",
    "sim/coil": "10 regulator ticks and contact",
    "sim/ticks": "10 regulator ticks and contact",
    "sim/sensors": "10 regulator ticks and contact",
    "sim/muscle": "EMG synthesis",
    "sim/heart": "EMG synthesis",
    "sim/artefacts": "EMG synthesis",
    "sim/life": "body",
    "sim/reflex": "body",
    "sim/pain": "body",
    "sim/warmth": "body",
    "sim/trigger_point": "body",
    "sim/": "twin, its queue and messages",
    "controller/emg": "EMG pipeline",
    "controller/ears": "EMG pipeline",
    "controller/streamer": "player and streamer",
    "controller/player": "player and streamer",
    "controller/fitting": "player and streamer",
    "controller/": "supervisor, rules, session",
    "profiles/": "player and streamer",
    "firmware_bridge/framing": "framing",
    "firmware_bridge/links": "framing",
    "firmware_bridge/": "host's messages and clock",
}
"""Which part a file belongs to: the longest beginning counts."""

OTHER = "loop and timers"

Function: TypeAlias = tuple[str, int, str]
Callers: TypeAlias = dict[Function, tuple[int, int, float, float]]
Stats: TypeAlias = dict[Function, tuple[int, int, float, float, Callers]]
Spent: TypeAlias = defaultdict[str, float]

BARE_S = 20.0
"""How long the bare loop steps a body."""


def measure(quick: bool) -> Table:
    """Play a minute plainly, then once more with every call counted."""
    story = read_scenario(STORY, "budget")
    plain = [_timed(story) for _ in range(1 if quick else 3)]
    simulated_s, cpu_s = min(plain, key=lambda one: one[1])
    whole_us = cpu_s / simulated_s * 1e4
    shares = _shares(story)
    rows = [
        (part, f"{share * whole_us:.1f}", f"{share:.0%}")
        for part, share in sorted(shares.items(), key=lambda one: -one[1])
    ]
    bare_us = _bare_us()
    return Table(
        f"A simulated session, by part, {at_work()}",
        ("part", "us each 10 ms", "share"),
        (
            *rows,
            ("whole", f"{whole_us:.1f}", f"{simulated_s / cpu_s:.0f} x real time"),
            ("a loop that only steps the body", f"{bare_us:.1f}", f"{1e4 / bare_us:.0f} x"),
        ),
        (
            "Pre-flight and a minute that listens, on the acute spasm, EMG on two channels. The "
            "whole is measured plainly; the shares are those of a run in which every call is "
            "counted, where small functions look dearer than they are. The calibration loop took "
            f"{calibration_s() * 1e3:.0f} ms.",
        ),
    )


def _timed(story: Story) -> tuple[float, float]:
    began_s = time.process_time()
    seen = perform(story)
    assert seen.outcome == "complete"
    return seen.simulated_s, time.process_time() - began_s


def _shares(story: Story) -> dict[str, float]:
    """Return how much of all time each part takes, what it calls of others' included."""
    profile = cProfile.Profile()
    profile.runcall(perform, story)
    profile.create_stats()
    stats: Stats = profile.stats  # pyright: ignore[reportAttributeAccessIssue]
    spent: Spent = defaultdict(float)
    for function, (_, _, own_s, _, callers) in stats.items():
        _give(function, own_s, callers, stats, spent, 0)
    whole_s = sum(spent.values())
    return {part: own_s / whole_s for part, own_s in spent.items()}


def _give(
    function: Function, own_s: float, callers: Callers, stats: Stats, spent: Spent, depth: int
) -> None:
    """Count time for the part of a function; what is not ours is counted for who called it."""
    part = _part(function[0])
    total = sum(times[2] for times in callers.values())
    if part is not None or not total or depth > 12:
        spent[part or OTHER] += own_s
        return
    for caller, times in callers.items():
        share = own_s * times[2] / total
        _give(caller, share, stats[caller][4], stats, spent, depth + 1)


def _part(file: str) -> str | None:
    try:
        name = str(Path(file).resolve().relative_to(HERE))
    except ValueError:
        return OTHER if "asyncio" in file or "selectors" in file else None
    fits = [start for start in PARTS if name.startswith(start)]
    return PARTS[max(fits, key=len)] if fits else None


def _bare_us() -> float:
    """Return what 10 ms of tissue, regulator and body take, and nothing else."""
    dice = np.random.Generator(np.random.PCG64(7))
    someone = person(PRESETS["acute_spasm_low_back"], dice)
    actuator = Actuator(someone.tissue, NoisySensor(dice), NoisySensor(dice))
    life = Life(someone, dice)
    actuator.limit(20.0, 10.0, 60.0, 200.0, 1.0)
    actuator.energise()
    curves = level(8.0), level(1.0), level(20.0)
    began_s = time.process_time()
    for hop in range(round(BARE_S * 100)):
        now_us = hop * 10_000
        actuator.run(10, now_us, *curves, rhythmic=False)
        life.live(now_us + 10_000, actuator.true_kpa, None)
        actuator.feel_body(life.stiffness, life.lifted_m)
        actuator.taken = ([], [])
    return (time.process_time() - began_s) / BARE_S * 1e4


if __name__ == "__main__":
    alone(measure)
