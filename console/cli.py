"""The commands of `myoloop`: a table of names, and nothing heavy until one is called."""

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer

from .documents import Failed, Told
from .exits import STOPPED


class Command(NamedTuple):
    """Where a command is, and what it does in a line."""

    module: str
    function: str
    help: str


TABLE: dict[tuple[str, ...], Command] = {
    ("demo",): Command("demo", "demo", "A short session on a virtual body. Nothing is needed."),
    ("run",): Command("run", "run", "Play a profile on a device."),
    ("stop",): Command("stop", "stop", "Stop every session of this machine, now."),
    ("session", "list"): Command("session", "list_sessions", "The sessions of this machine."),
    ("session", "watch"): Command("session", "watch", "Watch a session from elsewhere."),
    ("session", "pause"): Command("session", "pause", "Let go, and wait."),
    ("session", "pain"): Command("session", "pain", "Say that it hurts: let go, and wait."),
    ("session", "resume"): Command("session", "resume", "Go on after a pause."),
    ("session", "ease"): Command("session", "ease", "Press less, or as before."),
    ("session", "mark"): Command("session", "mark", "Remember this instant by a word."),
    ("session", "set"): Command("session", "set_values", "Move a live parameter."),
    ("twin",): Command("twin", "twin", "A virtual device, for any program to talk to."),
    ("doctor",): Command("doctor", "doctor", "Whether this machine is fit, and why."),
    ("device", "list"): Command("device", "list_devices", "What can be opened from here."),
    ("device", "info"): Command("device", "info", "What a device has, and how it is."),
    ("device", "clear"): Command("device", "clear", "Clear the latch that a stop has left."),
    ("profile", "list"): Command("profile", "list_profiles", "The profiles that come along."),
    ("profile", "show"): Command("profile", "show", "Print a profile."),
    ("profile", "check"): Command("profile", "check", "What a profile does, or what is wrong."),
    ("profile", "plot"): Command("drawing_profiles", "plot", "Draw a profile."),
    ("profile", "new"): Command("writing", "new", "Write a first profile, with comments."),
    ("profile", "schema"): Command("writing", "schema", "The language as JSON Schema."),
    ("profile", "convert"): Command("writing", "convert", "Carry curves to and from other tools."),
    ("scenario", "list"): Command("scenario", "list_scenarios", "The stories that come along."),
    ("scenario", "run"): Command("scenario", "run", "Play stories, and judge how they end."),
    ("scenario", "campaign"): Command("campaign", "campaign", "Thousands of sessions, judged."),
    ("emg", "detect"): Command("emg", "detect", "When muscles begin and let go, in recordings."),
    ("person", "new"): Command("person", "new", "Make a person, by an id you choose."),
    ("person", "screen"): Command("person", "screen", "Ask the health questions."),
    ("person", "calibrate"): Command("person", "calibrate", "Measure where pain begins."),
    ("person", "contraction"): Command("person", "contraction", "Measure how strong a muscle is."),
    ("person", "show"): Command("person", "show", "What is known of a person, or who is known."),
    ("person", "export"): Command("person", "export", "Everything that is kept of a person."),
    ("person", "forget"): Command("person", "forget", "Delete everything of a person."),
    ("person", "settle"): Command("person", "settle", "Count what was never booked as played."),
}

GROUPS = {
    "session": "Sessions.",
    "device": "Devices.",
    "profile": "Profiles.",
    "scenario": "Stories of what may go wrong, each with its ending.",
    "emg": "Muscles, in recordings.",
    "person": "People who are treated.",
}

JSON_NOTE = "With --json: one JSON object on standard output, progress on standard error."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    as_json = "--json" in words
    try:
        plain = [word for word in words if word != "--json"]
        told = _app(words)(plain, standalone_mode=False, prog_name="myoloop", obj=as_json)
        return _tell(told, as_json=as_json) if isinstance(told, Told) else int(told or 0)
    except BrokenPipeError:
        return _nobody_reads()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the last stop: nothing leaves as a traceback
        from .failures import failed

        return _tell(failed(error, words), as_json=as_json)


def _app(words: Sequence[str]) -> typer.Typer:
    """Return the application, with the one command loaded that `words` call."""
    called = tuple(word for word in words if not word.startswith("-"))
    app = typer.Typer(name="myoloop", add_completion=False, rich_markup_mode=None, epilog=JSON_NOTE)
    app.callback()(_root)
    groups = {name: typer.Typer(help=text) for name, text in GROUPS.items()}
    for name, group in groups.items():
        app.add_typer(group, name=name)
    for path, command in TABLE.items():
        function = _loaded(command) if called[: len(path)] == path else _not_called
        parent = groups[path[0]] if len(path) > 1 else app
        parent.command(path[len(path) - 1], help=command.help, epilog=JSON_NOTE)(function)
    return app


def _say_version(context: typer.Context, on: bool) -> None:
    if on:
        from importlib.metadata import version

        from .documents import Version

        number = version("myoloop")
        _tell(Told(Version(version=number), f"myoloop {number}"), as_json=bool(context.obj))
        raise typer.Exit


def _say_schemas(on: bool) -> None:
    if on:
        import json

        from .documents import schemas

        typer.echo(json.dumps(schemas(), indent=2))
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Print the version."),
    ] = False,
    schemas: Annotated[
        bool,
        typer.Option(
            "--schemas",
            is_eager=True,
            callback=_say_schemas,
            help="Print the JSON Schemas of everything that --json prints.",
        ),
    ] = False,
) -> None:
    """A controller for sensor-driven massage devices."""
    del version, schemas


def _loaded(command: Command) -> Callable[..., Any]:
    return getattr(import_module(f".commands.{command.module}", __package__), command.function)


def _not_called() -> None:
    """Stand in the list of commands for one that is not called."""


def _tell(told: Told, *, as_json: bool) -> int:
    """Print what a command has to say. What failed is told on standard error."""
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(told.document).decode())
    elif told.text:
        typer.echo(told.text, err=isinstance(told.document, Failed))
    return told.exit_code


def _nobody_reads() -> int:
    """Leave quietly when the reader of our output has gone."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return STOPPED


if __name__ == "__main__":
    sys.exit(main())
