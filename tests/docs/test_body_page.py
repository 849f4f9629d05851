"""The page of the virtual body is right."""

import re

import pytest

from sim.birth import OPTIONS, WORDS, recipe
from sim.body import PRESETS
from tests.docs.pages import read

PAGE = read("docs/body.md")


@pytest.mark.parametrize("preset", PRESETS)
def test_it_has_a_row_for_every_preset(preset):
    assert f"\n| `{preset}` | " in PAGE


@pytest.mark.parametrize("option", OPTIONS)
def test_it_has_a_row_for_every_option_with_all_its_words(option):
    (row,) = re.findall(rf"^\| `{option}` \|.*$", PAGE, re.MULTILINE)
    assert all(f"`{word}`" in row for word in WORDS.get(option, ()))


def test_its_addresses_are_understood():
    addresses = re.findall(r"`(sim://[a-z_]+\?[a-z_=&0-9.]+)`", PAGE)
    assert len(addresses) >= 3
    for address in addresses:
        recipe(address)


def test_it_says_how_far_to_believe_it():
    assert "**Plausible, not clinical.**" in PAGE


def test_it_names_every_event_of_the_body():
    for event in ("guarding begins", "guarding ends", "knot released", "spasm", "spasm ends",
                  "pain pressed"):  # fmt: skip
        assert f"`{event}`" in PAGE
