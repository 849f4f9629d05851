"""Scenarios and campaigns on the command line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import msgspec
import pytest
from pyarrow import parquet

from console.campaign_summary import document, summary
from console.cli import main
from console.commands import campaign
from console.kept_failures import keep_failures
from console.stories import stories_of
from profiles.problems import ProfileProblems
from sim import campaigning
from sim.campaign import on_bodies_of, read_campaign
from sim.campaigning import _session
from sim.comparing import compare
from sim.lots import draw
from sim.row_files import read_rows, write_recording
from sim.session_row import play_session
from sim.staging import perform
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


def test_the_page_of_a_failure_draws_every_signal_of_which_something_was_missed(tmp_path, capsys):
    file = tmp_path / "page.scenario.yaml"
    bounds = [
        "{signal: true_pressure, pad: calf, from: 2 s, to: 8 s, at_most: 3 kPa}",
        "{signal: pain, from: 3 s, at_most: 1 %}",
        "{signal: surface_temperature, reaches: 40 degC}",
    ]
    expect = f"{{outcome: complete, never: [fault sensor_stuck], bounds: [{', '.join(bounds)}]}}"
    device = "device: {heater: true, pads: [calf]}"
    text = WHOLE.replace("timeline:", f"{device}\ntimeline:").partition("expect:")[0]
    file.write_text(f"{text}expect: {expect}\n")
    code, document = told(capsys, "scenario", "run", file, "--into", tmp_path)
    assert code == 1, document
    (one,) = document["scenarios"]
    page = Path(one["picture"]).read_text()
    for label in ("calf", "pain, share", "surface", "at most 3 kPa", "at most 1 %"):
        assert f">{label}<" in page, label
    assert max(len(line) for line in re.findall(r">([^<>]+)</text>", page)) <= 150


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


def test_mistakes_of_a_campaign_are_told_to_programs_one_by_one(tmp_path, capsys):
    file = tmp_path / "wrong.campaign.yaml"
    file.write_text(CAMPAIGN.read_text().replace("longest:", "longst:").replace("id: ", "id: B"))
    _, document = told(capsys, "scenario", "campaign", file)
    assert [one["where"] for one in document["problems"]] == ["id", "faults.longst"]
    assert {one["file"] for one in document["problems"]} == {str(file)}


@pytest.mark.parametrize(
    ("was", "now", "where", "said"),
    [
        ("set: {depth", "set: {dept", "set.dept", 'did you mean "depth"?'),
        ("to: 12 kPa", "to: 40 kPa", "set.depth", '"40 kPa" is outside what the author allows'),
        ("brief.yaml", "none.yaml", "profile", "no such file or directory"),
    ],
)
def test_what_no_session_of_a_campaign_could_play_is_told_before_any_is(
    was, now, where, said, tmp_path, capsys
):
    text = CAMPAIGN.read_text().replace("../../sim", str(CAMPAIGN.parents[2] / "sim"))
    assert was in text
    file = tmp_path / "wrong.campaign.yaml"
    file.write_text(text.replace(was, now, 1))
    code, document = told(capsys, "scenario", "campaign", file, "--sessions", "2")
    assert code == 1
    first = document["problems"][0]
    assert (first["file"], first["where"]) == (str(file), where)
    assert said in first["problem"]


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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("profile: library:kneeding", 'did you mean "kneading"?'),
        ("body: {guards: []}", "guards"),
        ("body: {stiffness: {from: -1, to: 2}}", "stiffness"),
        ("body: {stiffness: {from: 2, to: 1}}", "ends above its beginning"),
        ("faults: {from: 60 s, to: 50 s}", "ends above its beginning"),
        ("faults: {shortest: 20 s, longest: 10 s}", "ends above its beginning"),
        ("faults: {from: 20 min, to: 21 min}", "none of it would ever happen"),
    ],
)
def test_a_campaign_that_cannot_be_drawn_says_where(wrong, said, tmp_path, capsys):
    file = tmp_path / "wrong.campaign.yaml"
    lines = {"profile": "profile: library:kneading", wrong.partition(":")[0]: wrong}
    file.write_text(
        "format: myoloop-campaign/1\nid: wrong\ntitle: Wrong\n" + "\n".join(lines.values()) + "\n"
    )
    code, document = told(capsys, "scenario", "campaign", file, "--sessions", 1, "--workers", 1)
    assert (code, document["error"]["kind"]) == (1, "profile"), document
    assert said in document["error"]["message"]


def test_the_library_is_listed(capsys):
    code, document = told(capsys, "scenario", "list")
    assert code == 0
    names = {one["name"]: one for one in document["scenarios"]}
    assert names["library:host-is-killed"]["hazards"] == ["H-06", "H-22"]


def test_a_campaign_keeps_a_row_for_each_session(tmp_path, capsys):
    out = tmp_path / "rows.parquet"
    words = ("scenario", "campaign", CAMPAIGN, "--sessions", 2, "--out", out, "--workers", 1)
    code, document = told(capsys, *words)
    assert (code, document["sessions"], document["failures"]) == (0, 2, [])
    assert [row.number for row in read_rows(out)] == [0, 1]
    assert document["fault_counts"] == {"wire_drop": 1}
    assert not list(tmp_path.glob("*.journal")), "what is finished is not resumed"


def test_a_finished_campaign_goes_on_in_its_file_and_no_other_replaces_it(tmp_path, capsys):
    out = tmp_path / "rows.parquet"
    words = ("--out", out, "--workers", 1, "--sessions")
    told(capsys, "scenario", "campaign", CAMPAIGN, *words, 1)
    code, document = told(capsys, "scenario", "campaign", CAMPAIGN, *words, 2)
    assert (code, document["sessions"], document["resumed"]) == (0, 2, 1)
    _, document = told(capsys, "scenario", "campaign", CAMPAIGN, *words, 1)
    assert (document["sessions"], document["resumed"]) == (1, 1)
    assert len(read_rows(out)) == 2, "what was there before is not lost"
    before = out.read_bytes()
    code, document = told(capsys, "scenario", "campaign", DEEPER, *words, 1)
    assert (code, document["error"]["kind"]) == (2, "other_campaign")
    assert "name another --out" in document["error"]["message"]
    assert [file.name for file in tmp_path.iterdir()] == ["rows.parquet"]
    assert out.read_bytes() == before


def test_two_programmes_are_compared_on_the_same_bodies(capsys):
    words = ("scenario", "campaign", CAMPAIGN, "--sessions", 2, "--against", DEEPER)
    _, document = told(capsys, *words, "--workers", 2)
    compared = {one["measure"]: one for one in document["compared"]}
    assert (document["campaign"], document["against"]) == ("brief", "deeper")
    assert document["sessions"] == 4
    assert compared["peak_share"]["pairs"] == 2
    assert compared["minutes_to_release"]["answer"] == "not measured"


def test_a_session_that_failed_is_kept_drawn_and_told_with_its_command(tmp_path):
    plan = read_campaign(CAMPAIGN)
    good = play_session(plan, 1, 1)
    bad = msgspec.structs.replace(good, over_envelope=True, why="0.3 s over 20.0 kPa")
    failed = keep_failures(plan, 1, [bad, good], tmp_path / "failures")
    assert list(failed) == [1]
    assert "0.3 s over 20.0 kPa" in failed[1].picture.read_text()
    told = document(
        plan, [bad], seed=1, resumed=0, wall_s=1.0, rows_file=None, compared=(), failed=failed
    )
    (failure,) = told.failures
    assert failure.recording in summary(told)
    assert failure.replay.endswith("brief.campaign.yaml --seed 1 --only 1")
    assert failure.replay in summary(told)
    spaced = msgspec.structs.replace(plan, file="my lots/one.campaign.yaml")
    told = document(
        spaced, [bad], seed=1, resumed=0, wall_s=1.0, rows_file=None, compared=(), failed={}
    )
    assert "campaign 'my lots/one.campaign.yaml' --seed 1" in told.failures[0].replay
    other = on_bodies_of(read_campaign(DEEPER), plan)
    told = document(
        plan, [good], [bad], seed=1, resumed=0, wall_s=1.0, rows_file=None, against=other,
        compared=(), failed=failed,
    )  # fmt: skip
    (failure,) = told.failures
    assert failure.replay.endswith(f"--against {DEEPER} --seed 1 --only 1")
    assert failure.picture is None


def test_a_recording_of_a_failure_holds_every_signal_and_event_of_it(tmp_path):
    plan = read_campaign(CAMPAIGN)
    seen = perform(draw(plan, 1, 1))
    file = tmp_path / "one.parquet"
    write_recording(seen, file)
    rows = parquet.read_table(file).to_pylist()
    told = [(row["at_s"], row["text"]) for row in rows if row["name"] == "event"]
    assert told == list(seen.events)
    for name, curve in seen.signals.items():
        kept = [(row["at_s"], row["value"]) for row in rows if row["name"] == name]
        assert kept == list(zip(curve.at_s.tolist(), curve.value.tolist(), strict=True))


def test_the_rows_of_another_campaign_are_not_replaced(tmp_path, capsys):
    out = tmp_path / "rows.parquet"
    words = ("scenario", "campaign", CAMPAIGN, "--sessions", 1, "--out", out, "--workers", 1)
    assert told(capsys, *words)[0] == 0
    held = out.read_bytes()
    code, document = told(capsys, *words, "--seed", 2)
    assert (code, document["error"]["kind"]) == (2, "other_campaign")
    assert "name another --out" in document["error"]["message"]
    assert out.read_bytes() == held
    assert told(capsys, *words)[0] == 0, "its own are"
    out.write_text("my diary")
    assert told(capsys, *words)[0] == 2
    assert out.read_text() == "my diary"
    assert not list(tmp_path.glob("*.journal"))


def test_one_session_is_played_alone(capsys):
    assert main(["scenario", "campaign", str(CAMPAIGN), "--seed", "1", "--only", "1"]) == 0
    assert "faults  wire_drop" in capsys.readouterr().out


class Inline(Executor):
    """Plays where it is called; somebody presses Ctrl-C after so many sessions."""

    played = 0
    ends_after = 99
    again = staticmethod(cache(_session))

    def submit(self, fn, /, *args, **kwargs):
        if Inline.played == Inline.ends_after:
            raise KeyboardInterrupt
        Inline.played += 1
        done = Future()
        done.set_result(Inline.again(*args))
        return done


@pytest.fixture
def inline(monkeypatch):
    monkeypatch.setattr(campaign, "pool", lambda _: nullcontext((Inline(), 1)))
    monkeypatch.setattr(campaigning, "WAITING", 1)
    monkeypatch.setattr(Inline, "played", 0)
    monkeypatch.setattr(Inline, "ends_after", 99)
    return Inline


AGAINST = ("scenario", "campaign", CAMPAIGN, "--sessions", 2, "--against", DEEPER)


def counted(document):
    return {n: v for n, v in document.items() if n not in ("resumed", "wall_s", "rows")}


@pytest.mark.parametrize("after", range(5))
def test_a_comparison_interrupted_anywhere_goes_on_and_repeats_nothing(
    after, inline, tmp_path, capsys, monkeypatch
):
    _, whole = told(capsys, *AGAINST, "--out", tmp_path / "whole.parquet")
    inline.played, inline.ends_after = 0, after
    words = (*AGAINST, "--out", tmp_path / "rows.parquet")
    if after == 4:  # all are played, and nothing is told yet
        monkeypatch.setattr(campaign, "compare", interrupt)
    code, said = told(capsys, *words)
    assert code == 1
    assert f"interrupted; {after} of 4 sessions are kept" in said["error"]["message"]
    monkeypatch.setattr(campaign, "compare", compare)
    inline.ends_after = 99
    _, document = told(capsys, *words)
    assert inline.played == 4
    assert document["resumed"] == after
    assert counted(document) == counted(whole)
    for name in ("{}.parquet", "{}.against.parquet"):
        rows = [read_rows(tmp_path / name.format(one)) for one in ("rows", "whole")]
        assert rows[0] == rows[1]
    assert not list(tmp_path.glob("*.journal*"))


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.slow
def test_ctrl_c_ends_a_campaign_at_once_and_says_how_it_goes_on(tmp_path, capsys):
    out = tmp_path / "rows.parquet"
    words = ["scenario", "campaign", str(CAMPAIGN), "--out", str(out), "--workers", "2"]
    with subprocess.Popen(
        [sys.executable, "-m", "console.cli", *words, "--sessions", "1000"],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as playing:
        journal = tmp_path / "rows.parquet.journal"
        while not journal.exists() or journal.read_bytes().count(b"\n") < 3:
            assert playing.poll() is None
            time.sleep(0.02)
        os.killpg(playing.pid, signal.SIGINT)
        said = playing.communicate(timeout=30)[1]
    assert playing.returncode == 1
    kept = journal.read_bytes().count(b"\n") - 1
    assert f"interrupted; {kept} of 1000 sessions are kept in {journal}" in said
    assert "Traceback" not in said
    code, document = told(capsys, *words, "--sessions", kept + 1)
    assert (code, document["sessions"], document["failures"]) == (0, kept + 1, [])
    assert document["resumed"] >= kept - 1, "but for those that were done before an earlier one"
    assert not journal.exists()


def test_a_session_of_the_other_campaign_is_replayed_too(capsys):
    words = ("scenario", "campaign", str(CAMPAIGN), "--seed", "1", "--only", "46")
    _, first = told(capsys, *words)
    _, second = told(capsys, *words, "--against", DEEPER)
    peaks = [one["spreads"]["peak_kpa"]["most"] for one in (first, second)]
    assert peaks[1] > peaks[0] + 1.0, "the same body, pressed as the other one wants it"
