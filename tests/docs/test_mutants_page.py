"""The page of mutants is that of the table, and names every defect that it must."""

import pytest

from scripts.list_mutants import written
from tests.docs.pages import read

PAGE = read("docs/mutants.md")


def test_its_tables_are_current():
    assert written(PAGE) == PAGE, "run scripts/list_mutants.py"


@pytest.mark.parametrize(
    "defect",
    [
        "a limit is off by ten", "the watchdog is off", "the stale check is off",
        "the area is ignored", "easing raises", "a factor has the wrong sign",
        "a stale revision is accepted", "the nonce is ignored", "mmHg are taken for kPa",
        "the largest instead of the smallest", "the floor is used as the baseline",
        "BEAT comes from a helper task",
    ],
)  # fmt: skip
def test_a_defect_that_must_never_be_has_a_mutant(defect):
    assert f"\n| {defect}" in PAGE
