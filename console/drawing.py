"""Pictures: panels over one time axis, in our colours. The only file that draws with matplotlib."""

import re
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

_PATH = re.compile(r'd="M[^"]*"')
_FINE = re.compile(r"(\.\d)\d+")

KINDS = (".svg", ".png")

INK, FAINT, GRID = "#1f2933", "#7b8794", "#e4e7eb"
COMMANDED, MEASURED, TRUE, LIMIT = "#2b6cb0", "#0f8a5f", "#f0a202", "#c53030"
MUSCLES = ("#6b4fa0", "#b08bd0")
"""Colours that the colour-blind tell apart by lightness; width and dash say it again."""

BANDS = {
    "settle": "#eef2f6",
    "effleurage": "#e3f1ec",
    "petrissage": "#fdf1dc",
    "friction": "#fbe8d4",
    "tapotement": "#fdf6c9",
    "vibration": "#e6eefb",
    "percussion": "#dfe6fa",
    "heat": "#fbe6da",
    "stripping": "#f7dfe6",
    "myofascial": "#eae6f7",
    "lymph": "#dff3f7",
    "compression": "#e2ecdb",
    "trigger_point": "#fbe4e2",
    "curve": "#f3eefa",
    "rest": "#ffffff",
    "prompt": "#ffffff",
}
"""The paper behind each technique."""

OTHER_BAND = "#f3eefa"

LETTERS_ACROSS = 105
"""How many letters of a step's name fit across the whole picture."""

TITLE_LINE_IN, LINE_IN = 0.25, 0.16
"""How high a line of the title is, and one of those below it, in inches (measured)."""

TICKS_S, MOST_TICKS = (15, 30, 60, 120, 180, 300), 12
"""Where minutes are counted: so far apart, and no more of them."""

Column = Sequence[float] | NDArray[np.float64]


def plain(text: str) -> str:
    """Return a text that is drawn as it stands: a dollar sign is no mathematics."""
    return text.replace("$", r"\$")


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
        self._axes.plot(
            x, y, color=colour, lw=width, ls=style, alpha=alpha, label=name and plain(name)
        )

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

    def forbid(self, begin_s: float, end_s: float, above: float) -> None:
        """Shade what is over a limit, for a stretch of time."""
        self._axes.fill_between(
            [begin_s, end_s], above, 1e6, color=LIMIT, alpha=0.13, lw=0, zorder=0.6
        )
        self.limit(begin_s, end_s, above)

    def span(self, begin_s: float, end_s: float, row: int, colour: str) -> None:
        """Draw a bar over a stretch of time, in a row of a panel of rows."""
        self._axes.barh(-row, end_s - begin_s, 0.62, begin_s, color=colour, alpha=0.75, lw=0)

    def rows(self, names: Sequence[str]) -> None:
        """Be a panel of rows, each with its name."""
        ticks = [-row for row in range(len(names))]
        self._axes.set_yticks(ticks, list(map(plain, names)), fontsize=8.5)
        self._axes.tick_params(axis="y", colors=INK)
        self._axes.grid(visible=False)
        self._axes.set_ylim(-len(names) + 0.4, 0.6)

    def minutes(self, whole_s: float) -> None:
        """Count time in minutes and seconds, up to `whole_s`."""
        step_s = next((step for step in TICKS_S if whole_s / step <= MOST_TICKS), TICKS_S[-1])
        ticks_s = range(0, int(whole_s) + 1, step_s)
        self._axes.set_xticks(ticks_s, [f"{at_s // 60}:{at_s % 60:02d}" for at_s in ticks_s])
        self._axes.set_xlabel("time in min:s", color=FAINT)

    def title(self, text: str, line: str) -> None:
        """Say above what a column is, and below that a line about it."""
        self._axes.annotate(
            plain(text), (0.0, 1.0), (0, 38), xycoords="axes fraction", textcoords="offset points",
            fontsize=11.5, fontweight="bold", color=INK,
        )  # fmt: skip
        self._axes.annotate(
            plain(line), (0.0, 1.0), (0, 23), xycoords="axes fraction", textcoords="offset points",
            fontsize=8.5, color=FAINT,
        )  # fmt: skip

    def level(self, value: float) -> None:
        """Draw a thin line across."""
        self._axes.axhline(value, color=INK, lw=0.8, ls=":")

    def bound(
        self, begin_s: float, end_s: float, value: float, text: str, *, right: bool = False
    ) -> None:
        """Draw what should have been kept over a stretch of time, and say it at either end."""
        self._axes.hlines(value, begin_s, end_s, color=INK, lw=1.6, ls=":")
        self._axes.annotate(
            plain(text), (end_s if right else begin_s, value), (-3 if right else 3, 3),
            textcoords="offset points", ha="right" if right else "left", fontsize=8.5, color=INK,
        )  # fmt: skip

    def note(self, text: str, value: float, colour: str, *, right: bool = False) -> None:
        """Write on a level, at the left or the right."""
        self._axes.annotate(
            plain(text), (float(right), value), (-4 if right else 4, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right" if right else "left", fontsize=8.5, color=colour,
        )  # fmt: skip

    def mark(self, at_s: float, text: str, *, right: bool = False) -> None:
        """Mark an instant; what it is stands left or right of it."""
        self._axes.axvline(at_s, color=LIMIT, lw=1.0)
        self._axes.annotate(
            plain(text), (at_s, 0.03), (3 if right else -3, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=8, color=LIMIT, rotation=90, va="bottom",
            ha="left" if right else "right",
        )  # fmt: skip

    def note_at(self, at_s: float, text: str) -> None:
        """Name an instant, faintly."""
        self._axes.axvline(at_s, color=FAINT, lw=0.6, ls=":")
        self._axes.annotate(
            plain(text), (at_s, 0.97), (2, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=7, color=FAINT, rotation=90, va="top",
        )  # fmt: skip

    def band(self, begin_s: float, end_s: float, technique: str) -> None:
        """Colour the paper behind a step."""
        colour = BANDS.get(technique, OTHER_BAND)
        self._axes.axvspan(begin_s, end_s, color=colour, lw=0, zorder=0)
        self._axes.axvline(end_s, color="#ffffff", lw=1.5, zorder=0.5)

    def name_band(
        self, begin_s: float, end_s: float, name: str, whole_s: float, letters: int = LETTERS_ACROSS
    ) -> None:
        """Write a step's name over its band, if there is room for it."""
        if whole_s and (end_s - begin_s) / whole_s * letters > len(name):
            self._axes.annotate(
                plain(name), ((begin_s + end_s) / 2, 1.0), (0, 4),
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
    """A picture: a title, a line or more below it, and panels one below the other.

    Each is (height in inches, what goes up). `columns` stand side by side over the same scale;
    `panels` are those of the first.
    """

    def __init__(
        self, title: str, line: str, panels: Sequence[tuple[float, str]], columns: int = 1
    ) -> None:
        from matplotlib.figure import Figure

        heights = [height for height, _ in panels]
        titles = title.count("\n")
        lines = max(0, line.count("\n") - 1)  # those that the space above has no room for
        more = ceil(lines * LINE_IN / TITLE_LINE_IN)
        whole = (1.4 if columns == 1 else 2.0) + sum(heights) + TITLE_LINE_IN * (more + titles)
        width = 11.0 if columns == 1 else 15.0
        self._figure: Any = Figure(figsize=(width, whole), layout="constrained")
        self._figure.suptitle(
            plain(title) + "\n" * (1 + more),
            x=0.012,
            ha="left",
            fontsize=15,
            fontweight="bold",
            color=INK,
        )
        top = 1.0 - (0.36 + TITLE_LINE_IN * titles) / whole
        self._figure.text(0.012, top, plain(line), fontsize=9.5, color=FAINT, va="top")
        grid: Any = self._figure.subplots(
            len(panels), columns, sharex="col", sharey="row", squeeze=False, height_ratios=heights
        )
        last = len(panels) - 1
        self.columns = [
            [
                Panel(
                    grid[row, column], "time in s" if row == last else "", up if not column else ""
                )
                for row, (_, up) in enumerate(panels)
            ]
            for column in range(columns)
        ]
        self.panels = self.columns[0]

    def save(self, file: Path) -> None:
        """Write the picture, the same bytes each time."""
        import matplotlib as mpl

        metadata = {"Date": None} if file.suffix.lower() == ".svg" else None
        plain: Any = mpl
        with plain.rc_context({"svg.hashsalt": "myoloop", "svg.fonttype": "none"}):
            self._figure.savefig(file, metadata=metadata, dpi=150)
        if metadata is not None:
            file.write_text(_rounded(file.read_text("utf-8")), "utf-8")


def _rounded(svg: str) -> str:
    """Return a picture whose paths keep a tenth of a point: nobody sees more, and it is a third."""
    return _PATH.sub(lambda path: " ".join(_FINE.sub(r"\1", path[0]).split()), svg)


def check_kind(file: Path) -> Path:
    """Return `file` if it names a picture that can be drawn. Raises `typer.BadParameter`."""
    if file.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"{file}: a picture ends in {' or '.join(KINDS)}")
    if not file.absolute().parent.is_dir():
        raise typer.BadParameter(f"{file}: there is no such folder")
    return file
