"""From a profile to a file of another tool, and back."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import typer

from profiles.exchange.ahap import read_ahap, write_ahap
from profiles.exchange.carried import Carried, Line, left_behind, lines_of
from profiles.exchange.hjif import read_hjif, write_hjif
from profiles.exchange.pressed import profile_text
from profiles.exchange.table import read_csv, read_parquet, write_csv, write_parquet
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ExchangeError

from .authoring import able, checked, compiled, host, read_profile

LARGEST_BYTES = 16 * 1024 * 1024
"""A curve of an hour at 100 Hz is a few megabytes; more is a slip of the hand (E)."""

Written = tuple[bytes, tuple[str, ...]]
"""A file, and what it could not say."""

_READERS: Mapping[str, Callable[[bytes, str, float | None], Carried]] = {
    ".ahap": lambda content, _, range_kpa: read_ahap(content, range_kpa),
    ".hjif": lambda content, _, range_kpa: read_hjif(content, range_kpa),
    ".csv": lambda content, name, _: read_csv(content.decode("utf-8", "replace"), name),
    ".parquet": lambda content, name, _: read_parquet(content, name),
}
_YAML = frozenset({".yaml", ".yml"})


def converted(
    source: str, suffix: str, range_kpa: float | None, region: str, values: Mapping[str, str]
) -> Written:
    """Return what a file of the kind `suffix` says of a profile, or a profile of such a file.

    Raises:
        ExchangeError: the file cannot be read, or what it says may be played on nobody.
        ProfileProblems, Refused, CannotPlay: the profile cannot be played, so there is no curve.
    """
    kind = Path(source).suffix.lower()
    wanted = suffix.lower()
    if kind in _READERS and wanted in _YAML:
        return _imported(Path(source), kind, range_kpa, region)
    if kind not in _READERS and wanted in _READERS:
        return _exported(source, wanted, values)
    raise typer.BadParameter(
        f"from {kind or 'a profile'} to {suffix or 'nothing'}: one of both is a profile (.yaml), "
        f"the other one of {', '.join(_READERS)}"
    )


def _imported(file: Path, kind: str, range_kpa: float | None, region: str) -> Written:
    with file.open("rb") as opened:
        content = opened.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ExchangeError(f"{file} is larger than {LARGEST_BYTES // 1024**2} MB")
    try:
        carried = _READERS[kind](content, file.stem, range_kpa)
        text, left = profile_text(carried, file.stem, region)
        needs = _still_needs(text)
    except ExchangeError as error:
        raise ExchangeError(f"{file}: {error}") from error
    return text.encode(), (*left, *needs)


def _still_needs(text: str) -> tuple[str, ...]:
    """Return what keeps a profile from being played on nobody in particular, as a warm-up.

    Raises:
        ExchangeError: it breaks a rule whoever lies there.
    """
    anybody = checked(text, "", {}, able(text))
    if anybody.problems and anybody.refused is None:
        found = "; ".join(problem.problem for problem in anybody.problems)
        raise ExchangeError(f"it may not be played: {found} (`--range` and `--region` change that)")
    nobody = checked(text, "", {}, host("voice_coil", "nobody"))
    return tuple(f"what it still needs: {problem.problem}" for problem in nobody.problems)


def _exported(source: str, wanted: str, values: Mapping[str, str]) -> Written:
    text, name = read_profile(source)
    profile = read(text, Profile, file=name)
    program, otherwise = compiled(text, name, values, able(text))
    content, lost = _written(program.title, program.id, lines_of(program), wanted)
    return content, (*otherwise, *left_behind(profile), *lost)


def _written(title: str, name: str, lines: Sequence[Line], wanted: str) -> Written:
    if wanted == ".csv":
        return write_csv(lines).encode(), ()
    if wanted == ".parquet":
        return write_parquet(lines), ()
    write = write_ahap if wanted == ".ahap" else write_hjif
    text, lost = write(title, name, lines)
    return text.encode(), lost
