"""The command line itself: what it loads, what it prints, how it exits."""

import json
import subprocess
import sys
from importlib.metadata import version

import pytest

from console.cli import TABLE, main
from tests.console.terminals import myoloop, only_json

HEAVY = ("numpy", "scipy", "pydantic", "bleak", "matplotlib", "_cffi_backend")


def test_help_loads_nothing_heavy():
    script = (
        "import sys; from console.cli import main; code = main(['--help']); "
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]; "
        "sys.exit(f'loaded: {heavy}' if heavy else code)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    for path in TABLE:
        assert path[0] in ran.stdout


def test_stop_loads_little():
    heavy = ("numpy", "scipy", "bleak", "matplotlib", "rich", "serial", "asyncio")
    script = (
        "import sys; from console.cli import main; code = main(['stop']); "
        f"heavy = [name for name in {heavy!r} if name in sys.modules]; "
        "sys.exit(f'loaded: {heavy}' if heavy else code)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("path", TABLE, ids=" ".join)
def test_every_command_explains_itself(path, capsys):
    assert main([*path, "--help"]) == 0
    said = capsys.readouterr().out
    assert "Usage: myoloop" in said
    assert "--json" in said


def test_no_words_at_all_are_a_wish_for_help(capsys):
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"myoloop {version('myoloop')}\n"


@pytest.mark.parametrize("words", [["--version", "--json"], ["--json", "--version"]], ids=str)
def test_the_version_is_an_object_where_objects_are_wanted(words, capsys):
    assert main(words) == 0
    said = only_json(capsys.readouterr().out)
    assert said == {"schema": "myoloop.version/1", "version": version("myoloop")}


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["profile"],
        ["profile", "nonsense"],
        ["run"],
        ["demo", "--seconds", "5"],
        ["demo", "--seconds", "soon"],
        ["demo", "--picture", "picture.bmp"],
        ["demo", "--picture", "no/such/folder/picture.svg"],
        ["run", "library:demo"],
        ["run", "library:demo", "--device", "sim://healthy_f", "--set", "depth"],
        ["run", "library:demo", "--device", "sim://healthy_f", "--set", "a=1", "--set", "a=2"],
        ["run", "library:nothing", "--device", "sim://healthy_f"],
        ["run", "no-such-file.yaml", "--device", "sim://healthy_f"],
        ["run", ".", "--device", "sim://healthy_f"],
        ["device", "info"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_message_and_exit_code_2(words, capsys):
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("myoloop: ")
    assert "Traceback" not in told.err


@pytest.mark.parametrize("words", [["--json", "nonsense"], ["device", "--json", "info"]])
def test_json_anywhere_makes_an_error_one_object(words, capsys):
    assert main(words) == 2
    told = capsys.readouterr()
    document = only_json(told.out)
    assert document["schema"] == "myoloop.error/1"
    assert document["error"]["kind"] == "usage"
    assert told.err == ""


@pytest.mark.parametrize("label", ["", " "])
def test_a_mark_without_a_word_is_wrong_usage_whatever_runs(label, capsys):
    assert main(["session", "mark", label]) == 2
    assert "a mark needs a word" in capsys.readouterr().err


def test_an_address_that_is_none_is_a_fault_of_the_device(capsys):
    assert main(["device", "info", "--device", "carrier-pigeon://home", "--json"]) == 3
    error = only_json(capsys.readouterr().out)["error"]
    assert error["kind"] == "unavailable"
    assert "carrier-pigeon" in error["message"]


def test_a_port_that_is_not_there_is_a_fault_of_the_device(capsys):
    assert main(["device", "info", "--device", "serial:///dev/ttyNONE9", "--json"]) == 3
    assert only_json(capsys.readouterr().out)["error"]["kind"] == "unavailable"


def test_the_environment_may_name_the_device(capsys, monkeypatch):
    monkeypatch.setenv("MYOLOOP_DEVICE", "serial:///dev/ttyNONE9")
    assert main(["device", "info"]) == 3
    assert "/dev/ttyNONE9" in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_error():
    shell = f"{sys.executable} -m console.cli profile show library:demo | true"
    ran = subprocess.run(["sh", "-c", shell], capture_output=True, text=True)
    assert ran.stderr == ""


def test_the_schemas_are_published(tmp_path):
    ran = myoloop("--schemas", folder=tmp_path)
    assert ran.returncode == 0
    assert "myoloop.run/1" in json.loads(ran.stdout)
