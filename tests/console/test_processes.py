"""The program as a person meets it: processes, signals, a real pseudo-terminal, real time."""

import contextlib
import os
import signal
import time

import msgspec
import pytest

from console.documents import Run
from controller.announcing import announced
from firmware_bridge.lock import owners
from tests.console.terminals import TWO_STEPS, Running, myoloop, only_json

pytestmark = pytest.mark.wire

SIM = "sim://healthy_f?seed=7"
RUN = ("run", TWO_STEPS, "--device", SIM, "--no-display", "--json")


def test_the_demo_plays_is_busy_meanwhile_and_ends_complete(runtime):
    with Running("demo", "--seconds", "10", "--no-display", "--json", folder=runtime) as demo:
        demo.until("Settle begins")
        (owner,) = owners()
        assert owner.control
        busy = myoloop("device", "info", "--device", owner.url, "--json", folder=runtime)
        assert busy.returncode == 3
        error = only_json(busy.stdout)["error"]
        assert error["kind"] == "busy"
        assert str(owner.pid) in error["message"]
        code, out = demo.end()
    document = only_json(out)
    run = msgspec.convert(document, Run)
    assert (code, run.outcome) == (0, "complete")
    assert run.duration_s == pytest.approx(10, rel=0.1)
    assert run.pressure.peak_kpa <= run.pressure.envelope_kpa
    assert 10 < run.pressure.true_peak_kpa <= run.pressure.envelope_kpa
    assert run.link_stats.frames_bad == 0
    assert run.verdict_counts.stop == run.verdict_counts.release == 0
    assert (runtime / "myoloop-demo.svg").read_text("utf-8").startswith("<?xml")
    assert owners() == []


@pytest.mark.parametrize(
    "signals", [[signal.SIGINT], [signal.SIGINT, signal.SIGINT], [signal.SIGTERM]], ids=str
)
def test_ctrl_c_lets_go_and_a_second_one_does_not_skip_that(signals, runtime):
    with Running(*RUN, folder=runtime) as one:
        one.until("Kneading begins")
        for number in signals:
            one.signal(number)
            time.sleep(0.1)
        code, out = one.end()
    run = msgspec.convert(only_json(out), Run)
    assert (code, run.outcome, run.reason) == (1, "stopped", "operator")
    assert [step.outcome for step in run.steps] == ["done", "stopped"]
    assert run.verdict_counts.release == 1
    assert run.verdict_counts.stop == 0


def test_ctrl_c_before_anything_is_played_ends_at_once(runtime):
    with Running(*RUN, folder=runtime) as one:
        one.until("pre-flight")
        one.signal(signal.SIGINT)
        code, out = one.end()
    assert code == 1
    assert only_json(out)["error"]["kind"] == "interrupted"


def test_stop_from_another_process_ends_the_session(runtime):
    with Running(*RUN, folder=runtime) as one:
        one.until("Settle begins")
        stop = myoloop("stop", "--json", folder=runtime)
        code, out = one.end()
    (stopped,) = only_json(stop.stdout)["sessions"]
    assert stop.returncode == 0
    assert (stopped["confirmed"], stopped["path"]) == (True, "session")
    assert (code, only_json(out)["reason"]) == (1, "operator")


def test_stop_overrules_a_session_that_hangs(runtime):
    with Running(*RUN, folder=runtime) as one:
        one.until("Settle begins")
        (session,) = announced()
        os.kill(session.pid, signal.SIGSTOP)
        stop = myoloop("stop", "--json", folder=runtime)
        os.kill(session.pid, signal.SIGCONT)
        code, out = one.end()
    (stopped,) = only_json(stop.stdout)["sessions"]
    assert stop.returncode == 0
    assert (stopped["confirmed"], stopped["path"]) == (True, "port")
    assert code in (1, 3)
    assert only_json(out)["outcome"] in ("stopped", "fault")


def test_stop_reaches_a_session_whose_client_is_frozen(runtime):
    with Running(*RUN, folder=runtime) as one:
        one.until("Settle begins")
        one.signal(signal.SIGSTOP)
        stop = myoloop("stop", "--json", folder=runtime)
        one.signal(signal.SIGCONT)
        code, out = one.end()
    (stopped,) = only_json(stop.stdout)["sessions"]
    assert (stopped["confirmed"], stopped["path"]) == (True, "session")
    assert code in (1, 3)  # the client may have been away for too long to hear how it ended
    assert only_json(out)["outcome"] in ("stopped", "fault")


@pytest.mark.parametrize("words", [("pause",), ("resume",), ("ease", "50%"), ("watch",)], ids=str)
def test_where_nothing_runs_there_is_nothing_to_tell(words, runtime):
    told = myoloop("session", *words, "--json", folder=runtime)
    assert told.returncode == 2
    assert "no session runs" in only_json(told.stdout)["error"]["message"]


def test_where_nothing_runs_the_list_is_empty(runtime):
    listed = myoloop("session", "list", "--json", folder=runtime)
    assert only_json(listed.stdout) == {"schema": "myoloop.session_list/1", "sessions": []}


def test_where_nothing_runs_stop_says_so(runtime):
    stop = myoloop("stop", folder=runtime)
    assert (stop.returncode, stop.stdout) == (0, "nothing runs on this machine\n")
    as_json = myoloop("stop", "--json", folder=runtime)
    assert only_json(as_json.stdout) == {"schema": "myoloop.stop/1", "sessions": []}


def test_stop_means_everything_whatever_device_is_usual_here(runtime):
    usual = {"MYOLOOP_DEVICE": "serial:///dev/ttyNONE9"}
    stop = myoloop("stop", "--json", folder=runtime, **usual)
    assert (stop.returncode, only_json(stop.stdout)["sessions"]) == (0, [])


def test_a_device_that_cannot_be_stopped_is_said_so(runtime):
    stop = myoloop("stop", "--device", "serial:///dev/ttyNONE9", "--json", folder=runtime)
    assert stop.returncode == 3
    (one,) = only_json(stop.stdout)["sessions"]
    assert not one["confirmed"]
    assert "NOT CONFIRMED" in one["detail"]


def test_a_twin_is_listed_asked_stopped_and_cleared(runtime):
    port = runtime / "twin"
    with Running("twin", "--on", f"serial:{port}", "--json", folder=runtime) as twin:
        twin.until("twin ready")
        url = f"serial://{port}"
        listed = only_json(myoloop("device", "list", "--json", folder=runtime).stdout)["devices"]
        assert url in [device["url"] for device in listed]
        info = ("device", "info", "--device", url, "--json")
        before = only_json(myoloop(*info, folder=runtime).stdout)
        assert (before["state"], before["latch"]) == ("idle", None)
        assert before["capabilities"]["model"] == "voice_coil"
        stop = myoloop("stop", "--device", url, "--json", folder=runtime)
        assert only_json(stop.stdout)["sessions"][0]["path"] == "port"
        assert only_json(myoloop(*info, folder=runtime).stdout)["latch"]["cause"] == "stop_frame"
        asked = myoloop("device", "clear", "--device", url, folder=runtime)
        assert (asked.returncode, "not confirmed" in asked.stderr) == (1, True)
        clear = myoloop("device", "clear", "--device", url, "--yes", "--json", folder=runtime)
        assert only_json(clear.stdout)["cleared"]
        assert only_json(myoloop(*info, folder=runtime).stdout)["state"] == "idle"
        twin.signal(signal.SIGINT)
        code, out = twin.end()
    assert (code, only_json(out)["schema"]) == (0, "myoloop.twin/1")


@pytest.mark.parametrize("baud", [(), ("--baud", "115200")], ids=["free", "115200"])
def test_a_twin_on_tcp_is_listed_asked_stopped_and_cleared(baud, runtime):
    with Running("twin", "--on", "tcp:0", *baud, "--json", folder=runtime) as twin:
        url = ready_at(twin)
        assert url.startswith("tcp://127.0.0.1:")
        listed = only_json(myoloop("device", "list", "--json", folder=runtime).stdout)["devices"]
        assert url in [device["url"] for device in listed]
        info = ("device", "info", "--device", url, "--json")
        assert only_json(myoloop(*info, folder=runtime).stdout)["state"] == "idle"
        stop = myoloop("stop", "--device", url, "--json", folder=runtime)
        assert only_json(stop.stdout)["sessions"][0]["path"] == "port"
        assert only_json(myoloop(*info, folder=runtime).stdout)["latch"]["cause"] == "stop_frame"
        clear = myoloop("device", "clear", "--device", url, "--yes", "--json", folder=runtime)
        assert only_json(clear.stdout)["cleared"]
        twin.signal(signal.SIGINT)
        assert twin.end()[0] == 0


def test_sessions_play_to_their_end_over_lines_of_115200_baud(runtime):
    lines = {"tcp:0": "?baud=115200", f"serial:{runtime / 'twin'}": ""}
    sets = ("--set", "settle_for=1s", "--set", "stroke_for=3s", "--set", "knead_for=5s")
    with contextlib.ExitStack() as stack:
        runs = []
        for where, query in lines.items():  # both at once: a line is slow, and the machine is not
            started = Running("twin", "--on", where, "--baud", "115200", folder=runtime)
            url = ready_at(stack.enter_context(started)) + query
            words = ("run", "library:demo", "--device", url, *sets, "--no-display", "--json")
            runs.append(stack.enter_context(Running(*words, folder=runtime)))
        ends = [run.end() for run in runs]
    for code, out in ends:
        document = msgspec.convert(only_json(out), Run)
        assert (code, document.outcome) == (0, "complete")
        assert document.link_stats.frames_bad == 0


def test_stop_reaches_a_tcp_device_whose_session_hangs(runtime):
    with Running("twin", "--on", "tcp:0", folder=runtime) as twin:
        url = ready_at(twin)
        words = ("run", TWO_STEPS, "--device", url, "--no-display", "--json")
        with Running(*words, folder=runtime) as one:
            one.until("Settle begins")
            (owner,) = owners()
            assert owner.url == url
            assert owner.control
            os.kill(owner.pid, signal.SIGSTOP)
            stop = myoloop("stop", "--json", folder=runtime)
            os.kill(owner.pid, signal.SIGCONT)
            code, out = one.end()
        (stopped,) = only_json(stop.stdout)["sessions"]
        assert stop.returncode == 0
        assert (stopped["confirmed"], stopped["path"]) == (True, "port")
        assert code in (1, 3)
        assert only_json(out)["outcome"] in ("stopped", "fault")
        info = only_json(
            myoloop("device", "info", "--device", url, "--json", folder=runtime).stdout
        )
        assert info["latch"]["cause"] == "stop_frame"


def test_a_control_process_that_is_killed_over_tcp_leaves_a_device_that_has_let_go(runtime):
    with Running("twin", "--on", "tcp:0", folder=runtime) as twin:
        url = ready_at(twin)
        words = ("run", TWO_STEPS, "--device", url, "--no-display", "--json")
        with Running(*words, folder=runtime) as one:
            one.until("Settle begins")
            (owner,) = owners()
            os.kill(owner.pid, signal.SIGKILL)
            code, out = one.end()
        info = only_json(
            myoloop("device", "info", "--device", url, "--json", folder=runtime).stdout
        )
    assert info["latch"]["cause"] == "last_close"
    assert (code, only_json(out)["reason"]) == (3, "control_lost")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--on", "tcp:0", "--baud", "57600"), "115200 baud would do"),
        (("--on", "tcp:host:5555"), "no place for a twin"),
        (("--on", "tcp:70000"), "no place for a twin"),
        (("--on", "tcp:192.0.2.1:5555"), "nobody can listen"),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_a_twin_that_cannot_be_says_why(words, says, runtime):
    twin = myoloop("twin", *words, "--json", folder=runtime)
    assert twin.returncode == 3
    assert says in only_json(twin.stdout)["error"]["message"]


def test_a_host_that_opens_a_line_too_slow_for_the_device_is_told_which_would_do(runtime):
    port = runtime / "twin"
    with Running("twin", "--on", f"serial:{port}", folder=runtime) as twin:
        ready_at(twin)
        url = f"serial://{port}?baud=57600"
        info = myoloop("device", "info", "--device", url, "--json", folder=runtime)
    assert info.returncode == 3
    assert "115200 baud would do" in only_json(info.stdout)["error"]["message"]


def ready_at(twin):
    """Wait until a twin is ready; return the address it says."""
    twin.until("twin ready on ")
    return twin.lines[-1].split()[-1]
