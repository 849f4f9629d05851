"""Installed bare from its wheel, and called from a folder of decoys, it still plays itself."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.console.terminals import environment, only_json

pytestmark = [pytest.mark.wire, pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]

DECOY = "raise SystemExit('a decoy was imported')\n"


def pip(*words, **surroundings):
    """Let pip work behind the tests of wires that run beside this one, which keep time."""
    ran = subprocess.run(
        ["nice", "-n", "10", sys.executable, "-m", "pip", "--disable-pip-version-check", *words],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        if os.environ.get("CI") == "true":
            pytest.fail(f"pip {' '.join(words)}: {ran.stderr[-2000:]}")
        pytest.skip("no wheel can be built or installed here: is there a network?")


def wheel_of(folder, **surroundings):
    """Build the wheel there, and return it, with the compiled kernels that are in it."""
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT), **surroundings)
    (wheel,) = folder.glob("myoloop-*.whl")
    with ZipFile(wheel) as inside:
        return wheel, [name for name in inside.namelist() if name.endswith(".so")]


@pytest.fixture
def installed(tmp_path):
    """A fresh environment with the wheel and what it depends on, and nothing else."""
    wheel, kernels = wheel_of(tmp_path / "wheels")
    assert (len(kernels) == 3) == (shutil.which("cc") is not None)
    assert wheel.name.endswith("none-any.whl") == (not kernels)
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    pip("--python", str(python), "install", "--quiet", str(wheel))
    return python.with_name("myoloop")


@pytest.fixture
def decoys(tmp_path):
    """A folder that has packages of the same names, as a stranger's project may."""
    folder = tmp_path / "project"
    for name in ("controller", "profiles", "sim", "console", "firmware_bridge"):
        (folder / name).mkdir(parents=True)
        for file in ("__init__.py", "process.py", "session.py", "link.py"):
            (folder / name / file).write_text(DECOY, "utf-8")
    return folder


def test_a_wheel_installed_bare_plays_its_demo_from_a_folder_of_decoys(installed, decoys, tmp_path):
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    surroundings = environment(runtime)
    surroundings.pop("PYTHONPATH", None)
    ran = subprocess.run(
        [str(installed), "demo", "--seconds", "10", "--no-display", "--json"],
        cwd=decoys,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert only_json(ran.stdout)["outcome"] == "complete"
    assert (decoys / "myoloop-demo.svg").exists()


def test_where_nothing_can_be_compiled_a_wheel_is_a_plain_one(tmp_path):
    wheel, kernels = wheel_of(tmp_path, CC=str(tmp_path / "no-compiler"))
    assert wheel.name.endswith("py3-none-any.whl")
    assert not kernels
