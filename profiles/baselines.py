"""Finds what is compared with something that nothing has measured, in a file as it stands."""

from collections.abc import Iterator
from typing import Any, cast

from .problems import Path
from .quantities import quoted

EMG = "emg"
"""The one signal of a muscle, so the one that a contraction says anything of."""

NO_MVC = (
    "a contraction is measured of EMG alone, so what compares another signal with one would never "
    "hold; write of: baseline, of: start, or an absolute level, as above: 40 kPa"
)


def unmeasured(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every `of: baseline` that no step before it measures, and `of: mvc` but for EMG's.

    How strong a muscle is, is measured before the session, so its file says nothing of it.
    """
    measured: set[str] = set()
    phrases = dict(_pairs(data.get("phrases")))
    yield from _in_steps(data.get("steps"), ("steps",), measured, phrases)
    yield from _in_value(data.get("rules"), ("rules",), measured)


def _in_steps(
    steps: object, path: Path, measured: set[str], phrases: dict[str, Any]
) -> Iterator[tuple[Path, str]]:
    for index, entry in enumerate(cast("list[Any]", steps) if isinstance(steps, list) else []):
        for technique, body in _pairs(entry):
            here = (*path, index, technique)
            if technique == "repeat":
                inner = dict(_pairs(body)).get("steps")
                yield from _in_steps(inner, (*here, "steps"), measured, phrases)
                continue
            if technique == "together":
                yield from _in_steps(body, here, measured, phrases)
                continue
            if technique == "use":
                name = dict(_pairs(body)).get("phrase", body)
                inner = phrases.get(name) if isinstance(name, str) else None
                yield from _in_steps(inner, ("phrases", str(name)), measured, {})
                continue
            yield from _in_value(body, here, measured)
            signal = dict(_pairs(body)).get("baseline")
            if isinstance(signal, str):
                measured.add(signal)


def _in_value(value: object, path: Path, measured: set[str]) -> Iterator[tuple[Path, str]]:
    words = dict(_pairs(value))
    signal = words.get("signal")
    if words.get("of") == "baseline" and isinstance(signal, str) and signal not in measured:
        sentence = f"nothing has measured this baseline yet; a step before needs baseline: {signal}"
        yield (*path, "of"), f"{quoted('baseline')}: {sentence}"
    if words.get("of") == "mvc" and "signal" in words and signal != EMG:
        yield (*path, "of"), f"{quoted('mvc')}: {NO_MVC}"
    inner = enumerate(cast("list[Any]", value)) if isinstance(value, list) else words.items()
    for key, item in inner:
        yield from _in_value(item, (*path, key), measured)


def _pairs(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from cast("dict[str, Any]", value).items()
