"""Reads what people write: YAML into a model, or every mistake at once with its line and column."""

from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from .document import Document, explain
from .problems import Path, Problem, ProfileProblems, dotted
from .yaml_tree import read_tree

AnyDocument = TypeVar("AnyDocument", bound=Document)


def read(text: str | bytes, model: type[AnyDocument], *, file: str = "<text>") -> AnyDocument:
    """Return the document written in `text`; keys that begin with `x-` are the author's own.

    Raises:
        ProfileProblems: the text is no such document. A syntax error comes alone, all else at
            once.
    """
    tree, places, problems = read_tree(text, file)
    if not isinstance(tree, dict):
        sentence = (
            "the file must be a mapping of words to values, as `format: ...` in its first line"
        )
        raise ProfileProblems([*problems, places.problem((), sentence)])
    data = cast("dict[str, Any]", _without_own_keys(cast("dict[str, Any]", tree)))
    empty = [path for path in _empty(data) if not model.stands_alone(path)]
    problems.extend(places.problem(path, _nothing_at(path), at_key=True) for path in empty)
    found = [places.problem(path, sentence) for path, sentence in model.mistakes(data)]
    try:
        document = model.model_validate(data, context=model.names(data))
    except ValidationError as error:
        found.extend(explain(error, model, places))
    else:
        if not problems and not found:
            return document.found_at(places)
    raise ProfileProblems([*problems, *_unrelated(found, empty)])


def _empty(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401  a YAML value may be anything
    """Yield every key that nothing stands behind: taken as absent, a stop would be lost."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            if inner is None:
                yield (*path, key)
            yield from _empty(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from _empty(inner, (*path, index))


def _nothing_at(path: Path) -> str:
    if path[-2:] == ("do", "stop"):
        return "nothing stands here; write `do: stop`"
    return "nothing stands here; write what it is, or leave the key out"


def _unrelated(found: list[Problem], empty: list[Path]) -> Iterator[Problem]:
    """Yield what is not only said because a key, or one beside it, has nothing behind it."""
    explained = {dotted(end) for path in empty for end in (path, path[:-1])}
    yield from (problem for problem in found if problem.where not in explained)


def _without_own_keys(value: Any) -> Any:  # noqa: ANN401  a YAML value may be anything
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {key: _without_own_keys(inner) for key, inner in pairs if not key.startswith("x-")}
    if isinstance(value, list):
        return [_without_own_keys(inner) for inner in cast("list[Any]", value)]
    return value
