"""The virtual muscle: how strong, in which band, and the same again from the same dice."""

import numpy as np
import pytest
from scipy.signal import welch

from sim.muscle import CHANNELS, FLOOR_UV, HOP, RATE_HZ, RESOLUTION_UV, Muscle


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


def test_the_two_channels_are_strangers():
    one, two = emg_uv(muscle(), 20.0, 30)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


def test_the_same_dice_make_the_same_emg():
    one, two, other = muscle(1), muscle(1), muscle(2)
    ours = [one.hop(uv) for uv in range(250)]
    assert ours == [two.hop(uv) for uv in range(250)]
    assert ours != [other.hop(uv) for uv in range(250)]


def test_strength_scales_the_same_noise():
    soft, loud = emg_uv(muscle(), 0.0, 3), emg_uv(muscle(), FLOOR_UV * 99.995, 3)
    ratio = np.hypot(FLOOR_UV, FLOOR_UV * 99.995) / FLOOR_UV
    assert loud == pytest.approx(soft * ratio, abs=RESOLUTION_UV * (ratio + 1) / 2)


def test_a_strength_beyond_the_range_saturates():
    felt = emg_uv(muscle(), 3000.0, 3)
    assert felt.max() == pytest.approx(3276.7, abs=0.01)
    assert felt.min() == pytest.approx(-3276.8, abs=0.01)
    assert np.corrcoef(felt[0], emg_uv(muscle(), 100.0, 3)[0])[0, 1] > 0.95
