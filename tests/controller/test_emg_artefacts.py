"""What is no muscle is no onset, is flagged in time, and does not hide the muscle for long."""

import numpy as np
import pytest

from controller.emg import Emg
from controller.emg_settings import EmgSettings
from controller.emg_words import Onset, Quality
from tests.controller.emg_signals import heartbeats, muscle, percussion, rest

FROM_S, TO_S = 8.0, 11.0
SECONDS = 20.0
RAIL_UV = (-1499.0, 1499.0)
SHIFTS = [0, 3, 7]
"""Where the hops begin must not matter: samples left out at the beginning."""


def during(samples_uv, change):
    """Put what `change` makes of the stretch from 8 to 11 s in its place."""
    stretch = slice(round(FROM_S * 1000), round(TO_S * 1000))
    samples_uv[stretch, 0] = change(samples_uv[stretch, 0], np.arange(3000) / 1000.0)


def cable_off(samples_uv):
    during(samples_uv, lambda x, t: np.full_like(x, x[0]))


def on_the_rail(samples_uv):
    during(samples_uv, lambda x, t: np.full_like(x, 1500.0))


def movement(samples_uv):
    during(samples_uv, lambda x, t: x + 800.0 * np.sin(2 * np.pi * 3.0 * t))


def open_electrode(samples_uv):
    noise = rest(3.0, seed=77, rms_uv=10.0)[:, 0]
    during(samples_uv, lambda x, t: 500.0 * np.sin(2 * np.pi * 50.0 * t) + noise)


def tap(samples_uv):
    during(samples_uv, lambda x, t: x + 2000.0 * np.exp(-t / 0.020))


def mains_for_good(samples_uv):
    after = samples_uv[round(FROM_S * 1000) :, 0]
    after += 28.0 * np.sin(2 * np.pi * 50.0 * np.arange(len(after)) / 1000.0)


def heart(samples_uv):
    samples_uv[:, 0] += heartbeats(SECONDS, per_min=75, peak_uv=200.0, seed=5)


def sharp_heart(samples_uv):
    samples_uv[:, 0] += heartbeats(SECONDS, per_min=95, peak_uv=400.0, seed=6, sharp=1.5)


ARTEFACTS = [
    cable_off, on_the_rail, movement, open_electrode, tap, mains_for_good, heart, sharp_heart,
]  # fmt: skip


def listen(samples_uv, *, hum=lambda at_s: None):
    """Return (end of each hop in s, its features)."""
    emg = Emg(1000.0, samples_uv.shape[1], EmgSettings(rail_uv=RAIL_UV))
    return [
        ((k + 10) / 1000.0, emg.feed(samples_uv[k : k + 10], actuator_hz=hum(k / 1000.0)))
        for k in range(0, len(samples_uv) - 9, 10)
    ]


def onsets(told):
    return [e for _, features in told for e in features.events if isinstance(e, Onset)]


def at_rest(seed):
    return rest(SECONDS, seed=seed, rms_uv=5.0)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_an_artefact_is_not_an_onset(artefact, shift):
    samples_uv = at_rest(seed=11 + shift)
    artefact(samples_uv)
    assert not onsets(listen(samples_uv[shift:]))


FLAGGED = [
    (cable_off, Quality.FLAT, 0.115),
    (on_the_rail, Quality.SATURATED, 0.020),
    (movement, Quality.MOTION, 0.050),
    (open_electrode, Quality.MAINS, 0.150),
]


@pytest.mark.parametrize(("artefact", "flag", "within_s"), FLAGGED)
def test_an_artefact_is_flagged_in_time_and_not_believed(artefact, flag, within_s):
    samples_uv = at_rest(seed=23)
    artefact(samples_uv)
    told = listen(samples_uv)
    flagged_s = [at_s for at_s, features in told if features.flags[0] & flag]
    assert FROM_S < flagged_s[0] <= FROM_S + within_s
    assert not any(features.trusted[0] for at_s, features in told if at_s in flagged_s)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("artefact", [cable_off, on_the_rail, movement, open_electrode, tap])
def test_a_contraction_is_found_within_300_ms_after_an_artefact(artefact, shift):
    samples_uv = at_rest(seed=31 + shift)
    artefact(samples_uv)
    ended_s = FROM_S + 0.1 if artefact is tap else TO_S
    contraction = slice(round(ended_s * 1000), round(ended_s * 1000) + 1500)
    samples_uv[contraction] += 100.0 * muscle(1.5, seed=32)
    (onset,) = onsets(listen(samples_uv[shift:]))
    assert ended_s < onset.decided_s + shift / 1000.0 <= ended_s + 0.3


def test_trust_returns_after_an_artefact():
    samples_uv = at_rest(seed=41)
    open_electrode(samples_uv)
    told = listen(samples_uv)
    assert all(features.trusted[0] for at_s, features in told if at_s > TO_S + 0.5)


def test_a_contraction_between_heartbeats_is_an_onset():
    samples_uv = at_rest(seed=43)
    heart(samples_uv)
    samples_uv[12000:13000] += 60.0 * muscle(1.0, seed=44)
    (onset,) = onsets(listen(samples_uv))
    assert onset.at_s == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("peak_uv", [200.0, 400.0, 1000.0])
def test_a_known_heart_leaves_the_channel_trusted(peak_uv):
    samples_uv = at_rest(seed=45)
    samples_uv[:, 0] += heartbeats(SECONDS, per_min=80, peak_uv=peak_uv, seed=4, sharp=1.2)
    told = listen(samples_uv)
    later = [features for at_s, features in told if at_s > 6.0]
    assert any(features.flags[0] & Quality.HEARTBEAT for features in later)
    assert sum(features.trusted[0] for features in later) > 0.95 * len(later)


def test_the_gate_for_a_heartbeat_is_never_longer_than_60_ms():
    samples_uv = at_rest(seed=46)
    sharp_heart(samples_uv)
    gated = [bool(f.flags[0] & Quality.HEARTBEAT) for _, f in listen(samples_uv)]
    longest = max(len(run) for run in "".join("x" if g else " " for g in gated).split())
    assert longest * 10 <= 60


def shaken(at_s):
    return 30.0 if FROM_S <= at_s < 15.0 else None


@pytest.mark.parametrize("seed", [51, 52, 53])
def test_percussion_at_30_hz_is_not_an_onset(seed):
    samples_uv = at_rest(seed=seed)
    samples_uv[8000:15000, 0] += percussion(7.0, at_hz=30.0, peak_uv=400.0, seed=seed)
    assert not onsets(listen(samples_uv, hum=shaken))


def test_a_contraction_during_percussion_is_found():
    samples_uv = at_rest(seed=55)
    samples_uv[8000:15000, 0] += percussion(7.0, at_hz=30.0, peak_uv=400.0, seed=55)
    samples_uv[11000:12500] += 100.0 * muscle(1.5, seed=56)
    told = listen(samples_uv, hum=shaken)
    (onset,) = onsets(told)
    assert onset.at_s == pytest.approx(11.0, abs=0.1)
    assert onset.decided_s < 11.3
    assert all(f.trusted[0] for at_s, f in told if 9.0 < at_s < 10.5)


def test_an_electrode_that_dries_is_told_from_a_muscle_that_relaxes():
    dries, relaxes = at_rest(seed=61), at_rest(seed=61)
    dries[8000:] *= 0.04
    relaxes[8000:] *= 0.2
    assert any(f.flags[0] & Quality.QUIET for at_s, f in listen(dries) if at_s < 10.0)
    assert all(f.trusted[0] for at_s, f in listen(relaxes) if at_s > 1.0)
