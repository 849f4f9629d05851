"""myoloop profile plot: what a profile does, over time; anew whenever it is saved."""

import contextlib
import signal
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from console import drawing
from console.authoring import Host, able, compiled, host, read_profile
from console.commands.profile import ModelOrUrl, PersonName
from console.documents import Told
from console.exits import STOPPED
from console.options import ProfileName, Settings, settings
from console.plan import Plan, draw_plans
from console.profile_documents import ProfilePlot
from controller.fitting import CannotPlay
from profiles.check import highest
from profiles.load import read
from profiles.model import Profile
from profiles.problems import Problem, ProfileProblems, Refused

LOOK_S = 0.2
"""How often a watched file is looked at (E)."""


def plot(
    profile: ProfileName,
    other: Annotated[
        str | None, typer.Argument(metavar="[OTHER]", help="Another profile, beside it.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Where to: .svg or .png")
    ] = None,
    device: ModelOrUrl = "voice_coil",
    beside: Annotated[
        str | None,
        typer.Option("--beside", metavar="MODEL|URL", help="Another device, beside the first."),
    ] = None,
    person: PersonName = "simulated",
    set_: Settings = [],  # noqa: B006  typer copies it
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Draw anew on every save.")] = False,
) -> Told:
    """Draw what a profile does, over time."""
    values = settings(set_)

    def drawn() -> Told:
        pairs = [(profile, device)]
        pairs += [(other, device)] if other else []
        pairs += [(profile, beside)] if beside else []
        plans = [_plan(one, on, person, values, say=beside is not None) for one, on in pairs]
        file = drawing.check_kind(picture or Path(f"{plans[0].program.id}.svg"))
        draw_plans(plans, file)
        title = " and ".join(dict.fromkeys(plan.program.title for plan in plans))
        return Told(ProfilePlot(id=plans[0].program.id, picture=str(file)), f"{file}: {title}")

    return _watched([Path(one) for one in (profile, other) if one], drawn) if watch else drawn()


def _watched(files: list[Path], drawn: Callable[[], Told]) -> Told:
    """Draw on every save, and tell mistakes, until somebody presses Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # where a shell has it ignored, too
    told = Told(ProfilePlot(id="", picture=""), "", STOPPED)
    with contextlib.suppress(KeyboardInterrupt):
        for _ in _saves(files):
            try:
                told = drawn()
                typer.echo(told.text, err=True)
            except (ProfileProblems, Refused, CannotPlay) as error:
                typer.echo(str(error), err=True)
    return Told(told.document, "", STOPPED)


def _plan(profile: str, device: str, person: str, values: dict[str, str], *, say: bool) -> Plan:
    """Return what is drawn; `say`, where there are two devices, which one refuses."""
    text, name = read_profile(profile)
    most = highest(read(text, Profile, file=name))  # its own mistakes are of no device
    with _told_on(device) if say else contextlib.nullcontext():
        on = _on(text, name, device, person)
        program, _ = compiled(text, name, values, on)
        worst, _ = compiled(text, name, {**values, **most}, on) if most else (program, ())
    return Plan(program, worst, on)


@contextlib.contextmanager
def _told_on(device: str) -> Generator[None]:
    """Say which of two devices it is that a profile cannot be played on."""
    try:
        yield
    except ProfileProblems as error:
        raise ProfileProblems(_on_it(device, one) for one in error.problems) from error
    except Refused as error:
        raise Refused(error.reason, _on_it(device, error.problem)) from error
    except CannotPlay as error:
        raise CannotPlay(f"on {device}: {error}", error.line) from error


def _on_it(device: str, problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, problem=f"on {device}: {problem.problem}")


def _on(text: str | bytes, name: str, device: str, person: str) -> Host:
    """Return the device; a profile of the library is drawn on one that has what it names."""
    if name.startswith("library:") and (device, person) == ("voice_coil", "simulated"):
        return able(text)
    return host(device, person)


def _saves(files: list[Path]) -> Iterator[None]:
    """Yield at once, and whenever one of the files is saved."""
    seen: tuple[int, ...] | None = None
    while True:
        now = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
        if now != seen:
            seen = now
            yield
        time.sleep(LOOK_S)
