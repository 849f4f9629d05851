"""One table of figures, as Markdown, and the few statistics it holds."""

import argparse
import math
from collections.abc import Callable, Sequence

import msgspec


class Table(msgspec.Struct, frozen=True):
    """Figures, and below them how they were come by: how often, under which scheduling."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"### {self.title}", "", _line(self.columns)]
        lines.append("|---" * len(self.columns) + "|")
        lines += [_line(row) for row in self.rows]
        return "\n".join([*lines, "", *self.notes])


Measure = Callable[[bool], Table]
"""Measures and returns its table; True means quickly, with fewer repeats."""


def share(values: Sequence[float], part: float) -> float:
    """Return the value that `part` (0..1) of all do not exceed: the nearest rank."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def p50_p99(values: Sequence[float], scale: float, digits: int = 2) -> str:
    """Return median and 99th percentile, times `scale`, as a cell."""
    p50, p99 = share(values, 0.5) * scale, share(values, 0.99) * scale
    return f"{p50:.{digits}f} / {p99:.{digits}f}"


def alone(measure: Measure) -> None:
    """Be a program that prints the one table of `measure`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    print(measure(parser.parse_args().quick))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
