"""What may be wrong with a profile, and where: all at once for its author, one reason for its user.

ProfileProblems   the author's mistakes: every one, with its line
Refused           the profile is sound, but not for this person or on this device
ExchangeError     a file of another tool cannot be read
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

Path = tuple[str | int, ...]
"""The way to a value in a file: `("steps", 2, "petrissage", "rate")`."""


class Problem(msgspec.Struct, frozen=True):
    """One mistake. Line and column count from 1; `where` is as `steps[2].petrissage.rate`."""

    file: str
    line: int
    column: int
    where: str
    problem: str

    def __str__(self) -> str:
        where = f"{self.where}  " if self.where else ""
        return f"{self.file}:{self.line}:{self.column}  {where}{self.problem}"


class ProfileProblems(Exception):
    """A file says things it must not, or says them wrongly. `problems` holds every one.

    Of several files the one named first is told first, each from its first line to its last.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = dict.fromkeys(problems)
        files = list(dict.fromkeys(one.file for one in found))
        order = {file: number for number, file in enumerate(files)}
        self.problems = tuple(
            sorted(found, key=lambda p: (order[p.file], p.line, p.column, p.problem))
        )
        super().__init__("\n".join(map(str, self.problems)))


class Reason(StrEnum):
    """Why a sound profile is refused."""

    NO_PERSON = "no_person"
    PERSON_LIMIT = "person_limit"
    DEVICE_LIMIT = "device_limit"
    NO_CHANNEL = "no_channel"
    UNPLAYABLE = "unplayable"
    OCCLUSION = "occlusion"
    SESSION_TIME = "session_time"
    NO_SIGNAL = "no_signal"


class Refused(Exception):
    """This person or this device allows less than the profile needs; `problem` says where."""

    def __init__(self, reason: Reason, problem: Problem) -> None:
        self.reason = reason
        self.problem = problem
        super().__init__(str(problem))


class ExchangeError(Exception):
    """A file cannot be read as what it is called; the message says what is wrong, and where."""


class Places:
    """Where in a file each value and each key stands; line and column from 1."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._values: dict[Path, tuple[int, int]] = {(): (1, 1)}
        self._keys: dict[Path, tuple[int, int]] = {}

    def note(self, path: Path, value_at: tuple[int, int], key_at: tuple[int, int] | None) -> None:
        """Remember where the value at `path` begins, and its key if it has one."""
        self._values[path] = value_at
        if key_at is not None:
            self._keys[path] = key_at

    def knows(self, path: Path) -> bool:
        """Whether something stands at `path`."""
        return path in self._values

    def line(self, path: Path) -> int:
        """Return the line on which the key of `path` stands."""
        return self.problem(path, "", at_key=True).line

    def problem(self, path: Path, sentence: str, *, at_key: bool = False) -> Problem:
        """Return a problem at the nearest place on the way to `path` that exists."""
        nearest = path
        while nearest not in self._values:
            nearest, at_key = nearest[:-1], True
        line, column = self._values[nearest]
        if at_key:
            line, column = self._keys.get(nearest, (line, column))
        return Problem(self.file, line, column, dotted(path), sentence)


def dotted(path: Path) -> str:
    """Return a path as people write it: `steps[2].petrissage.rate`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")
