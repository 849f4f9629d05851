"""Finds steps that stand where they cannot be played, in a file as it stands."""

from collections.abc import Iterator
from typing import Any, cast

from .problems import Path
from .quantities import quoted

_ALONE = ("repeat", "use", "together", "prompt")
_HEADS = ("vibration", "percussion")
_SILENT = (*_HEADS, "heat")
"""What may leave the pressure to the step beside it."""
_FIRST_ONLY = ("until", "adapt", "baseline")


def misplaced(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every step that stands inside another which cannot hold it."""
    yield from _in_steps(data.get("steps"), ("steps",))
    for name, steps in _pairs(data.get("phrases")):
        path: Path = ("phrases", name)
        yield from _in_steps(steps, path)
        yield from _uses(steps, path)


def _in_steps(steps: object, path: Path) -> Iterator[tuple[Path, str]]:
    for here, technique, body in _entries(steps, path):
        if technique == "repeat":
            yield from _in_steps(dict(_pairs(body)).get("steps"), (*here, "steps"))
        elif technique == "together":
            yield from _beside(body, here)
        elif technique in _HEADS and isinstance(body, dict) and "pressure" not in body:
            sentence = (
                "it may be left out only inside `together`, where something else presses; "
                "write it, as pressure: 2 kPa"
            )
            yield (*here, "pressure"), f"{quoted('pressure')} is missing; {sentence}"


def _uses(steps: object, path: Path) -> Iterator[tuple[Path, str]]:
    for here, technique, body in _entries(steps, path):
        if technique == "use":
            yield here, "a phrase cannot use another phrase; write its steps here"
        elif technique == "repeat":
            yield from _uses(dict(_pairs(body)).get("steps"), (*here, "steps"))


def _beside(branches: object, path: Path) -> Iterator[tuple[Path, str]]:
    taken: dict[object, str] = {}
    first = True
    for here, technique, body in _entries(branches, path):
        words = dict(_pairs(body))
        if technique in _ALONE:
            sentence = f"{quoted(technique)} cannot play beside another step"
            yield here, f"{sentence}; write it before or after `together`"
            continue
        for word in _FIRST_ONLY:
            if word in words and not first:
                yield (*here, word), f"steps that play together share it; write {word} in the first"
        first = False
        yield from _taken(technique, words, here, taken)


def _taken(
    technique: str, words: dict[str, Any], here: Path, taken: dict[object, str]
) -> Iterator[tuple[Path, str]]:
    """Two steps on one pad would add up to what nobody has written."""
    presses = technique not in _SILENT or "pressure" in words
    chambers = words.get("chambers")
    named = cast("list[object]", chambers) if isinstance(chambers, list) and chambers else None
    pads = named or [words.get("channel")]
    for pad in pads if presses else []:
        if not isinstance(pad, str | None):
            continue
        if pad in taken:
            where = f"on channel {quoted(pad)}" if pad else "on the first channel"
            sentence = f"{taken[pad]} presses {where} already; name another, as channel: right"
            yield here, sentence
        taken[pad] = technique


def _entries(steps: object, path: Path) -> Iterator[tuple[Path, str, object]]:
    for index, entry in enumerate(cast("list[Any]", steps) if isinstance(steps, list) else []):
        for technique, body in _pairs(entry):
            yield (*path, index, technique), technique, body


def _pairs(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from cast("dict[str, Any]", value).items()
