"""myoloop doctor: each finding says what is so, and what to do where it is not well."""

import os
import subprocess
import sys

import msgspec
import pytest

from console import checkup, platforms
from console.bare_loop import PERIOD_S, late
from console.commands.doctor import _bad
from console.documents import Doctor, Finding
from firmware_bridge.lock import Owner, hold, runtime_folder
from tests.console.terminals import myoloop, only_json

HEAVY = ("numpy", "scipy", "bleak", "matplotlib", "rich")


@pytest.mark.wire
def test_it_looks_this_machine_over_and_exits_by_the_worst(tmp_path):
    ran = myoloop("doctor", "--json", folder=tmp_path)
    findings = msgspec.convert(only_json(ran.stdout), Doctor).findings
    names = [one.name for one in findings]
    assert names[:6] == ["platform", "python", "packages", "clock", "scheduling", "ticks"]
    assert "kernels" in names
    assert "runtime folder" in names
    assert any(name.startswith("port") for name in names)
    assert ran.returncode == (3 if any(one.status == "bad" for one in findings) else 0)
    for one in findings:
        assert (one.advice is None) == (one.status == "ok")
    (ticks,) = [one for one in findings if one.name == "ticks"]
    assert "a bare loop beside it" in ticks.found


def test_it_loads_nothing_heavy():
    script = (
        "import sys; from console.cli import main; code = main(['doctor', '--why', 'pad_cm2']); "
        "import console.checkup, console.platforms; "
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]; "
        "sys.exit(f'loaded: {heavy}' if heavy else code)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_one_bad_finding_is_enough():
    well, odd = Finding("a", "ok", ""), Finding("b", "look", "")
    assert not _bad([well, odd])
    assert _bad([well, odd, Finding("c", "bad", "")])


@pytest.mark.parametrize(
    ("system", "status"),
    [("linux", "ok"), ("darwin", "look"), ("freebsd14", "look"), ("win32", "bad")],
)
def test_a_system_has_a_tier(system, status):
    assert platforms.platform(system).status == status


def test_a_package_that_is_missing_is_named_with_the_way_to_get_it():
    required = ["msgspec>=0.19", "no-such-package>=1,<2", 'pytest>=8; extra == "dev"']
    found = platforms.packages(required)
    assert (found.status, found.found) == ("bad", "missing: no-such-package")
    assert found.advice.endswith("pip install no-such-package")
    assert platforms.packages(required[:1]).status == "ok"


@pytest.mark.parametrize(
    ("resolution_s", "monotonic", "status"),
    [(1e-9, True, "ok"), (1e-4, True, "look"), (0.0156, True, "bad"), (1e-9, False, "bad")],
)
def test_a_clock_is_judged_by_its_step_and_by_never_going_back(resolution_s, monotonic, status):
    assert checkup.judge_clock(resolution_s, monotonic=monotonic).status == status


@pytest.mark.parametrize(
    ("ours_s", "status"),
    [
        ([0.0002] * 200, "ok"),
        ([0.0002] * 199 + [0.06], "look"),
        ([0.01] * 200, "look"),
        ([0.06] * 200, "bad"),
    ],
)
def test_ticks_are_judged_by_what_a_session_would_feel(ours_s, status):
    found = checkup.judge_ticks(ours_s, [0.0001] * 200)
    assert found.status == status
    assert "0.10 ms" in found.found


@pytest.mark.parametrize("scheduling", ["nice", "normal"])
def test_whoever_may_not_have_real_time_priority_is_told_how_to_get_it(scheduling):
    found = checkup.judge_scheduling(scheduling)
    assert found.status == "look"
    assert "rtprio" in found.advice
    assert checkup.judge_scheduling("fifo").status == "ok"


@pytest.mark.parametrize(
    ("wanted", "compiled", "status", "says"),
    [
        (True, (True, True), "ok", "compiled: EMG, ticks"),
        (True, (True, False), "look", "plain Python: ticks"),
        (False, (False, False), "look", "MYOLOOP_PLAIN"),
    ],
)
def test_kernels_say_whether_they_are_in_use(wanted, compiled, status, says):
    working = dict(zip(("EMG", "ticks"), compiled, strict=True))
    found = checkup.judge_kernels(wanted=wanted, working=working)
    assert found.status == status
    assert says in found.found
    assert (found.advice is None) == (status == "ok")


def test_a_port_says_whether_it_may_be_opened_and_by_whom():
    master, slave = os.openpty()
    try:
        path = os.ttyname(slave)
        assert [one.status for one in checkup.ports([path])] == ["ok"]
        hold(path, Owner(pid=os.getpid(), url=f"serial://{path}"))
        (held,) = checkup.ports([path])
        assert f"process {os.getpid()}" in held.found
    finally:
        os.close(master)
        os.close(slave)
    (gone,) = checkup.ports(["/dev/ttyNONE9"])
    assert "usermod -aG dialout" in gone.advice
    (none,) = checkup.ports([])
    assert none.status == "ok"


def test_the_runtime_folder_says_whose_it_is_and_what_the_dead_have_left(tmp_path):
    found = checkup.runtime()
    assert found.status == "ok"
    assert "mode 700" in found.found
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (runtime_folder() / f"{dead.pid}-ab.sock").touch()
    (runtime_folder() / f"{os.getpid()}-ab.sock").touch()
    hold("/dev/ttyACM0", Owner(pid=dead.pid, url="serial:///dev/ttyACM0"))
    found = checkup.runtime()
    assert (found.status, "2 left behind" in found.found) == ("look", True)


def test_a_runtime_folder_that_others_may_see_is_bad(runtime):
    (runtime / "myoloop").mkdir(mode=0o755)
    found = checkup.runtime()
    assert (found.status, "not yours alone" in found.found) == ("bad", True)


def test_what_no_command_needs_is_not_missed_and_what_one_needs_is():
    assert list(checkup.tools({"run", "tcp"})) == []
    names = [one.name for one in checkup.tools({"ble", "mqtt"})]
    assert names == ["mosquitto", "dbus", "bluetooth"]
    for one in checkup.tools({"ble", "mqtt"}):
        assert (one.status == "ok") == (one.advice is None)


@pytest.mark.wire
def test_a_bare_loop_is_never_early_and_counts_what_it_missed():
    found = late(0.2)
    assert 1 <= len(found) <= 0.2 / PERIOD_S + 1
    assert min(found) >= 0.0
