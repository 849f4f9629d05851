"""The runtime folder, and who says that they hold a port."""

import os
import stat
import subprocess
import sys
import tempfile

import pytest

from firmware_bridge.lock import (
    Owner,
    claim,
    hold,
    is_alive,
    let_go,
    owner_of,
    runtime_folder,
    take_orders_on,
)

PORT = "/dev/ttyACM0"


@pytest.fixture
def dead_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_folder_is_made_for_its_user_alone(runtime):
    assert runtime_folder() == runtime
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700


def test_without_a_runtime_directory_the_temporary_one_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert runtime_folder() == tmp_path / f"myoloop-{os.getuid()}"
    assert stat.S_IMODE(runtime_folder().stat().st_mode) == 0o700


def test_a_folder_that_others_may_look_into_is_refused(runtime):
    runtime.mkdir(mode=0o755)
    with pytest.raises(PermissionError, match="remove it"):
        runtime_folder()


def test_a_link_to_somewhere_else_is_refused(runtime, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    runtime.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        runtime_folder()


def test_an_owner_is_known_until_it_lets_go():
    mine = Owner(pid=os.getpid(), url=f"serial://{PORT}")
    hold(PORT, mine)
    assert owner_of(PORT) == mine
    let_go(PORT)
    assert owner_of(PORT) is None


def test_an_owner_can_add_its_control_socket():
    hold(PORT, Owner(pid=os.getpid(), url=f"serial://{PORT}"))
    hold(PORT, Owner(pid=os.getpid(), url=f"serial://{PORT}", control="/run/session.sock"))
    assert owner_of(PORT).control == "/run/session.sock"


def test_the_socket_is_added_to_what_this_process_holds_and_to_nothing_else():
    hold(PORT, Owner(pid=os.getpid(), url=f"serial://{PORT}"))
    hold("tcp:192.0.2.1:5555", Owner(pid=os.getppid(), url="tcp://192.0.2.1:5555"))
    take_orders_on("/run/session.sock")
    assert owner_of(PORT).control == "/run/session.sock"
    assert owner_of("tcp:192.0.2.1:5555").control == ""


def test_an_address_is_claimed_once_and_free_again_when_its_process_is_gone():
    script = (
        "import sys; from firmware_bridge.lock import claim; "
        "print(claim(sys.argv[1]) is not None, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, "tcp:192.0.2.1:5555"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"True\n"
        assert claim("tcp:192.0.2.1:5555") is None
        other.kill()
    mine = claim("tcp:192.0.2.1:5555")
    assert mine is not None
    assert claim("tcp:192.0.2.1:5555") is None
    os.close(mine)


def test_a_port_has_one_owner_whatever_it_is_called(tmp_path):
    alias = tmp_path / "massager"
    alias.symlink_to(PORT)
    hold(str(alias), Owner(pid=os.getpid(), url=f"serial://{alias}"))
    assert owner_of(PORT).pid == os.getpid()


def test_the_dead_own_nothing_and_leave_nothing(runtime, dead_pid):
    hold(PORT, Owner(pid=dead_pid, url=f"serial://{PORT}"))
    assert owner_of(PORT) is None
    assert list(runtime.iterdir()) == []


def test_nobody_lets_go_for_another():
    hold(PORT, Owner(pid=os.getppid(), url=f"serial://{PORT}"))
    let_go(PORT)
    assert owner_of(PORT).pid == os.getppid()


def test_a_torn_lock_file_names_nobody(runtime):
    hold(PORT, Owner(pid=os.getpid(), url=f"serial://{PORT}"))
    (file,) = runtime.iterdir()
    file.write_text('{"pid": 1')
    assert owner_of(PORT) is None


def test_a_process_of_somebody_else_lives_too(dead_pid):
    assert is_alive(1)
    assert not is_alive(dead_pid)
