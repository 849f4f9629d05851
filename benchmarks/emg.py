"""What the EMG front end costs for 10 ms of signal, beside one bare `sosfilt` and two peers."""

import gc
import resource
import time
from collections.abc import Callable
from importlib import import_module
from statistics import median
from typing import Any

import numpy as np
from scipy import signal
from table import Table, alone, share
from twins import at_work, plain

from controller import emg_filters
from controller.emg import Emg

RATE_HZ = 1000
HOP = 10
SECONDS = 10
GOAL = 5.0
COMPILED_GOAL = 0.5
"""Bare `sosfilt` calls of the same run that 8 channels may cost, in plain Python and compiled."""

Round = Callable[[int], object]
"""Hears the k-th hop."""


def measure(quick: bool) -> Table:
    """Take turns, hop by hop, in thread CPU time."""
    hops = 600 if quick else 4000
    rows: list[tuple[str, ...]] = []
    for channels in (1, 2, 8):
        x_uv = _signal(channels)
        rounds: dict[str, Round] = {"bare": _bare(x_uv), "ours": _ours(x_uv)}
        with plain():
            rounds["plain"], rounds["public"] = _ours(x_uv), _ours_by_public_filter(x_uv)
        peer = _brainflow(x_uv)
        if peer is not None:
            rounds["brainflow"] = peer
        us = _race(rounds, hops)
        rows.append(_row(channels, us))
    minutes = 2 if quick else 60
    return Table(
        "EMG front end: 10 ms at 1 kHz, filters, flags, heart and onsets included",
        ("channels", "bare `sosfilt`, us p50 / p99", "ours, us p50 / p99", "ours / bare",
         "plain Python, us p50 / p99", "plain / bare", "plain, by scipy's public filter / bare",
         "BrainFlow filters alone, no state / bare"),
        tuple(rows),
        (
            f"Thread CPU time over {hops} hops in turn, normal priority. Goal: 8 channels in at "
            f"most {GOAL:g} bare calls, {COMPILED_GOAL:g} compiled. Ours is {at_work()}.",
            _neurokit(),
            _memory(minutes),
        ),
    )  # fmt: skip


def _signal(channels: int) -> np.ndarray:
    """Return ten seconds, rest and contraction in turn."""
    dice = np.random.default_rng(7)
    loud = np.where(np.arange(SECONDS * RATE_HZ) // 2000 % 2, 60.0, 4.0)
    return loud[:, None] * dice.standard_normal((SECONDS * RATE_HZ, channels))


def _piece(x_uv: np.ndarray, k: int) -> np.ndarray:
    at = k * HOP % len(x_uv)
    return x_uv[at : at + HOP]


def _ours(x_uv: np.ndarray) -> Round:
    emg = Emg(RATE_HZ, x_uv.shape[1])
    return lambda k: emg.feed(_piece(x_uv, k))


def _ours_by_public_filter(x_uv: np.ndarray) -> Round:
    emg = Emg(RATE_HZ, x_uv.shape[1])
    private = emg_filters.kernel

    def hear(k: int) -> object:
        emg_filters.kernel = lambda: emg_filters.public
        try:
            return emg.feed(_piece(x_uv, k))
        finally:
            emg_filters.kernel = private

    return hear


def _bare(x_uv: np.ndarray) -> Round:
    """Return one call of scipy's filter: band-pass and notch, with state, on all channels."""
    band = signal.butter(2, (20.0, 450.0), "bandpass", fs=RATE_HZ, output="sos")
    sections = np.vstack((band, signal.tf2sos(*signal.iirnotch(50.0, 30.0, RATE_HZ))))
    state = [np.zeros((len(sections), 2, x_uv.shape[1]))]

    def hear(k: int) -> object:
        heard, state[0] = signal.sosfilt(sections, _piece(x_uv, k), axis=0, zi=state[0])
        return heard

    return hear


def _brainflow(x_uv: np.ndarray) -> Round | None:
    """Return BrainFlow's band-pass and band-stop on each channel: each call starts from rest."""
    try:
        held: Any = import_module("brainflow.data_filter")
    except ImportError:
        return None
    filters, kinds = held.DataFilter, held.FilterTypes

    def hear(k: int) -> None:
        for column in _piece(x_uv, k).T:
            one = np.ascontiguousarray(column)
            filters.perform_bandpass(one, RATE_HZ, 20.0, 450.0, 4, kinds.BUTTERWORTH.value, 0)
            filters.perform_bandstop(one, RATE_HZ, 48.0, 52.0, 2, kinds.BUTTERWORTH.value, 0)

    return hear


def _race(rounds: dict[str, Round], hops: int) -> dict[str, list[float]]:
    us: dict[str, list[float]] = {name: [] for name in rounds}
    for k in range(-100, hops):
        for name, hear in rounds.items():
            began_ns = time.thread_time_ns()
            hear(k + 100)
            if k >= 0:
                us[name].append((time.thread_time_ns() - began_ns) / 1e3)
    return us


def _row(channels: int, us: dict[str, list[float]]) -> tuple[str, ...]:
    bare = median(us["bare"])
    peer = us.get("brainflow")
    return (
        str(channels),
        f"{bare:.0f} / {share(us['bare'], 0.99):.0f}",
        f"{median(us['ours']):.0f} / {share(us['ours'], 0.99):.0f}",
        f"{median(us['ours']) / bare:.2f}",
        f"{median(us['plain']):.0f} / {share(us['plain'], 0.99):.0f}",
        f"{median(us['plain']) / bare:.2f}",
        f"{median(us['public']) / bare:.2f}",
        f"{median(peer) / bare:.2f}" if peer else "not installed",
    )


def _neurokit() -> str:
    """Return how NeuroKit2 compares: ten seconds at once, which it needs whole."""
    try:
        neurokit: Any = import_module("neurokit2")
    except ImportError:
        return "NeuroKit2 is not installed here: `pip install -e .[bench]`."
    x_uv = _signal(1)
    began_ns = time.thread_time_ns()
    neurokit.emg_process(x_uv[:, 0], sampling_rate=RATE_HZ)
    theirs_us = (time.thread_time_ns() - began_ns) / 1e3 / (SECONDS * RATE_HZ / HOP)
    emg = Emg(RATE_HZ, 8)
    eight_uv = _signal(8)
    began_ns = time.thread_time_ns()
    for k in range(SECONDS * RATE_HZ // HOP):
        emg.feed(_piece(eight_uv, k))
    ours_us = (time.thread_time_ns() - began_ns) / 1e3 / (SECONDS * RATE_HZ / HOP) / 8
    return (
        f"NeuroKit2 `emg_process` takes {theirs_us:.0f} us of each 10 ms of one channel, off line; "
        f"ours {ours_us:.1f} us of each of eight, {theirs_us / ours_us:.0f} times less."
    )


def _memory(minutes: int) -> str:
    """Return what an hour of samples leaves behind."""
    emg = Emg(RATE_HZ, 2)
    x_uv = _signal(2)

    def minute() -> None:
        for _ in range(60 // SECONDS):
            for at in range(0, len(x_uv), RATE_HZ):
                emg.feed(x_uv[at : at + RATE_HZ])

    minute()
    gc.collect()
    before, first = len(emg.state()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(minutes - 1):
        minute()
    after, last = len(emg.state()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        f"Memory over {minutes} minutes of two channels: state {before} bytes after the first, "
        f"{after} at the end; the process's peak grew by {last - first} KiB."
    )


if __name__ == "__main__":
    alone(measure)
