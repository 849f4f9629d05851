"""From a profile to a file of another tool, and back."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import typer

from controller.fitting import CannotPlay
from profiles.builder import Profile as Builder
from profiles.exchange.ahap import read_ahap, write_ahap
from profiles.exchange.carried import Carried, left_behind, lines_of
from profiles.exchange.hjif import read_hjif, write_hjif
from profiles.exchange.origin import difference
from profiles.exchange.pressed import profile_text
from profiles.exchange.table import read_csv, read_parquet, write_csv, write_parquet
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ExchangeError, ProfileProblems, Refused
from profiles.program import Program

from .authoring import able, checked, compiled, host, read_profile

HOLD_TEXT = frozenset({".ahap", ".hjif"})
"""Which files have a place for the profile itself."""

USUAL_REGION = "upper_trapezius"
"""Where a curve is pressed that does not say where."""

LARGEST_BYTES = 16 * 1024 * 1024
"""A curve of an hour at 100 Hz is a few megabytes; more is a slip of the hand (E)."""

Written = tuple[bytes, tuple[str, ...]]
"""A file, and what it could not say."""


class Converted(msgspec.Struct, frozen=True):
    """A file, what is left out of it, and whether the profile itself is in it, or is all of it."""

    content: bytes
    left: tuple[str, ...]
    whole: bool = False


_READERS: Mapping[str, Callable[[bytes, str, float | None], Carried]] = {
    ".ahap": lambda content, _, range_kpa: read_ahap(content, range_kpa),
    ".hjif": lambda content, _, range_kpa: read_hjif(content, range_kpa),
    ".csv": lambda content, name, _: read_csv(content.decode("utf-8", "replace"), name),
    ".parquet": lambda content, name, _: read_parquet(content, name),
}
YAML = frozenset({".yaml", ".yml"})
"""How a profile's file is called: editors know its language by that."""


def converted(
    source: str,
    suffix: str,
    range_kpa: float | None,
    region: str | None,
    values: Mapping[str, str],
    *,
    bare: bool = False,
) -> Converted:
    """Return what a file of the kind `suffix` says of a profile, or a profile of such a file.

    A file that was made of a profile holds it, if it is not `bare`, and gives it back for as long
    as its curve is that profile's.

    Raises:
        ExchangeError: the file cannot be read, or what it says may be played on nobody.
        ProfileProblems, Refused, CannotPlay: the profile cannot be played, so there is no curve.
    """
    kind = Path(source).suffix.lower()
    wanted = suffix.lower()
    if kind in _READERS and wanted in YAML:
        return _imported(Path(source), kind, range_kpa, region)
    if kind not in _READERS and wanted in _READERS:
        return _exported(source, wanted, values, bare=bare)
    raise typer.BadParameter(
        f"from {kind or 'a profile'} to {suffix or 'nothing'}: one of both is a profile (.yaml), "
        f"the other one of {', '.join(_READERS)}"
    )


def _imported(file: Path, kind: str, range_kpa: float | None, region: str | None) -> Converted:
    with file.open("rb") as opened:
        content = opened.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ExchangeError(f"{file} is larger than {LARGEST_BYTES // 1024**2} MB")
    try:
        carried = _READERS[kind](content, file.stem, range_kpa)
        meant, why = _origin(carried, kind, region)
        if meant is not None:
            left = () if meant == content else carried.left
            return Converted(carried.origin.encode(), left, whole=True)
        text, left = profile_text(carried, file.stem, region or USUAL_REGION)
        needs = _still_needs(text)
    except ExchangeError as error:
        raise ExchangeError(f"{file}: {error}") from error
    return Converted(text.encode(), (*why, *left, *needs))


def _origin(
    carried: Carried, kind: str, region: str | None
) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the file that the profile in a file makes, if it says the same, and else why not."""
    if not carried.origin:
        return None, ()
    try:
        wanted = read(carried.origin, Profile).region
        program, _ = compiled(carried.origin, "", {}, able(carried.origin))
        meant, _ = _written(program, kind, carried.origin)
    except (ProfileProblems, Refused, CannotPlay) as error:
        why = f"cannot be played ({str(error).splitlines()[0]})"
    else:
        why = difference(carried, _READERS[kind](meant, "", None))
        if not why and region in {None, wanted}:
            return meant, ()
        why = why or f"is for {wanted}"
    return None, (f"the profile that it says it was made of {why}; the curve alone is read",)


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


def _exported(source: str, wanted: str, values: Mapping[str, str], *, bare: bool) -> Converted:
    text, name = read_profile(source)
    profile = read(text, Profile, file=name)
    program, otherwise = compiled(text, name, values, able(text))
    origin = "" if bare or wanted not in HOLD_TEXT else _with_defaults(text, values)
    content, lost = _written(program, wanted, origin)
    return Converted(content, (*otherwise, *left_behind(profile), *lost), whole=bool(origin))


def _with_defaults(text: str | bytes, values: Mapping[str, str]) -> str:
    """Return a profile that plays without values what it plays with these."""
    if values:
        return Builder.of(text).with_defaults(values).text()
    return text if isinstance(text, str) else text.decode("utf-8-sig")


def _written(program: Program, wanted: str, origin: str) -> Written:
    lines = lines_of(program)
    if wanted == ".csv":
        return write_csv(lines).encode(), ()
    if wanted == ".parquet":
        return write_parquet(lines), ()
    write = write_ahap if wanted == ".ahap" else write_hjif
    text, lost = write(program.title, program.id, lines, origin)
    return text.encode(), lost
