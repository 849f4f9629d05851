"""The health questions: asked at a terminal, answered by options, or read from a file."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

import typer

from controller.screening import BY_ID, QUESTIONS, Answer, Question, Screening
from profiles.document import did_you_mean
from profiles.problems import ProfileProblems
from profiles.regions import REGIONS
from profiles.yaml_tree import read_tree

ALL = "all"

Answers = dict[str, Answer]


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def interview(now_s: float, given: Mapping[str, Answer] = MappingProxyType({})) -> Screening:
    """Ask everything that is not answered yet, one question after the other."""
    due = [question for question in QUESTIONS if question.id not in given]
    if due:
        typer.echo("Some questions about health, before anything presses.", err=True)
    return Screening(now_s, {**given, **{question.id: _asked(question) for question in due}})


def agree(question: str) -> bool:
    """Ask until the answer is yes or no. Raises `typer.Abort`: nobody answers any more."""
    while True:
        said = _line(f"{question} [y/n] ").lower()
        if said in ("y", "yes", "n", "no"):
            return said.startswith("y")


def one_of(what: str, known: Sequence[str], usual: str) -> str:
    """Ask for one of some words, until one of them is said; nothing means the usual one."""
    typer.echo(f"{what}: {', '.join(known)}", err=True)
    while True:
        said = _line(f"  [{usual}] ") or usual
        if said in known:
            return said
        typer.echo(f"  {did_you_mean(said, known)}", err=True)


def _line(prompt: str) -> str:
    """Return a line from the terminal; what is asked goes to standard error, nothing else does."""
    typer.echo(prompt, nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise typer.Abort
    return line.strip()


def _asked(question: Question) -> Answer:
    if not agree(question.ask):
        return Answer("no")
    if question.advice:
        typer.echo(f"  {question.advice}", err=True)
    agreed = bool(question.agree) and agree(f"  {question.agree}")
    where = _where() if question.where else ()
    return Answer("agreed" if agreed else "yes", where)


def _where() -> tuple[str, ...]:
    typer.echo(f"  Regions: {', '.join(REGIONS)}", err=True)
    while True:
        try:
            return regions(_line("  Where? Regions with commas between, or Enter: anywhere "))
        except typer.BadParameter as error:
            typer.echo(f"  {error.message}", err=True)


def told(
    file: Path | None, yes: Iterable[str], agreed: Iterable[str], no: Iterable[str]
) -> Answers:
    """Return what file and options say together. Raises `typer.BadParameter`, `OSError`.

    Nothing outvotes a yes: a question that is answered in two ways is refused, never decided.
    """
    denied = [name.strip() for words in no for name in words.split(",")]
    answers = read_answers(file.read_bytes(), str(file)) if file else {}
    for name, answer in (
        *_options("yes", yes),
        *_options("agreed", agreed),
        *((_known(name), Answer("no")) for name in denied if name != ALL),
    ):
        answers[name] = _joined(name, answers[name], answer) if name in answers else answer
    return {**dict.fromkeys(BY_ID, Answer("no")), **answers} if ALL in denied else answers


def _options(says: Literal["yes", "agreed"], words: Iterable[str]) -> Iterator[tuple[str, Answer]]:
    for name, _, where in (word.partition(":") for word in words):
        yield _known(name), Answer(says, regions(where))


def _joined(name: str, one: Answer, other: Answer) -> Answer:
    """Return two equal answers as one. Raises `typer.BadParameter`: they are not equal."""
    if one.says != other.says:
        raise typer.BadParameter(
            f"{name} is answered twice, {_spoken(one)} and {_spoken(other)}; answer it once"
        )
    if not (one.regions and other.regions):
        return Answer(one.says)  # no region means everywhere, and that holds every other one
    return Answer(one.says, tuple(dict.fromkeys((*one.regions, *other.regions))))


def _spoken(answer: Answer) -> str:
    return answer.says + (f" ({', '.join(answer.regions)})" if answer.regions else "")


def complete(answers: Answers, now_s: float) -> Screening:
    """Return a screening of these answers. Raises `typer.BadParameter`: some are missing."""
    missing = [name for name in BY_ID if name not in answers]
    if missing:
        raise typer.BadParameter(
            f"not answered: {', '.join(missing)}; say --yes-to or --no-to for each (--no-to all "
            "answers no to all others), or answer at a terminal"
        )
    return Screening(now_s, answers)


def read_answers(text: bytes, file: str) -> Answers:
    """Return the answers in a YAML file: `heart: no`, `implant: [gluteus]`, `tumour: agreed`.

    Raises `typer.BadParameter` with every mistake and its line.
    """
    try:
        tree, places, problems = read_tree(text, file)
    except ProfileProblems as error:
        raise typer.BadParameter(str(error)) from error
    found: Answers = {}
    pairs = cast("dict[str, Any]", tree).items() if isinstance(tree, dict) else ()
    for name, said in pairs:
        try:
            found[_known(name)] = _answer(said)
        except typer.BadParameter as error:
            problems.append(places.problem((name,), error.message))
    if not pairs:
        problems.append(places.problem((), "write one answer a line, as `heart: no`"))
    if problems:
        raise typer.BadParameter("\n".join(map(str, problems)))
    return found


def _answer(said: object) -> Answer:
    if isinstance(said, list):
        return Answer("yes", _named(cast("list[object]", said)))
    match said:
        case "yes" | True:
            return Answer("yes")
        case "agreed":
            return Answer("agreed")
        case "no" | False:
            return Answer("no")
        case {"agreed": list()}:
            return Answer("agreed", _named(cast("dict[str, Any]", said)["agreed"]))
        case _:
            raise typer.BadParameter(
                "an answer is no, yes, agreed, [regions] or {agreed: [regions]}"
            )


def _named(names: list[object]) -> tuple[str, ...]:
    return regions(",".join(map(str, names)))


def regions(said: str) -> tuple[str, ...]:
    """Return the regions that are named. Raises `typer.BadParameter`."""
    names = [part.strip().lower().replace(" ", "_") for part in said.split(",")]
    for name in filter(None, names):
        if name not in REGIONS:
            hint = did_you_mean(name, REGIONS)
            raise typer.BadParameter(f'"{name}" is no region; {hint}')
    return tuple(filter(None, names))


def one_region(said: str) -> str:
    """Return the one region that is named. Raises `typer.BadParameter`."""
    found = regions(said)
    if len(found) != 1:
        raise typer.BadParameter(f"one region is needed: {', '.join(REGIONS)}")
    return found[0]


def _known(name: str) -> str:
    name = name.strip()
    if name not in BY_ID:
        raise typer.BadParameter(f'there is no question "{name}"; {did_you_mean(name, BY_ID)}')
    return name
