"""Whoever disappears, and however: the device lets go, and nothing moves by itself afterwards."""

import os
import signal

import pytest

from firmware_bridge.codes import State
from sim.oracle import rises_last_after_s, zero_after_s
from tests.journeys.stage import Cable, player_on, settle, truth_at, twin_at

pytestmark = pytest.mark.wire

FALLING_S, ZERO_S = 0.12, 0.6
"""What the device promises, on its own clock, from the last it heard of the host."""


def assert_let_go(truth, event_s):
    assert event_s is not None, truth.events
    assert rises_last_after_s(truth, event_s) <= FALLING_S
    assert zero_after_s(truth, event_s) <= ZERO_S
    assert truth.true_kpa[-10:].max() < 0.3


async def test_a_host_that_is_killed_is_a_release(tmp_path):
    port = tmp_path / "port"
    with twin_at(port), player_on(port) as player:
        player.kill()
        await settle(1.0)
        truth, state = await truth_at(port)
    assert state is State.STOPPED
    assert_let_go(truth, truth.last("stop LAST_CLOSE"))


async def test_a_host_that_is_frozen_is_a_release_though_its_port_stays_open(tmp_path):
    port = tmp_path / "port"
    with twin_at(port), player_on(port) as player:
        os.kill(player.pid, signal.SIGSTOP)
        await settle(1.0)
        player.kill()
        await settle(0.2)
        truth, state = await truth_at(port)
    assert state is State.LINK_LOST
    assert_let_go(truth, truth.last("silent since"))


async def test_a_control_task_that_hangs_in_a_live_process_is_a_release(tmp_path):
    port = tmp_path / "port"
    with twin_at(port), player_on(port, "hang") as player:
        await settle(2.0)
        player.kill()
        await settle(0.2)
        truth, state = await truth_at(port)
    assert state is State.LINK_LOST
    assert_let_go(truth, truth.last("silent since"))


async def test_a_device_that_is_killed_ends_the_session_with_a_fault(tmp_path):
    port = tmp_path / "port"
    with twin_at(port) as twin, player_on(port) as player:
        twin.kill()
        assert player.stdout.readline() in ("link_lost\n", "device_silent\n")
        assert player.wait(timeout=5) == 0


async def test_an_unplugged_cable_moves_nothing_when_it_is_back(tmp_path):
    port, near = tmp_path / "port", tmp_path / "near"
    with twin_at(port), Cable(near, port) as cable, player_on(near) as player:
        cable.unplug()
        await settle(1.0)
        cable.plug()
        assert player.stdout.readline() == "link_lost\n"
        player.wait(timeout=5)
        await settle(1.0)
        truth, state = await truth_at(near)
    assert state is State.STOPPED
    assert_let_go(truth, truth.last("stop LAST_CLOSE"))


async def test_a_silent_cable_moves_nothing_when_it_speaks_again(tmp_path):
    port, near = tmp_path / "port", tmp_path / "near"
    with twin_at(port), Cable(near, port) as cable, player_on(near) as player:
        cable.mute(mute=True)
        await settle(1.0)
        cable.mute(mute=False)
        assert player.stdout.readline() in ("device_silent\n", "link_lost\n")
        player.wait(timeout=5)
        await settle(1.0)
        truth, state = await truth_at(near)
    assert state >= State.STOPPED
    assert_let_go(truth, truth.last("silent since"))


async def test_a_device_that_restarts_behind_the_cable_is_found_at_once(tmp_path):
    port, near = tmp_path / "port", tmp_path / "near"
    with twin_at(port) as first, Cable(near, port) as cable, player_on(near) as player:
        first.kill()
        first.wait()
        with twin_at(port, seed=8):
            cable.swap_device()
            reason = player.stdout.readline().strip()
            player.wait(timeout=5)
            truth, _ = await truth_at(near)
    assert reason in ("device_silent", "device_restarted", "link_lost")
    assert truth.true_kpa.max() < 0.3
