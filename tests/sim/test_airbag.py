"""The airbag: slow, limited, and quickly let go of where it has a dump valve."""

import math
from pathlib import Path

import msgspec
import pytest

import sim
from controller.fitting import device_envelope, rig
from profiles.problems import Reason, Refused
from sim.actuator_faults import Leak, Runaway, SlowActuator, ValveClosed, ValveOpen
from sim.airbag import BUILT_IN, HIGH_KPA, SLOW_VENT_S, VENT_S, Airbag
from sim.birth import recipe
from sim.curves import level, line
from sim.judging import judge
from sim.oracle import peak_kpa
from sim.scenario import read_scenario
from sim.staging import perform
from sim.voice_coil import Outfit, capabilities
from tests.playing import played

ONE, FREE = level(1.0), level(math.inf)
SCENARIOS = Path(sim.__file__).parent / "scenarios"
BOOTS = "sim://healthy_f?seed=7&device=airbag&pads=foot,calf,thigh"


class Exact:
    """A sensor without noise."""

    def read(self, true_kpa):
        return true_kpa


def bag(*, dump=True, ceiling_kpa=20.0):
    one = Airbag(Exact(), Exact(), dump=dump)
    one.limit(ceiling_kpa, 4.0, 4.0, 200.0, 1.0)
    one.energise()
    return one


def run(one, seconds, curve, now_us=0):
    for tick in range(0, round(seconds * 1000), 5):
        one.run(5, now_us + tick * 1000, curve, ONE, FREE, rhythmic=False)
    return now_us + round(seconds * 1e6)


def test_it_fills_no_faster_than_it_may():
    one = bag()
    before, now_us = 0.0, 0
    for _ in range(60):
        now_us = run(one, 0.1, level(13.3), now_us)
        assert one.true_kpa - before <= 0.1 * 1.5 * BUILT_IN.rise_level_kpa_s + 1e-9
        before = one.true_kpa
    assert one.true_kpa == pytest.approx(13.3, abs=0.2)


@pytest.mark.parametrize(("dump", "vent_s"), [(True, VENT_S), (False, SLOW_VENT_S)])
def test_it_lets_go_within_what_it_says(dump, vent_s):
    one = bag(dump=dump)
    now_us = run(one, 8.0, level(13.3))
    one.release()
    run(one, vent_s, level(0.0), now_us)
    assert one.true_kpa < 2.0
    assert (vent_s <= 1.0) == dump


def test_its_valve_is_open_within_50_ms():
    one = bag()
    now_us = run(one, 8.0, level(10.0))
    one.release()
    run(one, 0.05, level(0.0), now_us)
    assert one.true_kpa < 9.5


def test_it_presses_no_more_than_its_ceiling():
    one = bag(ceiling_kpa=6.0)
    run(one, 8.0, level(13.0))
    assert one.true_kpa <= 6.0 + 1e-6


def faulty(driver, *, dump=True):
    """Return a chamber at 8 kPa that goes on through `driver`, and the time."""
    one = bag(dump=dump)
    now_us = run(one, 8.0, level(8.0))
    one.drive_through((driver(one),))
    return one, run(one, 4.0, level(4.0), now_us)


def test_a_valve_that_sticks_closed_keeps_the_air_until_the_dump_valve_opens():
    one, now_us = faulty(ValveClosed().driver)
    assert one.true_kpa == pytest.approx(8.0, abs=0.2)
    one.release()
    run(one, VENT_S, level(0.0), now_us)
    assert one.true_kpa < 2.0


def test_without_a_dump_valve_a_valve_that_sticks_closed_keeps_it_for_ever():
    one, now_us = faulty(ValveClosed(dump=False).driver, dump=False)
    one.release()
    run(one, 10.0, level(0.0), now_us)
    assert one.true_kpa == pytest.approx(8.0, abs=0.2)


def test_a_valve_that_sticks_open_lets_everything_go():
    one, _ = faulty(ValveOpen().driver)
    assert one.true_kpa < 0.1


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_leak_loses_its_share(share):
    one, _ = faulty(Leak(share=share).driver)
    assert one.true_kpa == pytest.approx(4.0 * (1.0 - share), abs=0.1)


def test_a_pump_that_runs_away_goes_to_its_force_and_never_past_the_relief_valve():
    one, now_us = faulty(Runaway(force_n=30.0).driver)
    assert one.true_kpa == pytest.approx(10.0, abs=0.2)
    one.drive_through((Runaway(force_n=60.0).driver(one),))
    now_us = run(one, 8.0, level(4.0), now_us)
    assert 19.0 < one.true_kpa <= HIGH_KPA
    one.release()
    run(one, VENT_S + 0.2, level(0.0), now_us)
    assert one.true_kpa < 2.0


@pytest.mark.parametrize("lag_s", [0.1, 0.4, 1.0])
def test_a_chamber_is_slower_by_any_lag(lag_s):
    slow, good = bag(), bag()
    slow.drive_through((SlowActuator(lag_s=lag_s).driver(slow),))
    for one in (slow, good):
        run(one, 2.0, level(8.0))
    assert slow.true_kpa < good.true_kpa - 0.3


def test_a_slow_chamber_follows_later_and_as_before_when_it_is_mended():
    slow, now_us = faulty(SlowActuator(lag_s=3.0).driver)
    good = bag()
    run(good, 4.0, level(4.0), run(good, 8.0, level(8.0)))
    assert slow.true_kpa > good.true_kpa + 0.5
    slow.drive_through(())
    run(slow, 4.0, level(4.0), now_us)
    assert slow.true_kpa == pytest.approx(4.0, abs=0.1)


def test_a_chamber_that_was_let_go_is_at_rest_below_2_kpa():
    text = (SCENARIOS / "a-day-of-chambers.scenario.yaml").read_bytes()
    stopped = text.replace(b"expect:", b"timeline: [{at: 12 s, stop: }]\nexpect:")
    told = read_scenario(stopped, str(SCENARIOS / "one"))
    seen = perform(told)
    assert seen.outcome == "stopped"
    assert peak_kpa(seen.truth, seen.zero_s + seen.ended_s + 1.1, math.inf) > 0.3
    assert "released" not in {miss.where for miss in judge(told.expect, seen, waits=False)}


def test_a_quick_rhythm_does_not_reach_it():
    one = bag()
    now_us = run(one, 6.0, level(6.0))
    highest, lowest = 0.0, 20.0
    for i in range(20):
        slope = 8.0 if i % 2 else -8.0
        now_us = run(one, 0.5, line(now_us, 6.0 - slope / 4.0, slope), now_us)
        highest, lowest = max(highest, one.true_kpa), min(lowest, one.true_kpa)
    assert highest - lowest < 2.0


def test_a_device_that_vents_slowly_presses_what_closes_no_vessel():
    slow = capabilities({}, outfit=Outfit(device="airbag", dump=False))
    assert device_envelope(slow).pressure_kpa.value == 4.3
    assert device_envelope(slow).pressure_kpa.owner == "device without a dump valve"
    quick = device_envelope(capabilities({}, outfit=Outfit(device="airbag")))
    assert (quick.pressure_kpa.value, quick.pressure_kpa.owner) == (13.3, "airbag")
    assert quick.bandwidth_hz.value == 0.3


def test_an_airbag_that_does_not_say_how_it_vents_presses_what_closes_no_vessel():
    assert without_vent("airbag").value == 4.3
    assert without_vent("airbag").owner == "device without a dump valve"


def test_a_voice_coil_that_does_not_say_how_it_vents_presses_as_it_is():
    assert without_vent("voice_coil").value == 40.0


def without_vent(device):
    one = capabilities({}, outfit=Outfit(device=device))
    channels = tuple(msgspec.structs.replace(c, vent_s=None) for c in one.channels)
    return device_envelope(msgspec.structs.replace(one, channels=channels)).pressure_kpa


def test_a_device_that_holds_without_power_hardly_presses():
    one = capabilities({}, outfit=Outfit(device="airbag"))
    channels = tuple(
        msgspec.structs.replace(c, unpowered="holds") if c.quantity == "pressure" else c
        for c in one.channels
    )
    held = device_envelope(msgspec.structs.replace(one, channels=channels)).pressure_kpa
    assert (held.value, held.owner) == (2.0, "device that holds without power")


def test_its_pads_are_told_by_their_names():
    outfit = recipe(BOOTS).outfit
    assert rig(capabilities({}, outfit=outfit)).sites == ("foot", "calf", "thigh")
    assert recipe(recipe(BOOTS).address) == recipe(BOOTS)


PROFILE = """\
format: myoloop-profile/1
id: p
revision: 1
title: P
region: calf_gastrocnemius
limits: {pressure: 12 kPa, rise: 40 kPa/s}
steps:
  - settle: {pressure: 2 kPa, for: 6 s}
"""
KNEAD = "  - petrissage: {pressure: {low: 2 kPa, high: 5 kPa}, rate: %s Hz, for: 30 s}\n"
SLEEVE = (
    "  - compression: {pressure: {from: 8 kPa, to: 6 kPa}, chambers: [foot, calf, thigh],"
    " for: 45 s}\n"
)


async def test_chambers_are_felt_one_after_the_other():
    found = await played(PROFILE + SLEEVE, BOOTS)
    assert found.outcome.result == "complete"
    step = found.fit.program.steps[1]
    first = round((found.outcome.began_device_s + 6.0 + step.entry_s - found.truth.start_s) / 0.01)
    foot, calf, thigh = found.truth.true_kpa, *found.truth.also.values()
    felt = [
        [round(float(pad[first + 100 * at]), 1) for pad in (foot, calf, thigh)]
        for at in (6, 12, 20, 30)
    ]
    assert felt[0] == pytest.approx([8.0, 0.0, 0.0], abs=1.0)
    assert felt[1] == pytest.approx([8.0, 7.0, 0.0], abs=1.0)
    assert felt[2] == pytest.approx([8.0, 7.0, 6.0], abs=0.5)
    assert felt[3] == pytest.approx([0.0, 0.0, 0.0], abs=0.5)


async def test_kneading_is_slowed_for_it_or_refused():
    found = await played(PROFILE + KNEAD % 0.5, BOOTS)
    assert found.outcome.result == "complete"
    assert found.fit.program.steps[1].slow == pytest.approx(0.6)
    with pytest.raises(Refused) as error:
        await played(PROFILE + KNEAD % 0.7, BOOTS)
    assert error.value.reason is Reason.DEVICE_LIMIT
    assert "device allows 0.3 Hz" in error.value.problem.problem
