"""Campaigns on the command line: what is refused, kept, compared, gone on with, played alone."""

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
from html import escape
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest
from pyarrow import parquet

from console.campaign_page import MEASURES
from console.campaign_summary import document, summary
from console.cli import main
from console.commands import campaign
from console.kept_failures import keep_failures
from sim import campaigning
from sim.campaign import on_bodies_of, read_campaign
from sim.campaigning import _session
from sim.comparing import compare
from sim.lots import draw
from sim.row_files import read_rows, write_recording
from sim.session_row import play_session
from sim.staging import perform

CAMPAIGN = Path(__file__).parents[1] / "sim" / "brief.campaign.yaml"
DEEPER = CAMPAIGN.with_name("deeper.campaign.yaml")


def told(capsys, *words):
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


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
        ("profile: library:percussion-warm-up", "no device or person of this campaign can be"),
        ("faults: {to: 21 min}", "those after it would never happen; write to: "),
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


def test_a_campaign_keeps_a_row_for_each_session(tmp_path, capsys):
    out = tmp_path / "rows.parquet"
    words = ("scenario", "campaign", CAMPAIGN, "--sessions", 2, "--out", out, "--workers", 1)
    code, document = told(capsys, *words)
    assert (code, document["sessions"], document["failures"]) == (0, 2, [])
    assert [row.number for row in read_rows(out)] == [0, 1]
    assert {name for name, times in document["fault_counts"].items() if times} == {"wire_drop"}
    assert document["fault_counts"]["leak"] == 0, "what never began is the rarest"
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
    there = {file.name for file in tmp_path.iterdir()}
    assert there == {"rows.parquet", "rows.summary.html"}
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "nowhere/rows.parquet"), "nowhere/rows.parquet: there is no such folder"),
        (("--out", "."), ". is a folder: name a file, as rows.parquet"),
        (("--out", "rows.parquet", "--only", 3), "--out is of whole campaigns"),
    ],
)
def test_where_no_rows_can_be_written_nothing_is_played(words, said, inline, tmp_path, capsys,
                                                        monkeypatch):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    code, document = told(capsys, "scenario", "campaign", CAMPAIGN, *words)
    assert (code, document["error"]["kind"]) == (2, "usage")
    assert said in document["error"]["message"]
    assert inline.played == 0


def test_faults_that_come_too_late_for_the_other_programme_are_told_where_they_are_declared(
    tmp_path, capsys
):
    file = tmp_path / "longer.campaign.yaml"
    text = CAMPAIGN.read_text().replace("../../sim", str(CAMPAIGN.parents[2] / "sim"))
    file.write_text(
        text.replace("brief.yaml", "minute.yaml").replace("1 s, to: 12", "20 s, to: 55")
    )
    _, document = told(capsys, "scenario", "campaign", file, "--against", DEEPER)
    (problem,) = document["problems"]
    assert (problem["file"], problem["where"]) == (str(file), "faults.from")
    assert problem["problem"].startswith(f"the programme of {DEEPER} lasts 17 s at most")


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
        plan, [bad], seed=1, resumed=0, wall_s=1.0, rows_file=None, compared=(), kept=(failed, {})
    )
    (failure,) = told.failures
    assert failure.recording in summary(told)
    assert failure.replay.endswith("brief.campaign.yaml --seed 1 --only 1")
    assert failure.replay in summary(told)
    spaced = msgspec.structs.replace(plan, file="my lots/one.campaign.yaml")
    told = document(spaced, [bad], seed=1, resumed=0, wall_s=1.0, rows_file=None, compared=())
    assert "campaign 'my lots/one.campaign.yaml' --seed 1" in told.failures[0].replay
    other = on_bodies_of(read_campaign(DEEPER), plan)
    told = document(
        plan, [good], [bad], seed=1, resumed=0, wall_s=1.0, rows_file=None, against=other,
        compared=(), kept=({}, failed),
    )  # fmt: skip
    (failure,) = told.failures
    assert failure.replay.endswith(f"--against {DEEPER} --seed 1 --only 1")
    assert failure.recording == str(failed[1].recording)


def test_the_page_of_a_comparison_has_all_sessions_in_each_distribution_and_every_failure(
    inline, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(inline, "again", staticmethod(failing))
    out = tmp_path / "my rows.parquet"
    _, document = told(capsys, *AGAINST, "--out", out)
    assert document["page"] == str(tmp_path / "my rows.summary.html")
    page = Path(document["page"]).read_text()
    for drawn in page.split("<figure>")[1:]:
        for half in ("first", "second"):
            bars = re.findall(rf'class="{half}".*?<title>(\d+) sessions', drawn, re.DOTALL)
            assert sum(map(int, bars)) == 2
    assert page.count("<figure>") == len(MEASURES)
    links = [unquote(link) for link in re.findall('href="(.*?)"', page)]
    assert "my rows.against.failures/deeper-1.parquet" in links
    assert len(links) == 8
    assert all((tmp_path / link).is_file() for link in links)
    for failure in document["failures"]:
        assert escape(failure["replay"], quote=False) in page
        assert escape(failure["why"], quote=False) in page


@cache
def failing(*words):
    why = "0.3 s over <20> kPa"
    return msgspec.structs.replace(_session(*words), over_envelope=True, why=why)


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
    return {n: v for n, v in document.items() if n not in ("resumed", "wall_s", "rows", "page")}


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
    words = ("scenario", "campaign", str(CAMPAIGN), "--seed", "1", "--only", "48")
    _, first = told(capsys, *words)
    _, second = told(capsys, *words, "--against", DEEPER)
    peaks = [one["spreads"]["peak_kpa"]["most"] for one in (first, second)]
    assert peaks[1] > peaks[0] + 1.0, "the same body, pressed as the other one wants it"
