"""Guarding with a latency, and only above its threshold; bracing; cramps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.reflex import MVC_UV
from tests.sim.bodies import Pressed


def warmed(preset="healthy_f", seed=7, **manner):
    body = Pressed(preset, seed, **manner)
    body.press_share(0.12, 200)
    return body


def guard(body, share=1.2, seconds=2.0, rise_s=0.5):
    """Press up to a share of the threshold; return when it was crossed, and when it guarded."""
    began_s, limit_kpa = body.now_s, body.life.threshold_kpa
    kpa = share * limit_kpa
    body.press(lambda s: kpa * min(1.0, s / rise_s), seconds)
    crossed_s = began_s + rise_s * body.person.nerves.guard_from / share
    return crossed_s, body.when("guarding begins")


@pytest.mark.parametrize("seed", range(12))
def test_a_guard_comes_80_ms_after_the_threshold_is_crossed(seed):
    crossed_s, begins = guard(Pressed(seed=seed))
    assert 0.03 <= begins[0] - crossed_s <= 0.15


def test_guards_are_late_as_withdrawal_reflexes_are():
    """80 +- 15 ms (V: 74 to 91, S111)."""
    late_s = []
    for seed in range(150):
        crossed_s, begins = guard(Pressed(seed=seed), seconds=0.7)
        late_s.append(begins[0] - crossed_s)
    assert np.mean(late_s) == pytest.approx(0.08, abs=0.005)
    assert np.std(late_s) == pytest.approx(0.015, abs=0.005)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0.0, 0.79))
def test_a_warm_body_below_its_threshold_stays_calm(seed, share):
    body = Pressed(seed=seed)
    body.press_share(0.1, 190)
    before_uv = body.life.emg_uv
    emg_uv = body.press_share(share, 30)
    assert body.happened == []
    assert emg_uv.max() <= 1.05 * before_uv


def test_a_guard_shows_as_20_to_80_uv_and_more_when_it_is_pressed_on():
    body, other = warmed(), warmed()
    guard(body, share=1.0, seconds=3.0)
    assert 20.0 <= body.life.emg_uv <= 80.0
    guard(other, share=1.8, seconds=3.0)
    assert other.life.emg_uv > 2.0 * body.life.emg_uv


def test_a_guard_fades_within_seconds_when_pressure_goes():
    body = warmed()
    guard(body)
    at_s, loud_uv = body.now_s, body.life.emg_uv
    fading = body.press(1.0, 10)
    assert fading[299] == pytest.approx(loud_uv * np.exp(-1), rel=0.25)
    (ends_s,) = body.when("guarding ends")
    assert ends_s - at_s == pytest.approx(3.0 * np.log(10), abs=0.5)
    assert body.life.emg_uv < 3.0


def test_a_guard_lasts_while_pressure_stays_between_the_two_thresholds():
    body = warmed()
    guard(body)
    body.press_share(0.8, 20)
    assert body.when("guarding ends") == []
    assert body.life.emg_uv > 15.0


def test_a_guard_that_is_renewed_is_one_guard():
    body = warmed()
    limit_kpa = body.life.threshold_kpa
    body.press(lambda s: limit_kpa * (0.7 - 0.5 * np.cos(2 * np.pi * 0.7 * s)), 20)
    assert len(body.when("guarding begins")) == 1


def test_reflexes_are_inhibited_while_pressed_and_at_once_back_when_not():
    """-57 to -71 % during, 0 after (V: S3-S5); more pressure inhibits more (V: S17)."""
    body = Pressed()
    body.press(4.0, 10)
    light = body.life.reflex
    body.press(12.0, 10)
    assert body.life.reflex < light < 1.0
    assert 1.0 - body.life.reflex == pytest.approx(0.70, abs=0.01)
    body.press(0.0, 5)
    assert body.life.reflex > 0.95


@pytest.mark.parametrize(("preset", "times"), [("chronic_neck", 2.0), ("anxious", 3.0)])
def test_some_guard_harder(preset, times):
    body, other = Pressed(preset), Pressed("elderly" if preset == "anxious" else "healthy_f")
    for one in (body, other):
        guard(one, share=1.0, seconds=1.0)
    rest = body.person.nerves.rest
    peak = max(a for _, a, _ in body.trace) - rest
    usual = max(a for _, a, _ in other.trace) - other.person.nerves.rest
    assert peak / usual == pytest.approx(times, rel=0.35)


@pytest.mark.parametrize(
    ("manner", "guards"),
    [({"guards_from": 0.15}, True), ({}, False), ({"guards_from": float("inf")}, False),
     ({"guards_from": 0.15, "sensation": "none"}, False)],
)  # fmt: skip
def test_some_guard_early_and_some_never(manner, guards):
    body = Pressed(**manner)
    began_s = body.now_s
    body.press_share(0.3, 5)
    assert bool(body.when("guarding begins")) is guards
    assert body.now_s > began_s


def test_who_feels_nothing_does_nothing_at_any_pressure():
    body = Pressed(sensation="none")
    emg_uv = body.press_share(1.7, 30)
    assert body.happened == []
    assert np.ptp(emg_uv) < 0.2


def test_reduced_sensation_guards_all_the_same():
    body = Pressed("reduced_sensation")
    guard(body)
    assert body.when("guarding begins")
    assert body.when("pain pressed") == []


def test_a_cramp_is_strong_bursts_and_ends_by_itself():
    """100 to 500 uV (M-), for 23.6 +- 16.2 s, with a common drive of 1.4 Hz (V: Minetto 2009)."""
    body = Pressed()
    body.press(0.0, 1)
    body.life.cramp(body.now_us)
    emg_uv = body.press(0.0, 70)
    (began_s,), (ended_s,) = body.when("spasm"), body.when("spasm ends")
    assert 5.0 <= ended_s - began_s <= 60.01
    during = emg_uv[50 : round((ended_s - began_s) * 100) - 10]
    assert 100.0 <= during.mean() <= 0.85 * MVC_UV
    bursts = np.abs(np.fft.rfft(during - during.mean()))
    hz = np.fft.rfftfreq(len(during), 0.01)[bursts.argmax()]
    assert hz == pytest.approx(1.4, abs=0.2)
    assert emg_uv[-1] < 3.0


def test_a_cramp_hurts_and_whoever_has_one_presses_the_button():
    body = Pressed()
    body.life.cramp(body.now_us)
    body.press(0.0, 3)
    assert body.when("pain pressed")


def test_a_muscle_in_spasm_cramps_when_it_is_pressed_too_hard_and_no_other_does():
    for preset, cramps in (("acute_spasm_low_back", True), ("healthy_m", False)):
        body = Pressed(preset)
        body.press_share(0.5, 30)
        assert body.when("spasm") == []
        body.press_share(1.0, 5)
        assert bool(body.when("spasm")) is cramps


def test_a_muscle_in_spasm_is_never_quite_silent():
    body = Pressed("acute_spasm_low_back")
    assert 20.0 <= body.press(0.0, 5).mean() <= 80.0
