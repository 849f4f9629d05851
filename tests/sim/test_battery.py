"""A twin on a battery: how it goes down, what its gauge says, and what happens when it is empty."""

import numpy as np
import pytest

from firmware_bridge.codes import State
from firmware_bridge.errors import LinkUnavailable
from firmware_bridge.framing import unseal
from firmware_bridge.messages import Samples
from firmware_bridge.samples import NO_READING, SampleReader
from sim import voice_coil
from sim.battery import DRIVING_S, WAITING_S, Battery
from sim.birth import Recipe, recipe
from tests.conformance.far_ends import twin_in_memory
from tests.conformance.host import Host, level


def told(**outfit):
    return voice_coil.capabilities({}, outfit=voice_coil.Outfit(**outfit))


def lived(battery, seconds, *, driving):
    for _ in range(round(seconds * 100)):
        battery.live(driving=driving)
    return battery.percent


def test_it_goes_down_slowly_while_the_device_drives_and_more_slowly_while_it_waits():
    assert 80.0 - lived(Battery(80.0), 60.0, driving=True) == pytest.approx(6000.0 / DRIVING_S)
    assert 80.0 - lived(Battery(80.0), 60.0, driving=False) == pytest.approx(6000.0 / WAITING_S)


def test_it_is_empty_once_and_tells_it_once():
    battery = Battery(1.0)
    battery.worn_s = 100.0
    assert lived(battery, 3.0, driving=True) == 0.0
    assert battery.empty
    assert battery.happened == ["battery empty"]


# --- what it says of itself -------------------------------------------------------------------


def test_without_the_option_a_twin_says_what_it_has_always_said():
    assert told().sensors_of("battery") == ()
    assert told().uplink_bytes_s == 9100.0
    assert Recipe().outfit.battery is None
    assert "battery" not in Recipe().address


@pytest.mark.parametrize("more", [{}, {"heater": True}, {"depth": True, "device": "voice_coil"}])
def test_with_it_there_is_a_gauge_behind_every_other_sensor(more):
    there = told(battery=80.0, **more)
    (gauge,) = there.sensors_of("battery")
    assert (gauge.unit, gauge.rate_hz, gauge.every) == ("%", 1.0, 1000)
    assert gauge.id == len(there.sensors) - 1
    assert there.sensors[:-1] == told(**more).sensors
    assert there.uplink_bytes_s == told(**more).uplink_bytes_s + 2.0


def test_an_address_says_how_full_it_is_and_comes_back_as_it_was():
    wanted = recipe("sim://healthy_f?battery=62.5")
    assert wanted.outfit.battery == 62.5
    assert recipe(wanted.address) == wanted


@pytest.mark.parametrize("said", ["0", "101", "on", "-5", "nan"])
def test_a_battery_that_cannot_be_is_refused_with_what_would_be_right(said):
    with pytest.raises(LinkUnavailable, match=r"must be from 1 to 100, as battery=80"):
        recipe(f"sim://healthy_f?battery={said}")


def test_its_gauge_speaks_once_a_second_and_may_have_nothing_to_say():
    battery = Battery(41.27)
    reader = SampleReader(told(battery=41.27))
    for first, expected in ((1000, [41.3]), (1010, []), (2000, [np.nan])):
        if first == 2000:
            battery.gauge.read = lambda true_percent: None
        numbers = [0] * 24 + voice_coil.charge(battery, first)
        batch = reader.read(Samples(0, first, 10, np.array(numbers, "<i2").tobytes()), 0.0)
        assert np.allclose(batch.battery_percent.ravel(), expected, equal_nan=True)
        assert batch.temperature_degc is None
    assert voice_coil.charge(battery, 3000) == [NO_READING]


def test_of_a_thermometer_and_a_gauge_each_keeps_its_own():
    reader = SampleReader(told(battery=50.0, heater=True))
    numbers = [0] * 24 + [3665, 500]
    batch = reader.read(Samples(0, 1000, 10, np.array(numbers, "<i2").tobytes()), 0.0)
    assert batch.temperature_degc.ravel() == pytest.approx([36.65])
    assert batch.battery_percent.ravel() == pytest.approx([50.0])


# --- at the wire ------------------------------------------------------------------------------


async def test_a_device_whose_battery_is_empty_lets_go_and_says_nothing_more():
    async with twin_in_memory(battery=50.0) as far_end:
        machine = far_end._twin.machine
        host = Host(far_end)
        await host.arm()
        await host.splice(level(4.0, 50))
        base_us = host.now_us - 20_000
        for number in range(2, 21):
            assert await host.extend(level(4.0, 50 * number), base_us=base_us) is None
            while host.now_us < base_us + (50 * number - 150) * 1000:
                await host.live(0.01)
        assert machine.state is State.ARMED
        assert machine.actuator.true_kpa > 3.0
        machine.beside.battery.percent = 1e-6
        await host.live(0.02)
        heard = []
        far_end.link.listen(lambda body, at_s: heard.append(unseal(body)[0]), lambda error: None)
        await far_end.wait(1.0)
        assert heard == []
        assert machine.actuator.true_kpa < 0.5
        assert any(text == "battery empty" for _, text in machine.truth._events)
