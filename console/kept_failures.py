"""What is kept of a campaign's failures: a recording of each, and a picture of the first."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from sim.campaign import Plan
from sim.judging import Missed
from sim.lots import draw
from sim.performance import Performance
from sim.row_files import write_recording
from sim.scenario import Story
from sim.session_row import Row
from sim.staging import perform

DRAWN = 6
"""So many failures are drawn (E)."""


class Kept(msgspec.Struct, frozen=True):
    """The files of a failure."""

    recording: Path
    picture: Path | None


def keep_failures(plan: Plan, seed: int, rows: Sequence[Row], folder: Path) -> Mapping[int, Kept]:
    """Play the failed sessions of a campaign again; keep each in a folder, which is made for it.

    A session that ended by an error of ours has nothing to keep.
    """
    kept: dict[int, Kept] = {}
    for row in rows:
        if row.failed and row.outcome != "error":
            folder.mkdir(exist_ok=True)
            kept[row.number] = _keep(plan, seed, row, folder, drawn=len(kept) < DRAWN)
    return kept


def _keep(plan: Plan, seed: int, row: Row, folder: Path, *, drawn: bool) -> Kept:
    story = draw(plan, seed, row.number)
    seen = perform(story)
    recording = folder / f"{story.id}.parquet"
    write_recording(seen, recording)
    return Kept(recording, _draw(story, seen, row, folder) if drawn else None)


def _draw(story: Story, seen: Performance, row: Row, folder: Path) -> Path:
    from .story_picture import draw_story

    missed = Missed(where="oracle", expected="nothing against it", seen=row.why, at_s=seen.ended_s)
    file = folder / f"{story.id}.svg"
    draw_story(story, seen, (missed,), f"virtual, {row.faults or 'no faults'}", file)
    return file
