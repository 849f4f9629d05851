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


QRST = [(-0.160, 0.025, 0.12), (-0.026, 0.007, -0.14), (0.0, 0.0095, 1.0), (0.028, 0.008, -0.28),
        (0.250, 0.050, 0.25)]  # fmt: skip
"""P, Q, R, S and T of an electrocardiogram: when, how wide (s), how high."""


def heartbeats(seconds, *, per_min, peak_uv, seed, rate_hz=1000.0, sharp=1.2):
    """Return the heart as an electrode on the trunk hears it, breathing and wandering in time."""
    dice = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    found = np.zeros(len(time_s))
    beat_s = dice.uniform(0.0, 60.0 / per_min)
    while beat_s < seconds + 0.5:
        for after_s, width_s, height in QRST:
            narrow = sharp if width_s < 0.02 else 1.0
            middle_s, half_s = beat_s + after_s / narrow, 6.0 * width_s / narrow
            first, last = np.searchsorted(time_s, (middle_s - half_s, middle_s + half_s))
            off = (time_s[first:last] - middle_s) * narrow / width_s
            found[first:last] += height * np.exp(-0.5 * off * off)
        breath = 1.0 + 0.03 * np.sin(2.0 * np.pi * 0.25 * beat_s)
        beat_s += 60.0 / per_min * (breath + 0.015 * dice.standard_normal())
    return peak_uv * found


def percussion(seconds, *, at_hz, peak_uv, seed, rate_hz=1000.0):
    """Return what a percussing head shakes into an electrode: ringing blows, all different."""
    dice = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    found = np.zeros(len(time_s))
    for blow in range(int(seconds * at_hz)):
        since_s = np.maximum(0.0, time_s - blow / at_hz)
        ringing = np.exp(-since_s / 0.006) * np.sin(2.0 * np.pi * 70.0 * since_s)
        found += (1.0 + 0.03 * dice.standard_normal()) * ringing
    return peak_uv * found
