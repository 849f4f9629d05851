"""The page about people is right."""

import pytest

from console.cli import main
from console.questions import read_answers
from controller.ledger import DEEP_LOCK_S, REGION_DAY_S, SESSIONS_A_DAY
from controller.person import MEASURED_FOR_S
from controller.screening import BY_ID, EXPIRES_S, Answer
from profiles.limits import CALIBRATED_SHARE, ESTIMATED_SHARE
from tests.docs.pages import blocks, read

PAGE = read("docs/people.md")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("name", BY_ID)
def test_it_says_what_every_question_means(name):
    assert sum(f"`{name}`" in row[0] for row in ROWS) == 1


def test_it_says_which_answers_rule_out_everything():
    refused = {name for name, one in BY_ID.items() if one.yes.refuses == "everything"}
    said = [row[0] for row in ROWS if row[1].startswith("not treated")]
    assert refused == {name for name in BY_ID if any(f"`{name}`" in row for row in said)}


def test_its_numbers_are_those_of_the_code():
    assert f"{len(BY_ID)} questions about health, good for {EXPIRES_S / 3600:.0f} hours" in PAGE
    assert SESSIONS_A_DAY == 2
    assert f"two sessions and {REGION_DAY_S / 60:.0f} minutes in 24 hours" in PAGE
    assert f"{DEEP_LOCK_S / 3600:.0f} hours of light work only" in PAGE
    assert f"in the last {MEASURED_FOR_S / 86400:.0f} days" in PAGE
    assert f"{CALIBRATED_SHARE:.0%} of it be pressed".replace("%", " %") in PAGE
    assert f"any other, {ESTIMATED_SHARE:.0%};".replace("%", " %") in PAGE


def test_its_answers_are_read():
    (text,) = blocks(PAGE, "yaml")
    found = read_answers(text.encode(), "answers.yaml")
    assert found["implant"] == Answer("yes", ("calf_gastrocnemius",))
    assert found["tumour"] == Answer("agreed", ("gluteus",))


def commands():
    (block,) = blocks(PAGE, "sh")
    return [line.split("#")[0].split()[1:] for line in block.splitlines()]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_its_commands_have_the_options_it_shows(words, capsys):
    called = words[: 2 if words[0] in ("person", "profile") else 1]
    assert main([*called, "--help"]) == 0
    said = capsys.readouterr().out
    assert all(option in said for option in words if option.startswith("--"))
