"""Recordings of EMG in columns of text: what the columns are, and the line of a mistake."""

import codecs
import re
from pathlib import Path

import numpy as np

from .emg_recording import Array, Recording, columns, converted, is_unit
from .failures import NotARecording

SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6}

_TIME = re.compile(
    r"(?:t|time|time[ _]?stamps?|elapsed(?:[ _]time)?)(?:[ _](s|sec|ms|us))?|(seconds|s|ms|us)",
    re.IGNORECASE,
)
"""What a column is called that says when; the unit may be in its name."""

COUNTERS = {
    "",
    "sample",
    "samples",
    "index",
    "counter",
    "count",
    "frame",
    "row",
    "number",
    "n",
    "i",
}
"""What a column is called that counts samples, and is no muscle."""

SHORTEST = 10
"""So many samples in one straight line that rises are no muscle (E)."""

_HEADING = re.compile(r"(.*?\S)\s*[\[(]([^\])]*)[\])]")

UNEVEN = 0.01
"""Samples that are off from even spacing by this share of any second have no rate (E)."""

WHOLE_HZ = 0.0005
"""So near to a whole number of samples a second, as a share, that is what was meant (E)."""


def read_csv(file: Path, rate_hz: float | None) -> Recording:
    """Read columns, some of which may say when, below a line of names or not."""
    names, values = _table(file)
    labels, units = _headings(names, values.shape[1])
    counting = [k for k in range(values.shape[1]) if _counts(labels, units, values, k)]
    if values.shape[1] == 1:
        counting = []
    muscles = [k for k in range(values.shape[1]) if k not in counting]
    if not muscles:
        raise NotARecording(f"{file}: all of its columns count samples or time: none is a muscle")
    times = [k for k in counting if labels and _scale(labels[k], units[k]) is not None]
    remarks: tuple[str, ...] = ()
    if rate_hz is None and times:
        scale = _scale(labels[times[0]], units[times[0]]) or 1.0
        rate_hz = _rate_of(file, values[:, times[0]] * scale)
    elif counting:
        said = ", ".join(_called(names, k) for k in counting)
        remarks = (f"{file}: left out: {said}: a count of samples or of time, no muscle",)
    if rate_hz is None:
        raise NotARecording(f"{file}: how many samples a second? --rate HZ, or a column time_s")
    read = Recording(
        file.stem,
        columns(file, values[:, muscles]),
        rate_hz,
        tuple(labels[k] for k in muscles) if labels else (),
        tuple(units[k] or "uV" for k in muscles),
        remarks,
    )
    return converted(read, file)


def _counts(labels: tuple[str, ...], units: tuple[str, ...], values: Array, k: int) -> bool:
    """Say whether a column says when, or counts: by its name, or as a straight line that rises."""
    timed = bool(labels) and _scale(labels[k], units[k]) is not None
    if timed and k == 0:
        return True
    column = values[:, k]
    if not np.all(np.isfinite(column)) or not np.all(np.diff(column) > 0.0):
        return False
    if timed or (labels and labels[k].lower() in COUNTERS):
        return True
    rises = float(column[-1] - column[0])
    line: Array = float(column[0]) + np.arange(len(column), dtype=np.float64) * (
        rises / max(1, len(column) - 1)
    )
    return len(column) >= SHORTEST and float(np.abs(column - line).max()) <= UNEVEN * rises


def _scale(name: str, unit: str) -> float | None:
    """Return how many seconds a unit of a column of times is, None where it is no such column."""
    said = _TIME.fullmatch(name)
    if not said or (unit and unit not in SECONDS):
        return None
    return SECONDS[unit or (said[1] or said[2] or "s").lower()]


def _called(names: tuple[str, ...], k: int) -> str:
    return names[k] if names and names[k] else f"column {k + 1}"


def _headings(names: tuple[str, ...], columns: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names and units of columns: `time [ms]` is both; other brackets stay."""
    if not names:
        return (), ("",) * columns
    split = [(_HEADING.fullmatch(name), name) for name in names]
    known = [(m[1], m[2].strip()) if m and _is_unit(m[2]) else (name, "") for m, name in split]
    return tuple(name for name, _ in known), tuple(unit for _, unit in known)


def _is_unit(word: str) -> bool:
    return is_unit(word) or word.strip() in SECONDS


def _table(file: Path) -> tuple[tuple[str, ...], Array]:
    """Return the names of the columns, if there are any, and the columns."""
    lines = {at: line for at, line in enumerate(_text(file).splitlines(), 1) if line.strip()}
    if not lines:
        raise NotARecording(f"{file}: it holds no samples")
    last = lines[max(lines)]
    delimiter = next((one for one in ";\t" if one in last), ",")
    if delimiter != ",":  # then a comma is a decimal point
        lines = {
            at: delimiter.join(_points(cell) for cell in line.split(delimiter))
            for at, line in lines.items()
        }
    first = _cells(lines[min(lines)], delimiter)
    named = not all(_is_number(cell) for cell in first)
    if named:
        del lines[min(lines)]
    if not lines:
        raise NotARecording(f"{file}: it holds no samples")
    try:
        values = np.loadtxt(list(lines.values()), delimiter=delimiter, ndmin=2)
    except ValueError as error:
        where = _mistake(lines, delimiter, first if named else ()) or str(error)
        raise NotARecording(f"{file}: needs a number in every cell: {where}") from error
    if named and len(first) != values.shape[1]:
        raise NotARecording(
            f"{file}: {len(first)} names in its first line, {values.shape[1]} columns below; "
            "name every column, or none"
        )
    return first if named else (), values


def _text(file: Path) -> str:
    """Return what is written in a file: in UTF-8, or in UTF-16 as spreadsheets do."""
    content = file.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise NotARecording(
            f"{file}: not text in UTF-8, or in UTF-16 with its mark; export it anew"
        )
    return content.decode("utf-8-sig", "replace")


def _mistake(lines: dict[int, str], delimiter: str, names: tuple[str, ...]) -> str | None:
    """Return which cell is no number, or which line has another count of cells."""
    count = 0
    for at, line in lines.items():
        cells = line.partition("#")[0].strip("\r\n").split(delimiter)
        if not "".join(cells).strip():
            continue  # a remark
        for column, cell in enumerate(cells, 1):
            if not _is_number(cell):
                name = f" ({names[column - 1]})" if column <= len(names) else ""
                return f"line {at}, column {column}{name} has {cell.strip()!r}"
        count = count or len(cells)
        if len(cells) != count:
            return f"line {at} has {len(cells)} cells, those above have {count}"
    return None


def _rate_of(file: Path, time_s: Array) -> float:
    """Return samples a second: as many in every second, so nothing is missing in between."""
    steps = np.diff(time_s)
    if not len(steps) or not np.all(steps > 0.0) or not np.all(np.isfinite(time_s)):
        raise NotARecording(f"{file}: its time does not go on; say --rate HZ")
    step_s = float(np.median(steps))
    count = int(min(len(steps), max(1.0, 1.0 / step_s)))
    lasts_s = time_s[count:] - time_s[:-count]
    usual_s = float(np.median(lasts_s))
    off_s = np.maximum(abs(lasts_s - usual_s), abs(lasts_s - count * step_s))
    worst = int(np.argmax(off_s))
    if off_s[worst] > UNEVEN * usual_s:
        raise NotARecording(
            f"{file}: its samples are not evenly spaced in the second after "
            f"{float(time_s[worst]):.6g} s, some may be missing; cut it there, or say --rate HZ"
        )
    rate_hz = count / usual_s
    return round(rate_hz) if abs(round(rate_hz) - rate_hz) < WHOLE_HZ * rate_hz else rate_hz


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of the first line, which may be a remark."""
    return tuple(cell.strip().strip('"') for cell in line.lstrip("# ").split(delimiter))


def _points(cell: str) -> str:
    """Return a number with its decimal point; anything else as it is."""
    number = cell.replace(",", ".")
    return number if _is_number(number) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
