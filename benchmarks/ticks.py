"""How late the control task's tick is while a session plays, beside a bare timerfd loop."""

import asyncio

from processes import not_allowed, reported, said, schedulings, twin
from table import Table, alone, p50_p99, share


def measure(quick: bool) -> Table:
    """Play sessions and let the bare loop tick meanwhile, under each scheduling."""
    sessions, seconds = (1, 9) if quick else (3, 9)
    measured = [(how, *asyncio.run(_compare(how, sessions, seconds))) for how in schedulings()]
    return Table(
        "Tick lateness at 100 Hz while a session plays, ms",
        ("both", "bare timerfd loop, p50 / p99", "session, p50 / p99", "p99 / bare p99",
         "bare max", "session max"),
        tuple(
            (said(how), p50_p99(bare, 1e3), p50_p99(ours, 1e3),
             f"{share(ours, 0.99) / share(bare, 0.99):.2f}",
             f"{max(bare) * 1e3:.1f}", f"{max(ours) * 1e3:.1f}")
            for how, bare, ours in measured
        ),
        (
            f"Sessions of {seconds} s, {sessions} under each scheduling, streaming to a twin over "
            "a pseudo-terminal; the bare loop blocks in a read, at the same time, in a process of "
            "its own. Goal: p99 at most 1.5 x bare." + not_allowed(),
        ),
    )  # fmt: skip


async def _compare(how: str, sessions: int, seconds: int) -> tuple[list[float], list[float]]:
    bare_s: list[float] = []
    ours_s: list[float] = []
    for seed in range(sessions):
        async with twin(how, seed) as url:
            bare, ours = await asyncio.gather(
                reported("bare_ticks.py", str(seconds), how),
                reported("host.py", url, str(seconds), how),
            )
        bare_s += bare["late_s"]
        ours_s += ours["late_s"]
    return bare_s, ours_s


if __name__ == "__main__":
    alone(measure)
