"""A live parameter is moved: its profile is compiled anew, and replaces what plays."""

from collections.abc import Mapping

import typer

from controller.play import prepare
from controller.visits import Connected, Playing
from controller.words import Replace

from .authoring import read_profile


def replacement(connected: Connected, playing: Playing, changes: Mapping[str, str]) -> Replace:
    """Return the order that moves live parameters of what plays.

    What plays now is the most that is allowed: its envelope is kept.

    Raises:
        typer.BadParameter: it has no such live parameter, or its profile is not known or has
            changed since.
        ProfileProblems: a value is outside what the author allows.
        Refused, CannotPlay: this person or device allows less.
    """
    program = playing.program
    live = [parameter.name for parameter in program.parameters if parameter.live]
    for name in changes:
        if name not in live:
            raise typer.BadParameter(
                f"{program.id} has no live parameter {name}; it has {', '.join(live) or 'none'}"
            )
    if not playing.profile:
        raise typer.BadParameter(f"nobody knows from which file {program.id} was compiled")
    text, name = read_profile(playing.profile)
    values: dict[str, str | float] = {p.name: p.value for p in program.parameters}
    values.update(changes)
    fitted = prepare(text, name, connected.capabilities, values, program.envelope)
    if (fitted.program.id, fitted.program.revision) != (program.id, program.revision):
        raise typer.BadParameter(f"{name} has been changed since: it is another revision")
    return Replace(fitted.program)
