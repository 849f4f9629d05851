"""Whoever of the three is killed, client, control process or neither: the device lets go."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

from console.people import SimulatedAttendant
from console.sitting import Programme, Sitting
from controller.announcing import announced
from controller.play import prepare
from controller.process import READY
from firmware_bridge.codes import State
from firmware_bridge.links.local import dial
from firmware_bridge.lock import is_alive
from sim.oracle import rises_last_after_s, zero_after_s
from tests.console.terminals import TWO_STEPS, Running, myoloop, only_json
from tests.console.test_sitting import Watcher
from tests.journeys.stage import settle, truth_at, twin_at
from tests.journeys.test_loss import assert_let_go

pytestmark = pytest.mark.wire

PROFILE = Path(__file__).with_name("brief.yaml")


@pytest.fixture(autouse=True)
def runtime(socket_folder, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(socket_folder))
    return socket_folder


def run_on(port, runtime, profile=PROFILE):
    return Running(
        "run", str(profile), "--device", f"serial://{port}", "--no-display", "--json",
        folder=runtime,
    )  # fmt: skip


def pressing(run):
    """Wait until something is pressed: plain lines say so every five seconds."""
    run.until("Petrissage begins")
    time.sleep(2.0)


def gone_within(pid, seconds):
    until_s = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until_s:
        time.sleep(0.05)
    return not is_alive(pid)


async def test_a_client_that_is_killed_ends_its_session_in_good_order(runtime):
    port = runtime / "port"
    with twin_at(port), run_on(port, runtime) as run:
        pressing(run)
        (session,) = announced()
        run.signal(signal.SIGKILL)
        assert gone_within(session.pid, 5.0)
        truth, state = await truth_at(port)
    assert state is State.IDLE  # let go and disarmed: nothing is latched
    assert truth.true_kpa.max() > 6.0
    assert truth.true_kpa[-20:].max() < 0.3
    assert announced() == []


async def test_a_control_process_that_is_killed_is_a_fault_for_everybody_who_watched(runtime):
    port = runtime / "port"
    with twin_at(port), run_on(port, runtime) as run:
        pressing(run)
        (session,) = announced()
        with Running("session", "watch", "--no-display", "--json", folder=runtime) as watcher:
            watcher.until(" of ")
            os.kill(session.pid, signal.SIGKILL)
            code, out = run.end()
            watcher_code, watcher_out = watcher.end()
        await settle(1.0)
        truth, state = await truth_at(port)
    document = only_json(out)
    assert (code, document["outcome"], document["reason"]) == (3, "fault", "control_lost")
    assert document["steps"][-1]["outcome"] == "stopped"
    assert watcher_code == 3
    assert only_json(watcher_out)["error"]["kind"] == "control_lost"
    assert state is State.STOPPED
    assert_let_go(truth, truth.last("stop LAST_CLOSE"))


async def test_a_control_process_that_is_frozen_is_a_release_and_a_fault(runtime):
    port = runtime / "port"
    with twin_at(port), run_on(port, runtime) as run:
        pressing(run)
        (session,) = announced()
        os.kill(session.pid, signal.SIGSTOP)
        code, out = run.end()
        await settle(0.3)
        truth, _ = await truth_at(port)
    assert (code, only_json(out)["reason"]) == (3, "control_lost")
    assert not is_alive(session.pid)  # its client has killed what hung
    event_s = truth.last("silent since")
    assert rises_last_after_s(truth, event_s) <= 0.12
    assert zero_after_s(truth, event_s) <= 0.6


async def test_a_control_process_is_deaf_to_ctrl_c_and_its_client_lets_go(runtime):
    port = runtime / "port"
    with twin_at(port), run_on(port, runtime) as run:
        pressing(run)
        (session,) = announced()
        os.kill(session.pid, signal.SIGINT)
        await settle(0.5)
        assert is_alive(session.pid)
        run.signal(signal.SIGINT)
        code, out = run.end()
        truth, state = await truth_at(port)
    assert (code, only_json(out)["reason"]) == (1, "operator")
    assert state is State.IDLE
    assert truth.true_kpa[-10:].max() < 0.3


async def test_a_stop_without_words_vents_every_device_of_the_machine(runtime):
    with contextlib.ExitStack() as stack:
        ports = [runtime / f"port{number}" for number in range(3)]
        for number, port in enumerate(ports):
            stack.enter_context(twin_at(port, seed=7 + number))
        runs = [stack.enter_context(run_on(port, runtime)) for port in ports]
        for run in runs:
            run.until("Petrissage begins")
        await settle(2.0)
        stop = myoloop("stop", "--json", folder=runtime)
        ends = [run.end() for run in runs]
        seen = [await truth_at(port) for port in ports]
    sessions = only_json(stop.stdout)["sessions"]
    assert stop.returncode == 0
    assert [one["confirmed"] for one in sessions] == [True] * 3
    assert {one["url"] for one in sessions} == {f"serial://{port}" for port in ports}
    assert [(code, only_json(out)["reason"]) for code, out in ends] == [(1, "operator")] * 3
    for truth, state in seen:
        assert state is State.STOPPED
        assert truth.true_kpa.max() > 6.0
        assert_let_go(truth, truth.last("stop STOP_FRAME"))


async def test_a_session_is_listed_watched_marked_and_eased_from_elsewhere(runtime):
    port = runtime / "port"
    with twin_at(port), run_on(port, runtime, TWO_STEPS) as run:
        run.until("Kneading begins")
        watcher = Running("session", "watch", "--no-display", "--json", folder=runtime)
        with watcher:
            watcher.until(" of ")
            listed = only_json(myoloop("session", "list", "--json", folder=runtime).stdout)
            marked = myoloop("session", "mark", "here", folder=runtime)
            eased = only_json(myoloop("session", "ease", "50%", "--json", folder=runtime).stdout)
            never = myoloop("session", "ease", "200%", "--json", folder=runtime)
            run.signal(signal.SIGINT)
            code, out = run.end()
            watched_code, watched = watcher.end()
    (session,) = listed["sessions"]
    assert (session["standing"], session["profile"]) == ("running", "two-steps")
    assert session["device_url"] == f"serial://{port}"
    assert marked.returncode == 0
    assert eased["accepted"]
    assert any("pressed at 50 % by an operator" in line for line in run.lines)
    assert never.returncode == 2
    assert (code, only_json(out)["reason"]) == (1, "operator")
    assert (watched_code, only_json(watched)["outcome"]) == (1, "stopped")
    assert any("here" in line for line in watcher.lines)


async def test_a_session_is_moved_paused_and_resumed_from_elsewhere(runtime):
    played = (
        "run", TWO_STEPS, "--device", "sim://healthy_f?seed=7", "--no-display", "--json"
    )  # fmt: skip
    with Running(*played, folder=runtime) as run:
        run.until("Kneading begins")
        await settle(4.0)  # the way to the first peak is over
        moved = myoloop("session", "set", "depth=12kPa", "--json", folder=runtime)
        run.until("other values count in this step")
        too_much = myoloop("session", "set", "depth=30kPa", "--json", folder=runtime)
        not_live = myoloop("session", "set", "rate=0.6Hz", folder=runtime)
        paused = myoloop("session", "pause", folder=runtime)
        run.until("paused")
        await settle(1.0)
        listed = only_json(myoloop("session", "list", "--json", folder=runtime).stdout)
        resumed = myoloop("session", "resume", "--json", folder=runtime)
        run.until("it goes on")
        run.signal(signal.SIGINT)
        code, _ = run.end()
    assert (moved.returncode, only_json(moved.stdout)["accepted"]) == (0, True)
    assert too_much.returncode == 1
    assert "outside what the author allows" in too_much.stdout
    assert (not_live.returncode, "no live parameter" in not_live.stderr) == (2, True)
    assert (paused.returncode, resumed.returncode, code) == (0, 0, 1)
    assert [session["standing"] for session in listed["sessions"]] == ["paused"]


# --- what it loads ------------------------------------------------------------------------------

FORBIDDEN = (
    "profiles.load", "profiles.model", "profiles.compiler", "pydantic", "ruamel", "sqlite3",
    "typer", "rich", "matplotlib", "starlette", "aiomqtt", "mcap", "jinja2", "console",
)  # fmt: skip


async def test_a_control_process_loads_nothing_of_what_people_touch_or_write(runtime):
    log = runtime / "imports"

    @contextlib.asynccontextmanager
    async def told_on():
        with log.open("wb") as imports:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-X", "importtime", "-P", "-m", "controller.process",
                stdin=DEVNULL, stdout=PIPE, stderr=imports, start_new_session=True,
            )  # fmt: skip
        said = await process.stdout.readline()
        link = await dial(said.decode().removeprefix(READY).strip())
        yield link
        await link.aclose()
        await process.communicate()

    watcher = Watcher()
    sitting = Sitting(
        "sim://healthy_f?seed=7",
        Programme(lambda capabilities: prepare(PROFILE.read_bytes(), "brief", capabilities, {})),
        lambda device, fit: SimulatedAttendant(device, watcher.say),
        watcher,
        told_on,
    )
    watcher.act = lambda event: getattr(event, "pressure_kpa", 0.0) > 5.0 and sitting.leave()
    visit = await sitting.run()
    assert visit.outcome.result == "stopped"
    loaded = [line.rpartition("|")[2].strip() for line in log.read_text("utf-8").splitlines()]
    assert "controller.session" in loaded
    assert "sim.body" in loaded
    for name in loaded:
        assert not name.startswith(FORBIDDEN), f"{name} is loaded by the control process"


def test_a_virtual_device_ends_with_the_control_process_that_started_it(runtime):
    with Running("demo", "--seconds", "20", "--no-display", "--json", folder=runtime) as demo:
        demo.until("Settle begins")
        (session,) = announced()
        children = Path(f"/proc/{session.pid}/task/{session.pid}/children")
        (twin,) = map(int, children.read_text("ascii").split())
        os.kill(session.pid, signal.SIGKILL)
        code, _ = demo.end()
        assert gone_within(twin, 5.0)
    assert code == 3
