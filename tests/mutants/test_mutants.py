"""Who guards the guards: a copy of the house is broken in one place, and a test must notice.

One process kills them all, each in a fork of its own, because importing the house takes longer
than most of the tests it is asked for.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.table import MUTANTS

ROOT = Path(__file__).parents[2]
KILLER = Path(__file__).with_name("killer.py")
COPIED = (
    "firmware_bridge", "profiles", "controller", "records", "sim", "console", "tests",
    "pyproject.toml",
)  # fmt: skip


def test_every_mutant_changes_exactly_one_place():
    for mutant in MUTANTS:
        text = (ROOT / mutant.file).read_text("utf-8")
        assert text.count(mutant.source) == 1, f"{mutant.file}: {mutant.source!r}"
        assert mutant.source != mutant.instead


def ends_of(house):
    """Break a copy in every way of the table; return how the test of each has ended."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, house / name)
    environment = {**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
    killer = subprocess.run(
        [sys.executable, str(KILLER), str(house)],
        cwd=house, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killer.returncode == 0, killer.stderr
    return dict(line.split(" ", 1) for line in killer.stdout.splitlines() if line[:1].isdigit())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_mutant_is_killed_by_the_test_that_is_named_for_it(tmp_path):
    """And where nothing is broken they all pass: else a test that always fails would kill any."""
    left = ends_of(tmp_path)
    assert left.pop(str(len(MUTANTS))) == "0", "the tests fail where nothing is broken"
    alive = [MUTANTS[int(number)] for number, code in left.items() if code != "1"]
    assert len(left) == len(MUTANTS)
    assert alive == []
