"""myoloop scenario campaign: many sessions on many bodies, judged by the oracle."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from console.campaign_page import write_page
from console.campaign_summary import document, summary
from console.counting import counting
from console.documents import Told
from console.exits import STOPPED
from console.kept_failures import Kept, keep_failures
from console.scenario_documents import Campaign
from console.shrunk import check_place, shrunk
from console.stories import try_out_campaign
from sim.campaign import Plan, on_bodies_of, read_campaign
from sim.campaign_errors import Interrupted
from sim.campaigning import JOURNAL, Journal, beginning, dask, kept, left_off, play, pool
from sim.comparing import compare
from sim.row_files import check_parquet, finished_rows, write_rows
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
    shrink: Annotated[
        Path | None,
        typer.Option(
            "--shrink",
            metavar="FILE.scenario.yaml",
            help="With --only: leave out what it fails without; write the rest as a scenario.",
        ),
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
    try_out_campaign(plan)
    if other is not None:
        try_out_campaign(other, faults_of=plan)
    if only is not None:
        if out is not None:
            raise typer.BadParameter("--out is of whole campaigns: leave it out, or --only")
        return _alone(other or plan, seed, only, shrink)
    if shrink is not None:
        raise typer.BadParameter("--shrink is of one session: name it with --only NUMBER")
    if out is not None:
        _check_out(out)
    crew = _Crew(workers or os.cpu_count() or 1, cluster)
    pairs = [(plan, out)] if other is None else [(plan, out), (other, _beside(out))]
    finished = [_finished(one, seed, file) for one, file in pairs]  # all, before any is begun
    halves = [
        _Half(one, seed, file, rows) for (one, file), rows in zip(pairs, finished, strict=True)
    ]
    journals = [half.journal for half in halves]
    try:
        told = _played(halves, sessions, seed, crew)
    except KeyboardInterrupt as error:
        raise Interrupted(left_off(journals, sessions)) from error
    for journal in journals:  # all is told: before, a second half would have the first repeated
        journal.close()
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


class _Half:
    """One of the campaigns that are held against each other: what is kept of it, and where."""

    def __init__(self, plan: Plan, seed: int, out: Path | None, finished: tuple[Row, ...]) -> None:
        self.plan, self.out = plan, out
        self._beginning = beginning(plan, seed)
        file = None if out is None else out.with_name(out.name + JOURNAL)
        self.journal = Journal(file, self._beginning)
        self.journal.rows |= {row.number: row for row in finished}

    def play(self, seed: int, sessions: int, crew: _Crew) -> tuple[Row, ...]:
        """Play what is missing; return all rows, and write them where they are wanted."""
        done = self.journal.rows
        crew.play(self.plan, seed, [n for n in range(sessions) if n not in done], self.journal)
        if self.out is not None:  # with those of a longer run before: none is lost
            write_rows(tuple(done.values()), self.out, self._beginning)
        return tuple(done[number] for number in range(sessions))


def _check_out(out: Path) -> None:
    """Raise where no rows can be written: before hours of sessions, not after."""
    check_parquet()
    if out.is_dir():
        raise typer.BadParameter(f"{out} is a folder: name a file, as {out / 'rows.parquet'}")
    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"{out}: there is no such folder")


def _finished(plan: Plan, seed: int, out: Path | None) -> tuple[Row, ...]:
    return () if out is None else finished_rows(out, beginning(plan, seed))


def _played(halves: list[_Half], sessions: int, seed: int, crew: _Crew) -> Campaign:
    """Play one campaign, or two on the same bodies, and return what came of it."""
    one, other = halves[0], halves[1] if len(halves) > 1 else None
    began_s = time.perf_counter()
    resumed = kept([half.journal for half in halves], sessions)
    played = [half.play(seed, sessions, crew) for half in halves]
    first, second = played if len(played) > 1 else (played[0], ())
    told = document(
        one.plan,
        first,
        second,
        seed=seed,
        resumed=resumed,
        wall_s=time.perf_counter() - began_s,
        rows_file=one.out,
        against=None if other is None else other.plan,
        compared=compare(first, second) if other is not None else (),
        kept=(
            _failed(one.plan, seed, first, one.out),
            {} if other is None else _failed(other.plan, seed, second, other.out),
        ),
    )
    if told.page is not None:
        write_page(told, one.plan.campaign.title, played, Path(told.page))
    return told


def _beside(out: Path | None) -> Path | None:
    return None if out is None else out.with_name(f"{out.stem}.against{out.suffix}")


def _failed(plan: Plan, seed: int, rows: tuple[Row, ...], out: Path | None) -> Mapping[int, Kept]:
    """Keep what failed, beside the rows."""
    if out is None:
        return {}
    return keep_failures(plan, seed, rows, out.with_name(f"{out.stem}.failures"))


def _alone(plan: Plan, seed: int, number: int, shrink: Path | None) -> Told:
    if shrink is not None:
        check_place(shrink)
        return shrunk(plan, seed, number, shrink)
    row = play_session(plan, seed, number)
    told = document(
        plan, (row,), seed=seed, resumed=0, wall_s=row.cpu_s, rows_file=None, compared=()
    )
    lines = [f"{name:>15}  {getattr(row, name)}" for name in Row.__struct_fields__]
    return Told(told, "\n".join(lines), STOPPED if row.failed else 0)
