"""Children are signalled without taking their end away from whoever waits for it."""

import asyncio
import signal
import sys
import time

import pytest

from firmware_bridge.children import signal_child


@pytest.fixture
def watched_by_the_loop():
    """Let the loop itself hear of a child's end, as newer Pythons do: then nothing is a race."""
    if sys.version_info >= (3, 12):
        yield
        return
    policy = asyncio.get_event_loop_policy()
    before = policy.get_child_watcher()
    policy.set_child_watcher(asyncio.PidfdChildWatcher())
    yield
    policy.set_child_watcher(before)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a child by a descriptor")
@pytest.mark.usefixtures("watched_by_the_loop")
def test_a_child_that_has_just_ended_keeps_its_exit_status(caplog):
    async def signalled_late():
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", "raise SystemExit(5)")
        time.sleep(1.0)  # noqa: ASYNC251  the loop must not hear of the end before the signal
        signal_child(child, signal.SIGTERM)
        return await child.wait()

    assert asyncio.run(signalled_late()) == 5
    assert "Unknown child" not in caplog.text


def test_a_child_that_runs_is_ended():
    async def signalled():
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import time; time.sleep(60)"
        )
        signal_child(child, signal.SIGTERM)
        return await child.wait()

    assert asyncio.run(signalled()) != 0


def test_a_child_that_is_gone_is_left_alone():
    async def signalled():
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
        await child.wait()
        signal_child(child, signal.SIGTERM)
        return child.returncode

    assert asyncio.run(signalled()) == 0
