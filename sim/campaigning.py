"""Plays campaigns: many sessions on every core, kept one by one, so that none is played twice."""

import contextlib
import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from hashlib import sha256
from importlib import import_module
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import msgspec

from controller.play import read_profile

from .campaign import Plan, on_bodies_of, read_campaign
from .campaign_errors import NoDask, OtherCampaign, WorkerLost
from .session_row import Row, play_session

WAITING = 4
"""So many sessions wait for each worker: the rest are handed out as they come (E)."""

JOURNAL = ".journal"
"""The ending of what is kept while a campaign runs."""


class Beginning(msgspec.Struct, frozen=True):
    """Whose journal it is: what was written, and the seed."""

    written_sha256: str
    seed: int


class Journal:
    """The sessions that are done, one line each, written as they come; without a file, none is."""

    def __init__(self, file: Path | None, beginning: Beginning) -> None:
        self.file = file
        self.rows: dict[int, Row] = {}
        if file is None:
            return
        if file.exists():
            self._resume(file, beginning)
        else:
            _write(file, [msgspec.json.encode(beginning)])

    def add(self, row: Row) -> None:
        """Keep a session."""
        self.rows[row.number] = row
        if self.file is not None:
            with self.file.open("ab") as lines:
                lines.write(msgspec.json.encode(row) + b"\n")

    def close(self) -> None:
        """It is told elsewhere now."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)

    def _resume(self, file: Path, beginning: Beginning) -> None:
        first, *lines = file.read_bytes().split(b"\n")
        if _whose(first) != beginning:
            raise OtherCampaign(
                f"{file} is left from another campaign, profile or seed: finish that one, "
                "remove the file, or name another --out"
            )
        whole: list[bytes] = []
        for line in lines:
            with contextlib.suppress(msgspec.DecodeError):  # the last one may be cut short
                row = msgspec.json.decode(line, type=Row)
                self.rows[row.number] = row
                whole.append(line)
        _write(file, [first, *whole])


def left_off(journals: Sequence[Journal], sessions: int) -> str:
    """Return what there is to say to whoever ends a campaign of so many sessions each early."""
    files = " and ".join(str(journal.file) for journal in journals if journal.file is not None)
    if not files:
        return "interrupted; without --out no session is kept"
    done, all_of_them = kept(journals, sessions), sessions * len(journals)
    return (
        f"interrupted; {done} of {all_of_them} sessions are kept in {files}: the same command goes "
        "on from there"
    )


def kept(journals: Sequence[Journal], sessions: int) -> int:
    """Return how many of so many sessions each are done."""
    return sum(number < sessions for journal in journals for number in journal.rows)


def _whose(line: bytes) -> Beginning | None:
    """Return what the first line of a journal says; None: it is none."""
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode(line, type=Beginning)
    return None


def _write(file: Path, lines: list[bytes]) -> None:
    """Write a journal anew; whoever is killed meanwhile keeps the one before."""
    draft = file.with_name(file.name + ".draft")
    draft.write_bytes(b"\n".join([*lines, b""]))
    draft.replace(file)


def beginning(plan: Plan, seed: int) -> Beginning:
    """Return what makes a campaign this campaign."""
    text, _ = read_profile(plan.profile)
    profile = text.encode() if isinstance(text, str) else text
    bodies = b"" if plan.bodies is None else Path(plan.bodies).read_bytes()
    written = b"\0".join((Path(plan.file).read_bytes(), profile, bodies))
    return Beginning(sha256(written).hexdigest(), seed)


def play(
    plan: Plan,
    seed: int,
    numbers: Sequence[int],
    executor: Executor,
    workers: int,
    *,
    on_row: Callable[[Row], None],
) -> None:
    """Play these sessions, in whatever order they are done."""
    left = iter(numbers)
    running: set[Future[Row]] = set()
    try:
        while True:
            for number in _some(left, workers * WAITING - len(running)):
                running.add(executor.submit(_session, plan.file, plan.bodies, seed, number))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                on_row(future.result())
    finally:
        for future in running:
            future.cancel()


@contextlib.contextmanager
def pool(workers: int) -> Generator[tuple[Executor, int]]:
    """Give one process for each core; two on one core gain nothing.

    Whoever is interrupted waits for no session: it is drawn again by its number. Raises
    `WorkerLost` where a process has died.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    others = active_children()
    executor = ProcessPoolExecutor(
        workers, mp_context=get_context("forkserver"), initializer=_be_ended_by_others
    )
    try:
        yield executor, workers
    except BaseException as error:
        for process in active_children():
            if process not in others:
                process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise WorkerLost(
                "a process that played has died, perhaps for want of memory; with --out the same "
                "command goes on where it was, with --workers 1 it needs less"
            ) from error
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _be_ended_by_others() -> None:
    """Leave Ctrl-C, which reaches every process of a terminal, to the one that ends all others.

    A worker that ended by itself could be taken for one that has died.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def dask(address: str) -> Generator[tuple[Executor, int]]:
    """Give a Dask cluster as an executor, and how many workers it has. Raises `NoDask`."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise NoDask("a Dask cluster needs distributed: install myoloop[dask]") from error
    with distributed.Client(address) as client, client.get_executor(pure=False) as executor:
        yield executor, max(1, len(client.ncores()))


@cache
def _plan(file: str, bodies: str | None) -> Plan:
    """Return a campaign; a worker reads it once."""
    plan = read_campaign(Path(file))
    return plan if bodies is None else on_bodies_of(plan, read_campaign(Path(bodies)))


def _session(file: str, bodies: str | None, seed: int, number: int) -> Row:
    return play_session(_plan(file, bodies), seed, number)


def _some(numbers: Iterator[int], most: int) -> Iterator[int]:
    for _ in range(most):
        number = next(numbers, None)
        if number is None:
            return
        yield number
