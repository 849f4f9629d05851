"""One recording of EMG, in microvolts, and what its units are."""

import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from controller.emg_plan import MOST_CHANNELS

from .failures import NotARecording

Array = NDArray[np.float64]

_STEPS = re.compile(r"adc\d*$|counts?$|lsb$|digits?$", re.IGNORECASE)

MICROVOLTS = {"nv": 1e-3, "uv": 1.0, "mv": 1e3, "v": 1e6}
"""How many a unit is, as its shortest word."""

_SPELLED = re.compile(r"(nano|micro|milli|)volts?$")
_LETTERS = {"nano": "n", "micro": "u", "milli": "m", "": ""}
_RMS = re.compile(r"[ _(]*r\.?m\.?s\.?\)?$")

COUNTS = "counts"
"""What is printed behind numbers of a unit that is no voltage: steps of a converter, mostly."""


class Recording(msgspec.Struct, frozen=True):
    """`samples_uv` is (samples, channels); `units` say for each channel what they are.

    `remarks` are what a person should know about how the file was read; `rail_uv` the ends of the
    converter's range, where the file says them.
    """

    name: str
    samples_uv: Array
    rate_hz: float
    labels: tuple[str, ...]
    units: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    rail_uv: tuple[float, float] | None = None


def converted(read: Recording, file: Path) -> Recording:
    """Return a recording in microvolts, where `units` are those of the file.

    Raises `NotARecording` where they are neither voltages nor the steps of a converter.
    """
    other = sorted({unit for unit in read.units if microvolts(unit) is None})
    strange = [unit for unit in other if not _STEPS.match(unit.strip())]
    if strange:
        raise NotARecording(
            f"{file}: its units are {', '.join(strange)}: nV, uV, mV and V are known, also spelled "
            "out, and steps of a converter (adc, counts, lsb, digits)"
        )
    times = np.array([microvolts(unit) or 1.0 for unit in read.units], np.float64)
    remarks = read.remarks
    if other:
        remark = (
            f"{file}: its units are {', '.join(other)}, no voltage: it is heard as if one were a "
            "microvolt, so whether it is trusted means little"
        )
        remarks = (*remarks, remark)
    units = tuple("uV" if microvolts(unit) is not None else COUNTS for unit in read.units)
    rail_uv = read.rail_uv
    if rail_uv is not None:  # of all channels, the widest
        rail_uv = (rail_uv[0] * float(times.max()), rail_uv[1] * float(times.max()))
    return msgspec.structs.replace(
        read, samples_uv=read.samples_uv * times, units=units, remarks=remarks, rail_uv=rail_uv
    )


def columns(file: Path, values: Any) -> Array:  # noqa: ANN401  whatever the file held
    """Return (samples, channels). Raises `NotARecording` for what is neither that nor numbers."""
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


def microvolts(unit: str) -> float | None:
    """Return how many microvolts a unit is, or None where it is no voltage we know."""
    word = unit.strip().replace("\u00b5", "u").replace("\u03bc", "u").lower()  # two letters mu
    word = _RMS.sub("", word)
    spelled = _SPELLED.match(word)
    return MICROVOLTS.get(f"{_LETTERS[spelled[1]]}v" if spelled else word)


def is_unit(word: str) -> bool:
    """Say whether a word in brackets is a unit of samples."""
    return microvolts(word) is not None or bool(_STEPS.match(word.strip()))
