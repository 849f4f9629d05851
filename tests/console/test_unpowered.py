"""What keeps its pressure without power is refused, or presses lightly, wherever it is asked."""

import asyncio

import pytest

from console.people import SimulatedAttendant
from console.sitting import Programme, Sitting
from controller.fitting import CannotPlay
from controller.play import prepare
from controller.unpowered import HOLDING_KPA, OPTION, holding
from controller.visits import Connect, Start
from controller.words import Accepted, Rejected, Sampled
from sim import voice_coil
from sim.birth import recipe
from sim.models import MODELS
from tests.console.terminals import myoloop
from tests.console.test_sitting import URL, Watcher
from tests.controller.doors import house

LIGHT = """
format: myoloop-profile/1
id: light
revision: 1
title: A light touch
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 10 kPa, session: 5 min}
steps:
  - settle: {pressure: 2 kPa, for: 5 s}
"""


def prepared(capabilities):
    return prepare(LIGHT, "light.yaml", capabilities, {})


@pytest.fixture(params=["holds", "unknown"])
def twin_that(request, monkeypatch):
    """From now on a twin says this of its pad."""
    monkeypatch.setitem(voice_coil._LETS_GO, "unpowered", request.param)
    return voice_coil.capabilities({}, outfit=recipe(URL).outfit)


def sitting(watcher, **allowed):
    return Sitting(
        URL,
        Programme(prepared, **allowed),
        lambda device, fit: SimulatedAttendant(device, watcher.say),
        watcher,
    )


async def test_what_holds_without_power_or_does_not_say_is_not_played(twin_that):
    assert list(holding(twin_that))
    watcher = Watcher()
    with pytest.raises(CannotPlay, match=f"when its power is gone: nobody .* {OPTION}"):
        await sitting(watcher).run()
    assert watcher.events == []


async def test_whoever_says_that_it_can_be_opened_may_play_lightly(twin_that):
    watcher = Watcher()
    visit = await sitting(watcher, may_hold=True).run()
    assert visit.outcome.result == "complete"
    assert any(OPTION in line for line in visit.fit.report)
    limit = visit.fit.program.envelope.pressure_kpa
    assert (limit.value, limit.owner) == (HOLDING_KPA, "device that holds without power")
    felt = [event.pressure_kpa for event in watcher.events if isinstance(event, Sampled)]
    assert max(felt) < HOLDING_KPA + 0.5


async def test_a_client_that_does_not_ask_is_refused_at_the_door(twin_that):
    program = prepared(twin_that).program
    async with house() as one:
        remote = await one.remote()
        await remote.take(0.0)
        assert await remote.order(Connect(URL)) == Accepted()
        await asyncio.sleep(2.0)
        refused = await remote.order(Start(program))
        assert isinstance(refused, Rejected)
        assert OPTION in refused.why
        assert await remote.order(Start(program, may_hold=True)) == Accepted()
        await remote.aclose()


def test_what_lets_go_and_levels_of_which_nothing_is_known_hold_nothing():
    for model in MODELS.values():
        assert list(holding(model())) == []


def test_the_option_is_that_of_the_command_line(tmp_path):
    assert OPTION in myoloop("run", "--help", folder=tmp_path).stdout
