"""How a value may be declared that is drawn: as itself, a list, a weighted list, or a span."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import exp, log
from statistics import NormalDist
from typing import Annotated, Any, Generic, Self, TypeVar, cast

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from typing_extensions import TypeAliasType

from profiles.document import Words, mistake
from profiles.quantities import Quantity

T = TypeVar("T")
S = TypeVar("S")


class Weighted(Words, Generic[T]):
    """Values of which each is drawn as often as its weight says, beside those of the others."""

    of: list[T] = Field(min_length=1, examples=["[usual, early]"])
    weights: list[Annotated[float, Field(ge=0.0, le=1e6)]] = Field(examples=["[3, 1]"])

    @model_validator(mode="after")
    def _each_has_one(self) -> Self:
        if len(self.weights) != len(self.of):
            raise mistake(
                f"{_so_many(self.of, 'value')} and {_so_many(self.weights, 'weight')}: "
                "each value has one weight",
                "weights",
            )
        if not any(self.weights):
            raise mistake("all weights are 0, and nothing can be drawn", "weights")
        return self

    @property
    def possible(self) -> list[T]:
        """What can be drawn at all."""
        return [one for one, weight in zip(self.of, self.weights, strict=True) if weight]

    def at(self, share: float) -> T:
        """Return the value under which a share of all lies."""
        upto = list(accumulate(weight for weight in self.weights if weight))
        return self.possible[bisect(upto[:-1], share * upto[-1])]


class Span(Words, Generic[T, S]):
    """A value that is drawn between two: evenly, or around a middle, and never outside.

    Around a `mean` with the standard deviation `spread` it is a normal distribution; around a
    `median` with a `factor`, within which two thirds lie to both sides, a lognormal one.
    """

    low: T = Field(alias="from", examples=["8 kPa"])
    high: T = Field(alias="to", examples=["16 kPa"])
    mean: T | None = None
    spread: S | None = None
    median: T | None = None
    factor: Annotated[float, Field(gt=1.0, le=100.0)] | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        self._check_units()
        if _number(self.high) < _number(self.low):
            raise mistake("a span ends above its beginning", "to")
        self._check_pairs()
        for name in ("mean", "median"):
            middle = getattr(self, name)
            if middle is not None and not self._inside(middle):
                raise mistake(f"the {name} is not between from and to", name)
        return self

    def at(self, share: float) -> T:
        """Return the value under which a share of all lies."""
        low, high = _number(self.low), _number(self.high)
        if self.mean is not None and self.spread is not None:
            value = _normal(_number(self.mean), _number(self.spread), low, high, share)
        elif self.median is not None and self.factor is not None:
            middle, width = log(_number(self.median)), log(self.factor)
            value = exp(_normal(middle, width, log(low), log(high), share))
        else:
            value = low + share * (high - low)
        value = min(high, max(low, value))
        if isinstance(self.low, Quantity):
            return cast("T", Quantity(round(value, 4), self.low.dimension))
        return cast("T", value)

    def _inside(self, value: T) -> bool:
        return _number(self.low) <= _number(value) <= _number(self.high)

    def _check_units(self) -> None:
        words = (self.low, self.high, self.mean, self.spread, self.median)
        if len({one.dimension for one in words if isinstance(one, Quantity)}) > 1:
            raise mistake("from and to measure different things; write all in one unit")

    def _check_pairs(self) -> None:
        if (self.mean is None) != (self.spread is None):
            raise mistake("mean and spread go together: write both, or neither")
        if (self.median is None) != (self.factor is None):
            raise mistake("median and factor go together: write both, or neither")
        if self.mean is not None and self.median is not None:
            raise mistake("a span has one middle: write a mean, or a median")
        if self.spread is not None and _number(self.spread) <= 0.0:
            raise mistake("a spread is more than nothing", "spread")
        if self.median is not None and _number(self.low) <= 0.0:
            raise mistake("what differs by a factor is always more than nothing", "from")


def _one_or_more(written: object) -> object:
    """Take a value alone for a list of one."""
    return cast("object", written) if isinstance(written, list | Mapping | Words) else [written]


def _shape(written: object) -> str:
    """Return as what a value is read, so that it is told what is wrong with that one alone."""
    if isinstance(written, Words):
        return "weighted" if isinstance(written, Weighted) else "span"
    if isinstance(written, Mapping):
        return "weighted" if {"of", "weights"} & set(cast("Mapping[Any, Any]", written)) else "span"
    return "list"


def _shape_of_lists(written: object) -> str:
    """Return the same of what is a list itself: one that holds no lists stands alone."""
    if isinstance(written, Mapping | Words):
        return "weighted"
    entries = cast("list[object]", written) if isinstance(written, list) else []
    return "list" if any(isinstance(one, list) for one in entries) else "alone"


def _in_a_list(alone: object) -> list[object]:
    return [alone]


def _weighted_or_list(written: object) -> str:
    """Return as what words are read, which have no spans."""
    return "list" if isinstance(written, list) else "weighted"


Drawn = TypeAliasType(
    "Drawn",
    Annotated[
        Annotated[list[T], Field(min_length=1), Tag("list")]
        | Annotated[Weighted[T], Tag("weighted")],
        Discriminator(_weighted_or_list),
        BeforeValidator(_one_or_more),
    ],
    type_params=(T,),
)
"""One of some words: a list is drawn from evenly, a word alone is a list of one."""

DrawnList = TypeAliasType(
    "DrawnList",
    Annotated[
        Annotated[list[T], Field(min_length=1), Tag("list")]
        | Annotated[T, AfterValidator(_in_a_list), Tag("alone")]
        | Annotated[Weighted[T], Tag("weighted")],
        Discriminator(_shape_of_lists),
    ],
    type_params=(T,),
)
"""The same of what is a list itself."""

DrawnNumber = TypeAliasType(
    "DrawnNumber",
    Annotated[
        Annotated[list[T], Field(min_length=1), Tag("list")]
        | Annotated[Weighted[T], Tag("weighted")]
        | Annotated[Span[T, S], Tag("span")],
        Discriminator(_shape),
        BeforeValidator(_one_or_more),
    ],
    type_params=(T, S),
)
"""A number or a quantity, which may also lie in a span; a spread has a type of its own."""


def pick(words: Sequence[T] | Weighted[T] | Span[T, Any], dice: np.random.Generator) -> T:
    """Draw one of what is declared. What cannot vary takes no chance from the dice."""
    if isinstance(words, Weighted | Span):
        return words.at(float(dice.random()))
    return words[int(dice.integers(len(words)))]


def possible(words: Sequence[T] | Weighted[T] | Span[T, Any]) -> Sequence[T]:
    """Return everything that can be drawn; of a span both its ends."""
    match words:
        case Weighted():
            return words.possible
        case Span():
            return [words.low, words.high]
        case _:
            return words


def _number(value: object) -> float:
    return value.value if isinstance(value, Quantity) else float(cast("float", value))


def _normal(mean: float, spread: float, low: float, high: float, share: float) -> float:
    """Return what lies above a share of a normal distribution that ends at `low` and `high`."""
    bell = NormalDist(mean, spread)
    below = bell.cdf(low)
    inside = below + share * (bell.cdf(high) - below)
    return bell.inv_cdf(inside) if 0.0 < inside < 1.0 else low + share * (high - low)


def _so_many(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
