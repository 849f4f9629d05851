"""What a profile of the library says it does is what its steps do."""

import re

import pytest

from console.authoring import able, compiled
from profiles.library import library_ids, library_text
from profiles.load import read
from profiles.model import Profile

NUMBERS = {"two": 2, "four": 4, "six": 6, "nine": 9, "ten": 10}
"""Numbers that purposes begin with, in words."""

DOES = {
    r"\bholds?\b": {"trigger_point", "myofascial", "compression"},
    r"\bpress(es)?\b": {"trigger_point", "curve", "settle"},
    r"\bknead": {"petrissage"},
    r"\brolling\b": {"petrissage"},
    r"\bstrokes\b": {"effleurage", "stripping", "petrissage"},
    r"\btapping\b": {"tapotement"},
    r"\bhammers\b": {"percussion"},
    r"\bvibrat": {"vibration"},
    r"\bacross the\s+fibres\b": {"friction"},
    r"\bpulses\b": {"lymph"},
    r"\bchambers\b": {"compression"},
}
"""Words of a purpose, and the techniques of which one must be there for each."""


def found(profile_id):
    text = library_text(profile_id)
    return read(text, Profile), compiled(text, profile_id, {}, able(text))[0]


@pytest.mark.parametrize("profile_id", library_ids())
def test_what_its_purpose_names_is_among_its_steps(profile_id):
    profile, _ = found(profile_id)
    techniques = {entry.technique for entry in profile.every_step()}
    for word, does in DOES.items():
        if re.search(word, profile.purpose):
            assert techniques & does, f"{word} without any of {does}"


@pytest.mark.parametrize("profile_id", library_ids())
def test_it_takes_as_long_as_its_purpose_says(profile_id):
    profile, program = found(profile_id)
    told = re.match(r"(?:A good )?(\w+) minutes", profile.purpose)
    if told is not None:
        minutes = program.worst_case_s / 60.0
        assert NUMBERS[told[1].lower()] == pytest.approx(minutes, abs=0.4)


@pytest.mark.parametrize("profile_id", library_ids())
def test_it_promises_nothing_that_is_not_there(profile_id):
    profile, _ = found(profile_id)
    told = " ".join((profile.purpose, profile.evidence, profile.claims_not))
    assert not re.search(r"\brecord(ing|s)?\b", told), "a session is not recorded"


def test_minutes_of_kneading_are_those_of_the_kneading():
    profile, program = found("kneading")
    told = re.search(r"(\w+)(?: minutes)? of moderate kneading", profile.purpose)
    kneads_s = sum(step.max_s for step in program.steps if step.technique == "petrissage")
    assert NUMBERS[told[1].lower()] == pytest.approx(kneads_s / 60.0, abs=0.1)
