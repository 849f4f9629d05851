"""The virtual heater: what it does when all is well, and what it does by itself when it is not."""

import numpy as np
import pytest

from firmware_bridge.codes import Gesture
from firmware_bridge.messages import Disarm, Samples
from firmware_bridge.samples import NO_READING, SampleReader
from sim import voice_coil
from sim.birth import Recipe
from sim.heater import (
    CUT_DEGC,
    FUSE_DEGC,
    ON_MAX_S,
    RISE_DEGC_S,
    ROOM_DEGC,
    STALE_S,
    Heater,
)
from tests.conformance.far_ends import twin_in_memory
from tests.conformance.host import Host, knot, level
from tests.sim.bodies import Pressed, dice

SKIN_DEGC = 32.0


class Says:
    """A thermometer that says what it is told to say."""

    def __init__(self, says):
        self.read = says


def heated(heater, wanted_degc, seconds, under_degc=SKIN_DEGC):
    """Ask for a temperature for a while; return how warm the surface was, each 10 ms."""
    seen = []
    for _ in range(round(seconds * 100)):
        heater.live(wanted_degc, under_degc)
        seen.append(heater.surface_degc)
    return np.array(seen)


@pytest.fixture
def heater():
    return Heater(dice())


def test_it_comes_to_what_is_asked_slowly_and_stays_there(heater):
    warm = heated(heater, 38.0, 300.0)
    assert abs(warm[-10_000:] - 38.0).max() < 0.3
    assert (warm[100:] - warm[:-100]).max() < 0.35
    assert heater.happened == []


def test_on_a_body_it_aims_no_higher_than_40_degc_whoever_asks(heater):
    assert heated(heater, 60.0, 400.0, under_degc=36.0).max() < 40.5


def test_what_it_aims_at_rises_slowly_from_what_is_measured(heater):
    heated(heater, 0.0, 200.0)
    warm = heated(heater, 40.0, 10.0)
    assert warm[-1] - warm[0] < RISE_DEGC_S * 10.0 + 0.1


def test_off_it_cools_to_what_it_lies_on(heater):
    heated(heater, 40.0, 200.0)
    assert heated(heater, 0.0, 900.0)[-1] == pytest.approx(SKIN_DEGC, abs=0.1)


def test_without_readings_it_is_cut_until_it_is_armed_anew(heater):
    heated(heater, 38.0, 100.0)
    good, heater.thermometer = heater.thermometer, Says(lambda true_degc: None)
    heated(heater, 38.0, STALE_S + 0.12)
    assert heater.happened == ["heat cut: no reading"]
    heater.thermometer = good
    assert heated(heater, 38.0, 300.0)[-1] < 34.0
    heater.arm()
    assert heated(heater, 38.0, 200.0)[-1] == pytest.approx(38.0, abs=0.3)


def test_measured_at_41_degc_it_cuts_itself(heater):
    heater.thermometer = Says(lambda true_degc: CUT_DEGC)
    heated(heater, 38.0, 0.2)
    assert heater.happened == ["heat cut: too warm"]


def test_a_relay_that_sticks_is_ended_by_the_fuse_and_no_arming_mends_that(heater):
    heater.stuck = True
    assert heated(heater, 0.0, 600.0).max() <= FUSE_DEGC + 0.01
    assert heater.happened == ["heater fuse blown"]
    heater.arm()
    assert heated(heater, 40.0, 900.0)[-1] < SKIN_DEGC + 1.0


def test_after_twenty_minutes_it_is_over(heater):
    heated(heater, 38.0, ON_MAX_S + 0.1)
    assert heater.happened == ["heat cut: long enough"]
    assert heated(heater, 38.0, 600.0)[-1] < 34.0


def test_skin_takes_on_the_warmth_of_a_pad_that_touches_it_and_loses_it():
    cold, warm = Pressed(), Pressed()
    for body, surface_degc in ((cold, None), (warm, 40.0)):
        for _ in range(30_000):
            body.now_us += 10_000
            body.life.live(body.now_us, 3.0, None, surface_degc)
    assert cold.life.skin_degc == pytest.approx(32.3, abs=0.2)
    assert 37.5 < warm.life.skin_degc < 40.0
    before_degc = warm.life.skin_degc
    for _ in range(30_000):
        warm.now_us += 10_000
        warm.life.live(warm.now_us, 0.0, None, ROOM_DEGC)
    assert SKIN_DEGC - 0.6 < warm.life.skin_degc < before_degc - 3.0


# --- what it says of itself -------------------------------------------------------------------


def told(**outfit):
    return voice_coil.capabilities({}, outfit=voice_coil.Outfit(**outfit))


def test_without_the_option_a_twin_says_what_it_has_always_said():
    assert told().channel("temperature") is None
    assert told().sensors_of("temperature") == ()
    assert told().uplink_bytes_s == 9100.0
    assert Recipe().outfit.heater is False


def test_with_it_there_is_a_channel_and_a_thermometer():
    channel = told(heater=True).channel("temperature")
    assert (channel.high, channel.unit, channel.on_loss) == (40.0, "degC", "releases")
    (sensor,) = told(heater=True).sensors_of("temperature")
    assert (sensor.every, sensor.unit) == (100, "degC")
    assert told(heater=True).uplink_bytes_s == told().uplink_bytes_s + 20.0


def test_a_reading_comes_ten_times_a_second_and_may_be_none(heater):
    reader = SampleReader(told(heater=True))
    heater.reading = 36.65
    for first, expected in ((100, [36.65]), (110, []), (200, [np.nan])):
        if first == 200:
            heater.reading = None
        numbers = [0] * 24 + voice_coil.readings(heater, first)
        data = np.array(numbers, "<i2").tobytes()
        batch = reader.read(Samples(0, first, 10, data), 0.0)
        assert np.array_equal(batch.temperature_degc.ravel(), expected, equal_nan=True)
    assert voice_coil.readings(heater, 300) == [NO_READING]


# --- whom it obeys ----------------------------------------------------------------------------


@pytest.fixture
async def warm():
    """A twin that has been asked for 38 degC and 4 kPa for a second, and what it is asked for."""
    async with twin_in_memory(heater=True) as far_end:
        heater, asked = far_end._twin.machine.beside.heater, []
        live = heater.live

        def listen(wanted_degc, under_degc):
            asked.append(wanted_degc)
            live(wanted_degc, under_degc)

        heater.live = listen
        host = Host(far_end)
        await host.arm()
        for number in range(1, 21):
            knots = [*level(4.0, 50 * number), knot(voice_coil.TEMPERATURE, 50 * number, 38.0)]
            if number == 1:
                await host.splice(knots)
                base_us = host.now_us - 20_000
            else:
                assert await host.extend(knots, base_us=base_us) is None
            while host.now_us < base_us + (50 * number - 150) * 1000:
                await host.live(0.01)
        assert asked[-1] == pytest.approx(38.0)
        yield host, asked


async def test_a_queue_that_runs_dry_switches_it_off(warm):
    host, asked = warm
    await host.live(0.3)
    assert asked[-10:] == [0.0] * 10


async def test_a_host_that_falls_silent_switches_it_off_before_the_link_is_lost(warm):
    host, asked = warm
    await host.wait(0.13)
    assert asked[-1] == 0.0


async def test_a_stop_switches_it_off_within_10_ms(warm):
    host, asked = warm
    await host.stop()
    await host.wait(0.01)
    assert asked[-1] == 0.0


async def test_pain_switches_it_off(warm):
    host, asked = warm
    await host.act(Gesture.PAIN_PRESS)
    await host.live(0.02)
    assert asked[-1] == 0.0


async def test_disarming_switches_it_off(warm):
    host, asked = warm
    await host.ask(Disarm())
    await host.live(0.02)
    assert asked[-1] == 0.0
