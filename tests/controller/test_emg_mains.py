"""Mains is told from muscle, whether it has 50 or 60 Hz, and nobody has said which."""

import numpy as np
import pytest

from controller.emg import Emg
from controller.emg_words import Onset, Quality
from tests.controller.emg_signals import muscle, rest

FROM_S, TO_S = 8.0, 11.0
SECONDS = 14.0
RATES_HZ = [250.0, 500.0, 1000.0, 2000.0]
LINES_HZ = [50.0, 60.0]

everywhere = pytest.mark.parametrize("rate_hz", RATES_HZ)
on_each_line = pytest.mark.parametrize("line_hz", LINES_HZ)


def hum(rate_hz, line_hz, rms_uv, *, until_s=SECONDS, seed=1):
    """Return 14 s of mains, silent before 8 s and from `until_s` on."""
    at_s = np.arange(round(SECONDS * rate_hz)) / rate_hz
    phase = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi)
    during = (at_s >= FROM_S) & (at_s < until_s)
    return (rms_uv * 2**0.5 * np.sin(2.0 * np.pi * line_hz * at_s + phase) * during)[:, None]


def at_rest(rate_hz, *, seed):
    return rest(SECONDS, seed=seed, rate_hz=rate_hz, rms_uv=3.0)


def contract(samples_uv, rate_hz, from_s):
    begin, active = round(from_s * rate_hz), muscle(1.0, seed=32, rate_hz=rate_hz)
    samples_uv[begin : begin + len(active)] += 60.0 * active


def listen(samples_uv, rate_hz):
    """Return (end of each hop in s, its features)."""
    emg = Emg(rate_hz, samples_uv.shape[1])
    hop = emg.plan.hop
    return [
        ((k + hop) / rate_hz, emg.feed(samples_uv[k : k + hop]))
        for k in range(0, len(samples_uv) - hop + 1, hop)
    ]


def onsets(told):
    return [e for _, features in told for e in features.events if isinstance(e, Onset)]


@everywhere
@on_each_line
@pytest.mark.parametrize("rms_uv", [5.0, 10.0, 20.0, 40.0, 500.0])
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_mains_that_comes_and_goes_is_not_an_onset(rate_hz, line_hz, rms_uv, seed):
    hum_uv = hum(rate_hz, line_hz, rms_uv, until_s=TO_S, seed=seed)
    assert not onsets(listen(at_rest(rate_hz, seed=seed) + hum_uv, rate_hz))


@everywhere
@on_each_line
def test_a_contraction_in_the_hum_of_a_cable_is_found_within_300_ms(rate_hz, line_hz):
    samples_uv = at_rest(rate_hz, seed=6) + hum(rate_hz, line_hz, 20.0)
    contract(samples_uv, rate_hz, 10.0)
    (onset,) = onsets(listen(samples_uv, rate_hz))
    assert 10.0 < onset.decided_s <= 10.3


@everywhere
@on_each_line
def test_hum_is_taken_out_of_what_is_shown(rate_hz, line_hz):
    told = listen(at_rest(rate_hz, seed=7) + hum(rate_hz, line_hz, 20.0), rate_hz)
    assert all(features.trusted[0] for at_s, features in told if at_s > 1.0)
    later_uv = [features.slow_uv[0] for at_s, features in told if at_s > 11.0]
    assert max(later_uv) < 2.0 * 3.0


@everywhere
@on_each_line
def test_an_open_electrode_is_not_believed_and_hides_the_muscle_no_longer(rate_hz, line_hz):
    samples_uv = at_rest(rate_hz, seed=8) + hum(rate_hz, line_hz, 350.0, until_s=TO_S)
    contract(samples_uv, rate_hz, TO_S + 0.05)
    told = listen(samples_uv, rate_hz)
    blind = [f for at_s, f in told if FROM_S + 0.15 < at_s <= TO_S]
    assert all(f.flags[0] & Quality.MAINS and not f.trusted[0] for f in blind)
    (onset,) = onsets(told)
    assert TO_S < onset.decided_s <= TO_S + 0.05 + 0.3


@everywhere
@on_each_line
@pytest.mark.parametrize("rms_uv", [5.0, 10.0, 20.0])
def test_hum_beside_a_muscle_that_has_worked_before_is_not_an_onset(rate_hz, line_hz, rms_uv):
    samples_uv = at_rest(rate_hz, seed=10) + hum(rate_hz, line_hz, rms_uv, until_s=TO_S)
    contract(samples_uv, rate_hz, 3.0)
    (onset,) = onsets(listen(samples_uv, rate_hz))
    assert onset.at_s == pytest.approx(3.0, abs=0.06)


@pytest.mark.parametrize("rate_hz", [500.0, 1000.0, 2000.0])
@pytest.mark.parametrize("rms_uv", [30.0, 80.0, 400.0])
def test_an_electrode_that_comes_off_after_a_contraction_is_hardly_ever_an_onset(rate_hz, rms_uv):
    false = [
        onset
        for seed in range(10)
        for line_hz in LINES_HZ
        for onset in _onsets_after_a_contraction(rate_hz, line_hz, rms_uv, seed)
        if onset.decided_s > FROM_S
    ]
    assert len(false) <= 2


def _onsets_after_a_contraction(rate_hz, line_hz, rms_uv, seed):
    samples_uv = at_rest(rate_hz, seed=seed) + hum(rate_hz, line_hz, rms_uv, seed=seed)
    contract(samples_uv, rate_hz, 3.0)
    cut = np.random.default_rng(seed).integers(0, round(0.01 * rate_hz))
    emg = Emg(rate_hz, 1)
    events = emg.feed(samples_uv[cut:]).events
    assert any(e.decided_s < FROM_S for e in events)
    return [e for e in events if isinstance(e, Onset)]


@on_each_line
def test_the_line_that_is_taken_out_stays_when_the_electrode_is_on_again(line_hz):
    samples_uv = at_rest(1000.0, seed=9)
    samples_uv += hum(1000.0, line_hz, 350.0, until_s=TO_S) + hum(1000.0, line_hz, 15.0)
    told = listen(samples_uv, 1000.0)
    assert not onsets(told)
    assert max(f.slow_uv[0] for at_s, f in told if at_s > 13.0) < 2.0 * 3.0
