"""Artefacts, switched on by what a simulated person does, and what a heartbeat looks like."""

import numpy as np
import pytest
from scipy.signal import find_peaks, periodogram

from firmware_bridge.codes import Gesture
from sim.artefacts import disturb
from sim.muscle import HOP, Muscle
from tests.sim.bodies import dice
from tests.sim.test_muscle import emg_uv


def muscle(channels=2, **how):
    return Muscle(dice(1), channels, **how)


def do(it, gesture):
    return disturb(it.leads, gesture, it.sampled)


def tone(uv, hz):
    """Amplitude of a tone in samples of 1 kHz."""
    at = np.exp(-2j * np.pi * hz * np.arange(len(uv)) / 1000)
    return 2 * abs((uv * at).mean())


def test_an_electrode_that_is_off_hears_mains_and_no_muscle():
    it = muscle()
    assert do(it, Gesture.ELECTRODE_OFF)
    first, second = emg_uv(it, 50.0, 2)
    assert tone(first, 50) == pytest.approx(500, rel=0.01)
    assert np.std(first - 500 * np.sin(2 * np.pi * 0.05 * np.arange(2000))) < 0.1
    assert tone(second, 50) < 30


def test_it_is_well_again_when_the_electrode_is_back():
    clean, it = muscle(), muscle()
    do(it, Gesture.ELECTRODE_OFF)
    emg_uv(it, 5.0, 1)
    emg_uv(clean, 5.0, 1)
    do(it, Gesture.ELECTRODE_ON)
    assert (emg_uv(it, 5.0, 1) == emg_uv(clean, 5.0, 1)).all()


def test_a_lead_that_is_out_is_flat():
    it = muscle()
    do(it, Gesture.LEAD_UNPLUGGED)
    assert np.ptp(emg_uv(it, 50.0, 1)[0]) == 0.0


def test_a_rail_is_the_last_number_of_the_converter():
    it = muscle()
    do(it, Gesture.RAIL)
    assert emg_uv(it, 50.0, 1)[0] == pytest.approx(np.full(1000, 3276.7))


def test_mains_are_in_every_lead_until_they_are_off():
    it = muscle(4)
    do(it, Gesture.MAINS_ON)
    assert [tone(uv, 50) for uv in emg_uv_of(it, 4)] == pytest.approx([20.0] * 4, abs=1.0)
    do(it, Gesture.MAINS_OFF)
    assert it.leads == {}


def emg_uv_of(it, channels, seconds=2):
    hops = [it.hop(2.0) for _ in range(seconds * 100)]
    whole = np.frombuffer(b"".join(hops), "<i2").reshape(-1, channels, HOP)
    return whole.transpose(1, 0, 2).reshape(channels, -1) * 0.1


def test_a_shake_swings_slowly_and_is_over_after_two_seconds():
    it = muscle()
    do(it, Gesture.SHAKE)
    shaken = emg_uv(it, 2.0, 4)[0]
    assert tone(shaken[:2000], 3) == pytest.approx(800, rel=0.02)
    assert np.abs(shaken[2000:]).max() < 40
    assert it.leads == {}


def test_a_tap_is_a_jolt_that_fades():
    it = muscle()
    emg_uv(it, 2.0, 1)
    do(it, Gesture.TAP)
    tapped = emg_uv(it, 2.0, 2)[0]
    assert tapped[0] == pytest.approx(2000, rel=0.02)
    assert np.abs(tapped[500:]).max() < 40
    assert it.leads == {}


@pytest.mark.parametrize("gesture", [Gesture.PAD_OFF, Gesture.PAIN_PRESS, Gesture.CRAMP])
def test_what_is_not_about_leads_is_left_to_others(gesture):
    it = muscle()
    assert not do(it, gesture)
    assert it.leads == {}


def test_a_heartbeat_is_heard_62_to_78_times_a_minute_if_it_is_asked_for():
    with_heart, without = emg_uv(muscle(ecg=True), 2.0, 60)[0], emg_uv(muscle(), 2.0, 60)[0]
    beats, _ = find_peaks(with_heart, height=90, distance=300)
    assert 60 <= len(beats) <= 80
    assert 0.01 < np.std(np.diff(beats)) / np.mean(np.diff(beats)) < 0.08
    assert 100 < np.median(with_heart[beats]) < 230
    assert np.abs(without).max() < 40


def test_a_heartbeat_goes_on_across_the_seconds_it_is_made_in():
    heard = emg_uv(muscle(ecg=True), 0.0, 60)[0]
    jumps = np.abs(np.diff(heard))[999::1000]
    hz, power = periodogram(heard, 1000)
    assert jumps.max() < 40
    assert power[(hz > 0.9) & (hz < 15)].sum() > power[hz > 50].sum()
