"""myoloop profile new, schema, convert: a first file, the language for editors, other tools."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from console.conversion import YAML, converted
from console.documents import Told
from console.options import ProfileName, Settings, settings
from console.profile_documents import ProfileConverted, ProfileCreated, ProfileSchema
from console.questions import at_terminal, one_of
from profiles.document import did_you_mean
from profiles.quantities import QuantityError, parse
from profiles.regions import REGIONS
from profiles.starting import LONGEST_MIN, PURPOSES, SENSORS, SHORTEST_MIN, Wishes, start

USUAL_MIN = 10.0
"""How long a session is where nobody says (E)."""

Region = Annotated[str | None, typer.Option("--region", help="Where, as upper_trapezius.")]
PurposeName = Annotated[
    str | None, typer.Option("--purpose", help=f"What for: {', '.join(PURPOSES)}.")
]
Time = Annotated[str | None, typer.Option("--time", help="How long, as 10min.")]
Sensors = Annotated[
    str | None, typer.Option("--sensors", help=f"What listens: {', '.join(SENSORS)}, or none.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: a .yaml file.")],
    region: Region = None,
    purpose: PurposeName = None,
    time: Time = None,
    sensors: Sensors = None,
    *,
    force: Force = False,
) -> Told:
    """Write a first profile, with comments; ask for what is not said."""
    if file.suffix not in YAML:
        name = file.parent / f"{file.stem or 'mine'}.yaml"
        raise typer.BadParameter(f"{file}: a profile is called *.yaml or *.yml; name it {name}")
    _may_be_written(file, force=force)
    wishes = Wishes(
        region=_said("region", region, tuple(REGIONS), "upper_trapezius"),
        purpose=_said("purpose", purpose, tuple(PURPOSES), "loosen"),
        minutes=_minutes(time),
        sensors=_sensors(sensors),
    )
    text = start(wishes)
    file.write_text(text, encoding="utf-8")
    told = f"{file}: {PURPOSES[wishes.purpose].title}, {wishes.region}, {wishes.minutes:g} min"
    hint = f"`myoloop profile check {file}` tells what it does"
    return Told(ProfileCreated(file=str(file), text=text), f"{told}\n{hint}")


def schema() -> Told:
    """Print the JSON Schema of the language: completion and hover text for an editor."""
    from profiles.schema import profile_schema

    found = profile_schema()
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    return Told(ProfileSchema(json_schema=found), text)


_IN_IT = "; the profile itself is in it too, comments and all (--bare leaves it out)"
_IT_IS = "; it is the profile that the file was made of, as its curve is still there"


def convert(
    profile: ProfileName,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Where to: .ahap, .hjif, .csv, .parquet or .yaml"),
    ],
    range_: Annotated[
        str | None, typer.Option("--range", help="What an amplitude of 1 presses, as 12kPa.")
    ] = None,
    region: Region = None,
    set_: Settings = [],  # noqa: B006  typer copies it
    *,
    bare: Annotated[
        bool,
        typer.Option("--bare", help="Put the curves alone in it, not the profile as well."),
    ] = False,
    force: Force = False,
) -> Told:
    """Carry curves to and from other tools; what cannot be carried is listed."""
    _may_be_written(file, force=force)
    where = _named("region", region, tuple(REGIONS)) if region else None
    wish = settings(set_)
    found = converted(profile, file.suffix, _kpa(range_), where, wish, bare=bare)
    file.write_bytes(found.content)
    back = file.suffix.lower() in YAML
    whole = "" if not found.whole else _IT_IS if back else _IN_IT
    what = "left out" if back else "not in the curves"
    lines = [f"{file}: written{whole}", *(f"{what}: {sentence}" for sentence in found.left)]
    document = ProfileConverted(
        source=profile, file=str(file), left_out=found.left, whole=found.whole
    )
    return Told(document, "\n".join(lines))


def _may_be_written(file: Path, *, force: bool) -> None:
    if not file.absolute().parent.is_dir():
        raise typer.BadParameter(f"{file}: there is no such folder")
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} is there already; `--force` writes over it")


def _said(what: str, given: str | None, known: Sequence[str], usual: str) -> str:
    """Return what was said, or is now; the usual where nobody can be asked."""
    if given is not None:
        return _named(what, given, known)
    return one_of(what, known, usual) if at_terminal() else usual


def _named(what: str, given: str, known: Sequence[str]) -> str:
    if given not in known:
        raise typer.BadParameter(f'there is no {what} "{given}"; {did_you_mean(given, known)}')
    return given


def _minutes(time: str | None) -> float:
    if time is None and at_terminal():
        time = one_of("time", ("5 min", "10 min", "15 min", "20 min", "30 min"), "10 min")
    try:
        minutes = USUAL_MIN if time is None else parse(time, "time") / 60.0
    except QuantityError as error:
        raise typer.BadParameter(str(error)) from error
    if not SHORTEST_MIN <= minutes <= LONGEST_MIN:
        raise typer.BadParameter(
            f"--time {time}: a session takes {SHORTEST_MIN:g} to {LONGEST_MIN:g} min"
        )
    return minutes


def _sensors(given: str | None) -> tuple[str, ...]:
    if given is None:
        choices = ("none", *SENSORS, ",".join(SENSORS))
        given = one_of("sensors", choices, "emg") if at_terminal() else "none"
    names = [name.strip() for name in given.split(",") if name.strip() not in {"", "none"}]
    return tuple(_named("sensor", name, SENSORS) for name in names)


def _kpa(range_: str | None) -> float | None:
    try:
        kpa = None if range_ is None else parse(range_, "pressure")
    except QuantityError as error:
        raise typer.BadParameter(str(error)) from error
    if kpa is not None and kpa <= 0.0:
        raise typer.BadParameter(f"--range {range_}: an amplitude of 1 presses more than nothing")
    return kpa
