"""Rows of a campaign as a Parquet file, with whose they are; and the signals of one session."""

import contextlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from .campaign_errors import NoParquet, OtherCampaign
from .campaigning import Beginning
from .performance import Performance
from .session_row import Row

_OF = b"myoloop.campaign"
"""Where a file says which campaign its rows are of."""


def check_parquet() -> None:
    """Raise `NoParquet` where none can be written: before hours of sessions, not after."""
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise NoParquet(
            "campaigns need pyarrow for their Parquet files: install myoloop[exchange]"
        ) from error


def write_rows(rows: Sequence[Row], file: Path, of: Beginning) -> None:
    """Write one row for each session, by number, and which campaign they are of."""
    arrow: Any = import_module("pyarrow")
    ordered = sorted(rows, key=lambda row: row.number)
    columns = {name: [getattr(row, name) for row in ordered] for name in Row.__struct_fields__}
    columns["released_at_s"] = arrow.array(columns["released_at_s"], arrow.float64())
    _write(arrow.table(columns).replace_schema_metadata({_OF: msgspec.json.encode(of)}), file)


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


def finished_rows(file: Path, of: Beginning) -> tuple[Row, ...]:
    """Return the rows that a campaign has in a file already; none where there is no file.

    Raises `OtherCampaign` where the file is anything else.
    """
    if not file.exists():
        return ()
    arrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    with contextlib.suppress(arrow.ArrowException, OSError, msgspec.MsgspecError):
        metadata: dict[bytes, bytes] = parquet.read_schema(file).metadata or {}
        written = metadata.get(_OF)
        if written is not None and msgspec.json.decode(written, type=Beginning) == of:
            return read_rows(file)
    raise OtherCampaign(
        f"{file} is there already, and not from this campaign, profile and seed: remove it, or "
        "name another --out"
    )


def read_rows(file: Path) -> tuple[Row, ...]:
    """Return the rows of a file, by number."""
    parquet: Any = import_module("pyarrow.parquet")
    return tuple(msgspec.convert(parquet.read_table(file).to_pylist(), list[Row]))
