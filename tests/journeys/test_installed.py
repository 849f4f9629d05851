"""Installed bare from its wheel, and called from a folder of decoys, it still plays itself."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.console.terminals import environment, only_json

pytestmark = [pytest.mark.wire, pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]

DECOY = "raise SystemExit('a decoy was imported')\n"


def pip(*words):
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        if os.environ.get("CI") == "true":
            pytest.fail(f"pip {' '.join(words)}: {ran.stderr[-2000:]}")
        pytest.skip("no wheel can be built or installed here: is there a network?")


@pytest.fixture
def installed(tmp_path):
    """A fresh environment with the wheel and what it depends on, and nothing else."""
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path / "wheels"), str(ROOT))
    (wheel,) = (tmp_path / "wheels").glob("myoloop-*.whl")
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
