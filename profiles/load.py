"""Reads what people write: YAML into a model, or every mistake at once with its line and column."""

from typing import Any, TypeVar, cast

from pydantic import ValidationError

from .document import Document, explain
from .problems import ProfileProblems
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
    problems.extend(places.problem(path, sentence) for path, sentence in model.mistakes(data))
    try:
        document = model.model_validate(data, context=model.names(data))
    except ValidationError as error:
        problems.extend(explain(error, model, places))
    else:
        if not problems:
            return document.found_at(places)
    raise ProfileProblems(problems)


def _without_own_keys(value: Any) -> Any:  # noqa: ANN401  a YAML value may be anything
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {key: _without_own_keys(inner) for key, inner in pairs if not key.startswith("x-")}
    if isinstance(value, list):
        return [_without_own_keys(inner) for inner in cast("list[Any]", value)]
    return value
