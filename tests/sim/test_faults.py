"""Faults are data, and each is a wrapper around a good one."""

import asyncio
import itertools
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.framing import seal, unseal
from firmware_bridge.links.memory import pair
from firmware_bridge.messages import Samples
from sim.fault_words import WORDS, dimension_of, fault_of, word_of
from sim.faults import AT_DEVICE, FAULTS
from sim.harmed_link import HarmedLink
from sim.mischief import Mischief, Plan, Planned
from sim.sensor_faults import (
    HarmedSensor,
    SensorDropout,
    SensorGain,
    SensorHysteresis,
    SensorOffset,
    SensorSaturation,
    SensorSpikes,
    SensorStuck,
)
from sim.wire_faults import (
    StaleStamps,
    WireDelay,
    WireDrop,
    WireDuplicate,
    WireFlip,
    WireReorder,
    WireSilence,
    WireSlow,
    WireTruncate,
)
from tests.sim.bodies import dice

READINGS = st.lists(st.floats(0.0, 40.0), min_size=1, max_size=50)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_what_it_is_and_keeps_its_bounds(name):
    kind = FAULTS[name]
    assert kind.__doc__
    usual = fault_of(name, None)
    assert isinstance(usual, kind)
    assert msgspec.json.decode(msgspec.json.encode(usual), type=kind) == usual


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_written_with_the_words_of_its_parameters(name):
    parameters = [field.name for field in msgspec.structs.fields(FAULTS[name])]
    assert list(WORDS[name].model_fields) == [word_of(parameter) for parameter in parameters]
    assert fault_of(name, WORDS[name]()) == fault_of(name, None)


def test_the_unit_of_a_parameter_is_the_end_of_its_name():
    assert (word_of("by_kpa"), dimension_of("by_kpa")) == ("by", "pressure")
    assert (word_of("every_s"), dimension_of("every_s")) == ("every", "time")
    assert (word_of("share"), dimension_of("share")) == ("share", "share")
    assert (word_of("baud"), dimension_of("baud")) == ("baud", None)


def test_a_plan_crosses_to_another_process():
    plan = tuple(
        Planned(fault=fault_of(name, None), begins_s=1.0, ends_s=None, seed=number)
        for number, name in enumerate(AT_DEVICE)
    )
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


# --- sensors ------------------------------------------------------------------------------------


class Good:
    def read(self, true_kpa):
        return true_kpa


def read(fault, readings):
    sensor = HarmedSensor(Good())
    sensor.harms.append(fault.harm(dice()))
    return [sensor.read(kpa) for kpa in readings]


@given(READINGS)
def test_what_harms_a_sensor_does_to_its_readings(readings):
    assert read(SensorOffset(by_kpa=2.0), readings) == [kpa + 2.0 for kpa in readings]
    assert read(SensorStuck(), readings) == [readings[0]] * len(readings)
    assert read(SensorDropout(), readings) == [None] * len(readings)
    assert max(read(SensorSaturation(above_kpa=8.0), readings)) <= 8.0
    lagging = read(SensorHysteresis(width_kpa=1.0), readings)
    assert all(abs(a - b) <= 0.5 + 1e-9 for a, b in zip(lagging, readings, strict=True))


def test_a_gain_drifts_there_and_no_further():
    readings = read(SensorGain(to=0.5, over_s=1.0), [10.0] * 400)
    assert readings[99] == pytest.approx(7.5)
    assert readings[-1] == pytest.approx(5.0)


def test_spikes_come_as_often_as_they_are_said_to():
    readings = read(SensorSpikes(height_kpa=8.0, every_s=0.1), [1.0] * 20_000)
    assert sum(kpa > 5.0 for kpa in readings) == pytest.approx(1000, rel=0.1)


def test_a_sensor_without_its_harm_is_the_good_one_again():
    sensor = HarmedSensor(Good())
    harm = SensorOffset().harm(dice())
    sensor.harms.append(harm)
    sensor.harms.remove(harm)
    assert sensor.read(3.0) == 3.0


# --- wires --------------------------------------------------------------------------------------


def carried(fault, bodies, now_s=lambda: 0.0):
    harm = fault.harm(dice(), now_s)
    return [harm(body) for body in bodies]


BODY = seal(3, 1, 7, 1000, b"twelve bytes")


def test_what_harms_a_wire_does_to_a_frame():
    assert carried(WireDrop(share=1.0), [BODY]) == [[]]
    assert carried(WireSilence(), [BODY]) == [[]]
    assert [len(out) for out in carried(WireDuplicate(share=1.0), [BODY])] == [2]
    assert carried(WireReorder(share=1.0, by_s=0.02), [BODY]) == [[(0.02, BODY)]]
    ((_, flipped),) = carried(WireFlip(share=1.0), [BODY])[0]
    assert sum((a ^ b).bit_count() for a, b in zip(BODY, flipped, strict=True)) == 1
    ((_, cut),) = carried(WireTruncate(share=1.0), [BODY])[0]
    assert BODY.startswith(cut)
    assert cut != BODY


@given(st.lists(st.floats(0.0, 0.05), min_size=2, max_size=40), st.integers(0, 2**32))
def test_a_late_wire_and_a_slow_one_keep_the_order(waits_s, seed):
    for fault in (WireDelay(by_s=0.01, jitter_s=0.03), WireSlow(baud=9600)):
        clock = [0.0]
        harm = fault.harm(np.random.Generator(np.random.PCG64(seed)), lambda now=clock: now[0])
        arrivals = []
        for wait_s in waits_s:
            clock[0] += wait_s
            ((after_s, _),) = harm(BODY)
            arrivals.append(clock[0] + after_s)
        assert all(a < b for a, b in itertools.pairwise(arrivals))


def test_stamps_that_stand_still_are_those_of_samples_alone():
    samples = [seal(Samples.KIND, 1, n, 1000 * n, b"x" * 20) for n in range(3)]
    stamps = [unseal(out[0][1])[3] for out in carried(StaleStamps(), [*samples, BODY])]
    assert stamps == [0, 0, 0, 1000]


async def test_a_harmed_frame_is_bad_and_no_frame():
    near, far = pair()
    link = HarmedLink(near)
    heard = []
    link.listen(lambda body, _: heard.append(body), lambda _: None)
    end = link.suffer(WireFlip(share=1.0, way="up"), dice())
    far.send(BODY)
    assert (heard, link.frames_bad) == ([], 1)
    end()
    far.send(BODY)
    assert heard == [BODY]
    await link.aclose()


async def test_what_waits_in_a_full_queue_comes_later_and_the_rest_never():
    near, far = pair()
    heard = []
    far.listen(lambda body, _: heard.append(body), lambda _: None)
    link = HarmedLink(near)
    end = link.fill(2)
    bodies = [seal(3, 1, n, 0, struct.pack("<H", n)) for n in range(4)]
    for body in bodies:
        link.send(body)
    link.send_urgent(BODY)
    assert heard == [BODY], "what is urgent overtakes"
    end()
    assert heard == [BODY, *bodies[:2]]
    await link.aclose()


async def test_whoever_does_not_read_hears_it_all_afterwards():
    near, far = pair()
    link = HarmedLink(near)
    heard = []
    link.listen(lambda body, _: heard.append(body), lambda _: None)
    link.keep()
    far.send(BODY)
    assert heard == []
    link.read_on()
    await asyncio.sleep(0)
    assert heard == [BODY]
    await link.aclose()


def test_a_plan_waits_until_the_device_is_armed():
    plan = (Planned(fault=fault_of("device_reset", None), begins_s=2.0, ends_s=None, seed=1),)
    mischief = Mischief(plan)
    assert mischief.next_tick > 1 << 60
    mischief.begin(5000)
    first = mischief.next_tick
    mischief.begin(9000)
    assert mischief.next_tick == first == 5000 + 20 + 2000
