"""The page of the profile language is right."""

import pytest

from profiles.compiler import compile_profile
from profiles.load import read as read_document
from profiles.model import Profile, StepEntry
from profiles.quantities import UNITS, parse_any
from profiles.regions import NEVER, REGIONS
from tests.controller.programs import ENVELOPE
from tests.docs.pages import blocks, read

PAGE = read("docs/profiles.md")


def test_its_profile_compiles():
    text, _ = blocks(PAGE, "yaml")
    program = compiled(text)
    assert len(program.steps) == 7
    assert program.peak_kpa == 18.0


HEAD = """format: myoloop-profile/1
id: softer
revision: 1
title: Softer
region: upper_trapezius
limits: {pressure: 16 kPa}
"""


def test_its_example_of_stiffness_compiles():
    _, text = blocks(PAGE, "yaml")
    program = compiled(HEAD + text)
    assert list(program.signals) == ["stiffness"]
    assert program.steps[1].until.signal == "stiffness"


def compiled(text):
    return compile_profile(read_document(text, Profile, file="docs/profiles.md"), {}, ENVELOPE)


@pytest.mark.parametrize("technique", StepEntry.model_fields)
def test_it_explains_every_technique(technique):
    assert f"\n| `{technique}` | " in PAGE


def test_it_lists_the_units():
    listed = PAGE.partition("## Units\n\n")[2].partition("\n")[0]
    units = {unit.strip() for group in listed.split("·") for unit in group.split(",")}
    spelled = {
        unit for unit in UNITS if "²" not in unit and "\N{GREEK SMALL LETTER MU}" not in unit
    }
    assert units == spelled
    assert all(parse_any(f"1 {unit}").value > 0 for unit in units)


def test_it_counts_the_regions():
    words = {14: "fourteen", 17: "seventeen"}
    assert f"{words[len(REGIONS)]} regions are known" in PAGE
    assert f"{words[len(NEVER)]} places are never treated" in PAGE
