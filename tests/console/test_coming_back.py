"""A profile that went to another tool comes back whole, for as long as its curve is there."""

import json

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from console.authoring import able, compiled
from console.cli import main
from console.conversion import converted
from profiles.exchange.carried import lines_of
from profiles.library import library_ids, library_text
from profiles.load import read
from profiles.model import Profile

KINDS = ["ahap", "hjif"]


def leave(profile, file, values=None, **how):
    file.write_bytes(converted(profile, file.suffix, None, None, values or {}, **how).content)


def come_back(file, range_kpa=None, region=None):
    found = converted(str(file), ".yaml", range_kpa, region, {})
    return found.content.decode(), found.left


def change(file, how):
    """Let another tool do something to a file."""
    document = json.loads(file.read_text("utf-8"))
    how(document)
    file.write_text(json.dumps(document), "utf-8")


def peaks(document):
    """Return the points of every curve of intensity."""
    for entry in document["Pattern"]:
        curve = entry.get("ParameterCurve", {})
        if curve.get("ParameterID") == "HapticIntensityControl":
            yield from curve["ParameterCurveControlPoints"]


def say_inside(text):
    def how(document):
        document["Metadata"]["Myoloop"]["profile"] = text

    return how


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", library_ids())
def test_every_profile_of_the_library_comes_back_to_the_letter(name, kind, tmp_path):
    leave(f"library:{name}", tmp_path / f"there.{kind}")
    assert come_back(tmp_path / f"there.{kind}") == (library_text(name), ())


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_were_chosen_come_back_as_defaults(kind, tmp_path):
    leave("library:kneading", tmp_path / f"there.{kind}", {"depth": "13 kPa"})
    text, left = come_back(tmp_path / f"there.{kind}")
    assert left == ()
    assert read(text, Profile).parameters["depth"].default.value == 13.0
    assert text.count("#") == library_text("kneading").count("#")
    asked = compiled(library_text("kneading"), "", {"depth": "13 kPa"}, able(text))[0]
    assert lines_of(compiled(text, "", {}, able(text))[0]) == lines_of(asked)


@settings(max_examples=8, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(st.floats(0.0, 1.0), st.floats(0.001, 0.0049) | st.floats(0.0051, 0.2))
def test_a_curve_that_was_moved_by_over_half_a_percent_is_of_another_profile(
    tmp_path_factory, where, by
):
    file = tmp_path_factory.mktemp("moved") / "there.ahap"
    leave("library:demo", file)

    def how(document):
        points = list(peaks(document))
        point = points[int(where * (len(points) - 1))]
        point["ParameterValue"] -= by if point["ParameterValue"] >= by else -by

    change(file, how)
    text, left = come_back(file)
    if by > 0.005:
        assert read(text, Profile).steps[0].technique == "curve"
        assert any("made of has another pressure, by" in sentence for sentence in left)
    else:
        assert text == library_text("demo")


def test_a_curve_that_ends_sooner_is_another_one(tmp_path):
    leave("library:demo", tmp_path / "there.ahap")

    def how(document):
        last_s = max(e["Event"]["Time"] for e in document["Pattern"] if "Event" in e)
        document["Pattern"] = [
            e for e in document["Pattern"] if e.get("Event", {}).get("Time") != last_s
        ]

    change(tmp_path / "there.ahap", how)
    text, left = come_back(tmp_path / "there.ahap")
    assert read(text, Profile).steps[0].technique == "curve"
    assert "made of has another pressure, by" in left[0]


def test_another_range_or_region_is_what_the_person_says(tmp_path):
    leave("library:percussion-warm-up", tmp_path / "there.ahap")
    text, left = come_back(tmp_path / "there.ahap", range_kpa=4.0)
    assert read(text, Profile).steps[0].technique == "curve"
    assert "made of has another pressure, by" in left[0]
    text, left = come_back(tmp_path / "there.ahap", region="gluteus")
    assert read(text, Profile).region == "gluteus"
    assert "made of is for thigh_quadriceps_belly" in left[0]


def test_what_somebody_has_put_beside_the_curve_is_told(tmp_path):
    leave("library:demo", tmp_path / "there.ahap")
    heard = {"Event": {"Time": 1.0, "EventType": "AudioCustom"}}
    change(tmp_path / "there.ahap", lambda document: document["Pattern"].append(heard))
    text, left = come_back(tmp_path / "there.ahap")
    assert text == library_text("demo")
    assert any("AudioCustom is heard, not felt" in sentence for sentence in left)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_told_when_a_profile_rides_along_and_when_it_is_back(kind, tmp_path, capsys):
    file, back = tmp_path / f"there.{kind}", tmp_path / "back.yaml"
    assert main(["profile", "convert", "library:demo", str(file)]) == 0
    said = capsys.readouterr().out
    assert "the profile itself is in it too, comments and all (--bare leaves it out)" in said
    assert main(["profile", "convert", str(file), str(back), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True


@pytest.mark.parametrize("kind", KINDS)
def test_a_bare_file_holds_no_word_of_the_profile(kind, tmp_path):
    file, back = tmp_path / f"there.{kind}", tmp_path / "back.yaml"
    assert main(["profile", "convert", "library:effleurage", str(file), "--bare"]) == 0
    assert "steps:" not in file.read_text("utf-8")
    assert main(["profile", "convert", str(file), str(back)]) == 0
    assert read(back.read_text("utf-8"), Profile).steps[0].technique == "curve"


@pytest.mark.parametrize(
    "text",
    [
        "no profile",
        "\x00",
        "a: &a [*a, *a]",
        "x: " + "[" * 5000,
        "steps: " + "y" * 70_000,
        ["a", "list"],
        library_text("demo").replace("region: ", "region: eye-"),
        library_text("demo").replace("steps:", "stops:"),
        library_text("deep-tissue-back"),
    ],
    ids=["prose", "nul", "bomb", "deep", "long", "list", "region", "word", "another"],
)
def test_whatever_stands_where_a_profile_was_the_curve_is_read(text, tmp_path):
    leave("library:demo", tmp_path / "there.ahap")
    change(tmp_path / "there.ahap", say_inside(text))
    text, left = come_back(tmp_path / "there.ahap")
    assert read(text, Profile).steps[0].technique == "curve"
    assert left[0].startswith("the profile that it says it was made of ")
    assert left[0].endswith("; the curve alone is read")
