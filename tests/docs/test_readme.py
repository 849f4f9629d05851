"""The first page keeps its promises."""

import asyncio
import re

import pytest

from console import exits
from console.cli import TABLE, main
from console.documents import schemas
from profiles.library import library_text
from sim import virtual_time
from sim.body import PRESETS
from tests.docs.pages import blocks, read

README = read("README.md")
TABLE_ROW = re.compile(r"^\| `myoloop ([a-z ]+?)(?: [A-Z-].*?)?` \|", re.MULTILINE)


def test_its_python_plays_a_session_to_its_end(monkeypatch, capsys):
    monkeypatch.setattr(asyncio, "run", virtual_time.run)
    first, second = blocks(README, "python")
    names = {}
    exec(compile(first, "README.md", "exec"), names)  # noqa: S102  that is the point
    assert capsys.readouterr().out == "complete\n"
    exec(compile(second, "README.md", "exec"), names)  # noqa: S102
    assert capsys.readouterr().out == "complete\n"


def test_it_names_every_command_and_no_other():
    assert {tuple(words.split()) for words in TABLE_ROW.findall(README)} == set(TABLE)


def shown_commands():
    lines = [line.split("#")[0].split() for b in blocks(README, "sh") for line in b.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["myoloop"]]


@pytest.mark.parametrize("words", shown_commands(), ids=" ".join)
def test_its_commands_have_the_options_it_shows(words, capsys):
    assert main([words[0], "--help"]) == 0
    said = capsys.readouterr().out
    assert all(option in said for option in words if option.startswith("--"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (exits.STOPPED, "stopped"),
        (exits.USAGE, "wrong usage"),
        (exits.FAULT, "a fault"),
        (exits.REFUSED, "refused"),
    ],
)
def test_its_exit_codes_are_those_of_the_console(code, words):
    assert f"| {code} | {words}" in README


def test_the_profile_it_explains_is_the_one_that_comes_along():
    (excerpt,) = blocks(README, "yaml")
    there = iter(str(library_text("kneading")).splitlines())
    for line in excerpt.splitlines():
        assert line in there, f"not in the profile, or not in this order: {line}"


def test_the_simulated_people_it_names_are_there():
    assert all(f"`{name}`" in README or f"sim://{name}" in README for name in PRESETS)


def test_the_schema_it_names_is_published():
    for name in re.findall(r"myoloop\.[a-z_]+/\d+", README):
        assert name in schemas()


def test_it_says_that_it_is_no_medical_device():
    assert "**This is not a medical device.**" in README


def test_its_benchmarks_have_a_place():
    assert README.index("<!-- benchmarks:begin -->") < README.index("<!-- benchmarks:end -->")
