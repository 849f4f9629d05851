"""A live parameter is moved while it plays: felt at once, never above what its author allows."""

import msgspec
import pytest
import typer

from console.live import replacement
from controller.visits import Playing
from controller.words import Accepted, Rejected, Replace, Replaced, Sampled
from profiles.envelope import Limit
from profiles.problems import ProfileProblems
from tests.console.test_sitting import Watcher, once, sitting

KNEADING_S = 13.0
"""By now the demonstration of 20 s kneads, and is through with its slow first rise."""


def playing(one, watcher):
    """Return what somebody who comes now is told."""
    program = watcher.scenes[0].fit.program
    return one._connected.result(), Playing(program, "library:demo")


async def moved(changes, at_s=KNEADING_S):
    """Play, move parameters at some time, and return what was answered and what was told."""
    watcher = Watcher()
    one = sitting(watcher, seconds=20)
    answers = []
    once(
        watcher,
        at_s,
        lambda: answers.append(one.post(replacement(*playing(one, watcher), changes))),
    )
    visit = await one.run()
    return answers[0].result(), watcher.events, visit


async def test_a_depth_that_is_moved_while_kneading_is_echoed_within_a_fifth_of_a_second():
    answer, events, visit = await moved({"depth": "12 kPa"})
    assert answer == Accepted()
    (echo,) = [event for event in events if isinstance(event, Replaced)]
    assert KNEADING_S <= echo.at_s <= KNEADING_S + 0.2
    assert echo.at_once
    asked = [e for e in events if isinstance(e, Sampled)]
    assert max(e.target_kpa for e in asked if e.at_s < KNEADING_S) > 18.0
    assert 11.0 < max(e.target_kpa for e in asked if e.at_s > KNEADING_S + 2.0) <= 12.01
    assert visit.outcome.result == "complete"


@pytest.mark.parametrize("depth", ["22.1 kPa", "30 kPa", "7 kPa"])
async def test_beyond_what_its_author_declared_it_is_refused(depth):
    watcher = Watcher()
    one = sitting(watcher, seconds=20)
    refusals = []

    def move():
        with pytest.raises(ProfileProblems, match="outside what the author allows") as caught:
            replacement(*playing(one, watcher), {"depth": depth})
        refusals.append(caught)

    once(watcher, KNEADING_S, move)
    visit = await one.run()
    assert refusals
    assert visit.outcome.result == "complete"


@pytest.mark.parametrize("changes", [{"rate": "0.6 Hz"}, {"dept": "12 kPa"}])
async def test_only_what_is_live_can_be_moved(changes):
    watcher = Watcher()
    one = sitting(watcher, seconds=20)
    refusals = []

    def move():
        with pytest.raises(typer.BadParameter, match="no live parameter") as caught:
            replacement(*playing(one, watcher), changes)
        refusals.append(caught)

    once(watcher, 5.0, move)
    await one.run()
    assert refusals


async def test_a_program_that_presses_more_than_its_envelope_is_not_let_in_later_either():
    watcher = Watcher()
    one = sitting(watcher, seconds=20)
    answers = []

    def move():
        program = watcher.scenes[0].fit.program
        envelope = msgspec.structs.replace(program.envelope, pressure_kpa=Limit(99.0, "me"))
        answers.append(one.post(Replace(msgspec.structs.replace(program, envelope=envelope))))

    once(watcher, KNEADING_S, move)
    await one.run()
    assert isinstance(answers[0].result(), Rejected)
    assert "another device" in answers[0].result().why
