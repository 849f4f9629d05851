"""Scenario files: those that come along, by name, and those of a user's, by path."""

from collections.abc import Iterator
from pathlib import Path

from profiles.document import did_you_mean
from profiles.quantities import quoted

from .scenario import SUFFIX

LIBRARY = Path(__file__).parent / "scenarios"
PREFIX = "library:"


def library() -> tuple[Path, ...]:
    """Return the scenarios that come along, in alphabetical order."""
    return tuple(sorted(LIBRARY.glob(f"*{SUFFIX}")))


def name_of(file: Path) -> str:
    """Return the name of a scenario file: without folder and ending."""
    return file.name.removesuffix(SUFFIX)


def found(name: str) -> Iterator[Path]:
    """Yield what a name stands for: a file, all of a folder, or `library:NAME`, all for `library:`.

    Raises `KeyError`, with a message, where the library has no such scenario.
    """
    if not name.startswith(PREFIX):
        path = Path(name)
        yield from sorted(path.glob(f"**/*{SUFFIX}")) if path.is_dir() else (path,)
        return
    wanted = name.removeprefix(PREFIX)
    files = {name_of(file): file for file in library()}
    if not wanted:
        yield from files.values()
    elif wanted in files:
        yield files[wanted]
    else:
        raise KeyError(
            f"the library has no scenario {quoted(wanted)}; {did_you_mean(wanted, files)}"
        )
