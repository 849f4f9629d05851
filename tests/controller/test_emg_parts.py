"""The parts of the EMG front end: filters, beats, strength, spectrum, dating back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from controller import emg_filters as filters
from controller.emg_bands import Bands
from controller.emg_heartbeat import BEATS_NEEDED, Heart, beat
from controller.emg_onsets import rising_hops
from controller.emg_plan import plan
from controller.emg_scale import Scale, Yardstick, baseline, strength
from controller.emg_settings import HEART_LOW_HZ, EmgSettings
from controller.emg_spectrum import median_hz
from tests.controller.emg_signals import heartbeats, rest

SETTINGS = EmgSettings()


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0, 2000.0])
@pytest.mark.parametrize("kernel", [filters.kernel(), filters.public])
def test_pieces_are_filtered_as_the_whole_is(kernel, rate_hz):
    sections = np.vstack((filters.bandpass(SETTINGS, rate_hz), filters.notches(SETTINGS, rate_hz)))
    samples = rest(2.0, seed=1, channels=3, rate_hz=rate_hz)
    memory = filters.at_rest(sections, 3)
    heard = []
    for k in range(0, len(samples), 7):
        piece = np.ascontiguousarray(samples[k : k + 7].T)
        kernel(sections, piece, memory)
        heard.append(piece.T)
    whole = signal.sosfilt(sections, samples, axis=0)
    assert np.abs(np.concatenate(heard) - whole).max() < 1e-9


def test_the_private_kernel_gives_the_bits_of_the_public_filter():
    sections = filters.bandpass(SETTINGS, 1000.0)
    results = []
    for kernel in (filters.kernel(), filters.public):
        samples = np.ascontiguousarray(rest(1.0, seed=2, channels=4).T)
        memory = filters.at_rest(sections, 4)
        kernel(sections, samples, memory)
        results.append(samples.tobytes() + memory.tobytes())
    assert results[0] == results[1]


def test_the_notches_are_those_of_scipy():
    wanted = [
        signal.tf2sos(*signal.iirnotch(hz, filters.NOTCH_QUALITY, 1000.0))[0]
        for hz in SETTINGS.mains_hz
    ]
    assert filters.notches(SETTINGS, 1000.0) == pytest.approx(np.array(wanted), abs=1e-12)


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0, 1926.0])
@pytest.mark.parametrize("line", [0, 1])
def test_a_pure_line_has_all_of_the_power_in_any_stretch(rate_hz, line):
    how = plan(rate_hz, 1, SETTINGS)
    bands = Bands(how)
    at_s = np.arange(200 * how.hop) / rate_hz
    x_uv = 30.0 * np.sin(2 * np.pi * SETTINGS.mains_hz[line] * at_s + 1.0)
    told = [bands.hear(x_uv[k : k + how.hop, None], [0]) for k in range(0, len(x_uv), how.hop)]
    settled = [sums for (sums,) in told[100:]]
    assert [sums.cycle_share for sums in settled] == pytest.approx([1.0] * 100, abs=1e-3)
    assert [sums.cycles_share for sums in settled] == pytest.approx([1.0] * 100, abs=1e-3)


def test_a_comb_takes_out_the_actuator_and_its_harmonics_and_leaves_what_is_still():
    sections = filters.comb(SETTINGS, 1000.0, 30.0)
    at_hz = np.array([0.0, *(30.0 * k for k in range(1, 15)), 45.0, 75.0, 105.0])
    _, gain = signal.freqz_sos(sections, worN=at_hz, fs=1000.0)
    assert abs(gain[0]) == pytest.approx(1.0)
    assert np.abs(gain[1:15]).max() < 1e-6
    assert np.abs(gain[15:]).min() > 0.9


def test_a_comb_that_begins_at_a_level_does_not_ring():
    sections = filters.comb(SETTINGS, 1000.0, 30.0)
    samples = np.full((1, 500), 300.0)
    filters.run(sections, samples, filters.at_level(sections, np.array([300.0])))
    assert samples == pytest.approx(300.0, abs=1e-6)


def test_where_the_heart_is_the_band_begins_at_30_hz():
    sections = filters.bandpass(EmgSettings(low_hz=HEART_LOW_HZ), 1000.0)
    _, gain = signal.freqz_sos(sections, worN=[30.0], fs=1000.0)
    assert abs(gain[0]) == pytest.approx(np.sqrt(0.5), abs=0.02)


@pytest.mark.parametrize("per_min", [60, 85, 110])
def test_a_heart_is_counted_and_its_next_beat_expected(per_min):
    slow_uv = heartbeats(12.0, per_min=per_min, peak_uv=250.0, seed=per_min)
    hops_uv = slow_uv.reshape(-1, 10).mean(axis=1)
    heart = Heart()
    expected = [beat(heart, uv, 1.5, 0.0, 0.01).expected for uv in hops_uv.tolist()]
    assert heart.regular >= BEATS_NEEDED
    assert 60.0 / (heart.interval * 0.01) == pytest.approx(per_min, rel=0.08)
    beats = signal.find_peaks(slow_uv, height=200.0)[0] / 10.0
    late = [k for k in beats if k > 600]
    met = sum(any(expected[round(k) - 2 : round(k) + 3]) for k in late)
    assert met >= 0.8 * len(late)


def test_a_muscle_is_no_heart():
    heart = Heart()
    loud_uv = rest(10.0, seed=3, rms_uv=200.0)[:, 0].reshape(-1, 10)
    for hop_uv in loud_uv:
        level = float(np.log(np.sqrt(np.mean(hop_uv**2))))
        assert not beat(heart, float(hop_uv.mean()), level, 0.0, 0.01).expected


@given(quiet=st.integers(4, 12), loud=st.integers(1, 12))
def test_an_onset_is_dated_back_to_where_the_level_changed(quiet, loud):
    assert rising_hops([1.0] * quiet + [30.0] * loud) == loud


@pytest.mark.parametrize("hz", [40.0, 95.0, 210.0])
def test_the_median_frequency_of_a_narrow_band_is_its_middle(hz):
    white = np.random.default_rng(4).standard_normal(3000)
    sections = signal.butter(2, (hz - 4.0, hz + 4.0), "bandpass", fs=1000.0, output="sos")
    narrow = signal.sosfilt(sections, white)[-1000:]
    assert median_hz(narrow + 500.0, 1000.0, SETTINGS) == pytest.approx(hz, abs=3.0)


def test_silence_has_no_median_frequency():
    assert median_hz(np.full(1000, 3.0), 1000.0, SETTINGS) is None


@given(rms_uv=st.floats(4.0, 1000.0))
def test_a_yardstick_measures_itself_as_one_and_noise_as_nothing(rms_uv):
    yardstick = Yardstick(Scale.REFERENCE, rms_uv, noise_uv=2.0)
    one, none = strength(rms_uv, yardstick), strength(2.0, yardstick)
    assert one is not None
    assert none is not None
    assert one.ratio == pytest.approx(1.0)
    assert one.scale is Scale.REFERENCE
    assert none.ratio == 0.0


def test_what_is_not_clear_of_the_noise_measures_nothing():
    assert strength(50.0, Yardstick(Scale.MVC, 3.9, noise_uv=2.0)) is None


def test_a_baseline_is_a_low_quantile_of_what_is_trusted():
    slow_uv = [float(k) for k in range(100)]
    found = baseline(slow_uv, [k >= 20 for k in range(100)])
    assert found == Yardstick(Scale.BASELINE, 44.0)
    assert baseline(slow_uv, [k >= 60 for k in range(100)]) is None
    assert baseline([], []) is None
