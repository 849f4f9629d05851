"""Trigger points: where they are, what they do, and when they let go."""

import numpy as np
import pytest

from tests.sim.bodies import Pressed, somebody


def hold(body, share=0.3, seconds=60.0, carriage_mm=None):
    return body.press_share(share, seconds, carriage_mm)


def test_an_active_one_is_tender_taut_and_busy_and_a_latent_one_is_silent():
    healthy, active, latent = (somebody(point=kind) for kind in ("none", "active", "latent"))
    site = "upper_trapezius"
    assert active.ppt_kpa[site] == pytest.approx(healthy.ppt_kpa[site] - 105.0, abs=0.1)
    assert latent.ppt_kpa[site] == pytest.approx(0.8 * healthy.ppt_kpa[site], abs=0.1)
    assert active.tissue.k == latent.tissue.k == pytest.approx(1.75 * healthy.tissue.k)
    assert active.rest_uv > 2 * latent.rest_uv == 2 * healthy.rest_uv


@pytest.mark.parametrize("seed", range(10))
def test_it_lets_go_once_within_a_minute_of_a_hold(seed):
    body = Pressed("trigger_point_ut", seed)
    before_uv = body.press(0.0, 10).mean()
    hold(body)
    (released_s,) = body.when("knot released")
    assert 12.0 <= released_s - 10.0 <= 45.0
    hold(body)
    assert len(body.when("knot released")) == 1
    assert body.life.emg_uv < 0.7 * before_uv


def test_more_pressure_makes_it_let_go_sooner():
    released_s = []
    for share in (0.15, 0.25, 0.4):
        body = Pressed("trigger_point_ut")
        hold(body, share, 90)
        released_s += body.when("knot released")
    assert released_s == sorted(released_s, reverse=True)
    assert len(set(released_s)) == 3


def test_one_that_never_lets_go_never_does():
    body = Pressed("trigger_point_ut", lets_go=False)
    limit_kpa = body.life.threshold_kpa
    for _ in range(5):
        hold(body, 0.4, 90)
    assert body.when("knot released") == []
    assert body.life.threshold_kpa == limit_kpa


def test_kneading_does_not_do_what_a_hold_does():
    body = Pressed("trigger_point_ut")
    limit_kpa = body.life.threshold_kpa
    body.press(lambda s: limit_kpa * (0.2 - 0.15 * np.cos(2 * np.pi * 0.6 * s)), 180)
    assert body.when("knot released") == []


def test_resting_a_pad_on_it_does_nothing():
    body = Pressed("trigger_point_ut")
    hold(body, 0.05, 180)
    assert body.when("knot released") == []


def test_a_hold_that_is_cut_short_is_half_forgotten():
    body = Pressed("trigger_point_ut")
    hold(body, 0.25, 15)
    body.press(0.0, 600)
    hold(body, 0.25, 15)
    assert body.when("knot released") == []


def test_what_a_hold_has_gained_is_lost_within_hours():
    body = Pressed("trigger_point_ut")
    before_kpa = body.life.threshold_kpa
    hold(body, 0.3, 60)
    gained_kpa = body.life.threshold_kpa - before_kpa
    assert gained_kpa > 5.0
    body.press(0.0, 1800)
    assert body.life.threshold_kpa - before_kpa == pytest.approx(gained_kpa / np.e, rel=0.05)


def test_a_carriage_finds_it_at_its_place_and_a_latent_one_further_on():
    body = Pressed("trigger_point_ut")
    limits_kpa, taut, loud_uv = {}, {}, {}
    for place_mm in (0.0, 80.0, 115.0, 150.0, 200.0):
        loud_uv[place_mm] = body.press(3.0, 2, place_mm)[-1]
        limits_kpa[place_mm] = body.life.threshold_kpa
        taut[place_mm] = body.life.stiffness
    assert limits_kpa[80.0] < limits_kpa[150.0] < limits_kpa[0.0] == limits_kpa[200.0]
    assert taut[80.0] / taut[0.0] == pytest.approx(1.75, rel=0.02)
    assert loud_uv[80.0] > 2 * loud_uv[0.0]
    assert loud_uv[150.0] == pytest.approx(loud_uv[0.0], rel=0.05)


def test_a_hold_works_on_the_one_that_is_held():
    body = Pressed("trigger_point_ut")
    hold(body, 0.3, 60, 80.0)
    assert len(body.when("knot released")) == 1
    hold(body, 0.3, 60, 30.0)
    assert len(body.when("knot released")) == 1
    hold(body, 0.3, 60, 150.0)
    assert len(body.when("knot released")) == 2
