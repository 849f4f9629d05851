"""A profile on products that people own: what it plays, what its report says, how it ends."""

import asyncio
from functools import cache

import pytest

from controller.dosimeter import Dosimeter
from controller.fitting import CannotPlay, fit
from controller.play import prepare, read_profile
from controller.preflight import preflight
from controller.session import Session
from controller.words import Ease, Judged, Reason, Sampled, Stop
from firmware_bridge.codes import State
from firmware_bridge.products.catalogue import product
from firmware_bridge.wish import with_gain_and_cap
from profiles.dose import dose
from tests.firmware_bridge.products.shop import (
    EMULATIONS,
    LATCHING,
    Counter,
    assert_played_as_reported,
    until,
)

PROFILE = """
format: myoloop-profile/1
id: brief
revision: 1
title: Settle, strokes, kneading
region: lumbar_erector_spinae
needs: {channels: [pressure]}
limits: {pressure: 15 kPa, rise: 40 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 4 kPa, for: 10 s}
  - effleurage: {pressure: 8 kPa, rate: 10/min, length: 100 mm, for: 55 s}
  - petrissage: {pressure: {low: 3 kPa, high: 14 kPa}, rate: 0.5 Hz, for: 60 s}
"""

every = pytest.mark.parametrize("name", EMULATIONS)


@cache
def fitted(name, profile=PROFILE):
    capabilities = with_gain_and_cap(product(name).capabilities)
    if profile.startswith("library:"):
        return prepare(*read_profile(profile), capabilities, {})
    return prepare(profile, "brief", capabilities, {})


async def play(device, name, *, on_event=lambda _: None, profile=PROFILE):
    session = Session(device, fitted(name, profile), on_event)
    return session, asyncio.create_task(session.run())


@every
async def test_what_is_written_to_it_is_what_the_report_says(name):
    counter = Counter(name)
    async with counter.opened() as device:
        _, run = await play(device, name)
        outcome = await run
    assert outcome.reason is Reason.COMPLETE
    assert not counter.emulation.runs
    assert_played_as_reported(counter.emulation, fitted(name), outcome)
    assert counter.emulation.missed == 0


@pytest.mark.parametrize("name", ["jensen", "keeson", "rongtai"])
async def test_a_profile_of_the_library_is_played_to_its_end(name):
    counter = Counter(name)
    async with counter.opened() as device:
        _, run = await play(device, name, profile="library:kneading")
        outcome = await run
        assert outcome.reason is Reason.COMPLETE
    assert_played_as_reported(counter.emulation, fitted(name, "library:kneading"), outcome)
    assert not counter.emulation.runs


async def test_no_pressure_is_told_or_made_up_and_nothing_is_held_for_it():
    events = []
    async with Counter("jensen").opened() as device:
        _, run = await play(device, "jensen", on_event=events.append)
        await run
    assert {event.pressure_kpa for event in events if isinstance(event, Sampled)} == {None}
    assert not any(isinstance(event, Judged) for event in events)


async def test_the_dose_of_what_is_not_measured_is_what_was_asked_for():
    program = fitted("jensen").program
    meter = Dosimeter(program)
    async with Counter("jensen").opened() as device:
        _, run = await play(device, "jensen", on_event=meter.hear)
        await run
    assert meter.complete
    wanted = dose(program)["lumbar_erector_spinae"].pressure_kpa_s
    assert meter.doses["lumbar_erector_spinae"].pressure_kpa_s == pytest.approx(wanted, rel=0.05)


@every
async def test_easing_is_less_and_a_stop_is_off(name):
    counter = Counter(name)
    async with counter.opened() as device:
        session, run = await play(device, name)
        await asyncio.sleep(80.0)
        session.tell(Ease(0.1))
        await until(lambda: not any(counter.pressing), 8.0)
        session.tell(Stop())
        outcome = await run
        assert outcome.reason is Reason.OPERATOR
        assert device.state is State.STOPPED
    await until(lambda: not counter.emulation.runs, 3.0)


@every
async def test_a_session_that_is_cancelled_lets_go_first(name):
    counter = Counter(name)
    async with counter.opened() as device:
        _, run = await play(device, name)
        await asyncio.sleep(90.0)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert not counter.emulation.runs


@every
async def test_a_lost_link_ends_the_session_and_says_what_goes_on(name):
    counter = Counter(name)
    device = await counter.connect()
    _, run = await play(device, name)
    await asyncio.sleep(70.0)
    await until(lambda: any(counter.pressing))
    counter.wire.cut()
    assert (await run).reason is Reason.LINK_LOST
    await device.aclose()
    goes_on = [line for line in fitted(name).report if "is lost" in line]
    assert ("switched off by hand" in goes_on[0]) is (name in LATCHING)
    async with counter.opened():
        assert not counter.emulation.runs


class Attentive:
    """Whoever stands beside a bed: there is no pad to take off, and no button."""

    async def take_pad_off(self): ...
    async def press_pain(self):
        raise AssertionError("it has no pain button")

    async def put_pad_on(self): ...


@every
async def test_pre_flight_tries_what_there_is(name):
    counter = Counter(name)
    async with counter.opened() as device:
        ready = await preflight(device, Attentive())
        assert ready.zero_kpa == ()
        assert device.state is State.IDLE
        _, run = await play(device, name)
        assert (await run).reason is Reason.COMPLETE


# --- what fits ---------------------------------------------------------------------------------


def test_the_chair_kneads_by_itself_and_says_so():
    report = fitted("rongtai").report
    assert "petrissage is its own knead, as strong as the mean of what is written" in [
        line.lower() if line.startswith("Petrissage") else line for line in report
    ]
    assert any("has no effleurage" in line for line in report)
    assert any("has no position" in line for line in report)


async def test_the_chair_kneads_while_kneading_is_played_and_not_before():
    counter = Counter("rongtai")
    async with counter.opened() as device:
        _, run = await play(device, "rongtai")
        began_s = device.clock.now_s
        await run
    kneads = [at_s for at_s, levels in counter.emulation.history if levels["technique"] == 1]
    assert kneads
    assert min(kneads) > began_s + 64.0


def test_a_bed_is_played_where_the_profile_lies():
    assert fitted("jensen").channel_of["pressure"].name == "head zone"
    calf = fitted("jensen", "library:effleurage")
    assert calf.channel_of["pressure"].name == "foot zone"


def test_what_a_bed_does_not_reach_is_refused_with_its_line():
    with pytest.raises(CannotPlay, match=r"line 10: .* does not reach forearm_muscle"):
        fitted("jensen", PROFILE.replace("lumbar_erector_spinae", "forearm_muscle"))


def test_two_zones_are_two_profiles():
    text = PROFILE.replace("for: 60 s}", "for: 60 s, region: calf_gastrocnemius}")
    with pytest.raises(CannotPlay, match="over several zones"):
        fitted("jensen", text)


def test_half_of_the_levels_are_left_out_and_the_rest_is_told():
    for name in EMULATIONS:
        one = fitted(name)
        assert one.program.envelope.pressure_kpa.value == 15.0
        assert one.levels.highest * one.levels.step_kpa <= 15.0
        assert any("does not measure what it presses" in line for line in one.report)


def test_a_device_without_levels_loses_nothing():
    from sim.voice_coil import capabilities

    program = fitted("jensen").program
    assert fit(program, capabilities({}, stroke=False)).levels is None
