"""myoloop profile new, schema, convert, plot --watch: for whoever writes profiles."""

import os
import signal
import subprocess
import sys
import time

import pytest

from console.cli import main
from profiles.library import library_text
from profiles.load import read
from profiles.model import Profile
from tests.console.terminals import only_json

HEAVY = (
    "scipy", "bleak", "starlette", "uvicorn", "websockets", "aiomqtt", "serial", "pyarrow",
    "matplotlib", "mcap", "jinja2",
)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["show", "library:demo"],
        ["check", "library:demo"],
        ["check", "library:kneading", "--person", "simulated", "--device", "levels10"],
        ["schema"],
        ["new", "mine.yaml"],
        ["convert", "library:demo", "demo.ahap"],
    ],
    ids=" ".join,
)
def test_a_command_about_profiles_loads_no_radio_no_web_and_no_filters(words, tmp_path):
    script = (
        f"import sys; from console.cli import main; code = main(['profile', *{words!r}]); "
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]; "
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr


def test_a_new_profile_checks_clean_and_is_never_written_over(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    words = ["profile", "new", str(file), "--region", "gluteus", "--purpose", "relax",
             "--time", "8 min", "--sensors", "emg"]  # fmt: skip
    assert main(words) == 0
    assert read(file.read_text("utf-8"), Profile).region == "gluteus"
    assert main(["profile", "check", str(file)]) == 0
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*words, "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--region", "gluteous"], "gluteus"),
        (["--purpose", "relaxing"], "relax"),
        (["--time", "2 min"], "5 to 30 min"),
        (["--time", "8 kPa"], "a time is wanted"),
        (["--sensors", "egm"], "emg"),
    ],
)
def test_a_wish_that_nobody_knows_is_told_with_the_nearest(words, told, tmp_path, capsys):
    assert main(["profile", "new", str(tmp_path / "mine.yaml"), *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "mine.yaml").exists()


@pytest.mark.parametrize("name", ["n3.txt", "n3", "n3.json"])
def test_a_new_profile_that_is_called_otherwise_is_refused_with_the_right_name(
    name, tmp_path, capsys
):
    assert main(["profile", "new", str(tmp_path / name)]) == 2
    right = tmp_path / "n3.yaml"
    assert f"a profile is called *.yaml or *.yml; name it {right}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_name_for_a_profile(capsys):
    assert main(["profile", "new", "."]) == 2
    assert "name it mine.yaml" in capsys.readouterr().err


def test_a_new_profile_may_be_called_yml_too(tmp_path):
    assert main(["profile", "new", str(tmp_path / "mine.yml")]) == 0
    assert (tmp_path / "mine.yml").exists()


def test_the_schema_is_printed(capsys):
    assert main(["profile", "schema", "--json"]) == 0
    document = only_json(capsys.readouterr().out)
    assert document["json_schema"]["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("suffix", ["ahap", "hjif", "csv", "parquet"])
def test_a_profile_goes_to_another_tool_and_comes_back(suffix, tmp_path, capsys):
    out, back = tmp_path / f"there.{suffix}", tmp_path / "back.yaml"
    assert main(["profile", "convert", "library:effleurage", str(out), "--json"]) == 0
    document = only_json(capsys.readouterr().out)
    assert document["schema"] == "myoloop.profile_convert/1"
    assert any("regions" in sentence for sentence in document["left_out"])
    assert main(["profile", "convert", str(out), str(back)]) == 0
    first = read(back.read_text("utf-8"), Profile).steps[0].technique
    assert first == ("curve" if suffix in {"csv", "parquet"} else "settle")


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        ("{}", [], "Pattern"),
        ('{"Pattern": []}', [], "--range"),
        ('{"Pattern": []}', ["--range", "12 s"], "a pressure is wanted"),
        ('{"Pattern": []}', ["--range", "12 kPa", "--region", "knee"], "no region"),
    ],
)
def test_what_cannot_be_carried_at_all_is_one_message(content, words, told, tmp_path, capsys):
    file = tmp_path / "theirs.ahap"
    file.write_text(content, "utf-8")
    assert main(["profile", "convert", str(file), str(tmp_path / "x.yaml"), *words]) in {1, 2}
    err = capsys.readouterr().err
    assert told in err
    assert "Traceback" not in err


CURVES = {
    "both": "time_s,pressure_kpa,position_mm\n0,0,0\n2,0,60\n5,0,60\n9,6,0\n14,6,0\n16,0,0\n",
    "moved": "time_s,position_mm\n0,0\n4,80\n8,0\n",
    "2024": "time_s,pressure_kpa\r0,0\r4,5\r8,0\r",
    "late": "time_s,pressure_kpa\n60,5\n64,5\n",
    "long": "time_s,pressure_kpa\n0,0\n4,4\n870.123,4\n880,0\n",
    "x" * 220: "time_s,pressure_kpa\n0,0\n4,5\n8,0\n",
}


@pytest.mark.parametrize("name", CURVES)
def test_a_profile_that_is_written_checks(name, tmp_path, capsys):
    file, back = tmp_path / f"{name}.csv", tmp_path / "back.yaml"
    file.write_text(CURVES[name], "utf-8", newline="")
    assert main(["profile", "convert", str(file), str(back)]) == 0
    assert main(["profile", "check", str(back)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("0,0\n8,70\n20,70\n", "region allows 40 kPa"),
        ("0,0\n3,10\n400,10\n423,0\n", "after 180 s at most"),
        ("0,0\n3,4\n1200,4\n", "over 15 min"),
        ("0,0\n90,900\n190,900\n", "400 kPa at most"),
    ],
)
def test_a_curve_that_may_be_played_on_nobody_is_refused_and_not_written(
    rows, told, tmp_path, capsys
):
    file, back = tmp_path / "theirs.csv", tmp_path / "back.yaml"
    file.write_text("time_s,pressure_kpa\n" + rows, "utf-8")
    assert main(["profile", "convert", str(file), str(back)]) == 1
    err = capsys.readouterr().err
    assert told in err
    assert "theirs.csv" in err
    assert not back.exists()


def test_a_curve_that_needs_a_warm_up_is_written_and_the_warm_up_is_told(tmp_path, capsys):
    file, back = tmp_path / "theirs.csv", tmp_path / "back.yaml"
    file.write_text("time_s,pressure_kpa\n0,0\n4,20\n20,20\n24,0\n", "utf-8")
    assert main(["profile", "convert", str(file), str(back)]) == 0
    assert "60 s of contact" in capsys.readouterr().out
    assert back.exists()


def test_from_one_tool_to_another_there_is_no_way(tmp_path, capsys):
    assert main(["profile", "convert", "a.ahap", str(tmp_path / "b.hjif")]) == 2
    assert "one of both is a profile" in capsys.readouterr().err


def ended(process):
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.mark.wire
def test_a_watched_profile_is_drawn_anew_when_it_is_saved(tmp_path):
    file, picture = tmp_path / "mine.yaml", tmp_path / "mine.svg"
    file.write_text(library_text("effleurage"), "utf-8")
    words = ["-m", "console.cli", "profile", "plot", str(file), "--watch", "--picture", picture]
    command = [sys.executable, *map(str, words)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watching:
        try:
            assert "mine.svg" in watching.stderr.readline()
            before = picture.read_bytes()
            file.write_text(library_text("effleurage").replace("6 kPa", "x kPa"), "utf-8")
            assert "mine.yaml:" in watching.stderr.readline()
            time.sleep(0.3)
            file.write_text(library_text("effleurage").replace("title: ", "title: Newer "), "utf-8")
            while "mine.svg" not in watching.stderr.readline():
                assert watching.poll() is None
            assert picture.read_bytes() != before
        finally:
            os.kill(watching.pid, signal.SIGINT)
            code = ended(watching)
        assert code == 1
