"""What there is to say about a campaign, in a document and in lines."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from sim.campaign import Plan
from sim.comparing import Difference
from sim.session_row import Row

from .kept_failures import Kept
from .scenario_documents import Campaign, CampaignFailure, Compared, Spread
from .tables import table

SPREADS = ("peak_kpa", "peak_share", "guarding_s", "pain_s", "duration_s")
"""What is told with its spread."""

SHOWN = 20
"""So many failures are told to people; the document has all (E)."""

SHRINK = "each with --shrink FILE.scenario.yaml as well: which of its faults are enough"


def document(
    plan: Plan,
    first: Sequence[Row],
    second: Sequence[Row] = (),
    *,
    seed: int,
    resumed: int,
    wall_s: float,
    rows_file: Path | None,
    against: Plan | None = None,
    compared: Sequence[Difference],
    kept: tuple[Mapping[int, Kept], Mapping[int, Kept]] = ({}, {}),
) -> Campaign:
    """Return the document of a campaign; `second` are the sessions of the one it is held against.

    `kept` is what is kept of the failures of each.
    """
    rows = (*first, *second)
    kept_first, kept_second = kept
    faults = Counter(dict.fromkeys(plan.campaign.kinds_of_faults, 0))
    faults.update(name for row in rows for name in row.faults_begun.split(", ") if name)
    simulated_s = sum(row.simulated_s for row in rows)
    cpu_s = sum(row.cpu_s for row in rows)
    return Campaign(
        campaign=plan.campaign.id,
        against=None if against is None else against.campaign.id,
        sessions=len(rows),
        resumed=resumed,
        over_envelope=sum(row.over_envelope for row in rows),
        unsafe=sum(row.unsafe for row in rows),
        failures=(
            *_failures(first, [plan.file], seed, kept_first),
            *_failures(second, [plan.file, "--against", _file(against)], seed, kept_second),
        ),
        outcomes=dict(Counter(f"{row.outcome} ({row.reason})" for row in rows).most_common()),
        fault_counts=dict(sorted(faults.items())),
        spreads={name: _spread([getattr(row, name) for row in rows]) for name in SPREADS},
        real_time_factor=round(simulated_s / cpu_s, 1) if cpu_s else None,
        wall_s=round(wall_s, 2),
        rows=None if rows_file is None else str(rows_file),
        page=None if rows_file is None else str(page_beside(rows_file)),
        compared=tuple(Compared(**msgspec.structs.asdict(one)) for one in compared),
    )


def page_beside(rows: Path) -> Path:
    """Return where the page of a campaign is, whose rows are in a file."""
    return rows.with_name(f"{rows.stem}.summary.html")


def _failures(
    rows: Sequence[Row], campaign: Sequence[str], seed: int, kept: Mapping[int, Kept]
) -> Iterator[CampaignFailure]:
    for row in rows:
        if row.failed:
            files = kept.get(row.number)
            yield CampaignFailure(
                number=row.number,
                seed=seed,
                why=row.why,
                replay=_replay(campaign, seed, row.number),
                recording=None if files is None else str(files.recording),
                picture=None if files is None or files.picture is None else str(files.picture),
            )


def _replay(campaign: Sequence[str], seed: int, number: int) -> str:
    """Return what plays one session again, as a shell wants it."""
    words = ("myoloop", "scenario", "campaign", *campaign, "--seed", str(seed))
    return shlex.join((*words, "--only", str(number)))


def _file(plan: Plan | None) -> str:
    return "" if plan is None else plan.file


def summary(campaign: Campaign) -> str:
    """Return the same for a person."""
    factor = campaign.real_time_factor
    lines = [
        f"{_named(campaign)}: {campaign.sessions} sessions, {campaign.resumed} of them from "
        f"before, {campaign.wall_s:.0f} s"
        + ("" if factor is None else f", {factor:.0f} times as fast as life on each core"),
        f"over the envelope {campaign.over_envelope}, unsafe {campaign.unsafe}, "
        f"failed in all {len(campaign.failures)}",
        "",
        table(("ended", "sessions"), [(o, str(n)) for o, n in campaign.outcomes.items()]),
        "",
        table(
            ("measure", "5 %", "half", "95 %", "most"),
            [
                (name, *(f"{value:.3f}" for value in msgspec.structs.astuple(spread)))
                for name, spread in campaign.spreads.items()
            ],
        ),
    ]
    lines += _faults(campaign)
    for failure in campaign.failures[:SHOWN]:
        lines += [f"session {failure.number}: {failure.why}", f"  {failure.replay}"]
        lines += [] if failure.recording is None else [f"  recording {failure.recording}"]
        lines += [] if failure.picture is None else [f"  picture {failure.picture}"]
    if campaign.failures:
        lines.append(SHRINK)
    if campaign.rows is not None:
        lines += ["", f"a row for each session: {campaign.rows}", f"a page: {campaign.page}"]
    if campaign.compared:
        lines += ["", compared(campaign)]
    return "\n".join(lines)


def _faults(campaign: Campaign) -> list[str]:
    """Return how often faults began: the least says whether any of them was rare."""
    counts = campaign.fault_counts
    if not counts:
        return []
    began = sum(count > 0 for count in counts.values())
    rarest = min(counts, key=lambda name: counts[name])
    return [
        "",
        f"faults of {began} of {len(counts)} kinds began; the rarest was {rarest}: "
        f"{counts[rarest]} times",
    ]


def _named(campaign: Campaign) -> str:
    one, other = campaign.campaign, campaign.against
    return one if other is None else f"{one} against {other}"


def compared(campaign: Campaign) -> str:
    """Return the comparison as a table; a difference is the second campaign less the first."""
    first, second = campaign.campaign, campaign.against or "second"
    rows = [
        (one.measure, str(one.pairs), _number(one.first), _number(one.second),
         _number(one.difference), _interval(one), one.answer)
        for one in campaign.compared
    ]  # fmt: skip
    heads = ("measure", "pairs", first, second, "difference", "95 %", f"{second} is")
    return table(heads, rows)


def _interval(compared: Compared) -> str:
    if compared.low is None:
        return ""
    return f"{_number(compared.low)} to {_number(compared.high)}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _spread(values: Sequence[float]) -> Spread:
    p5, p50, p95 = (float(value) for value in np.percentile(values, (5.0, 50.0, 95.0)))
    return Spread(round(p5, 4), round(p50, 4), round(p95, 4), round(max(values), 4))
