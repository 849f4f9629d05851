"""The page of scenarios is right, and its table is that of the stories."""

import re

import pytest

from scripts.cover_faults import written
from sim.expectations import OUTCOMES, BoundWords, ExpectWords
from sim.faults import FAULTS
from sim.happenings import Happening
from sim.scenario import read_scenario
from tests.docs.pages import blocks, read

PAGE = read("docs/scenarios.md")


def test_its_table_is_current():
    assert written(PAGE) == PAGE, "run scripts/cover_faults.py"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_story(fault):
    (row,) = re.findall(rf"^\| `{fault}` \|.*$", PAGE, re.MULTILINE)
    assert row.count("`") > 2


def test_its_story_is_read():
    (text,) = blocks(PAGE, "yaml")
    story = read_scenario(text, "page.yaml")
    assert [one.name for one in story.happens] == ["wire_drop", "sensor_stuck"]


def test_it_names_what_may_be_expected_and_ordered():
    words = {*ExpectWords.model_fields, *BoundWords.model_fields, *OUTCOMES}
    words |= set(Happening.model_fields) - set(FAULTS) - {"for_s"}
    unsaid = {"in_pain", "lasts", "released", "outcome", "start", "end", "signal"}
    assert {word for word in words - unsaid if not re.search(rf"\b{word}\b", PAGE)} == set()
