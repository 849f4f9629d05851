"""What a signal is compared with: its baseline and its start, each measured once, then frozen."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Literal

import msgspec

BASELINE_SHARE = 0.30
"""The baseline is this percentile of the slow RMS: what was there most of the time (E, rules)."""

START_S = 2.0
"""How much at the target makes a hold's start, seconds of trusted signal (E, rules)."""

TRUSTED_SHARE = 0.5
"""A reference measured on less trusted data than this share is none (E, rules)."""

LEAST_OF_NOISE = 2.0
"""A reference under this many times the noise is none (E, rules)."""

GATHER_EVERY_S = 0.1
"""How often a value is kept: the slow RMS looks back over 250 ms and changes no faster (E)."""

_EPSILON_S = 1e-6

Kind = Literal["baseline", "start"]

Values = tuple[float | None, ...]
"""A value for each channel, None where it cannot be trusted or was not measurable."""


class Gathering(msgspec.Struct, frozen=True):
    """A reference in the making: a row of values each tenth of a second, from `from_s` on."""

    from_s: float
    rows: tuple[Values, ...] = ()

    def hear(self, at_s: float, values: Values) -> "Gathering":
        """Return it with one more row, if one is due."""
        if at_s < self.from_s + len(self.rows) * GATHER_EVERY_S - _EPSILON_S:
            return self
        return Gathering(self.from_s, (*self.rows, values))

    def going_on(self, from_s: float) -> "Gathering":
        """Return it after an interruption: the next row is due at `from_s`."""
        return Gathering(from_s - len(self.rows) * GATHER_EVERY_S, self.rows)

    def trusted_s(self) -> float:
        """Return for how long every channel could be trusted."""
        return GATHER_EVERY_S * sum(None not in row for row in self.rows)


def reference(gathered: Gathering, kind: Kind, noise: Sequence[float]) -> Values:
    """Return what each channel is compared with from now on, None where that is not measurable.

    A baseline is the 30th percentile of what could be trusted, a start its mean.
    """
    measure = _percentile if kind == "baseline" else fmean
    columns = list(zip(*gathered.rows, strict=True))
    return tuple(
        _measured(column, measure, LEAST_OF_NOISE * least)
        for column, least in zip(columns, noise, strict=True)
    )


def _measured(
    column: Values, measure: Callable[[Sequence[float]], float], least: float
) -> float | None:
    trusted = [value for value in column if value is not None]
    if not trusted or len(trusted) < TRUSTED_SHARE * len(column):
        return None
    found = measure(trusted)
    return found if found >= least else None


def _percentile(values: Sequence[float]) -> float:
    return sorted(values)[int(BASELINE_SHARE * (len(values) - 1))]
