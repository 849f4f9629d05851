"""The virtual muscle: how strong, in which band, and the same again from the same dice."""

import numpy as np
import pytest
from scipy.signal import welch
from scipy.stats import kurtosis

from sim.muscle import CHANNELS, CROSSTALK, FLOOR_UV, HOP, RATE_HZ, RESOLUTION_UV, Muscle


def muscle(seed=1):
    return Muscle(np.random.Generator(np.random.PCG64(seed)))


def emg_uv(it, signal_uv, seconds):
    """Samples of shape (channels, time), in uV."""
    hops = [it.hop(signal_uv) for _ in range(seconds * RATE_HZ // HOP)]
    whole = np.frombuffer(b"".join(hops), "<i2").reshape(-1, CHANNELS, HOP)
    return whole.transpose(1, 0, 2).reshape(CHANNELS, -1) * RESOLUTION_UV


@pytest.mark.parametrize("signal_uv", [0.0, 2.2, 10.0, 100.0])
def test_emg_is_as_strong_as_muscle_and_noise_together(signal_uv):
    felt = np.sqrt(np.mean(np.square(emg_uv(muscle(), signal_uv, 30)), axis=1))
    assert felt == pytest.approx(np.hypot(FLOOR_UV, signal_uv), rel=0.03)


def test_emg_lives_between_20_and_450_hz():
    hz, power = welch(emg_uv(muscle(), 50.0, 60), RATE_HZ, nperseg=1024)
    total = power.sum(axis=1)
    inside = power[:, (hz >= 20) & (hz <= 450)].sum(axis=1)
    assert (inside / total > 0.93).all()
    assert (power[:, hz < 5].sum(axis=1) / total < 0.005).all()


def test_neighbours_hear_a_little_of_each_other_and_noise_is_each_ones_own():
    one, two = emg_uv(muscle(), 20.0, 30)
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(2 * CROSSTALK, abs=0.03)
    one, two = emg_uv(muscle(), 0.0, 30)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


@pytest.mark.parametrize("signal_uv", [20.0, 200.0])
def test_its_median_frequency_is_that_of_a_fresh_trapezius(signal_uv):
    """60 to 90 Hz (M, emg F): most of the power lies between 40 and 200 Hz."""
    hz, power = welch(emg_uv(muscle(), signal_uv, 60), RATE_HZ, nperseg=1024)
    share = power.cumsum(axis=1) / power.sum(axis=1, keepdims=True)
    for channel in share:
        assert 60.0 <= hz[np.searchsorted(channel, 0.5)] <= 95.0


def test_at_rest_single_potentials_stand_out_and_at_strength_they_drown():
    """A few units are shot noise, many are nearly Gaussian."""
    rest, strong = (emg_uv(muscle(), uv, 60)[0] for uv in (6.0, 200.0))
    assert kurtosis(rest) > 3 * kurtosis(strong)
    assert kurtosis(rest) > 0.3
    assert kurtosis(strong) < 0.3


@pytest.mark.parametrize("channels", range(1, 9))
def test_there_may_be_one_to_eight_pairs_all_as_strong(channels):
    it = Muscle(np.random.Generator(np.random.PCG64(1)), channels)
    hops = [it.hop(30.0) for _ in range(1000)]
    whole = np.frombuffer(b"".join(hops), "<i2").reshape(-1, channels, HOP) * RESOLUTION_UV
    felt = np.sqrt(np.mean(np.square(whole), axis=(0, 2)))
    assert felt == pytest.approx(np.full(channels, np.hypot(FLOOR_UV, 30.0)), rel=0.08)


def test_the_same_dice_make_the_same_emg():
    one, two, other = muscle(1), muscle(1), muscle(2)
    ours = [one.hop(uv) for uv in range(250)]
    assert ours == [two.hop(uv) for uv in range(250)]
    assert ours != [other.hop(uv) for uv in range(250)]


def test_a_strength_that_comes_late_changes_nothing_before_it_nor_the_noise_after():
    calm, busy = muscle(), muscle()
    before = [calm.hop(2.0) for _ in range(500)]
    assert before == [busy.hop(2.0) for _ in range(500)]
    assert [calm.hop(2.0) for _ in range(50)] != [busy.hop(200.0) for _ in range(50)]
    assert [calm.hop(2.0) for _ in range(300)] == [busy.hop(2.0) for _ in range(300)]


def test_strength_scales_the_same_units():
    floor, soft, loud = (emg_uv(muscle(), uv, 3) for uv in (0.0, 2.0, 8.0))
    assert loud - floor == pytest.approx((soft - floor) * 4.0, abs=RESOLUTION_UV * 5)


def test_a_strength_beyond_the_range_saturates():
    felt = emg_uv(muscle(), 3000.0, 3)
    assert felt.max() == pytest.approx(3276.7, abs=0.01)
    assert felt.min() == pytest.approx(-3276.8, abs=0.01)
    assert np.corrcoef(felt[0], emg_uv(muscle(), 100.0, 3)[0])[0, 1] > 0.95
