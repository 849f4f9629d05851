"""What the operator chose, and what each value of a profile is then: as played, and at worst."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from .document import did_you_mean
from .model import ParameterText, Profile
from .problems import Problem, ProfileProblems
from .program import Parameter
from .quantities import OWN_UNIT, Dimension, QuantityError, parse, quoted, shown
from .values import Value

Mode = Literal["played", "worst", "least"]
"""As chosen; with every live parameter at its highest; at its lowest."""


class Chosen(msgspec.Struct, frozen=True):
    """The parameters of one playing, in SI units."""

    parameters: tuple[Parameter, ...]

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Return which modes differ: without live parameters there is one way to play."""
        live = any(p.live and p.low < p.high for p in self.parameters)
        return ("played", "worst", "least") if live else ("played",)

    def number(self, value: Value, mode: Mode) -> float:
        """Return a value of the profile in its dimension's own unit."""
        if value.parameter is None:
            return value.number
        parameter = next(p for p in self.parameters if p.name == value.parameter)
        if mode == "played" or not parameter.live:
            return value.number * parameter.value
        return value.number * (parameter.high if mode == "worst" else parameter.low)


def choose(profile: Profile, values: Mapping[str, str | float]) -> Chosen:
    """Return the parameters with the operator's values; a bare number is in SI units.

    Raises:
        ProfileProblems: a value has no such parameter, or is outside what its author allows.
    """
    problems = list(_wrong(profile, values))
    if problems:
        raise ProfileProblems(problems)
    return Chosen(
        tuple(
            Parameter(
                name=name,
                value=_number(values.get(name), text),
                low=text.min.value,
                high=text.max.value,
                unit=OWN_UNIT[text.default.dimension],
                live=text.live,
                label=text.label or name,
            )
            for name, text in profile.parameters.items()
        )
    )


def _wrong(profile: Profile, values: Mapping[str, str | float]) -> Iterator[Problem]:
    for name, written in values.items():
        sentence = wrong_value(profile, name, written)
        if sentence is not None:
            yield profile.places.problem(("parameters", name), sentence)


def wrong_value(profile: Profile, name: str, written: str | float) -> str | None:
    """Return what is wrong with a value that somebody chose for a parameter; None: nothing."""
    text = profile.parameters.get(name)
    if text is None:
        hint = did_you_mean(name, profile.parameters) if profile.parameters else "it has none"
        return f"no parameter is called {quoted(name)}; {hint}"
    try:
        number = _number(written, text)
    except QuantityError as error:
        return str(error)
    if text.min.value <= number <= text.max.value:
        return None
    dimension: Dimension = text.default.dimension
    ends = f"{shown(text.min.value, dimension)} to {shown(text.max.value, dimension)}"
    return f"{quoted(written)} is outside what the author allows: {ends}"


def _number(written: str | float | None, text: ParameterText) -> float:
    if written is None:
        return text.default.value
    return parse(written, text.default.dimension) if isinstance(written, str) else float(written)
