"""Pictures: panels over one time axis, in our colours. The only file that draws with matplotlib."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

KINDS = (".svg", ".png")

INK, FAINT, GRID = "#1f2933", "#7b8794", "#e4e7eb"
COMMANDED, MEASURED, TRUE, LIMIT = "#2b6cb0", "#0f8a5f", "#f0a202", "#c53030"
MUSCLES = ("#6b4fa0", "#b08bd0")
"""Colours that the colour-blind tell apart by lightness; width and dash say it again."""

BANDS = {
    "settle": "#eef2f6",
    "effleurage": "#e3f1ec",
    "petrissage": "#fdf1dc",
    "trigger_point": "#fbe4e2",
    "rest": "#ffffff",
}
"""The paper behind each technique."""

OTHER_BAND = "#f3eefa"

LETTERS_ACROSS = 105
"""How many letters of a step's name fit across the whole picture."""

Column = Sequence[float] | NDArray[np.float64]


class Panel:
    """Axes with time across."""

    def __init__(self, axes: Any, across: str, up: str) -> None:  # noqa: ANN401  matplotlib's types are partly unknown
        self._axes: Any = axes
        axes.grid(axis="y", color=GRID, lw=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(colors=FAINT, length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(FAINT)
        axes.margins(x=0.0)
        axes.set_ylabel(up, color=FAINT)
        axes.set_xlabel(across, color=FAINT)

    def curve(
        self, x: Column, y: Column, colour: str, *, width: float = 1.2, name: str | None = None,
        dashed: bool = False, alpha: float = 1.0,
    ) -> None:  # fmt: skip
        """Draw a curve."""
        style = (0, (4, 2)) if dashed else "-"
        self._axes.plot(x, y, color=colour, lw=width, ls=style, label=name, alpha=alpha)

    def fill(self, x: Column, y: Column, colour: str) -> None:
        """Tint what is below a curve."""
        self._axes.fill_between(x, y, color=colour, alpha=0.12, lw=0)

    def between_curves(self, x: Column, low: Column, high: Column, colour: str) -> None:
        """Fill what is between two curves: a signal too dense for lines."""
        self._axes.fill_between(x, low, high, color=colour, lw=0.3)

    def decades(self) -> None:
        """Let each factor of ten have the same height."""
        self._axes.set_yscale("log")

    def limit(self, begin_s: float, end_s: float, value: float) -> None:
        """Draw a limit over a stretch of time."""
        self._axes.hlines(value, begin_s, end_s, color=LIMIT, lw=1.2, ls=(0, (6, 3)))

    def level(self, value: float) -> None:
        """Draw a thin line across."""
        self._axes.axhline(value, color=INK, lw=0.8, ls=":")

    def note(self, text: str, value: float, colour: str, *, right: bool = False) -> None:
        """Write on a level, at the left or the right."""
        self._axes.annotate(
            text, (float(right), value), (-4 if right else 4, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right" if right else "left", fontsize=8.5, color=colour,
        )  # fmt: skip

    def mark(self, at_s: float, text: str) -> None:
        """Mark an instant."""
        self._axes.axvline(at_s, color=LIMIT, lw=1.0)
        self._axes.annotate(
            text, (at_s, 0.03), (-3, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=8, color=LIMIT, rotation=90, va="bottom",
            ha="right",
        )  # fmt: skip

    def band(self, begin_s: float, end_s: float, technique: str) -> None:
        """Colour the paper behind a step."""
        colour = BANDS.get(technique, OTHER_BAND)
        self._axes.axvspan(begin_s, end_s, color=colour, lw=0, zorder=0)
        self._axes.axvline(end_s, color="#ffffff", lw=1.5, zorder=0.5)

    def name_band(self, begin_s: float, end_s: float, name: str, whole_s: float) -> None:
        """Write a step's name over its band, if there is room for it."""
        if whole_s and (end_s - begin_s) / whole_s * LETTERS_ACROSS > len(name):
            self._axes.annotate(
                name, ((begin_s + end_s) / 2, 1.0), (0, 4),
                xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="center", fontsize=9, color=INK,
            )  # fmt: skip

    def between(self, low: float, high: float) -> None:
        """Show values from `low` to `high`."""
        self._axes.set_ylim(low, high)

    def during(self, begin_s: float, end_s: float) -> None:
        """Show this stretch of time."""
        self._axes.set_xlim(begin_s, end_s)

    def legend(self) -> None:
        """Name the curves, on one line above them."""
        self._axes.legend(loc="upper left", frameon=False, ncols=4, fontsize=9, labelcolor=INK)


class Sheet:
    """A picture: a title, a line below it, and panels one below the other.

    Each is (height in inches, what goes up).
    """

    def __init__(self, title: str, line: str, panels: Sequence[tuple[float, str]]) -> None:
        from matplotlib.figure import Figure

        heights = [height for height, _ in panels]
        self._figure: Any = Figure(figsize=(11.0, 1.4 + sum(heights)), layout="constrained")
        self._figure.suptitle(
            f"{title}\n", x=0.012, ha="left", fontsize=15, fontweight="bold", color=INK
        )
        top = 1.0 - 0.36 / (1.4 + sum(heights))
        self._figure.text(0.012, top, line, fontsize=9.5, color=FAINT, va="top")
        grid: Any = self._figure.subplots(
            len(panels), 1, sharex=True, squeeze=False, height_ratios=heights
        )
        last = len(panels) - 1
        self.panels = [
            Panel(grid[row, 0], "time in s" if row == last else "", up)
            for row, (_, up) in enumerate(panels)
        ]

    def save(self, file: Path) -> None:
        """Write the picture, the same bytes each time."""
        import matplotlib as mpl

        metadata = {"Date": None} if file.suffix.lower() == ".svg" else None
        plain: Any = mpl
        with plain.rc_context({"svg.hashsalt": "myoloop", "svg.fonttype": "none"}):
            self._figure.savefig(file, metadata=metadata, dpi=150)


def check_kind(file: Path) -> Path:
    """Return `file` if it names a picture that can be drawn. Raises `typer.BadParameter`."""
    if file.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"{file}: a picture ends in {' or '.join(KINDS)}")
    if not file.absolute().parent.is_dir():
        raise typer.BadParameter(f"{file}: there is no such folder")
    return file
