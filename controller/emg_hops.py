"""Pieces of any length, with gaps -> whole hops, counted from the first sample of the stream."""

import math
from collections.abc import Iterator

import msgspec
import numpy as np

from .emg_filters import Array
from .emg_plan import Plan

ABSURD_UV = 1e9
"""A kilovolt is no EMG: it would spoil the filters' memory for ever (E)."""


class Tail(msgspec.Struct):
    """What waits for the rest of its hop.

    `patched`: some of that was lost. `last_uv` is the newest sample of all, `owed` counts samples
    that are lost, with none after them yet.
    """

    rows_uv: Array
    last_uv: Array | None = None
    patched: bool = False
    owed: int = 0


class Gap(msgspec.Struct, frozen=True):
    """A gap too long to bridge: so many whole hops are passed over, and all begins anew."""

    hops: int
    first_uv: Array


class Piece(msgspec.Struct, frozen=True):
    """One hop, (samples, channels). `patched`: some of it was lost."""

    rows_uv: Array
    patched: bool


def cut(tail: Tail, samples_uv: Array, lost: int, plan: Plan) -> Iterator[Gap | Piece]:
    """Yield the hops that are whole with `samples_uv`; the rest waits in `tail`.

    A short gap is bridged by a straight line, between samples that are both here already.
    """
    tail.owed += lost
    if not len(samples_uv):
        return
    lost, tail.owed = tail.owed, 0
    waiting = len(tail.rows_uv)
    begin, end = (0 if tail.patched else waiting), waiting + lost
    if lost > plan.settings.gap_bridged_s * plan.rate_hz:
        passed, end = divmod(end, plan.hop)
        yield Gap(passed, samples_uv[0])
        begin, rows_uv = 0, np.concatenate((np.repeat(samples_uv[:1], end, axis=0), samples_uv))
    elif waiting or lost:
        rows_uv = np.concatenate((tail.rows_uv, _bridge(tail, samples_uv[0], lost), samples_uv))
    else:
        rows_uv = samples_uv
    whole = len(rows_uv) // plan.hop * plan.hop
    if waiting or whole < len(rows_uv):
        tail.rows_uv = rows_uv[whole:].copy()
    tail.patched = begin < end and end > whole
    tail.last_uv = rows_uv[-1].copy()
    for at in range(0, whole, plan.hop):
        patched = begin < end and begin < at + plan.hop and end > at
        yield Piece(rows_uv[at : at + plan.hop], patched)


class Numbers(msgspec.Struct, frozen=True):
    """A hop with numbers only, and the range of each channel. `lost`: some of its own were none."""

    rows_uv: Array
    low_uv: list[float]
    high_uv: list[float]
    lost: list[bool]


def numbers(rows_uv: Array, zero_uv: Array) -> Numbers:
    """Return the hop, where the channel's zero stands for what is no number, or absurd."""
    low_uv, high_uv = _range(rows_uv)
    sane = min(low_uv) > -ABSURD_UV and max(high_uv) < ABSURD_UV
    if sane and not math.isnan(sum(low_uv)):  # which `min` may have passed over
        return Numbers(rows_uv, low_uv, high_uv, [False] * len(low_uv))
    good = np.abs(rows_uv) < ABSURD_UV
    lost = ~np.logical_and.reduce(good, axis=0)
    rows_uv = np.where(good, rows_uv, zero_uv)
    return Numbers(rows_uv, *_range(rows_uv), lost.tolist())


def number(uv: Array, zero_uv: Array) -> Array:
    """Return a sample of each channel, where zero stands for what is no number."""
    return np.where(np.abs(uv) < ABSURD_UV, uv, zero_uv)


def _range(rows_uv: Array) -> tuple[list[float], list[float]]:
    low_uv, high_uv = np.minimum.reduce(rows_uv, axis=0), np.maximum.reduce(rows_uv, axis=0)
    return low_uv.tolist(), high_uv.tolist()


def _bridge(tail: Tail, to_uv: Array, lost: int) -> Array:
    from_uv = to_uv if tail.last_uv is None else tail.last_uv
    return from_uv + (to_uv - from_uv) * (np.arange(1, lost + 1)[:, None] / (lost + 1))
