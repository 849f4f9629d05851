"""Curves as tables: a column of seconds, and one for each channel, with its unit in its name."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

from profiles.problems import ExchangeError

from . import json_parts
from .carried import UNITS, Carried, Line, Quantity, in_order, value_at

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What some programs write before anything else (V)."""

TIME = "time_s"
COLUMNS: Mapping[str, Quantity] = {
    f"{quantity}_{unit.lower()}": quantity for quantity, unit in UNITS.items()
}
"""pressure_kpa, position_mm, frequency_hz, amplitude_mm; `pressure_kpa left` is that of a pad."""

Table = dict[str, list[float]]


def table_of(lines: Sequence[Line]) -> Table:
    """Return every channel at every time at which any of them has a point."""
    times = sorted({at_s for line in lines for at_s, _ in line.points})
    columns = {_name(line): [value_at(line.points, at_s) for at_s in times] for line in lines}
    return {TIME: times, **columns}


def carried_of(table: Mapping[str, Sequence[float]], title: str) -> Carried:
    """Return what a table says.

    Raises:
        ExchangeError: it has no times, or they do not grow.
    """
    if TIME not in table:
        raise ExchangeError(f'there is no column "{TIME}"; there are: {", ".join(table) or "none"}')
    times = table[TIME]
    if not times or times[0] < 0.0 or any(b < a for a, b in pairwise(times)):
        raise ExchangeError(f"{TIME} must grow from row to row, and begin at 0 or later")
    lines: list[Line] = []
    left: list[str] = []
    for name, values in table.items():
        column, _, site = name.partition(" ")
        if name == TIME:
            continue
        if column in COLUMNS:
            points = in_order(zip(times, values, strict=True))
            lines.append(Line(COLUMNS[column], points, site))
        else:
            left.append(f'column "{name}": not one of {", ".join(COLUMNS)}')
    return Carried(title, tuple(lines), tuple(left))


def write_csv(lines: Sequence[Line]) -> str:
    """Return the table as text."""
    table = table_of(lines)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table)
    writer.writerows([f"{value:.7g}" for value in row] for row in zip(*table.values(), strict=True))
    return file.getvalue()


def read_csv(text: str, title: str) -> Carried:
    """Return what a table says. Raises `ExchangeError`, with the line."""
    rows = _rows(text.removeprefix(BYTE_ORDER_MARK))
    first = next(rows, None)
    if first is None:
        raise ExchangeError("the table is empty")
    header = [name.strip() for name in first[1]]
    _each_once(header)
    table: Table = {name: [] for name in header}
    for number, row in rows:
        if len(row) != len(header):
            raise ExchangeError(f"line {number}: {len(row)} values under {len(header)} columns")
        for name, cell in zip(header, row, strict=True):
            table[name].append(_cell(cell, name, number))
    return carried_of(table, title)


def write_parquet(lines: Sequence[Line]) -> bytes:
    """Return the table as Parquet. Raises `ExchangeError` where pyarrow is not installed."""
    arrow, parquet = _pyarrow()
    file = io.BytesIO()
    parquet.write_table(arrow.table(table_of(lines)), file)
    return file.getvalue()


def read_parquet(content: bytes, title: str) -> Carried:
    """Return what a table says. Raises `ExchangeError`."""
    arrow, parquet = _pyarrow()
    try:
        _each_once(parquet.read_schema(io.BytesIO(content)).names)
        table = parquet.read_table(io.BytesIO(content)).to_pydict()
    except (arrow.ArrowException, ArithmeticError, ValueError, OSError) as error:
        raise ExchangeError(f"this is no Parquet: {error}") from error
    for name, values in table.items():
        for number, value in enumerate(values):
            if math.isnan(json_parts.number(value, math.nan)):
                raise ExchangeError(f'row {number} of "{name}": {value!r} is no number')
    return carried_of(table, title)


def _name(line: Line) -> str:
    name = f"{line.quantity}_{UNITS[line.quantity].lower()}"
    return f"{name} {line.site}" if line.site else name


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, and the line on which it ends."""
    reader = csv.reader(io.StringIO(text, newline=""))  # so lines may end as on any machine
    try:
        for row in reader:
            if any(cell.strip() for cell in row) or len(row) > 1:
                yield reader.line_num, row
    except csv.Error as error:
        raise ExchangeError(f"line {reader.line_num}: {error}") from error


def _each_once(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ExchangeError(f'two columns are called "{name}": give each its own name')
        seen.add(name)


def _cell(cell: str, name: str, number: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ExchangeError(f'line {number}: "{cell[:20]}" under {name} is no number')
    return value


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ExchangeError("Parquet needs pyarrow: pip install 'myoloop[exchange]'") from error
