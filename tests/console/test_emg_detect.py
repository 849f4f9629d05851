"""myoloop emg detect: recordings in, contractions out."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from console.cli import main
from console.emg_files import read_recording
from console.emg_listening import fatigue
from tests.controller.emg_signals import bursts

SHARED = Path(__file__).parents[3] / "shared" / "data" / "emg"

CONTRACTIONS = [(2.0, 3.0), (4.5, 5.0)]

needs_recordings = pytest.mark.skipif(
    not (SHARED / "gold.json").is_file(),
    reason="the annotated recordings belong to others, and are not beside this checkout",
)


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "biceps.npz"
    np.savez(file, x=2.0 * bursts(CONTRACTIONS, seed=3, channels=2), fs=1000)
    return file


def found(capsys, *words):
    """Return what --json prints."""
    assert main(["emg", "detect", "--json", *map(str, words)]) == 0
    told = capsys.readouterr()
    return json.loads(told.out)


def refused(capsys, *words):
    """Return the error of a command that is no use."""
    assert main(["emg", "detect", "--json", *map(str, words)]) == 2
    return json.loads(capsys.readouterr().out)["error"]


def near(detections):
    """Say whether they are the two contractions that are there."""
    assert len(detections) == len(CONTRACTIONS)
    for one, (from_s, to_s) in zip(detections, CONTRACTIONS, strict=True):
        assert set(one) == {"onset_s", "decided_s", "offset_s"}
        assert one["onset_s"] == pytest.approx(from_s, abs=0.06)
        assert one["onset_s"] < one["decided_s"] < from_s + 0.13
        assert one["offset_s"] == pytest.approx(to_s, abs=0.3)
    return True


def test_json_is_what_the_scorer_reads(recording, capsys):
    document = found(capsys, recording)
    assert list(document) == ["biceps/0", "biceps/1"]
    assert all(near(detections) for detections in document.values())


def test_the_table_says_when_and_how_strong_and_against_what(recording, capsys):
    assert main(["emg", "detect", str(recording)]) == 0
    said = capsys.readouterr().out
    assert "channel 0: 2 contractions" in said
    assert "times baseline" in said
    assert main(["emg", "detect", "--mvc", "160", str(recording)]) == 0
    assert "of MVC" in capsys.readouterr().out


def test_a_yardstick_lost_in_noise_is_not_measurable(recording, capsys):
    assert main(["emg", "detect", "--mvc", "3", str(recording)]) == 0
    assert "not measurable" in capsys.readouterr().out


@pytest.mark.parametrize("head", ["time_s,biceps,triceps\n", ""])
def test_a_csv_gives_the_same(recording, tmp_path, capsys, head):
    x_uv = np.load(recording)["x"].astype(float)
    file = tmp_path / "biceps.csv"
    at_s = np.arange(len(x_uv))[:, None] / 1000.0
    columns = np.hstack((at_s, x_uv)) if head else x_uv
    file.write_text(head + "\n".join(",".join(map(repr, row)) for row in columns.tolist()))
    rate = [] if head else ["--rate", "1000"]
    assert found(capsys, file, *rate) == found(capsys, recording)


@pytest.mark.parametrize("suffix", [".edf", ".bdf"])
def test_an_edf_file_gives_nearly_the_same(recording, tmp_path, capsys, suffix):
    edfio = pytest.importorskip("edfio", reason="needs edfio, of the extra [exchange]")
    x_uv = np.load(recording)["x"].astype(float)[:6000]
    kinds = {".edf": (edfio.Edf, edfio.EdfSignal), ".bdf": (edfio.Bdf, edfio.BdfSignal)}
    whole, one = kinds[suffix]
    file = tmp_path / f"biceps{suffix}"
    signals = [
        one(x_uv[:, 0] / 1e3, 1000, label="biceps", physical_dimension="mV"),
        one(np.full(6, 36.6), 1, label="skin", physical_dimension="degC"),
    ]
    whole(signals).write(file)
    document = found(capsys, file)
    assert list(document) == ["biceps/0"]
    assert near(document["biceps/0"])


def test_an_edf_file_without_its_library_says_what_to_install(tmp_path, capsys, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "edfio", None)
    file = tmp_path / "one.edf"
    file.write_bytes(b"0" * 512)
    assert "myoloop[exchange]" in refused(capsys, file)["message"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_picture_is_drawn(recording, tmp_path, kind):
    picture = tmp_path / f"biceps.{kind}"
    assert main(["emg", "detect", str(recording), "--picture", str(picture)]) == 0
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(
    "lost", [(np.nan, 200), (np.inf, 200), (-np.inf, 1), (np.nan, 7000), (-1.7e308, 2)]
)
def test_a_picture_is_drawn_with_gaps_where_samples_are_no_numbers(recording, tmp_path, lost):
    value, count = lost
    x_uv = np.load(recording)["x"].astype(float)[:6000]
    x_uv[3200 : 3200 + count] = value
    x_uv[: max(0, count - 2800)] = value
    file, picture = wrong_npz(tmp_path, x=x_uv, fs=1000), tmp_path / "gaps.svg"
    assert main(["emg", "detect", str(file), "--picture", str(picture)]) == 0
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize("samples", [1, 5, 9])
def test_what_is_too_short_to_draw_is_told_in_one_message(tmp_path, capsys, samples):
    file, picture = wrong_npz(tmp_path, x=np.zeros((samples, 1)), fs=1000), tmp_path / "short.svg"
    error = refused(capsys, file, "--picture", picture)
    assert error["kind"] == "recording"
    assert f"too short to draw, and too short for any contraction: {samples} ms" in error["message"]
    assert not picture.exists()
    assert found(capsys, file) == {"wrong/0": []}


def test_a_picture_of_a_single_hop_is_drawn(tmp_path):
    file, picture = wrong_npz(tmp_path, x=np.zeros((10, 1)), fs=1000), tmp_path / "hop.svg"
    assert main(["emg", "detect", str(file), "--picture", str(picture)]) == 0
    assert picture.exists()


def wrong_npz(folder, **arrays):
    file = folder / "wrong.npz"
    np.savez(file, **arrays)
    return file


def test_files_that_hold_no_recording_say_why(tmp_path, capsys):
    still = np.zeros((1000, 1))
    text = tmp_path / "wrong.csv"
    text.write_text("a,b\n1,2\n3,four\n")
    torn = tmp_path / "torn.npz"
    torn.write_bytes(b"PK\x03\x04 and no more")
    bad_edf = tmp_path / "bad.edf"
    bad_edf.write_bytes(b"no such format")
    cases = [
        (tmp_path / "none.npz", "no such file"),
        (tmp_path / "none.wav", "ends in .npz"),
        (wrong_npz(tmp_path, y=still), "needs an array x"),
        (torn, "NumPy archive"),
        (text, "a number in every cell"),
        (bad_edf, "not a whole .edf file"),
    ]
    for file, why in cases:
        error = refused(capsys, file)
        assert error["kind"] == "recording"
        assert why in error["message"]
        assert file.name in error["message"]


def test_arrays_that_are_no_emg_say_why(tmp_path, capsys):
    still = np.zeros((1000, 1))
    cases = [
        ({"x": still}, "--rate"),
        ({"x": still, "fs": 20}, "250 to 4000"),
        ({"x": still.T, "fs": 1000}, "1 to 64"),
        ({"x": np.zeros((0, 1)), "fs": 1000}, "no samples"),
        ({"x": np.array(["a", "b"]), "fs": 1000}, "needs numbers"),
        ({"x": still, "fs": np.array([1000, 2000])}, "one number"),
    ]
    for arrays, why in cases:
        assert why in refused(capsys, wrong_npz(tmp_path, **arrays))["message"]


def as_csv(file, time_s, columns_uv, head="time_s,biceps"):
    """Write a table as other tools do."""
    rows = np.column_stack([time_s, columns_uv]).tolist()
    file.write_text("\n".join([head, *(",".join(f"{one:.6f}" for one in row) for row in rows)]))
    return file


@pytest.mark.parametrize("missing_s", [5.0, 0.02])
def test_a_csv_with_a_piece_missing_is_refused_with_where(tmp_path, capsys, missing_s):
    time_s = np.arange(0.0, 600.0, 0.004)
    there = (time_s < 100.0) | (time_s >= 100.0 + missing_s)
    file = as_csv(tmp_path / "gap.csv", time_s[there], np.zeros(there.sum()))
    told = refused(capsys, file)["message"]
    assert "not evenly spaced in the second after 99" in told
    assert "--rate" in told
    assert read_recording(file, 250.0).rate_hz == 250.0


def test_half_a_second_with_a_hole_in_it_is_refused(tmp_path, capsys):
    time_s = np.concatenate([np.arange(0, 200), np.arange(700, 900)]) / 1000.0
    file = as_csv(tmp_path / "short.csv", time_s, np.zeros(400))
    assert "not evenly spaced" in refused(capsys, file)["message"]


@pytest.mark.parametrize("rate_hz", [1000.0, 1024.0, 2048.0, 1925.9, 259.26])
def test_a_csv_whose_times_are_rounded_still_says_its_rate(tmp_path, rate_hz):
    time_s = np.round(np.arange(5000) / rate_hz, 5)
    file = as_csv(tmp_path / "rounded.csv", time_s, np.zeros(5000))
    assert read_recording(file, None).rate_hz == pytest.approx(rate_hz, rel=2e-4)


@pytest.mark.parametrize("head", ["biceps", "biceps,triceps,deltoid", "a recording"])
def test_a_csv_with_another_count_of_names_than_columns_says_so(tmp_path, capsys, head):
    file = tmp_path / "names.csv"
    file.write_text(head + "\n" + "1,2\n" * 1000)
    assert "2 columns below" in refused(capsys, file, "--rate", "1000")["message"]


@pytest.mark.parametrize("head", ["time_s;biceps\n", "# time_s;biceps\n", '"time_s";"biceps"\n'])
def test_a_csv_with_decimal_commas_is_read_between_its_semicolons(tmp_path, head):
    file = tmp_path / "comma.csv"
    rows = [f"{k // 1000},{k % 1000:03d};{-k},5" for k in range(2000)]
    file.write_text(head + "\n".join(rows) + "\n\n")
    found = read_recording(file, None)
    assert found.rate_hz == 1000
    assert found.labels == ("biceps",)
    assert found.samples_uv[:3, 0].tolist() == [0.5, -1.5, -2.5]


def test_a_csv_with_semicolons_may_have_decimal_points(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("0.5;1.5\n" * 10)
    assert read_recording(file, 1000.0).samples_uv.tolist() == [[0.5, 1.5]] * 10


@pytest.mark.parametrize("content", ["", "\n\n", "time_s,biceps\n"])
def test_a_csv_without_a_row_holds_no_samples(tmp_path, capsys, content):
    file = tmp_path / "empty.csv"
    file.write_text(content)
    assert "no samples" in refused(capsys, file, "--rate", "1000")["message"]


def test_an_npz_keeps_its_own_rate_whatever_is_said(recording, tmp_path):
    assert read_recording(recording, 2000.0).rate_hz == 1000.0
    assert read_recording(wrong_npz(tmp_path, x=np.zeros((9, 1))), 2000.0).rate_hz == 2000.0


def test_a_csv_takes_the_rate_that_is_said_instead_of_its_times(tmp_path):
    file = as_csv(tmp_path / "x.csv", np.arange(1000) / 1000.0, np.zeros(1000))
    assert read_recording(file, 2000.0).rate_hz == 2000.0


def an_edf(file, kind=".edf"):
    """Return a whole file of ten seconds, as bytes."""
    edfio = pytest.importorskip("edfio", reason="needs edfio, of the extra [exchange]")
    whole, one = {".edf": (edfio.Edf, edfio.EdfSignal), ".bdf": (edfio.Bdf, edfio.BdfSignal)}[kind]
    wave = np.sin(np.arange(10_000))
    whole([one(wave, 1000, label="biceps", physical_dimension="uV")]).write(file)
    return bytearray(file.read_bytes())


def overwritten(content, at, field):
    content[at : at + len(field)] = field
    return content


@pytest.mark.parametrize("kind", [".edf", ".bdf"])
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda whole: whole[:-7000], "not a whole"),
        (lambda whole: overwritten(whole, 192, b"EDF+D"), "interrupted"),
        (lambda whole: overwritten(whole, 192, b"BDF+D"), "interrupted"),
        (lambda whole: overwritten(whole, 256 + 104, b"1       1       "), "not a whole"),
        (lambda whole: overwritten(whole, 256 + 104, b"abc     "), "not a whole"),
        (lambda whole: overwritten(whole, 256 + 120, b"5       5       "), "not a whole"),
        (lambda whole: overwritten(whole, 244, b"0       "), "not a whole"),
        (lambda whole: overwritten(whole, 256 + 216, b"0       "), "not a whole"),
        (lambda whole: whole[:300], "not a whole"),
    ],
)  # fmt: skip
def test_a_harmed_edf_file_is_refused_not_misread(tmp_path, capsys, kind, harm, told):
    file = tmp_path / f"harmed{kind}"
    file.write_bytes(harm(an_edf(file, kind)))
    assert told in refused(capsys, file)["message"]


def test_two_recordings_of_one_name_are_refused(recording, tmp_path, capsys):
    other = tmp_path / "elsewhere"
    other.mkdir()
    same = other / recording.name
    same.write_bytes(recording.read_bytes())
    assert "called biceps" in refused(capsys, recording, same)["message"]


def test_a_trend_needs_twenty_seconds():
    falling = [(float(k), 80.0 - 0.1 * k) for k in range(40)]
    assert fatigue(falling) == pytest.approx((80.0, -6.0))
    assert fatigue(falling[:15]) is None


@needs_recordings
def test_on_annotated_recordings_the_events_are_those_a_person_marked(capsys):
    score = runpy.run_path(str(SHARED / "score.py"))["score"]
    gold = json.loads((SHARED / "gold.json").read_text("utf-8"))
    files = sorted({key.partition("/")[0] for key in gold})
    document = found(capsys, *(SHARED / f"{stem}.npz" for stem in files))
    rows = [score(document[key], truth, 1.0) for key, truth in gold.items()]
    events = sum(row["events"] for row in rows)
    assert sum(row["recalled"] for row in rows) >= 0.98 * events
    assert sum(row["matched_200"] for row in rows) >= 0.88 * events
    assert sum(row["false_alarms"] for row in rows) <= 4
