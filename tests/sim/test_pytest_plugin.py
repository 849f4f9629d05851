"""Whoever has scenarios of their own plays them with pytest."""

import subprocess
import sys

from tests.sim.stories import WHOLE


def pytest_in(folder, *words):
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(folder),
            *words,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_a_rig_that_is_none_is_refused_before_anything_is_collected(tmp_path):
    (tmp_path / "wrong.scenario.yaml").write_text("no scenario at all")
    ran = pytest_in(tmp_path, "--rig", "ptty")
    assert ran.returncode == 4
    assert '--rig "ptty" is no rig; there are virtual, pty, ble' in ran.stderr
    assert "wrong.scenario.yaml" not in ran.stdout


def test_a_scenario_is_a_test_that_passes_fails_or_says_its_mistakes(tmp_path):
    (tmp_path / "good.scenario.yaml").write_text(WHOLE)
    (tmp_path / "bad.scenario.yaml").write_text(WHOLE.replace("stopped", "complete"))
    (tmp_path / "wrong.scenario.yaml").write_text(WHOLE.replace("outcome", "outcom"))
    ran = pytest_in(tmp_path)
    assert ran.returncode == 1
    assert "2 failed, 1 passed" in ran.stdout
    assert "outcome: expected complete, saw stopped (sensor_stuck) at 3." in ran.stdout
    assert "myoloop scenario run" in ran.stdout
    assert 'wrong.scenario.yaml:8:10  expect.outcom  "outcom" is not known here' in ran.stdout
    assert "Traceback" not in ran.stdout
