"""How recordings are read: their units, rates and mistakes."""

import json

import numpy as np
import pytest

from console.cli import main
from console.emg_files import read_recording
from tests.controller.emg_signals import bursts

X_UV = 2.0 * bursts([(2.0, 3.0), (4.5, 5.0)], seed=3, channels=2)


def npz(folder, **arrays):
    file = folder / "biceps.npz"
    np.savez(file, **arrays)
    return file


def detect(capsys, *words):
    """Return what a person reads of a command that works."""
    assert main(["emg", "detect", *map(str, words)]) == 0
    return capsys.readouterr()


def refused(capsys, *words):
    """Return the error of a command that is no use."""
    assert main(["emg", "detect", "--json", *map(str, words)]) == 2
    return json.loads(capsys.readouterr().out)["error"]["message"]


@pytest.mark.parametrize(
    ("units", "times"),
    [
        ("uV", 1.0),
        (" mV", 1e3),
        ("V", 1e6),
        (b"mV", 1e3),
        ("", 1.0),
        ("\u00b5V", 1.0),
        ("\u03bcV", 1.0),
        ("microvolts", 1.0),
        ("Volts", 1e6),
        ("millivolt", 1e3),
        ("uVrms", 1.0),
        ("mV RMS", 1e3),
    ],
)
def test_an_npz_in_volts_is_converted(tmp_path, capsys, units, times):
    file = npz(tmp_path, x=X_UV / times, fs=1000, units=units)
    np.testing.assert_allclose(read_recording(file, None).samples_uv, X_UV)
    said = detect(capsys, file)
    assert "channel 0: 2 contractions" in said.out
    assert not said.err


def test_each_channel_of_an_npz_may_have_its_own_unit(tmp_path):
    file = npz(tmp_path, x=X_UV / [1e3, 1.0], fs=1000, units=["mV", "uV"])
    np.testing.assert_allclose(read_recording(file, None).samples_uv, X_UV)


@pytest.mark.parametrize("units", [3.0, ["uV", "uV", "uV"]])
def test_units_that_are_no_words_are_refused(tmp_path, capsys, units):
    assert "units is one word" in refused(capsys, npz(tmp_path, x=X_UV, fs=1000, units=units))


def test_counts_are_called_counts_and_never_microvolts(tmp_path, capsys):
    file, picture = npz(tmp_path, x=X_UV, fs=1000, units="adc12"), tmp_path / "biceps.svg"
    said = detect(capsys, file, "--picture", picture)
    assert "its units are adc12, no voltage" in said.err
    assert " counts" in said.out
    assert "uV" not in said.out
    assert "raw, counts" in picture.read_text("utf-8")
    assert "uV" not in picture.read_text("utf-8")


@pytest.mark.parametrize("times", [1e3, 1e6])
def test_volts_that_nobody_says_are_asked_for(tmp_path, capsys, times):
    said = detect(capsys, npz(tmp_path, x=X_UV / times, fs=1000))
    assert "too quiet for an electrode on skin: is it in volts?" in said.out


@pytest.mark.parametrize(
    ("value", "why"), [(0.0, "does not move"), (np.nan, "no numbers"), (np.inf, "no numbers")]
)
def test_what_is_hardly_trusted_says_why(tmp_path, capsys, value, why):
    file = npz(tmp_path, x=np.full((4000, 1), value), fs=1000)
    assert why in detect(capsys, file).out


def edf(file, **signals):
    """Write a file of signals, each (samples, rate in Hz, unit)."""
    edfio = pytest.importorskip("edfio", reason="needs edfio, of the extra [exchange]")
    edfio.Edf(
        [
            edfio.EdfSignal(values, rate_hz, label=label, physical_dimension=unit)
            for label, (values, rate_hz, unit) in signals.items()
        ]
    ).write(file)
    return file


def test_the_signals_of_an_edf_that_are_left_out_are_named_with_why(tmp_path, capsys):
    file = edf(
        tmp_path / "many.edf",
        biceps=(X_UV[:6000, 0], 1000, "uV"),
        triceps=(X_UV[:3000, 1], 500, "uV"),
        skin=(np.linspace(30.0, 36.0, 6), 1, "degC"),
    )
    said = detect(capsys, file)
    assert "left out: triceps (500 Hz, slower than the fastest, 1000 Hz)" in said.err
    assert "skin (in degC, no voltage)" in said.err
    assert "biceps (" not in said.err


def test_an_edf_heard_whole_leaves_nothing_to_say(tmp_path, capsys):
    file = edf(tmp_path / "one.edf", biceps=(X_UV[:6000, 0], 1000, "uV"))
    assert not detect(capsys, file).err


@pytest.mark.parametrize("rate", ["-3", "0", "1e9", "nan", "inf"])
def test_a_rate_no_emg_has_is_refused_even_where_the_file_says_its_own(tmp_path, capsys, rate):
    told = refused(capsys, npz(tmp_path, x=X_UV, fs=1000), f"--rate={rate}")
    assert "250 to 4000 samples a second" in told


def test_a_rate_that_is_ignored_is_said_to_be(tmp_path, capsys):
    file = npz(tmp_path, x=X_UV, fs=1000)
    assert "it says 1000 Hz itself: --rate 2000 is ignored" in detect(
        capsys, file, "--rate", "2000"
    ).err  # fmt: skip
    assert not detect(capsys, file, "--rate", "1000").err
    whole = edf(tmp_path / "one.edf", biceps=(X_UV[:6000, 0], 1000, "uV"))
    assert "--rate 2000 is ignored" in detect(capsys, whole, "--rate", "2000").err


@pytest.mark.parametrize("mvc", ["0", "-1", "nan", "inf"])
def test_a_maximal_contraction_of_nothing_is_refused(tmp_path, capsys, mvc):
    told = refused(capsys, npz(tmp_path, x=X_UV, fs=1000), f"--mvc={mvc}")
    assert "more than 0 uV" in told


def test_a_transposed_array_is_said_to_seem_so(tmp_path, capsys):
    told = refused(capsys, npz(tmp_path, x=np.zeros((2, 12000)), fs=1000))
    assert "12000 channels of 2 samples: it seems transposed" in told


@pytest.mark.parametrize(("seconds", "count"), [(4, "1 contraction,"), (7, "2 contractions,")])
def test_a_picture_counts_in_words_as_people_do(tmp_path, capsys, seconds, count):
    file = npz(tmp_path, x=X_UV[: 1000 * seconds, :1], fs=1000)
    picture = tmp_path / "one.svg"
    detect(capsys, file, "--picture", picture)
    assert f"{count} shaded" in picture.read_text("utf-8")


def overwritten(file, at, field):
    content = bytearray(file.read_bytes())
    content[at : at + len(field)] = field
    file.write_bytes(content)
    return file


def test_an_edf_whose_records_last_no_time_has_no_rate(tmp_path, capsys):
    file = edf(tmp_path / "zerodur.edf", biceps=(X_UV[:6000, 0], 1000, "uV"))
    told = refused(capsys, overwritten(file, 244, b"0       "))
    assert "its records last 0 s, so it has no rate" in told


@pytest.mark.parametrize("missing", [0, 500])
def test_an_edf_that_is_still_being_recorded_is_read_as_far_as_it_goes(tmp_path, capsys, missing):
    file = edf(tmp_path / "growing.edf", biceps=(X_UV[:6000, 0], 1000, "uV"))
    whole = read_recording(file, None).samples_uv
    overwritten(file, 236, b"-1      ")
    file.write_bytes(file.read_bytes()[: -missing or None])
    samples_uv = read_recording(file, None).samples_uv
    assert len(samples_uv) >= 6000 - missing - 1000
    np.testing.assert_array_equal(samples_uv, whole[: len(samples_uv)])
    assert "still being recorded" in detect(capsys, file).err


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("time_s,b\n\n0,1\n1,four\n", "line 4, column 2 (b) has 'four'"),
        ("1,2\n3,\n", "line 2, column 2 has ''"),
        ("a,b\n1,2\n# so\n1,2,3\n", "line 4 has 3 cells, those above have 2"),
        ("a\tb\n1\t2\nx\t2\n", "line 3, column 1 (a) has 'x'"),
    ],
)
def test_a_mistake_in_a_csv_is_told_by_line_of_the_file_and_column(
    tmp_path, capsys, content, where
):
    file = tmp_path / "wrong.csv"
    file.write_text(content)
    assert where in refused(capsys, file, "--rate", "1000")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("point", [".", ","])
def test_a_csv_may_have_tabs_and_be_in_utf_16(tmp_path, encoding, point):
    file = tmp_path / "tabs.csv"
    rows = [f"{k / 1000:.3f}\t{-k}.5".replace(".", point) for k in range(2000)]
    file.write_text("\n".join(["time_s\tbiceps", *rows]), encoding)
    found = read_recording(file, None)
    assert found.rate_hz == 1000
    assert found.labels == ("biceps",)
    assert found.samples_uv[:3, 0].tolist() == [0.5, -1.5, -2.5]


def test_what_is_no_text_is_refused_as_that(tmp_path, capsys):
    file = tmp_path / "binary.csv"
    file.write_bytes("1,2\n".encode("utf-16-le") * 100)
    assert "not text in UTF-8" in refused(capsys, file, "--rate", "1000")


@pytest.mark.parametrize(
    ("head", "time_by", "times"),
    [
        ("time [s],biceps [uV]", 1.0, 1.0),
        ("Time (s),biceps (mV)", 1.0, 1e3),
        ("t [ms],biceps[V]", 1e3, 1e6),
    ],
)
def test_the_headings_of_a_csv_may_say_units(tmp_path, head, time_by, times):
    file = tmp_path / "units.csv"
    rows = [f"{time_by * k / 1000:.9g},{X_UV[k, 0] / times:.12g}" for k in range(2000)]
    file.write_text("\n".join([head, *rows]))
    found = read_recording(file, None)
    assert found.rate_hz == 1000
    assert found.labels == ("biceps",)
    np.testing.assert_allclose(found.samples_uv[:, 0], X_UV[:2000, 0])


def test_a_heading_with_other_brackets_stays_as_it_is(tmp_path):
    file = tmp_path / "sides.csv"
    file.write_text("biceps (left),biceps [adc12]\n" + "1,2\n" * 1000)
    found = read_recording(file, 1000.0)
    assert found.labels == ("biceps (left)", "biceps")
    assert found.units == ("uV", "counts")


def test_counts_beside_volts_are_told_channel_by_channel(tmp_path):
    file = npz(tmp_path, x=X_UV / [1.0, 1e3], fs=1000, units=["adc12", "mV"])
    found = read_recording(file, None)
    assert found.units == ("counts", "uV")
    np.testing.assert_allclose(found.samples_uv, X_UV)


@pytest.mark.parametrize("units", ["g", "a.u.", "kPa", "seconds"])
def test_a_unit_nobody_knows_is_refused_with_those_that_are_known(tmp_path, capsys, units):
    told = refused(capsys, npz(tmp_path, x=X_UV, fs=1000, units=units))
    assert f"its units are {units}: nV, uV, mV and V are known" in told


AT = np.arange(len(X_UV), dtype=float)


@pytest.mark.parametrize(
    ("heads", "beside"),
    [
        (["sample"], [AT]),
        (["index"], [AT + 1.0]),
        (["time_ms"], [AT]),
        (["Timestamp (ms)"], [AT]),
        (["time"], [AT / 1000.0]),
        (["", "time"], [AT, AT / 1000.0]),
        (["packet"], [1.7e9 + AT * 0.001]),
    ],
)
def test_a_column_that_counts_is_no_muscle_and_is_said_to_be_left_out(
    tmp_path, capsys, heads, beside
):
    file = tmp_path / "biceps.csv"
    table = np.column_stack([*beside, X_UV])
    head = ",".join([*heads, "biceps", "triceps"])
    np.savetxt(file, table, delimiter=",", header=head, comments="", fmt="%.6f")
    read = read_recording(file, 1000.0)
    assert read.labels == ("biceps", "triceps")
    np.testing.assert_allclose(read.samples_uv, X_UV, atol=1e-5)
    assert f"left out: {heads[0] or 'column 1'}" in detect(capsys, file, "--rate", "1000").err


@pytest.mark.parametrize("head", ["time_ms", "Timestamp (ms)", "timestamp_ms", "t [ms]"])
def test_times_in_milliseconds_say_the_rate(tmp_path, head):
    file = tmp_path / "biceps.csv"
    table = np.column_stack([AT, X_UV])
    np.savetxt(file, table, delimiter=",", header=f"{head},a,b", comments="", fmt="%.3f")
    read = read_recording(file, None)
    assert (read.rate_hz, read.labels, read.remarks) == (1000.0, ("a", "b"), ())


def test_columns_that_all_count_hold_no_muscle(tmp_path, capsys):
    file = tmp_path / "nobody.csv"
    np.savetxt(file, np.column_stack([AT, AT * 0.5]), delimiter=",")
    assert "none is a muscle" in refused(capsys, file, "--rate", "1000")


def clipped(rail_uv):
    x_uv = 40.0 * np.random.default_rng(1).standard_normal((4000, 1))
    x_uv[1500:3900] = rail_uv
    return x_uv


def test_who_says_where_the_range_ends_is_told_of_an_amplifier_at_its_rail(tmp_path, capsys):
    file = npz(tmp_path, x=clipped(1500.0), fs=1000)
    assert "end of the converter's range" in detect(capsys, file, "--rail", "1500").out
    assert "end of the converter's range" not in detect(capsys, file).out


def test_numbers_of_16_bits_end_where_their_converter_does(tmp_path, capsys):
    file = npz(tmp_path, x=clipped(32767.0).astype(np.int16), fs=1000)
    assert "end of the converter's range" in detect(capsys, file).out


def test_an_edf_says_where_its_range_ends(tmp_path, capsys):
    edfio = pytest.importorskip("edfio")
    file = tmp_path / "biceps.edf"
    signal = edfio.EdfSignal(
        clipped(1500.0)[:, 0], 1000.0, physical_dimension="uV", physical_range=(-1500.0, 1500.0)
    )
    edfio.Edf([signal]).write(file)
    assert "end of the converter's range" in detect(capsys, file).out


@pytest.mark.parametrize("uv", ["0", "-5", "nan"])
def test_a_range_of_nothing_is_refused(tmp_path, capsys, uv):
    told = refused(capsys, npz(tmp_path, x=X_UV, fs=1000), "--rail", uv)
    assert "a converter's range has more than 0 uV" in told


def test_what_is_no_archive_is_refused_in_our_own_words(tmp_path, capsys):
    file = tmp_path / "junk.npz"
    file.write_bytes(b"not an archive at all")
    told = refused(capsys, file)
    assert "no NumPy archive at all" in told
    assert "pickle" not in told
    objects = npz(tmp_path, x=np.array([{}, []], dtype=object), fs=1000)
    assert "pickle" not in refused(capsys, objects)


@pytest.mark.parametrize("line_hz", [50, 60])
def test_an_open_electrode_is_asked_about_whichever_mains_it_hears(tmp_path, capsys, line_hz):
    hum_uv = 500.0 * np.sin(2.0 * np.pi * line_hz * AT / 1000.0)[:, None]
    file = npz(tmp_path, x=X_UV + hum_uv, fs=1000)
    assert "is an electrode open?" in detect(capsys, file).out
    assert "is an electrode open?" in detect(capsys, file, "--mains", line_hz).out
    assert "is an electrode open?" not in detect(capsys, file, "--mains", 110 - line_hz).out
