"""Every constant knows its reason, and `doctor --why` tells it."""

from importlib import import_module
from pathlib import Path

import pytest

from console import constants as source
from console.cli import main
from console.constants import Unknown, constants, why
from controller import safety
from tests.console.terminals import only_json

JUDGED = ("firmware_bridge", "profiles", "controller", "sim")
ALL = list(constants(JUDGED))


def is_numeric(value):
    if isinstance(value, dict):
        return bool(value) and all(is_numeric(one) for one in value.values())
    if isinstance(value, tuple):
        return bool(value) and all(is_numeric(one) for one in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.mark.parametrize("package", JUDGED)
def test_every_public_number_has_a_sentence_beside_it(package):
    numbers = [
        one
        for one in ALL
        if one.module.startswith(package)
        and is_numeric(getattr(import_module(one.module), one.name))
    ]
    assert len(numbers) > 10
    assert [one.path for one in numbers if not one.sentence] == []


def test_the_packages_looked_through_are_those_that_are_installed():
    wheel = next(
        line for line in Path("pyproject.toml").read_text().splitlines() if "packages = " in line
    )
    assert sorted(wheel.split('"')[1::2]) == sorted(source.PACKAGES)


@pytest.mark.parametrize(
    "asked", ["OVER_FACTOR", "over_factor", "safety.Over_Factor", "controller.safety.OVER_FACTOR"]
)
def test_a_name_is_found_whole_or_by_its_end_in_any_case(asked):
    (one,) = why(asked)
    assert one.path == "controller.safety.OVER_FACTOR"
    assert one.value == str(safety.OVER_FACTOR)
    assert one.file == "controller/safety.py"
    line = Path(one.file).read_text("utf-8").splitlines()[one.line - 1]
    assert line.startswith("OVER_FACTOR")
    assert one.sentence.endswith("(E).")


def test_a_name_that_several_files_have_is_told_of_each():
    assert {one.module for one in why("RISE_LEVEL_KPA_S")} >= {
        "controller.fitting",
        "sim.voice_coil",
    }


def test_a_part_of_a_name_finds_all_that_have_it():
    assert {one.name for one in why("rise_level")} == {"RISE_LEVEL_KPA_S"}
    assert {one.module for one in why("fitting.rise")} == {"controller.fitting"}


def test_what_is_computed_from_others_is_told_in_numbers_too():
    (one,) = why("framing.MAX_BODY")
    assert one.value == "240 = OVERHEAD + MAX_PAYLOAD_UP"


@pytest.mark.parametrize("asked", ["OVER_FACTER", "safety.overfactor"])
def test_an_unknown_name_is_answered_by_the_nearest(asked):
    with pytest.raises(Unknown, match="OVER_FACTOR"):
        why(asked)


@pytest.mark.parametrize("asked", ["qqqqzzzz", "", "."])
def test_a_word_that_is_near_nothing_is_answered_by_what_else_to_ask(asked):
    with pytest.raises(Unknown, match="doctor --why FACTOR"):
        why(asked)


def test_constants_that_follow_each_other_share_the_sentence_below(tmp_path):
    file = tmp_path / "some.py"
    file.write_text(
        'A = 1\nB: int = 2\nC, D = 3, 4\n"""Why."""\n\nE = 5\n\nF = 6\n"""Six."""\n_G = 7\n'
    )
    found = {one.name: one.sentence for one in source._in_module("some", file)}
    assert found == {"A": "Why.", "B": "Why.", "C": "Why.", "D": "Why.", "E": None, "F": "Six."}


def test_the_command_tells_people_and_programs(capsys):
    assert main(["doctor", "--why", "over_factor"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("controller.safety.OVER_FACTOR = 1.05\n  controller/safety.py:")
    assert main(["doctor", "--why", "over_factor", "--json"]) == 0
    document = only_json(capsys.readouterr().out)
    assert document["schema"] == "myoloop.doctor_why/1"
    assert document["constants"][0]["value"] == "1.05"


def test_the_command_calls_an_unknown_name_wrong_usage(capsys):
    assert main(["doctor", "--why", "OVER_FACTER", "--json"]) == 2
    assert "OVER_FACTOR" in only_json(capsys.readouterr().out)["error"]["message"]


@pytest.mark.parametrize("asked", ["H-09", "h-09"])
def test_the_number_of_a_hazard_is_answered_by_its_row_of_the_safety_page(asked, capsys):
    assert main(["doctor", "--why", asked]) == 0
    said = capsys.readouterr().out
    assert said.startswith("H-09: A sensor is stale or frozen\n  SAFETY.md, Hazards, row H-09: ")
    assert main(["doctor", "--why", asked, "--json"]) == 0
    document = only_json(capsys.readouterr().out)
    assert document["hazard"]["where"] == "SAFETY.md, Hazards, row H-09"


@pytest.mark.parametrize(("asked", "near"), [("H-99", "H-36"), ("H9", "H-09")])
def test_a_hazard_that_is_none_is_answered_by_the_nearest(asked, near, capsys):
    assert main(["doctor", "--why", asked]) == 2
    assert f'there is no hazard "{asked}"; did you mean "{near}"?' in capsys.readouterr().err
