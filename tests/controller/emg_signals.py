"""Small recordings of muscles that never were: seeded, in microvolts, (samples, channels)."""

import numpy as np
from scipy import signal

BAND_HZ = (20.0, 450.0)


def muscle(seconds, *, seed, channels=1, rate_hz=1000.0):
    """Return EMG of RMS 1."""
    high_hz = min(BAND_HZ[1], 0.45 * rate_hz)
    sections = signal.butter(2, (BAND_HZ[0], high_hz), "bandpass", fs=rate_hz, output="sos")
    settle = round(rate_hz)
    white = np.random.default_rng(seed).standard_normal(
        (round(seconds * rate_hz) + settle, channels)
    )
    shaped = signal.sosfilt(sections, white, axis=0)[settle:]
    return shaped / shaped.std(axis=0)


def rest(seconds, *, seed, channels=1, rate_hz=1000.0, rms_uv=4.0):
    """Return a muscle at rest."""
    return rms_uv * muscle(seconds, seed=seed, channels=channels, rate_hz=rate_hz)


def bursts(contractions, *, seed, channels=1, rate_hz=1000.0, rms_uv=80.0, after_s=1.5):
    """Return rest, with contractions in it: each (from, to) in seconds."""
    seconds = contractions[-1][1] + after_s
    found = rest(seconds, seed=seed, channels=channels, rate_hz=rate_hz)
    active = muscle(seconds, seed=seed + 1000, channels=channels, rate_hz=rate_hz)
    for from_s, to_s in contractions:
        during = slice(round(from_s * rate_hz), round(to_s * rate_hz))
        found[during] += rms_uv * active[during]
    return found
