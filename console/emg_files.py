"""Recordings of EMG, as files: .npz, .csv, .edf and .bdf. What they hold is microvolts."""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .emg_csv import read_csv
from .emg_recording import Array, Recording, columns, converted, microvolts
from .failures import NotARecording


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
    if not zipfile.is_zipfile(file):
        raise NotARecording(f"{file}: no NumPy archive at all, or cut off: numpy.savez makes one")
    try:
        with file.open("rb") as stream:
            held: Any = np.load(stream, allow_pickle=False)
            arrays = {name: held[name] for name in getattr(held, "files", ())}
    except ValueError as error:
        raise NotARecording(f"{file}: it holds more than plain numbers and words") from error
    except _TORN as error:
        raise NotARecording(f"{file}: not a whole NumPy archive ({error})") from error
    if "x" not in arrays:
        raise NotARecording(
            f"{file}: needs an array x, (samples, channels); it has {_names(arrays)}"
        )
    samples_uv = columns(file, arrays["x"])
    found_hz = rate_hz if "fs" not in arrays else _number(file, arrays["fs"])
    remarks = _ignored(file, rate_hz, found_hz)
    if found_hz is None:
        raise NotARecording(f"{file}: needs fs, samples a second, or --rate HZ")
    labels = tuple(str(label) for label in np.ravel(arrays.get("labels", ())))
    labels = labels if len(labels) == samples_uv.shape[1] else ()
    units = _units(file, arrays.get("units", "uV"), samples_uv.shape[1])
    rail = _range(arrays["x"])
    read = Recording(file.stem, samples_uv, found_hz, labels, units, remarks, rail)
    return converted(read, file)


def _range(values: Any) -> tuple[float, float] | None:  # noqa: ANN401  whatever the file held
    """Return what numbers of one or two bytes can be at most: a converter's own, mostly."""
    kind = np.asarray(values).dtype
    if kind.kind not in "iu" or kind.itemsize > 2:
        return None
    return float(np.iinfo(kind).min), float(np.iinfo(kind).max)


def _units(file: Path, value: Any, channels: int) -> tuple[str, ...]:  # noqa: ANN401  whatever the file held
    """Return the unit of each channel: of all of them, or one each."""
    plain = np.ravel(value)
    if plain.dtype.kind == "S":
        plain = np.char.decode(plain, "utf-8", "replace")
    if plain.dtype.kind != "U" or len(plain) not in (1, channels):
        raise NotARecording(f"{file}: units is one word, such as uV, or one for each channel")
    return tuple(str(unit) or "uV" for unit in np.broadcast_to(plain, (channels,)))


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
            heard_uv = [_in_microvolts(s) for s in chosen]
    except (*_TORN, ArithmeticError, IndexError, TypeError, NameError, UserWarning) as error:
        raise NotARecording(f"{file}: not a whole {file.suffix} file ({error})") from error
    if str(whole.reserved).startswith(("EDF+D", "BDF+D")):
        raise NotARecording(f"{file}: it was interrupted ({whole.reserved}): cut it where it was")
    if not heard_uv:
        raise NotARecording(f"{file}: none of its signals is in volts")
    labels = tuple(str(s.label) for s in chosen)
    remarks = _ignored(file, rate_hz, fastest)
    if said == UNKNOWN:
        remarks = (*remarks, f"{file}: it was still being recorded: read as far as it goes")
    if len(chosen) < len(whole.signals):
        others = "; ".join(_left_out(s, fastest) for s in whole.signals if s not in chosen)
        remarks = (*remarks, f"{file}: left out: {others}")
    units = ("uV",) * len(labels)
    rails = [_rail_uv(s) for s in chosen]
    rail_uv = (min(low for low, _ in rails), max(high for _, high in rails))
    samples_uv = np.stack(heard_uv, axis=1)
    return Recording(file.stem, samples_uv, fastest, labels, units, remarks, rail_uv)


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
    ".csv": read_csv,
    ".edf": _edf,
    ".bdf": _edf,
}


def _microvolts(signal: Any) -> float | None:  # noqa: ANN401  edfio is optional
    return microvolts(str(signal.physical_dimension))


def _in_microvolts(signal: Any) -> Array:  # noqa: ANN401  edfio is optional
    """Return the samples. Raises `ValueError` where nobody says what a number in the file is."""
    for field in ("physical_min", "physical_max", "digital_min", "digital_max"):
        float(getattr(signal, field))  # edfio gives raw numbers without a word where one is missing
    return np.asarray(signal.data, np.float64) * (_microvolts(signal) or 1.0)


def _rail_uv(signal: Any) -> tuple[float, float]:  # noqa: ANN401  edfio is optional
    """Return the ends of a signal's range, less half a step: what is rounded is there too."""
    times = _microvolts(signal) or 1.0
    ends_uv = sorted((float(signal.physical_min) * times, float(signal.physical_max) * times))
    steps = abs(float(signal.digital_max) - float(signal.digital_min))
    half_uv = 0.5 * (ends_uv[1] - ends_uv[0]) / max(1.0, steps)
    return ends_uv[0] + half_uv, ends_uv[1] - half_uv


def _number(file: Path, value: Any) -> float:  # noqa: ANN401  whatever the file held
    plain = np.asarray(value)
    if plain.size != 1 or plain.dtype.kind not in "iuf":
        raise NotARecording(f"{file}: fs is samples a second, one number")
    return float(plain.reshape(-1)[0])


def _names(arrays: dict[str, Any]) -> str:
    return ", ".join(arrays) or "nothing"
