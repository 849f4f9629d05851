"""How often a link delivers, and how old what it brings is."""

import pytest

from firmware_bridge.arrivals import Arrivals


def test_spacing_is_that_of_connection_events_however_much_each_brings():
    arrivals = Arrivals()
    for event in range(100):
        for frame in range(3):
            arrivals.hear(event * 0.015 + frame * 0.0004)
    assert arrivals.spacing_s == pytest.approx(0.015)


def test_the_age_is_that_of_99_in_100():
    arrivals = Arrivals()
    for number in range(200):
        arrivals.hear_samples(0.2 if number == 7 else 0.03)
    assert arrivals.age_p99_s == 0.03
    arrivals.hear_samples(0.2)
    arrivals.hear_samples(0.2)
    assert arrivals.age_p99_s == 0.2


def test_nothing_is_known_before_anything_came_or_after_forgetting():
    arrivals = Arrivals()
    assert arrivals.spacing_s is arrivals.age_p99_s is None
    arrivals.hear(1.0)
    assert arrivals.spacing_s is None
    arrivals.hear(2.0)
    arrivals.hear_samples(0.1)
    arrivals.forget()
    assert arrivals.spacing_s is arrivals.age_p99_s is None
