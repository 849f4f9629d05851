"""Scenarios on the command line."""

import json
from pathlib import Path

import pytest

from console.cli import main
from console.stories import stories_of
from profiles.problems import ProfileProblems
from tests.sim.stories import PROFILE, WHOLE

CAMPAIGN = Path(__file__).parents[1] / "sim" / "brief.campaign.yaml"
DEEPER = CAMPAIGN.with_name("deeper.campaign.yaml")


def told(capsys, *words):
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def good(tmp_path):
    file = tmp_path / "good.scenario.yaml"
    file.write_text(WHOLE)
    return file


@pytest.fixture
def bad(tmp_path):
    file = tmp_path / "bad.scenario.yaml"
    file.write_text(WHOLE.replace("a-sensor-sticks", "bad").replace("stopped", "complete"))
    return file


def test_stories_that_end_as_they_expect_are_counted(good, tmp_path, capsys):
    code, document = told(capsys, "scenario", "run", good, "--into", tmp_path)
    assert (code, document["passed"], document["failed"]) == (0, 1, 0)
    (played,) = document["scenarios"]
    assert played["expected"] == "stopped"
    assert len(played["trace_sha256"]) == 64
    assert not list(tmp_path.glob("*.svg")), "nobody wanted a picture"


def test_one_that_does_not_is_drawn_with_what_was_expected(bad, tmp_path, capsys):
    code, document = told(capsys, "scenario", "run", bad, "--into", tmp_path)
    assert (code, document["failed"]) == (1, 1)
    (played,) = document["scenarios"]
    assert "expected complete, saw stopped" in played["missed"][0]
    drawn = Path(played["picture"]).read_text()
    assert "missed: outcome: expected complete" in drawn
    assert "fault sensor_stuck begins" in drawn


def test_any_run_is_drawn_if_that_is_wanted(good, tmp_path, capsys):
    told(capsys, "scenario", "run", good, "--plot", "--into", tmp_path)
    assert (tmp_path / "a-sensor-sticks.svg").exists()


def test_stories_of_one_id_have_a_picture_each(tmp_path, capsys):
    for name, id_ in (("a", "same"), ("b", "same"), ("c", "same-2")):
        text = WHOLE.replace("id: a-sensor-sticks", f"id: {id_}")
        (tmp_path / f"{name}.scenario.yaml").write_text(text)
    _, document = told(capsys, "scenario", "run", tmp_path, "--plot", "--into", tmp_path)
    pictures = [Path(one["picture"]).name for one in document["scenarios"]]
    assert pictures == ["same.svg", "same-3.svg", "same-2.svg"]
    assert {file.name for file in tmp_path.glob("*.svg")} == set(pictures)


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path, capsys):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.scenario.yaml").write_text(WHOLE)
    (tmp_path / "other.scenario.yaml").write_text(WHOLE)
    _, document = told(capsys, "scenario", "run", tmp_path, "--into", tmp_path)
    names = [one["name"] for one in document["scenarios"]]
    files = [str(tmp_path / folder / "same.scenario.yaml") for folder in ("a", "b")]
    assert names == [*files, "other"]


def test_a_folder_is_all_of_its_stories(good, bad, tmp_path, capsys):
    assert good.parent == bad.parent == tmp_path
    _, document = told(capsys, "scenario", "run", tmp_path, "--into", tmp_path)
    assert [one["name"] for one in document["scenarios"]] == ["bad", "good"]


def test_mistakes_of_a_file_are_told_and_nothing_is_played(good, capsys):
    good.write_text(WHOLE.replace("sensor_stuck", "sensor_stuk"))
    code, document = told(capsys, "scenario", "run", good)
    assert (code, document["error"]["kind"]) == (1, "profile")
    assert 'did you mean "sensor_stuck"?' in document["error"]["message"]


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        (["library:pain-onc"], "usage", 'did you mean "pain-once"?'),
        (["nowhere.scenario.yaml"], "file", "no such file"),
        (["library:pain-onc", "library:pain-twic"], "usage", 'did you mean "pain-twice"?'),
        (["library:pain-once", "--rig", "tcp://127.0.0.1:1"], "unavailable", "pain_pressed"),
        (["library:pain-once", "--into", __file__], "usage", "name a folder"),
        ([str(Path(__file__).parent)], "usage", "no file in there is called *.scenario.yaml"),
    ],
)
def test_what_cannot_be_played_says_why(words, kind, said, capsys):
    code, document = told(capsys, "scenario", "run", *words)
    assert code in (2, 3)
    assert document["error"]["kind"] == kind
    assert said in document["error"]["message"]


def test_the_folder_of_pictures_is_made(good, tmp_path, capsys):
    into = tmp_path / "pictures" / "of today"
    _, document = told(capsys, "scenario", "run", good, "--plot", "--into", into)
    (one,) = document["scenarios"]
    assert Path(one["picture"]).parent == into
    assert Path(one["picture"]).is_file()


@pytest.fixture
def broken(tmp_path):
    """Three stories with a mistake each, and one without any."""
    wrongs = {
        "a": ("sensor_stuck", "sensor_stuk"),
        "b": (str(PROFILE), "none.yaml"),
        "c": ("timeline:", "set: {dept: 9 kPa}\ntimeline:"),
        "d": ("sensor_stuck", "sensor_stuck"),
    }
    for name, (was, now) in wrongs.items():
        (tmp_path / f"{name}.scenario.yaml").write_text(WHOLE.replace(was, now).lstrip())
    return [tmp_path / f"{name}.scenario.yaml" for name in wrongs]


def test_of_several_stories_the_mistakes_of_all_are_told_and_none_is_played(broken, capsys):
    missing = broken[0].with_name("missing.yaml")
    assert main(["scenario", "run", *map(str, broken), str(missing)]) == 1
    said = capsys.readouterr()
    assert 'did you mean "sensor_stuck"?' in said.err
    assert f"{broken[1]}:4:10  profile  " in said.err
    assert f"{broken[2]}:5:13  set.dept  " in said.err
    assert f"{missing}:1:1  no such file or directory" in said.err
    assert f"{broken[3]}" not in said.err
    assert "..." not in said.err, "nothing is played"
    assert not said.out


@pytest.mark.parametrize(
    ("was", "wrong", "said"),
    [
        ("{at: 2 s, sensor_stuck: {}}", "{at: 2 s, set: {depth: 40 kPa}}", "14 kPa"),
        ("timeline:", "device: {emg: 1}\ntimeline:\n  - {at: 1 s, emg_swapped: {}}", "has one"),
        (f"profile: {PROFILE}", "profile: library:kneeding", 'did you mean "kneading"?'),
    ],
)
def test_what_a_story_cannot_do_is_a_mistake_of_its_file(was, wrong, said, good, capsys):
    good.write_text(WHOLE.replace(was, wrong))
    code, document = told(capsys, "scenario", "run", good)
    assert (code, document["error"]["kind"]) == (1, "profile"), document
    assert said in document["error"]["message"]


def test_what_a_real_device_has_is_asked_when_it_is_played_and_not_of_the_virtual_one(broken):
    (story,) = stories_of([str(broken[2])], "serial:///dev/ttyACM0")
    assert dict(story.values) == {"dept": "9 kPa"}
    with pytest.raises(ProfileProblems, match="dept"):
        stories_of([str(broken[2])], "pty")


def test_mistakes_are_told_to_programs_one_by_one_as_profile_check_tells_them(broken, capsys):
    code, document = told(capsys, "scenario", "run", *broken)
    assert code == 1
    assert [one["file"] for one in document["problems"]] == [str(file) for file in broken[:3]]
    _, checked = told(capsys, "profile", "check", broken[0])
    (last,) = document["problems"][2:]
    assert last.keys() == checked["problems"][0].keys()
    assert (last["line"], last["column"], last["where"]) == (5, 13, "set.dept")
    assert last["problem"].startswith('no parameter is called "dept"')


LEVELS = "sim://healthy_f?device=levels10"


def test_a_story_for_a_device_that_hears_no_frames_is_told_so(capsys):
    assert main(["scenario", "run", "library:somebody-anxious", "--rig", LEVELS]) == 3
    assert "hears no frames: a story is played on devices that speak" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["library:pain-once", "nowhere.scenario.yaml"])
def test_a_rig_that_is_none_is_told_with_those_there_are_before_any_file_is_read(file, capsys):
    code, document = told(capsys, "scenario", "run", file, "--rig", "btl")
    assert (code, document["error"]["kind"]) == (2, "usage")
    said = document["error"]["message"]
    assert '--rig "btl" is no rig; there are virtual, pty, ble, and the address' in said


def test_the_library_is_listed(capsys):
    code, document = told(capsys, "scenario", "list")
    assert code == 0
    names = {one["name"]: one for one in document["scenarios"]}
    assert names["library:host-is-killed"]["hazards"] == ["H-06", "H-22"]
