"""A first file, for every region and every purpose, has no mistakes."""

from itertools import product

import pytest

from console.authoring import checked, host
from profiles.builder import Profile
from profiles.regions import REGIONS
from profiles.starting import LONGEST_MIN, PURPOSES, SENSORS, SHORTEST_MIN, Wishes, start

MINUTES = (SHORTEST_MIN, 8.0, 15.0, LONGEST_MIN)
LISTENING = ((), ("emg",), ("skin_temperature",), SENSORS)
DEEP = "trigger-points"


@pytest.fixture(scope="module")
def hosts():
    return {name: host("voice_coil", name) for name in ("nobody", "simulated")}


@pytest.mark.parametrize(("number", "wish"), [*enumerate(product(REGIONS, PURPOSES))])
def test_it_checks_clean_for_every_region_and_purpose(number, wish, hosts):
    region, purpose = wish
    minutes, sensors = SHORTEST_MIN, LISTENING[number % 4]
    text = start(Wishes(region=region, purpose=purpose, minutes=minutes, sensors=sensors))
    on = hosts["simulated" if purpose == DEEP else "nobody"]
    found = checked(text, "new.yaml", {}, on)
    assert found.problems == ()
    assert found.program.steps[0].region == region
    assert set(found.needs.signals) == set(sensors)
    wished_s = min(60.0 * minutes, 860.0)
    assert 0.7 * wished_s <= found.worst_case_s <= wished_s + 1.0
    assert not any(step.scale < 1.0 for step in found.program.steps)


@pytest.mark.parametrize(("purpose", "minutes"), [*product(PURPOSES, MINUTES)])
def test_it_checks_clean_for_every_time(purpose, minutes, hosts):
    text = start(Wishes(region="gluteus", purpose=purpose, minutes=minutes, sensors=SENSORS))
    on = hosts["simulated" if purpose == DEEP else "nobody"]
    assert checked(text, "new.yaml", {}, on).problems == ()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_it_is_commented_and_no_deeper_than_it_says(purpose, hosts):
    text = start(Wishes(region="upper_trapezius", purpose=purpose, minutes=10.0))
    assert text.count("#") >= 8
    grades = ["light", "moderate", "deep"]
    found = checked(text, "new.yaml", {}, hosts["simulated"])
    deepest = max(grades.index(step.grade) for step in found.worst.steps)
    assert deepest <= grades.index(Profile.of(text).check().level)
