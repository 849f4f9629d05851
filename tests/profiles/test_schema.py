"""The schema of the language, judged by a validator that is not ours."""

import json

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from profiles.library import library_ids, library_text
from profiles.schema import DIALECT, profile_schema

SCHEMA = profile_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def data(text):
    return YAML(typ="safe").load(text)


def test_it_is_a_schema_of_2020_12():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == DIALECT


@pytest.mark.parametrize("profile_id", library_ids())
def test_every_profile_of_the_library_is_valid(profile_id):
    assert list(VALIDATOR.iter_errors(data(library_text(profile_id)))) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("rate: 0.6 Hz", "rate: 0.6", "$.steps[2].petrissage.rate"),
        ("rate: 0.6 Hz", "rate: 0.6 Herz", "$.steps[2].petrissage.rate"),
        ("rate: 0.6 Hz", "pace: 0.6 Hz", "$.steps[2].petrissage"),
        ("region: upper_trapezius", "region: upper_trapez", "$.region"),
        ("missing: timed", "missing: sometimes", "$.needs.signals.emg.missing"),
        ("revision: 1", "revision: one", "$.revision"),
        ("format: myoloop-profile/1", "format: myoloop-profile/2", "$.format"),
        ("  - settle:", "  - rest: {for: 3 s}\n    settle:", "$.steps[0]"),
        ("for: 2 min", "for: null", "$.steps[2].petrissage.for"),
        ("channels: [pressure]", "channels: [position]", "$.needs.channels"),
        ("  depth: {", "  my depth: {", "$.parameters"),
        ("  depth: {", '  "": {', "$.parameters"),
    ],
)
def test_a_mistake_is_found_where_it_is(old, new, where):
    text = library_text("kneading")
    assert old in text
    errors = [error.json_path for error in VALIDATOR.iter_errors(data(text.replace(old, new, 1)))]
    assert where in errors


def test_words_of_ones_own_begin_with_x():
    text = library_text("kneading")
    assert VALIDATOR.is_valid(data(f"{text}x-mine: {{a: 1}}\n"))
    assert not VALIDATOR.is_valid(data(f"{text}mine: {{a: 1}}\n"))


def properties(node, path=""):
    if isinstance(node, dict):
        for word, inner in node.get("properties", {}).items():
            yield f"{path}.{word}", inner
        for key, inner in node.items():
            yield from properties(inner, f"{path}.{key}")
    elif isinstance(node, list):
        for inner in node:
            yield from properties(inner, path)


def described(node):
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return node.get("description") or SCHEMA["$defs"][name].get("description")
    return node.get("description")


def test_every_word_has_something_to_say_when_it_is_pointed_at():
    found = dict(properties(SCHEMA))
    assert len(found) > 150
    assert [path for path, node in found.items() if not described(node)] == []


def test_an_editor_is_offered_regions_and_techniques():
    step = SCHEMA["$defs"]["StepEntry"]["properties"]
    assert {"effleurage", "trigger_point", "repeat", "together"} <= set(step)
    assert "calf_gastrocnemius" in SCHEMA["properties"]["region"]["enum"]


def test_an_editor_offers_everything_that_a_percentage_may_be_of():
    condition = SCHEMA["$defs"]["ConditionText"]["properties"]["of"]
    assert '["baseline", "start", "mvc"]' in json.dumps(condition)
