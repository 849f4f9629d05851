"""myoloop doctor: whether this machine is fit to play, and why a number is what it is."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Annotated

import typer

from console.documents import Doctor, Finding, Told, Why, WhyConstant, WhyHazard
from console.exits import FAULT

MEASURED_S = 2.0
"""How long ticks are watched: 200 of them (E)."""

_HAZARD = re.compile(r"[Hh]-?[0-9]{1,9}")
_MARKS = {"ok": "ok  ", "look": "look", "bad": "BAD "}


def doctor(
    why: Annotated[
        str | None,
        typer.Option(
            "--why",
            metavar="NAME",
            help="Say why a constant is what it is, or where a hazard is explained, as H-09.",
        ),
    ] = None,
) -> Told:
    """Look this machine over: clocks, scheduling, ticks, ports, packages.

    With --why: what a constant is, where it is, and the reason beside it; for a hazard, as H-09,
    where it is said what is done about it.
    """
    if why is None:
        return _look_over()
    return _hazard(why) if _HAZARD.fullmatch(why.strip()) else _explain(why)


def _hazard(asked: str) -> Told:
    """Return where it is said what is done about a hazard."""
    from sim.hazards import HAZARDS, nearest_hazard

    number = asked.strip().upper()
    if number not in HAZARDS:
        raise typer.BadParameter(
            f'there is no hazard "{asked}"; did you mean "{nearest_hazard(asked)}"?'
        )
    where = f"SAFETY.md, Hazards, row {number}"
    told = WhyHazard(number=number, title=HAZARDS[number], where=where)
    text = (
        f"{number}: {told.title}\n  {where}: what is done about it, where, and shown by what\n"
        "  `myoloop scenario list` shows which stories are of it"
    )
    return Told(Why(constants=(), hazard=told), text)


def _explain(name: str) -> Told:
    from console.constants import Unknown, why

    try:
        found = why(name)
    except Unknown as error:
        raise typer.BadParameter(str(error)) from None
    constants = tuple(
        WhyConstant(
            name=one.path, value=one.value, file=one.file, line=one.line, sentence=one.sentence
        )
        for one in found
    )
    text = "\n\n".join(
        f"{one.name} = {one.value}\n  {one.file}:{one.line}\n  {one.sentence or 'no reason given'}"
        for one in constants
    )
    return Told(Why(constants=constants), text)


def _look_over() -> Told:
    findings = tuple(_findings())
    text = "\n".join(map(_line, findings))
    return Told(Doctor(findings=findings), text, FAULT if _bad(findings) else 0)


def _findings() -> list[Finding]:
    from console.platforms import machine

    findings = list(machine())
    return findings if _bad(findings) else findings + _measured()


def _bad(findings: Sequence[Finding]) -> bool:
    return any(one.status == "bad" for one in findings)


def _measured() -> list[Finding]:
    from serial.tools.list_ports import comports

    from console import checkup
    from console.cli import TABLE
    from controller.priority import urgent

    used = {path[0] for path in TABLE} | set(entry_points(group="firmware_bridge.links").names)
    sys.stderr.write(f"watching ticks for {MEASURED_S:g} s\n")
    with urgent() as scheduling:
        ours_s, bare_s = asyncio.run(_ticks(MEASURED_S))
    return [
        checkup.clock(),
        checkup.judge_scheduling(scheduling),
        checkup.judge_ticks(ours_s, bare_s),
        _kernels(),
        *checkup.ports([port.device for port in sorted(comports())]),
        checkup.runtime(),
        *checkup.tools(used),
    ]


def _kernels() -> Finding:
    from console import checkup
    from controller import emg_compiled
    from firmware_bridge.kernels import kernel, unwanted
    from sim import mixing, ticks

    wanted = not unwanted()
    working = {
        "EMG": wanted and emg_compiled.available(),
        "the virtual coil": kernel(ticks.NAME) is not None,
        "the virtual muscle": kernel(mixing.NAME) is not None,
    }
    return checkup.judge_kernels(wanted=wanted, working=working)


async def _ticks(seconds: float) -> tuple[list[float], list[float]]:
    """Return how late ticks of ours were, and those of a loop that only sleeps, meanwhile."""
    from console.bare_loop import PERIOD_S
    from controller.ticker import Ticker

    bare = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "console.bare_loop", f"{seconds}",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    ticker = Ticker(PERIOD_S, lambda _: None, PERIOD_S)
    try:
        await asyncio.sleep(seconds)
    finally:
        ticker.stop()
    said, _ = await bare.communicate()
    return ticker.late_s, json.loads(said)


def _line(one: Finding) -> str:
    advice = f"\n      {one.advice}" if one.advice else ""
    return f"{_MARKS[one.status]}  {one.name}: {one.found}{advice}"
