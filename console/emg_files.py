"""Recordings of EMG, as files: .npz, .csv, .edf and .bdf. What they hold is microvolts."""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .failures import NotARecording

Array = NDArray[np.float64]

TIME_NAMES = {"t", "time", "time_s", "seconds", "s"}
"""What a first column is called that says when."""

MICROVOLTS = {"uv": 1.0, "µv": 1.0, "mv": 1e3, "v": 1e6, "nv": 1e-3}

UNEVEN = 0.01
"""Samples further apart than this share from even spacing have no rate (E)."""


class Recording(msgspec.Struct, frozen=True):
    """`samples_uv` is (samples, channels)."""

    name: str
    samples_uv: Array
    rate_hz: float
    labels: tuple[str, ...]


def read_recording(file: Path, rate_hz: float | None) -> Recording:
    """Return what is in `file`; `rate_hz` is for files that do not say. Raises `NotARecording`."""
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise NotARecording(f"{file}: a recording ends in {', '.join(_READERS)}")
    if file.is_dir():
        raise NotARecording(f"{file}: a folder, not a recording")
    if not file.exists():
        raise NotARecording(f"{file}: there is no such file")
    samples_uv, found_hz, labels = reader(file, rate_hz)
    if not len(samples_uv):
        raise NotARecording(f"{file}: it holds no samples")
    return Recording(file.stem, samples_uv, found_hz, labels)


Found = tuple[Array, float, tuple[str, ...]]


def _npz(file: Path, rate_hz: float | None) -> Found:
    arrays: dict[str, Any] = {}
    try:
        with file.open("rb") as stream:
            held: Any = np.load(stream, allow_pickle=False)
            arrays = {name: held[name] for name in getattr(held, "files", ())}
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise NotARecording(f"{file}: not a whole NumPy archive ({error})") from error
    if "x" not in arrays:
        raise NotARecording(
            f"{file}: needs an array x, (samples, channels); it has {_names(arrays)}"
        )
    if "fs" not in arrays and rate_hz is None:
        raise NotARecording(f"{file}: needs fs, samples a second, or --rate HZ")
    samples_uv = _columns(file, arrays["x"])
    found_hz = rate_hz if rate_hz is not None else _number(file, arrays["fs"])
    labels = tuple(str(label) for label in np.ravel(arrays.get("labels", ())))
    return samples_uv, found_hz, labels if len(labels) == samples_uv.shape[1] else ()


def _csv(file: Path, rate_hz: float | None) -> Found:
    """Read columns, the first of which may be the time in seconds, below a line of names or not."""
    text = file.read_text("utf-8-sig", errors="replace").replace(";", ",")
    first = text.partition("\n")[0].split(",")
    named = not all(_is_number(cell) for cell in first)
    labels = tuple(cell.strip().strip('"') for cell in first) if named else ()
    try:
        values = np.loadtxt(text.splitlines()[int(named) :], delimiter=",", ndmin=2)
    except ValueError as error:
        raise NotARecording(f"{file}: needs a number in every cell ({error})") from error
    if labels and labels[0].lower() in TIME_NAMES and values.shape[1] > 1:
        time_s, values, labels = values[:, 0], values[:, 1:], labels[1:]
        rate_hz = rate_hz if rate_hz is not None else _rate_of(file, time_s)
    if rate_hz is None:
        raise NotARecording(f"{file}: how many samples a second? --rate HZ, or a column time_s")
    return _columns(file, values), rate_hz, labels


def _edf(file: Path, rate_hz: float | None) -> Found:
    """Read the signals of a European Data Format file that have the rate of the fastest."""
    del rate_hz
    try:
        import edfio
    except ImportError as error:
        raise NotARecording(
            f"{file}: reading {file.suffix} needs edfio: pip install 'myoloop[exchange]'"
        ) from error
    plain: Any = edfio
    read = plain.read_bdf if file.suffix.lower() == ".bdf" else plain.read_edf
    try:
        signals: list[Any] = [s for s in read(file).signals if _microvolts(s) is not None]
        fastest = max((float(s.sampling_frequency) for s in signals), default=0.0)
        chosen = [s for s in signals if float(s.sampling_frequency) == fastest]
        columns = [np.asarray(s.data, np.float64) * (_microvolts(s) or 1.0) for s in chosen]
    except (ValueError, KeyError, IndexError, EOFError, UnicodeError) as error:
        raise NotARecording(f"{file}: not a whole {file.suffix} file ({error})") from error
    if not columns:
        raise NotARecording(f"{file}: none of its signals is in volts")
    return np.stack(columns, axis=1), fastest, tuple(str(s.label) for s in chosen)


_READERS: dict[str, Callable[[Path, float | None], Found]] = {
    ".npz": _npz,
    ".csv": _csv,
    ".edf": _edf,
    ".bdf": _edf,
}


def _microvolts(signal: Any) -> float | None:  # noqa: ANN401  edfio is optional
    return MICROVOLTS.get(str(signal.physical_dimension).strip().lower())


def _columns(file: Path, values: Any) -> Array:  # noqa: ANN401  whatever the file held
    plain = np.asarray(values)
    if plain.ndim not in (1, 2) or plain.dtype.kind not in "iuf":
        raise NotARecording(
            f"{file}: needs numbers, (samples, channels); x is {plain.dtype} {plain.shape}"
        )
    wide = plain if plain.ndim == 2 else plain[:, None]
    return np.array(wide, np.float64)


def _number(file: Path, value: Any) -> float:  # noqa: ANN401  whatever the file held
    plain = np.asarray(value)
    if plain.size != 1 or plain.dtype.kind not in "iuf":
        raise NotARecording(f"{file}: fs is samples a second, one number")
    return float(plain.reshape(-1)[0])


def _rate_of(file: Path, time_s: Array) -> float:
    steps = np.diff(time_s)
    if not len(steps) or not np.all(steps > 0.0):
        raise NotARecording(f"{file}: its time does not go on; say --rate HZ")
    step_s = float(np.median(steps))
    if abs(float(time_s[-1] - time_s[0]) / len(steps) - step_s) > UNEVEN * step_s:
        raise NotARecording(f"{file}: its samples are not evenly spaced, some may be missing")
    return 1.0 / step_s if abs(round(1.0 / step_s) * step_s - 1.0) > UNEVEN else round(1.0 / step_s)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _names(arrays: dict[str, Any]) -> str:
    return ", ".join(arrays) or "nothing"
