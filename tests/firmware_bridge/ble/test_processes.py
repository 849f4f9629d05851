"""The twin on the air in a process of its own, as `myoloop twin --on ble` makes it."""

import contextlib
import json
import subprocess
import sys

import pytest

from firmware_bridge.codes import State
from firmware_bridge.discovery import open_device
from firmware_bridge.link import LosesValues, open_link
from firmware_bridge.ports import announced
from sim import virtual_time
from tests.firmware_bridge.ble.ground import until
from tests.journeys.stage import end

pytestmark = pytest.mark.wire


@contextlib.contextmanager
def twin_on_air(place):
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.process", "--on", f"ble:{place}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()
        assert said.startswith("twin ready on ble://")
        yield said.split()[-1]
    finally:
        end(process)


async def test_a_host_that_dies_frees_the_device_for_the_next(tmp_path):
    with twin_on_air(tmp_path / "radio") as url:
        assert [found.url for found in announced()] == [url]
        with host_of(url):
            pass
        async with open_device(url) as device:
            await until(lambda: device.state is State.IDLE)


@contextlib.contextmanager
def host_of(url):
    """A process that has the device open, and is killed."""
    host = subprocess.Popen([sys.executable, "-c", HOST, url], stdout=subprocess.PIPE, text=True)
    try:
        assert host.stdout.readline() == "open\n"
        yield
    finally:
        end(host)


HOST = """
import asyncio, sys
from firmware_bridge.discovery import open_device

async def main():
    async with open_device(sys.argv[1]):
        print("open", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_simulation_may_hang_on_the_air():
    link = await open_link("sim://healthy_f?seed=7&link=ble&interval_ms=7.5")
    try:
        assert link.kind == "ble"
        assert isinstance(link, LosesValues)
        assert link.max_frame > 200
    finally:
        await link.aclose()


def test_the_air_is_refused_in_virtual_time():
    with pytest.raises(Exception, match="runs in real time"):
        virtual_time.run(open_link("sim://healthy_f?link=ble"))


def test_a_demonstration_over_the_air_completes_and_presses_what_was_asked(tmp_path):
    picture = tmp_path / "demo.svg"
    command = ["demo", "--link", "ble", "--seconds", "10", "--no-display", "--json"]
    played = subprocess.run(
        [sys.executable, "-m", "console.cli", *command, "--picture", str(picture)],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(played.stdout)
    assert told["outcome"] == "complete", told
    assert told["link_stats"]["samples_lost"] == 0
    assert told["pressure"]["true_rmse_kpa"] <= 0.6
    assert told["verdict_counts"]["stop"] == told["verdict_counts"]["release"] == 0
