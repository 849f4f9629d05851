"""The page of safety is whole: every hazard, every limit of the supervisor, every plain word.

That the tests it names exist and its numbers are the code's is shown for all pages in test_pages.
"""

import ast
import re

import pytest

from controller import (
    battery,
    doubt_reply,
    emg_trust,
    guard_reply,
    guarding,
    modes,
    pausing,
    preflight,
    relief,
    safety,
    sticking,
    tracking,
)
from tests.docs.pages import constants, read, test_ids

PAGE = read("SAFETY.md")
HAZARDS = {
    row[0]: row[1:]
    for row in re.findall(r"^\| (H-\d\d) \| (.*?) \| (.*?) \|(.*)\|$", PAGE, re.MULTILINE)
}


def test_it_says_first_that_this_is_no_medical_device():
    assert PAGE.splitlines()[2] == "**myoloop is not a medical device.**"


def test_every_hazard_has_its_row():
    assert list(HAZARDS) == [f"H-{number:02}" for number in range(1, 37)]


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_is_shown_to_be_met_or_plainly_said_not_to_be(hazard):
    _name, done, shown_by = HAZARDS[hazard]
    open_words = ("not built yet", "hardware", "nothing is kept")
    assert test_ids(shown_by) or any(words in done.lower() for words in open_words)


def own_constants(module):
    """Return what a module defines itself, without what it imports."""
    source = read(module.__name__.replace(".", "/") + ".py")
    defined = {
        target.id
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for one in node.targets
        for target in (one.elts if isinstance(one, ast.Tuple) else [one])
    }
    return {name: value for name, value in vars(module).items() if name in defined}


@pytest.mark.parametrize(
    "module",
    [
        safety,
        tracking,
        sticking,
        relief,
        modes,
        pausing,
        battery,
        preflight,
        guarding,
        guard_reply,
        doubt_reply,
        emg_trust,
    ],
)
def test_every_limit_of_the_supervisor_and_of_pre_flight_is_quoted(module):
    own = own_constants(module)
    numbers = {n for n, v in own.items() if n.isupper() and isinstance(v, float | int)}
    numbers = {n for n in numbers if not n.startswith("_")} - {"PERSON_S", "SLOT_S"}
    quoted = {name for owner, name, _ in constants(PAGE) if owner == f"{module.__name__}."}
    assert quoted == numbers
