#!/usr/bin/env python3
"""Writes what kills which defect into docs/mutants.md: `--check` only compares."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.mutants.mutant import Mutant  # noqa: E402
from tests.mutants.table import KINDS  # noqa: E402

PAGE = ROOT / "docs" / "mutants.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
STORY = ".scenario.yaml"


def tables() -> str:
    """Return a table for each kind of defect."""
    return "\n\n".join(f"## {kind}\n\n{_table(mutants)}" for kind, mutants in KINDS.items())


def written(page: str) -> str:
    """Return the page with the tables as they are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def _table(mutants: list[Mutant]) -> str:
    named = any(mutant.named for mutant in mutants)
    heads = (["defect"] if named else []) + [
        "where",
        "what is there",
        "what is put there",
        "killed by",
    ]
    return "\n".join([_row(heads), _row(["---"] * len(heads)), *(map(_of, mutants))])


def _of(mutant: Mutant) -> str:
    cells = [
        f"`{mutant.file}`",
        _code(mutant.source),
        _code(mutant.instead),
        _killer(mutant.killer),
    ]
    return _row([mutant.named, *cells] if mutant.named else cells)


def _code(text: str) -> str:
    """Return source text in one line of a table."""
    line = " ".join(text.split()).replace("|", "\\|")
    return f"`{line}`" if line else "nothing"


def _killer(killer: str) -> str:
    """Return what kills it, by its sentence; a story by its name."""
    file, _, test = killer.partition("::")
    name = f"`{test}`" if test else f"the story `{Path(file).name.removesuffix(STORY)}`"
    return f"[{name}](../{file})"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page, or say that it is not as it would be written."""
    page = PAGE.read_text("utf-8")
    now = written(page)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if now == page else "docs/mutants.md is not current: run this script")
    PAGE.write_text(now, "utf-8")


if __name__ == "__main__":
    main()
