"""Rows of a campaign as a Parquet file, with whose they are; and the signals of one session."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from .campaign_errors import NoParquet, OtherCampaign
from .performance import Performance
from .session_row import Row

WHOSE = b"myoloop_campaign"
"""Under this name a file of rows says whose they are."""


def check_parquet() -> None:
    """Raise `NoParquet` where none can be written: before hours of sessions, not after."""
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise NoParquet(
            "campaigns need pyarrow for their Parquet files: install myoloop[exchange]"
        ) from error


def check_place(file: Path, whose: str) -> None:
    """Raise `OtherCampaign` where a file is that holds anything but the rows of `whose` campaign.

    `whose` is what identifies a campaign and its seed.
    """
    if file.exists() and _whose(file) != whose:
        raise OtherCampaign(
            f"{file} is there already, and is of another campaign, profile or seed, or no file of "
            "rows at all: name another --out, or remove it"
        )


def _whose(file: Path) -> str | None:
    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    try:
        said: dict[bytes, bytes] | None = parquet.read_schema(file).metadata
    except (arrow.ArrowException, OSError):
        return None
    return (said or {}).get(WHOSE, b"").decode()


def write_rows(rows: Sequence[Row], file: Path, whose: str) -> None:
    """Write one row for each session, by number."""
    arrow: Any = import_module("pyarrow")
    ordered = sorted(rows, key=lambda row: row.number)
    columns = {name: [getattr(row, name) for row in ordered] for name in Row.__struct_fields__}
    columns["released_at_s"] = arrow.array(columns["released_at_s"], arrow.float64())
    _write(arrow.table(columns).replace_schema_metadata({WHOSE: whose}), file)


def write_recording(seen: Performance, file: Path) -> None:
    """Write all that is known of one session: a row for each value of each signal, and each event.

    The columns are `at_s`, seconds of the session; `name`, of the signal or `event`; `value`; and
    `text`, what the event says.
    """
    arrow: Any = import_module("pyarrow")
    rows = [
        *((at_s, "event", None, text) for at_s, text in seen.events),
        *(
            (at_s, name, value, None)
            for name, signal in sorted(seen.signals.items())
            for at_s, value in zip(signal.at_s.tolist(), signal.value.tolist(), strict=True)
        ),
    ]
    at_s, name, value, text = zip(*rows, strict=True) if rows else ((),) * 4
    columns = {
        "at_s": arrow.array(at_s, arrow.float64()),
        "name": arrow.array(name, arrow.string()).dictionary_encode(),
        "value": arrow.array(value, arrow.float64()),
        "text": arrow.array(text, arrow.string()),
    }
    _write(arrow.table(columns), file)


def _write(table: Any, file: Path) -> None:  # noqa: ANN401  pyarrow has no types
    """Write a table; whoever is killed meanwhile keeps the file of before."""
    parquet: Any = import_module("pyarrow.parquet")
    draft = file.with_name(f"{file.name}.draft")
    parquet.write_table(table, draft)
    draft.replace(file)


def read_rows(file: Path) -> tuple[Row, ...]:
    """Return the rows of a file, by number."""
    parquet: Any = import_module("pyarrow.parquet")
    return tuple(msgspec.convert(parquet.read_table(file).to_pylist(), list[Row]))
