"""How scenarios write faults: the words are made of the faults' own parameters, never twice."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, cast

import msgspec
from pydantic import Field, create_model

from profiles.document import Words
from profiles.quantities import Dimension
from profiles.values import Written

from .fault import Fault
from .faults import FAULTS

_UNITS: Mapping[str, Dimension] = MappingProxyType(
    {
        "kpa": "pressure", "s": "time", "hz": "rate", "uv": "voltage", "n": "force",
        "mm": "length", "share": "share", "to": "share",
    }
)  # fmt: skip
"""The end of a parameter's name, and what is written for it. Others are plain numbers."""


def word_of(parameter: str) -> str:
    """Return the word of a parameter: its name without the unit."""
    start, _, unit = parameter.rpartition("_")
    return start if start and unit in _UNITS else parameter


def dimension_of(parameter: str) -> Dimension | None:
    """Return what a parameter is a quantity of, None for plain numbers, words and switches."""
    return _UNITS.get(parameter.rpartition("_")[2])


def _words(kind: type[Fault]) -> type[Words]:
    fields: dict[str, Any] = {
        word_of(parameter.name): (_annotation(parameter), parameter.default)
        for parameter in _parameters(kind)
    }
    return create_model(f"{kind.__name__}Words", __base__=Words, __doc__=kind.__doc__, **fields)


def _parameters(kind: type[Fault]) -> tuple[msgspec.inspect.Field, ...]:
    return cast("msgspec.inspect.StructType", msgspec.inspect.type_info(kind)).fields


def _annotation(parameter: msgspec.inspect.Field) -> Any:  # noqa: ANN401  a type
    match parameter.type:
        case msgspec.inspect.FloatType(ge=low, le=high):
            dimension = dimension_of(parameter.name)
            if dimension is None:
                return Annotated[float, Field(ge=low, le=high, strict=False)]
            least, most = cast("float", low), cast("float", high)
            return Annotated[float, Written(dimension, least, most, fixed=True)]
        case msgspec.inspect.IntType(ge=low, le=high):
            return Annotated[int, Field(ge=low, le=high)]
        case msgspec.inspect.LiteralType(values=words):
            return Literal[words]
        case _:
            return bool


WORDS: Mapping[str, type[Words]] = MappingProxyType(
    {name: _words(kind) for name, kind in FAULTS.items()}
)


def fault_of(name: str, words: Words | None) -> Fault:
    """Return the fault that was written; without any words, as it is by itself."""
    kind = FAULTS[name]
    said = words.model_dump() if words is not None else {}
    parameters = {
        p.name: said[word_of(p.name)] for p in _parameters(kind) if word_of(p.name) in said
    }
    return msgspec.convert(parameters | {"fault": name}, kind)
