"""myoloop scenario campaign: many sessions on many bodies, judged by the oracle."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from console.campaign_summary import document, summary
from console.counting import counting
from console.documents import Told
from console.exits import STOPPED
from sim.campaign import Plan, on_bodies_of, read_campaign
from sim.campaign_errors import Interrupted
from sim.campaigning import JOURNAL, Journal, beginning, dask, play, pool
from sim.comparing import compare
from sim.row_files import check_parquet, write_rows
from sim.session_row import Row, play_session


def campaign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A *.campaign.yaml file.")],
    sessions: Annotated[int, typer.Option(min=1, help="How many.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Another one draws other sessions.")] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.parquet", help="One row per session.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="Another campaign's profile and settings, on the same bodies.",
        ),
    ] = None,
    only: Annotated[
        int | None, typer.Option(min=0, metavar="NUMBER", help="Play this session alone.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; one for each core unless said.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--dask", metavar="ADDRESS", help="A Dask scheduler instead.")
    ] = None,
) -> Told:
    """Play many sessions, and count what the oracle has against them.

    Interrupted, it goes on where it was when it is called again with the same --out.
    """
    plan = read_campaign(file)
    other = None if against is None else on_bodies_of(read_campaign(against), plan)
    if only is not None:
        return _alone(other or plan, seed, only)
    if out is not None:
        check_parquet()
    crew = _Crew(workers or os.cpu_count() or 1, cluster)
    began_s = time.perf_counter()
    first, resumed = _rows(plan, seed, sessions, out, crew)
    second: tuple[Row, ...] = ()
    if other is not None:
        second, more = _rows(other, seed, sessions, _beside(out), crew)
        resumed += more
    told = document(
        plan,
        first,
        second,
        seed=seed,
        resumed=resumed,
        wall_s=time.perf_counter() - began_s,
        rows_file=out,
        against=other,
        compared=compare(first, second) if other is not None else (),
        pictures=_pictures(plan, seed, first, out),
    )
    return Told(told, summary(told), STOPPED if told.failures else 0)


class _Crew:
    """Who plays: processes of this machine, or a cluster."""

    def __init__(self, workers: int, cluster: str | None) -> None:
        self.workers = workers
        self._cluster = cluster

    def play(self, plan: Plan, seed: int, numbers: list[int], journal: Journal) -> None:
        """Play sessions, and keep each as it comes."""
        crew = dask(self._cluster) if self._cluster else pool(self.workers)
        with crew as (executor, workers), counting(plan.campaign.id, len(numbers)) as count:

            def keep(row: Row) -> None:
                journal.add(row)
                count()

            play(plan, seed, numbers, executor, workers, on_row=keep)


def _rows(
    plan: Plan, seed: int, sessions: int, out: Path | None, crew: _Crew
) -> tuple[tuple[Row, ...], int]:
    """Return the rows of a campaign, and how many of them were there already."""
    journal = Journal(
        None if out is None else out.with_name(out.name + JOURNAL), beginning(plan, seed)
    )
    resumed = sum(number < sessions for number in journal.rows)
    missing = [number for number in range(sessions) if number not in journal.rows]
    try:
        crew.play(plan, seed, missing, journal)
    except KeyboardInterrupt as error:
        raise Interrupted(journal.left_off(sessions)) from error
    rows = tuple(journal.rows[number] for number in range(sessions))
    if out is not None:
        write_rows(rows, out)
    journal.close()
    return rows, resumed


def _beside(out: Path | None) -> Path | None:
    return None if out is None else out.with_name(f"{out.stem}.against{out.suffix}")


def _pictures(plan: Plan, seed: int, rows: tuple[Row, ...], out: Path | None) -> dict[int, Path]:
    """Draw what failed, beside the rows."""
    if out is None or not any(row.failed for row in rows):
        return {}
    from console.story_picture import draw_failures

    return draw_failures(plan, seed, rows, out.with_name(f"{out.stem}.failures"))


def _alone(plan: Plan, seed: int, number: int) -> Told:
    row = play_session(plan, seed, number)
    told = document(
        plan, (row,), seed=seed, resumed=0, wall_s=row.cpu_s, rows_file=None, compared=(),
        pictures={},
    )  # fmt: skip
    lines = [f"{name:>15}  {getattr(row, name)}" for name in Row.__struct_fields__]
    return Told(told, "\n".join(lines), STOPPED if row.failed else 0)
