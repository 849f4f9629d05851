"""Rows of a campaign as a Parquet file."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from .campaign_errors import NoParquet
from .session_row import Row


def check_parquet() -> None:
    """Raise `NoParquet` where none can be written: before hours of sessions, not after."""
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise NoParquet(
            "campaigns need pyarrow for their Parquet files: install myoloop[exchange]"
        ) from error


def write_rows(rows: Sequence[Row], file: Path) -> None:
    """Write one row for each session, by number."""
    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    ordered = sorted(rows, key=lambda row: row.number)
    columns = {name: [getattr(row, name) for row in ordered] for name in Row.__struct_fields__}
    columns["released_at_s"] = arrow.array(columns["released_at_s"], arrow.float64())
    draft = file.with_suffix(".draft")
    parquet.write_table(arrow.table(columns), draft)
    draft.replace(file)


def read_rows(file: Path) -> tuple[Row, ...]:
    """Return the rows of a file, by number."""
    parquet: Any = import_module("pyarrow.parquet")
    return tuple(msgspec.convert(parquet.read_table(file).to_pylist(), list[Row]))
