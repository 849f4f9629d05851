"""What all files that people write have in common, and their mistakes in words to act on."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from .problems import Path, Places, Problem
from .quantities import quoted


class Words(BaseModel):
    """A mapping in which every key is a known word.

    `later` are words that the language reserves and this version does not play yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    later: ClassVar[frozenset[str]] = frozenset()


class Document(Words):
    """A whole file. It knows where each of its values stands."""

    _places: Places = PrivateAttr(default_factory=lambda: Places("nowhere"))

    @property
    def places(self) -> Places:
        """Where each value stands in the file it was read from."""
        return self._places

    def found_at(self, places: Places) -> Self:
        """Remember where the values stand."""
        self._places = places
        return self

    @classmethod
    def names(cls, data: dict[str, Any]) -> object:
        """Return what validators must know about the rest of the file, as their context."""
        return data

    @classmethod
    def stands_alone(cls, path: Path) -> bool:
        """Return whether the key at `path` may have nothing behind it, or is told by its model."""
        del path
        return False

    @classmethod
    def mistakes(cls, data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        """Yield the mistakes that no single value shows. `data` may be wrong in any other way."""
        del data
        yield from ()


def mistake(sentence: str, *at: str | int) -> PydanticCustomError:
    """Return a mistake for a validator to raise, about the value at `at` below its own."""
    return PydanticCustomError("mistake", "{sentence}", {"sentence": sentence, "at": at})


def did_you_mean(word: object, words: Iterable[str]) -> str:
    """Return the nearest of the right words as a hint, or all of them."""
    known = sorted(words)
    near = difflib.get_close_matches(str(word)[:40], known, 1, 0.6)
    return f"did you mean {quoted(near[0])}?" if near else f"known here: {', '.join(known)}"


def explain(error: ValidationError, model: type[Document], places: Places) -> Iterator[Problem]:
    """Yield each validation error as a problem with its place and what would be right."""
    for detail in error.errors(include_url=False):
        kind, loc = detail["type"], detail["loc"]
        context = detail.get("ctx", {})
        path = _path(loc + cast("Path", context.get("at", ())), places)
        if kind == "extra_forbidden":
            yield places.problem(path, _unknown(loc, model), at_key=True)
        elif kind == "missing":
            yield places.problem((*path, loc[-1]), _missing(loc, model), at_key=True)
        else:
            at_key = loc[-1:] == ("[key]",)
            yield places.problem(path, _wrong(kind, context, detail), at_key=at_key)


def _path(loc: Path, places: Places) -> Path:
    """Return the part of a pydantic location that stands in the file; the rest is machinery."""
    path: Path = ()
    for part in loc:
        if places.knows((*path, part)):
            path = (*path, part)
    return path


def _wrong(kind: str, context: dict[str, Any], detail: ErrorDetails) -> str:
    written = quoted(detail["input"])
    if kind == "mistake":
        return str(context["sentence"])
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return f"{written} is not a word for this place; {did_you_mean(detail['input'], words)}"
    if kind in _BOUNDS:
        sentence, word = _BOUNDS[kind]
        return f"{written} {sentence.format(str(context[word]).removesuffix('.0'))}"
    if kind == "too_short" and context["min_length"] > 1:
        return f"at least {context['min_length']} entries are wanted here, not {written}"
    if kind == "string_pattern_mismatch" and context["pattern"] in PATTERNS:
        return f"{written} cannot stand here; write {PATTERNS[context['pattern']]}"
    wanted = _WANTED.get(kind)
    return f"{wanted} is wanted here, not {written}" if wanted else f"{written}: {detail['msg']}"


PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{0,63}$": (
        "small letters, digits and hyphens, at most 64 of them, as my-first-profile"
    ),
}
"""What each pattern of a text asks for."""

_BOUNDS = {
    "greater_than_equal": ("is too little; at least {}", "ge"),
    "greater_than": ("is too little; it must be more than {}", "gt"),
    "less_than_equal": ("is too much; at most {}", "le"),
    "less_than": ("is too much; it must be less than {}", "lt"),
    "string_too_long": ("is too long; at most {} characters", "max_length"),
    "too_long": ("has too many entries; at most {}", "max_length"),
}

_WANTED = {
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("int_parsing", "int_parsing_size"), "a whole number"),
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "too_short": "at least one entry",
    "string_too_short": "a text that is not empty",
    "dict_type": "a mapping (`word: value`)",
    "model_type": "a mapping (`word: value`)",
}


def _unknown(loc: Path, model: type[Document]) -> str:
    classes, word = _classes_at(model, loc[:-1]), loc[-1]
    if any(word in cls.later for cls in classes):
        return f"{quoted(word)} is not built yet in this version"
    known = {name for cls in classes for name in _fields(cls)}
    return f"{quoted(word)} is not known here; {did_you_mean(word, known)}"


def _missing(loc: Path, model: type[Document]) -> str:
    word = str(loc[-1])
    fields = [_fields(cls).get(word) for cls in _classes_at(model, loc[:-1])]
    examples = [str(field.examples[0]) for field in fields if field and field.examples]
    example = f", as {word}: {examples[0]}" if examples else ""
    return f"{quoted(word)} is missing; write it{example}"


def _classes_at(model: type[Words], loc: Path) -> list[type[Words]]:
    classes = [model]
    for part in loc:
        known = [_fields(cls).get(str(part)) for cls in classes]
        fields = [field for field in known if field]
        if fields:
            classes = [cls for field in fields for cls in _classes_in(field.annotation)]
    return classes


def _classes_in(annotation: object) -> Iterator[type[Words]]:
    if isinstance(annotation, type) and issubclass(annotation, Words):
        yield annotation
    if alias := getattr(get_origin(annotation), "__value__", None):
        yield from _classes_in(alias)
    for inner in get_args(annotation):
        yield from _classes_in(inner)


def _fields(cls: type[Words]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in cls.model_fields.items()}
