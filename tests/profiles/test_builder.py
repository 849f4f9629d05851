"""Profiles in Python: the same words, the same file."""

import pytest
from ruamel.yaml import YAML

from profiles.builder import Profile, Steps
from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.library import library_ids, library_text
from profiles.load import read
from profiles.model import Profile as ProfileText
from profiles.model import StepEntry
from profiles.problems import ProfileProblems

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))


def tired_shoulder():
    return (
        Profile("tired-shoulder", region="upper_trapezius", limits={"pressure": "20 kPa"})
        .signal("emg", missing="timed", lost="ease")
        .parameter("depth", default="14 kPa", min="8 kPa", max="18 kPa", live=True)
        .phrase("in-between", Steps().effleurage(pressure="6 kPa", rate="12/min", length="10 cm",
                                                 for_="20 s"))
        .settle(pressure="3 kPa", for_="20 s", baseline="emg")
        .effleurage(pressure={"from": "4 kPa", "to": "8 kPa"}, rate="12/min", length="150 mm",
                    for_="3 min")
        .repeat(2, Steps().petrissage(pressure={"low": "3 kPa", "high": "$depth"}, rate="0.6 Hz",
                                      for_="80 s").use("in-between"))
        .rule("guarding", when={"signal": "emg", "above": "160 %", "of": "baseline",
                                "for": "600 ms"},
              do={"ease": {"to": "50 %", "over": "1 s", "keep": "5 s"}})
    )  # fmt: skip


def test_what_is_built_is_a_profile_that_compiles():
    profile = tired_shoulder().check()
    program = compile_profile(profile, {}, DEVICE, emulated=True)
    assert [step.technique for step in program.steps] == [
        "settle", "effleurage", "petrissage", "effleurage", "petrissage", "effleurage"
    ]  # fmt: skip
    assert program.rules[0].name == "guarding"


def test_what_is_written_reads_as_the_same_and_writes_the_same():
    built = tired_shoulder()
    again = Profile.of(built.text())
    assert again.text() == built.text()
    assert again.check().model_dump() == built.check().model_dump()


@pytest.mark.parametrize("profile_id", library_ids())
def test_a_file_keeps_its_words_its_order_and_its_comments(profile_id):
    text = library_text(profile_id)
    assert Profile.of(text).text() == text


def test_a_step_can_be_added_to_a_file_with_comments():
    text = library_text("kneading")
    longer = Profile.of(text).rest(for_="10 s")
    assert longer.text().startswith(text.split("rules:")[0].rstrip("\n")[:200])
    assert len(longer.check().steps) == len(read(text, ProfileText).steps) + 1
    assert [line for line in text.splitlines() if "#" in line and line not in longer.text()] == []


def test_a_profile_is_never_changed_in_place():
    one = Profile("x", region="gluteus", limits={"pressure": "9 kPa"}).rest(for_="5 s")
    two = one.rest(for_="6 s")
    assert len(one.entries) == 1
    assert len(two.entries) == 2


def test_a_mistake_is_told_with_its_place():
    wrong = tired_shoulder().friction(pressure="9 kPa", rate="0.6 kPa")
    with pytest.raises(ProfileProblems) as error:
        wrong.check()
    wheres = {problem.where for problem in error.value.problems}
    assert "steps[3].friction.rate" in wheres


@pytest.mark.parametrize("technique", sorted(StepEntry.model_fields))
def test_every_technique_has_its_word(technique):
    assert callable(getattr(Steps, technique))


def test_what_is_laid_out_is_yaml_that_anybody_reads():
    data = YAML(typ="safe").load(tired_shoulder().text())
    assert data["steps"][2]["repeat"]["times"] == 2
    assert data["steps"][2]["repeat"]["steps"][1] == {"use": "in-between"}


def test_side_by_side_is_a_list_of_steps():
    sides = [
        Steps().settle(channel=side, pressure="3 kPa", for_="9 s") for side in ("left", "right")
    ]
    profile = Profile("x", region="gluteus", limits={"pressure": "9 kPa"}).together(*sides)
    assert len(profile.check().steps[0].together.branches) == 2
