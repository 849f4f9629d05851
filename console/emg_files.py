"""Recordings of EMG, as files: .npz, .csv, .edf and .bdf. What they hold is microvolts."""

import codecs
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from controller.emg_plan import MOST_CHANNELS

from .failures import NotARecording

Array = NDArray[np.float64]

TIME_NAMES = {"t", "time", "time_s", "seconds", "s"}
"""What a first column is called that says when."""

SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "us": 1e-6}

_HEADING = re.compile(r"(.*?\S)\s*[\[(]([^\])]*)[\])]")
_STEPS = re.compile(r"adc\d*$|counts?$|lsb$|digits?$", re.IGNORECASE)

MICROVOLTS = {"uv": 1.0, "µv": 1.0, "\u03bcv": 1.0, "mv": 1e3, "v": 1e6, "nv": 1e-3}
"""How many a unit is. There are two letters like a Greek mu."""

COUNTS = "counts"
"""What is printed behind numbers of a unit that is no voltage: steps of a converter, mostly."""

UNEVEN = 0.01
"""Samples that are off from even spacing by this share of any second have no rate (E)."""

WHOLE_HZ = 0.0005
"""So near to a whole number of samples a second, as a share, that is what was meant (E)."""


class Recording(msgspec.Struct, frozen=True):
    """`samples_uv` is (samples, channels); `units` say for each channel what they are.

    `remarks` are what a person should know about how the file was read.
    """

    name: str
    samples_uv: Array
    rate_hz: float
    labels: tuple[str, ...]
    units: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def read_recording(file: Path, rate_hz: float | None) -> Recording:
    """Return what is in `file`.

    `rate_hz` is for files that do not say; in a CSV it counts instead of the column of times, which
    may be no more than when each line was written. Raises `NotARecording`.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise NotARecording(f"{file}: a recording ends in {', '.join(_READERS)}")
    if file.is_dir():
        raise NotARecording(f"{file}: a folder, not a recording")
    if not file.exists():
        raise NotARecording(f"{file}: there is no such file")
    found = reader(file, rate_hz)
    if not len(found.samples_uv):
        raise NotARecording(f"{file}: it holds no samples")
    return found


def _npz(file: Path, rate_hz: float | None) -> Recording:
    arrays: dict[str, Any] = {}
    try:
        with file.open("rb") as stream:
            held: Any = np.load(stream, allow_pickle=False)
            arrays = {name: held[name] for name in getattr(held, "files", ())}
    except _TORN as error:
        raise NotARecording(f"{file}: not a whole NumPy archive ({error})") from error
    if "x" not in arrays:
        raise NotARecording(
            f"{file}: needs an array x, (samples, channels); it has {_names(arrays)}"
        )
    samples_uv = _columns(file, arrays["x"])
    found_hz = rate_hz if "fs" not in arrays else _number(file, arrays["fs"])
    remarks = _ignored(file, rate_hz, found_hz)
    if found_hz is None:
        raise NotARecording(f"{file}: needs fs, samples a second, or --rate HZ")
    labels = tuple(str(label) for label in np.ravel(arrays.get("labels", ())))
    labels = labels if len(labels) == samples_uv.shape[1] else ()
    units = _units(file, arrays.get("units", "uV"), samples_uv.shape[1])
    return _converted(Recording(file.stem, samples_uv, found_hz, labels, units, remarks), file)


def _converted(read: Recording, file: Path) -> Recording:
    """Return a recording in microvolts, where `units` are those of the file."""
    other = sorted({unit for unit in read.units if _times(unit) is None})
    times = np.array([_times(unit) or 1.0 for unit in read.units], np.float64)
    remarks = read.remarks
    if other:
        remark = (
            f"{file}: its units are {', '.join(other)}, no voltage: it is heard as if one were a "
            "microvolt, so whether it is trusted means little"
        )
        remarks = (*remarks, remark)
    units = tuple("uV" if _times(unit) is not None else COUNTS for unit in read.units)
    return msgspec.structs.replace(
        read, samples_uv=read.samples_uv * times, units=units, remarks=remarks
    )


def _units(file: Path, value: Any, channels: int) -> tuple[str, ...]:  # noqa: ANN401  whatever the file held
    """Return the unit of each channel: of all of them, or one each."""
    plain = np.ravel(value)
    if plain.dtype.kind == "S":
        plain = np.char.decode(plain, "utf-8", "replace")
    if plain.dtype.kind != "U" or len(plain) not in (1, channels):
        raise NotARecording(f"{file}: units is one word, such as uV, or one for each channel")
    return tuple(str(unit) or "uV" for unit in np.broadcast_to(plain, (channels,)))


def _csv(file: Path, rate_hz: float | None) -> Recording:
    """Read columns, the first of which may be the time in seconds, below a line of names or not."""
    labels, values = _table(file)
    labels, units = _headings(labels, values.shape[1])
    if labels and labels[0].lower() in TIME_NAMES and values.shape[1] > 1:
        time_s, values, labels = (
            values[:, 0] * SECONDS.get(units[0], 1.0),
            values[:, 1:],
            labels[1:],
        )
        units = units[1:]
        rate_hz = rate_hz if rate_hz is not None else _rate_of(file, time_s)
    if rate_hz is None:
        raise NotARecording(f"{file}: how many samples a second? --rate HZ, or a column time_s")
    units = tuple(unit or "uV" for unit in units)
    read = Recording(file.stem, _columns(file, values), rate_hz, labels, units, ())
    return _converted(read, file)


def _headings(names: tuple[str, ...], columns: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names and units of columns: `time [ms]` is both; other brackets stay."""
    if not names:
        return (), ("",) * columns
    split = [(_HEADING.fullmatch(name), name) for name in names]
    known = [(m[1], m[2].strip()) if m and _is_unit(m[2]) else (name, "") for m, name in split]
    return tuple(name for name, _ in known), tuple(unit for _, unit in known)


def _is_unit(word: str) -> bool:
    return _times(word) is not None or word.strip() in SECONDS or bool(_STEPS.match(word.strip()))


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


def _edf(file: Path, rate_hz: float | None) -> Recording:
    """Read the signals of a European Data Format file that have the rate of the fastest."""
    try:
        import edfio
    except ImportError as error:
        raise NotARecording(
            f"{file}: reading {file.suffix} needs edfio: pip install 'myoloop[exchange]'"
        ) from error
    said = _records(file)
    plain: Any = edfio
    read = plain.read_bdf if file.suffix.lower() == ".bdf" else plain.read_edf
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # it warns where something is missing
            if said == UNKNOWN:  # and of what is legal: the last record may be half there
                warnings.filterwarnings("ignore", _GROWING, UserWarning)
            whole = read(file)
            signals: list[Any] = [s for s in whole.signals if _microvolts(s) is not None]
            fastest = max((float(s.sampling_frequency) for s in signals), default=0.0)
            chosen = [s for s in signals if float(s.sampling_frequency) == fastest]
            columns = [_in_microvolts(s) for s in chosen]
    except (*_TORN, ArithmeticError, IndexError, TypeError, NameError, UserWarning) as error:
        raise NotARecording(f"{file}: not a whole {file.suffix} file ({error})") from error
    if str(whole.reserved).startswith(("EDF+D", "BDF+D")):
        raise NotARecording(f"{file}: it was interrupted ({whole.reserved}): cut it where it was")
    if not columns:
        raise NotARecording(f"{file}: none of its signals is in volts")
    labels = tuple(str(s.label) for s in chosen)
    remarks = _ignored(file, rate_hz, fastest)
    if said == UNKNOWN:
        remarks = (*remarks, f"{file}: it was still being recorded: read as far as it goes")
    if len(chosen) < len(whole.signals):
        others = "; ".join(_left_out(s, fastest) for s in whole.signals if s not in chosen)
        remarks = (*remarks, f"{file}: left out: {others}")
    units = ("uV",) * len(labels)
    return Recording(file.stem, np.stack(columns, axis=1), fastest, labels, units, remarks)


def _records(file: Path) -> int:
    """Return how many records a file says it has. Raises `NotARecording` if they take no time."""
    with file.open("rb") as stream:
        head = stream.read(256)
    try:
        count, lasts_s = int(head[236:244]), float(head[244:252])
    except ValueError:
        return 0  # edfio says what is wrong with it
    if lasts_s == 0.0:
        raise NotARecording(
            f"{file}: its records last 0 s, so it has no rate: not a whole {file.suffix} file of "
            "signals; export it anew"
        )
    return count


def _left_out(signal: Any, fastest_hz: float) -> str:  # noqa: ANN401  edfio is optional
    """Return which signal is not heard, and why."""
    if _microvolts(signal) is None:
        return f"{signal.label} (in {signal.physical_dimension or 'no unit'}, no voltage)"
    return (
        f"{signal.label} ({float(signal.sampling_frequency):g} Hz, slower than the fastest, "
        f"{fastest_hz:g} Hz)"
    )


def _ignored(file: Path, rate_hz: float | None, found_hz: float | None) -> tuple[str, ...]:
    """Return what there is to say where the rate that was given is not the file's own."""
    if rate_hz is None or found_hz is None or rate_hz == found_hz:
        return ()
    return (f"{file}: it says {found_hz:g} Hz itself: --rate {rate_hz:g} is ignored",)


UNKNOWN = -1
"""So many records has a file that is still being recorded: they are not counted yet."""

_GROWING = r"\w+ header indicates -1 data|Incomplete data record at the end"

_TORN = (ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error)
"""What a library raises at a file that is cut off, or is no such file (E)."""

_READERS: dict[str, Callable[[Path, float | None], Recording]] = {
    ".npz": _npz,
    ".csv": _csv,
    ".edf": _edf,
    ".bdf": _edf,
}


def _microvolts(signal: Any) -> float | None:  # noqa: ANN401  edfio is optional
    return _times(str(signal.physical_dimension))


def _times(unit: str) -> float | None:
    """Return how many microvolts a unit is, or None where it is no voltage we know."""
    return MICROVOLTS.get(unit.strip().lower())


def _in_microvolts(signal: Any) -> Array:  # noqa: ANN401  edfio is optional
    """Return the samples. Raises `ValueError` where nobody says what a number in the file is."""
    for field in ("physical_min", "physical_max", "digital_min", "digital_max"):
        float(getattr(signal, field))  # edfio gives raw numbers without a word where one is missing
    return np.asarray(signal.data, np.float64) * (_microvolts(signal) or 1.0)


def _columns(file: Path, values: Any) -> Array:  # noqa: ANN401  whatever the file held
    plain = np.asarray(values)
    if plain.ndim not in (1, 2) or plain.dtype.kind not in "iuf":
        raise NotARecording(
            f"{file}: needs numbers, (samples, channels); x is {plain.dtype} {plain.shape}"
        )
    if plain.ndim == 2 and plain.shape[1] > MOST_CHANNELS >= plain.shape[0]:
        raise NotARecording(
            f"{file}: {plain.shape[1]} channels of {plain.shape[0]} samples: it seems transposed; "
            f"needs (samples, channels), 1 to {MOST_CHANNELS} channels: turn it round (x.T)"
        )
    wide = plain if plain.ndim == 2 else plain[:, None]
    return np.array(wide, np.float64)


def _number(file: Path, value: Any) -> float:  # noqa: ANN401  whatever the file held
    plain = np.asarray(value)
    if plain.size != 1 or plain.dtype.kind not in "iuf":
        raise NotARecording(f"{file}: fs is samples a second, one number")
    return float(plain.reshape(-1)[0])


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


def _names(arrays: dict[str, Any]) -> str:
    return ", ".join(arrays) or "nothing"
