"""Values in a profile: a quantity, `$name`, or `N % of $name`. There are no other expressions."""

import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec
from pydantic import ValidationInfo
from pydantic_core import core_schema

from .document import did_you_mean
from .quantities import (
    EXAMPLES,
    NUMBER,
    Dimension,
    Quantity,
    QuantityError,
    parse,
    parse_any,
    quoted,
    shown,
)

PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,199}")
"""What a parameter may be called, so that `$name` can stand for it."""

_REFERENCE = re.compile(rf"(?:({NUMBER})\s*%\s*of\s+)?\$({PARAMETER.pattern})")


class Value(msgspec.Struct, frozen=True):
    """A number in its dimension's own unit, or, with `parameter`, a share of that parameter."""

    number: float
    dimension: Dimension
    parameter: str | None = None


class Range(msgspec.Struct, frozen=True):
    """What a parameter may be."""

    dimension: Dimension
    low: float
    high: float


class Names(msgspec.Struct, frozen=True):
    """What the values of a file may refer to. A parameter that is itself wrong has no range."""

    parameters: Mapping[str, Range | None]
    signals: frozenset[str]
    pressure_limit_kpa: float | None
    phrases: frozenset[str] = frozenset()


class Written:
    """How a value of one dimension is written, between `low` and `high`; `fixed`: without `$name`.

    `dimension` None takes any. A fixed one becomes a float (any dimension: a Quantity), the
    others a Value.
    """

    def __init__(
        self, dimension: Dimension | None, low: float, high: float, *, fixed: bool = False
    ) -> None:
        self._dimension: Dimension | None = dimension
        self._low = low
        self._high = high
        self._fixed = fixed

    def __get_pydantic_core_schema__(
        self, source: object, handler: object
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        wanted = f"a {self._dimension}" if self._dimension else "a quantity"
        example = EXAMPLES[self._dimension or "pressure"]
        return {"type": "string", "description": f"{wanted}, as {example}"}

    def _read(self, written: object, info: ValidationInfo) -> float | Quantity | Value:
        reference = _REFERENCE.fullmatch(written.strip()) if isinstance(written, str) else None
        if reference is not None and not self._fixed:
            return self._refer(quoted(written), reference, cast("Names", info.context))
        if reference is not None:
            raise QuantityError(
                f"{quoted(written)}: a parameter cannot stand here; write a quantity"
            )
        if self._dimension is None:
            quantity = parse_any(written)
        else:
            quantity = Quantity(parse(written, self._dimension), self._dimension)
        self._check(quoted(written), quantity.value, quantity.dimension)
        if not self._fixed:
            return Value(quantity.value, quantity.dimension)
        return quantity if self._dimension is None else quantity.value

    def _refer(self, written: str, reference: re.Match[str], names: Names) -> Value:
        share = float(reference[1]) / 100.0 if reference[1] else 1.0
        name = reference[2]
        if name not in names.parameters:
            hint = did_you_mean(name, names.parameters) if names.parameters else "there are none"
            raise QuantityError(f"{written}: no parameter has this name; {hint}")
        if not 0.0 <= share < 1e6:
            raise QuantityError(f"{written}: a share is 0 % or more")
        parameter = names.parameters[name]
        if parameter is None:
            return Value(share, self._dimension or "share", name)
        if self._dimension not in {None, parameter.dimension}:
            wanted = EXAMPLES[self._dimension or "share"]
            sentence = (
                f"{written} is a {parameter.dimension}; a {self._dimension} is wanted, as {wanted}"
            )
            raise QuantityError(sentence)
        for end in (parameter.low, parameter.high):
            self._check(f"{written}, which may be {shown(end * share, parameter.dimension)},",
                        end * share, parameter.dimension)  # fmt: skip
        return Value(share, parameter.dimension, name)

    def _check(self, written: str, value: float, dimension: Dimension) -> None:
        if value < self._low:
            raise QuantityError(f"{written} is too little; at least {shown(self._low, dimension)}")
        if value > self._high:
            raise QuantityError(f"{written} is too much; at most {shown(self._high, dimension)}")


def range_of(body: object) -> Range | None:
    """Return what a parameter, as it stands in the file, may be; None if it is wrong itself."""
    if not isinstance(body, Mapping):
        return None
    try:
        words = cast("Mapping[str, object]", body)
        low, high = parse_any(words.get("min")), parse_any(words.get("max"))
    except QuantityError:
        return None
    return Range(low.dimension, low.value, high.value) if low.dimension == high.dimension else None
