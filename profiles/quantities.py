"""Quantities as people write them ("22 kPa", "12/min"): parsed once, checked for dimension."""

import json
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

Dimension = Literal[
    "pressure", "force", "length", "time", "rate", "pressure rate", "speed",
    "temperature", "voltage", "stiffness", "share",
]  # fmt: skip


class Unit(msgspec.Struct, frozen=True):
    """What a unit measures, and what one of it is in the dimension's own unit: factor / divisor.

    Two numbers, because 70 / 100 is exactly 0.7 and 70 * 0.01 is not.
    """

    dimension: Dimension
    factor: float = 1.0
    divisor: float = 1.0


MMHG_KPA = 0.133322387415
"""One millimetre of mercury in kPa (V, the conventional unit: 133.322387415 Pa)."""

KGF_CM2_KPA = 98.0665
"""One kilogram-force on a square centimetre in kPa (V, exact): what algometers read."""

UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        "kPa": Unit("pressure"),
        "mmHg": Unit("pressure", MMHG_KPA),
        "kgf/cm2": Unit("pressure", KGF_CM2_KPA),
        "kgf/cm²": Unit("pressure", KGF_CM2_KPA),
        "N/cm2": Unit("pressure", 10.0),
        "N/cm²": Unit("pressure", 10.0),
        "N": Unit("force"),
        "mm": Unit("length"),
        "cm": Unit("length", 10.0),
        "s": Unit("time"),
        "ms": Unit("time", divisor=1000.0),
        "min": Unit("time", 60.0),
        "Hz": Unit("rate"),
        "/min": Unit("rate", divisor=60.0),
        "kPa/s": Unit("pressure rate"),
        "mm/s": Unit("speed"),
        "kPa/mm": Unit("stiffness"),
        "degC": Unit("temperature"),
        "°C": Unit("temperature"),
        "uV": Unit("voltage"),
        "µV": Unit("voltage"),  # the micro sign
        "\N{GREEK SMALL LETTER MU}V": Unit("voltage"),
        "%": Unit("share", divisor=100.0),
    }
)

OWN_UNIT: Mapping[Dimension, str] = MappingProxyType(
    {
        "pressure": "kPa",
        "force": "N",
        "length": "mm",
        "time": "s",
        "rate": "Hz",
        "pressure rate": "kPa/s",
        "speed": "mm/s",
        "temperature": "degC",
        "voltage": "uV",
        "stiffness": "kPa/mm",
        "share": "1",
    }
)
"""The unit a parsed value of each dimension is in; a share is a fraction of 1."""

EXAMPLES: Mapping[Dimension, str] = MappingProxyType(
    {
        "pressure": "16 kPa or 120 mmHg",
        "force": "15 N",
        "length": "200 mm or 20 cm",
        "time": "30 s, 600 ms or 2 min",
        "rate": "0.6 Hz or 36/min",
        "pressure rate": "8 kPa/s",
        "speed": "60 mm/s",
        "temperature": "40 °C",
        "voltage": "20 uV",
        "stiffness": "1.2 kPa/mm",
        "share": "85 %",
    }
)

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_QUANTITY = re.compile(rf"({NUMBER})\s*(\S+)")
_LONGEST_SHOWN = 40
"""How much of a wrong text a message repeats, in characters (E)."""


class QuantityError(ValueError):
    """A text is not the quantity that is wanted; the message says what would be."""


class Quantity(msgspec.Struct, frozen=True):
    """A number in its dimension's own unit (`OWN_UNIT`)."""

    value: float
    dimension: Dimension


def quoted(written: object) -> str:
    """Return what somebody wrote, in one short printable line."""
    text = (
        json.dumps(written, ensure_ascii=False, default=str) if written is not None else "nothing"
    )
    return text if len(text) <= _LONGEST_SHOWN else f'{text[:_LONGEST_SHOWN]}..."'


def parse_any(written: object) -> Quantity:
    """Return the quantity written.

    Raises:
        QuantityError: it is no number with a unit, or not finite.
    """
    if not isinstance(written, str):
        raise QuantityError(f"{quoted(written)} has no unit; write one, as 16 kPa, 30 s or 85 %")
    match = _QUANTITY.fullmatch(written.strip())
    unit = UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise QuantityError(f"{quoted(written)} {_why_not(written)}")
    value = float(match[1]) * unit.factor / unit.divisor
    if not math.isfinite(value):
        raise QuantityError(f"{quoted(written)} is too large to be meant")
    return Quantity(value, unit.dimension)


def parse(written: object, dimension: Dimension) -> float:
    """Return the value written, in the dimension's own unit.

    Raises:
        QuantityError: it is not a quantity of that dimension.
    """
    wanted = f"a {dimension} is wanted, as {EXAMPLES[dimension]}"
    if not isinstance(written, str):
        raise QuantityError(f"{quoted(written)} has no unit; {wanted}")
    try:
        quantity = parse_any(written)
    except QuantityError as error:
        raise QuantityError(f"{error}; {wanted}") from None
    if quantity.dimension != dimension:
        raise QuantityError(f"{quoted(written)} is a {quantity.dimension}; {wanted}")
    return quantity.value


def shown(value: float, dimension: Dimension) -> str:
    """Return a value as a person would write it, to four digits; `parse` reads it back."""
    if dimension == "share":
        return f"{value * 100.0:.4g} %"
    return f"{value:.4g} {OWN_UNIT[dimension]}"


def _why_not(written: str) -> str:
    match = re.match(rf"\s*{NUMBER}\s*", written)
    if match is None:
        return "is not a number with a unit"
    unit = written[match.end() :].strip()
    comma = re.fullmatch(r"([-+]?[0-9]+),([0-9]+)\s*([^0-9\s]\S*)?", written.strip())
    if comma is not None:
        return _without_comma(comma)
    if not unit:
        return "has no unit"
    return f"has a unit nobody here knows ({quoted(unit)}; known are {', '.join(UNITS)})"


def _without_comma(match: re.Match[str]) -> str:
    """Return what to write for `6,5 kPa`; `1,000 s` may be meant either way."""
    whole, decimals, unit = match.groups()
    if len(decimals) == 3 or unit not in UNITS:
        return "has a comma; write a point before decimals, and nothing between thousands"
    return f"has a comma; write {whole}.{decimals} {unit}"
