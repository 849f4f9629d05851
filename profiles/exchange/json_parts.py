"""Reading JSON that somebody else has written: whatever is not what it should be is nothing."""

import math
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from profiles.problems import ExchangeError


def document(text: str | bytes, wanted: str, what: str) -> Mapping[str, Any]:
    """Return a document that holds a list called `wanted`. Raises `ExchangeError`."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        found = msgspec.json.decode(raw.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ExchangeError(f"this is no JSON: {error}") from error
    if not isinstance(found, dict) or not isinstance(
        cast("Mapping[str, Any]", found).get(wanted), list
    ):
        raise ExchangeError(f'this is no {what}: it has no list called "{wanted}"')
    return cast("Mapping[str, Any]", found)


def mapping(value: object) -> Mapping[str, Any]:
    """Return the mapping, or an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def listed(value: object) -> Sequence[object]:
    """Return the list, or an empty one."""
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def number(value: object, otherwise: float) -> float:
    """Return the number, or `otherwise`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    try:
        found = float(value)
    except OverflowError:
        return otherwise
    return found if math.isfinite(found) else otherwise


def pretty(value: object) -> str:
    """Return a document as JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"
