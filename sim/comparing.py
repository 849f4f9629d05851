"""Two programmes or settings on the same bodies: differences in pairs, each with its interval."""

from collections.abc import Callable, Sequence
from math import nan
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np

from .session_row import Row

RESAMPLES = 4000
"""So many resamples make an interval steady to about a hundredth of its width (E)."""

CONFIDENCE = 0.95
"""Of a hundred such intervals so many hold the difference (E: the custom of the trade)."""

LEAST_PAIRS = 5
"""Of fewer pairs a bootstrap gives far too narrow an interval, so none is told (E)."""

MEASURES: "MappingProxyType[str, Callable[[Row], float]]" = MappingProxyType(
    {
        "guarding_s": lambda row: row.guarding_s,
        "peak_share": lambda row: row.peak_share,
        "pain_s": lambda row: row.pain_s,
        "minutes_to_release": lambda row: (
            nan if row.released_at_s is None else row.released_at_s / 60.0
        ),
    }
)
"""What is compared, by name; nan where a session has none of it."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Second minus first, the mean over pairs and the interval in which it lies (bootstrap)."""

    measure: str
    pairs: int
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    answer: Literal["more", "less", "no difference", "too few", "not measured"]


def compare(first: Sequence[Row], second: Sequence[Row]) -> tuple[Difference, ...]:
    """Compare sessions of the same number, which have the same body."""
    others = {row.number: row for row in second}
    pairs = [(row, others[row.number]) for row in first if row.number in others]
    return tuple(_difference(name, measure, pairs) for name, measure in MEASURES.items())


def _difference(
    name: str, measure: Callable[[Row], float], pairs: Sequence[tuple[Row, Row]]
) -> Difference:
    values = np.array([(measure(a), measure(b)) for a, b in pairs], np.float64).reshape(-1, 2)
    values = values[~np.isnan(values).any(axis=1)]
    if not len(values):
        return Difference(
            measure=name, pairs=0, first=None, second=None, difference=None, low=None, high=None,
            answer="not measured",
        )  # fmt: skip
    differences = values[:, 1] - values[:, 0]
    low, high = interval(differences) if len(values) >= LEAST_PAIRS else (None, None)
    return Difference(
        measure=name,
        pairs=len(values),
        first=round(float(values[:, 0].mean()), 4),
        second=round(float(values[:, 1].mean()), 4),
        difference=round(float(differences.mean()), 4),
        low=low,
        high=high,
        answer=_answer(low, high),
    )


def _answer(
    low: float | None, high: float | None
) -> Literal["more", "less", "no difference", "too few"]:
    if low is None or high is None:
        return "too few"
    return "more" if low > 0.0 else "less" if high < 0.0 else "no difference"


def interval(differences: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, float]:
    """Return where the mean of these lies, by the bootstrap: always the same for the same."""
    dice = np.random.Generator(np.random.PCG64(len(differences)))
    drawn = dice.integers(len(differences), size=(RESAMPLES, len(differences)))
    means = differences[drawn].mean(axis=1)
    tail = 100.0 * (1.0 - CONFIDENCE) / 2.0
    low, high = np.percentile(means, (tail, 100.0 - tail))
    return round(float(low), 4), round(float(high), 4)
