"""How strong a muscle is: contractions in a row, of which the strongest that was heard well counts.

The procedure is that of emg E1.8, "best 0.5 s RMS of 3": whoever tries may do less than they can,
and never more, so a mean or a median of three would say too little. What could say too much, an
electrode that moves or a converter at its end, makes a whole try void instead.
"""

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from .comparison import is_plausible
from .emg_noise import net_uv
from .emg_words import EmgFeatures, Quality
from .person import Contraction
from .references import LEAST_OF_NOISE, Values

TRIES, MOST_TRIES = 3, 6
"""So many sound contractions are wanted (emg E1.8), and so many are asked for at most (E)."""

SETTLES_S, HELD_S = 1.0, 4.0
"""A muscle and its leads settle for so long before it is listened to, and are for so long (E)."""

BETWEEN_S = 30.0
"""Rest after a contraction, so that the next one is no weaker for it (E)."""

HALF_WINDOW_S = 0.25
"""The slow RMS looks back for so long: two of them, end to end, are the half second (emg E1.8)."""

OVER_REST = 3.0
"""A contraction under this many times what the muscle is at rest measures nothing (E)."""

CLIPPED_SAMPLES, PILED = 8, 2.0
"""So many samples of one try at its very highest, or lowest, and so many times as many as at the
value beside it, are a converter's end (E): a signal that is like noise thins out towards its
highest values. Fewer change a mean square by nothing."""

_EPSILON_S = 1e-6


class Void(StrEnum):
    """Why a try does not count."""

    CLIPPED = "clipped"
    UNTRUSTED = "untrusted"


class ContractionFailed(Exception):
    """Nothing was measured; the message says why, and what to do."""


class Tried(msgspec.Struct, frozen=True):
    """One try: each channel's RMS at its strongest, noise and all, or why it does not count."""

    uv: tuple[float, ...] = ()
    void: Void | None = None


class Attempt:
    """Hears one contraction, from the instant on at which it is asked for."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._pieces: list[NDArray[np.float64]] = []
        self._rows: list[tuple[float, tuple[float, ...]]] = []
        self._flags = 0
        self._trusted = True

    def hear(self, emg_uv: NDArray[np.float64], heard: EmgFeatures) -> None:
        """Take one batch: its samples, and what the front end says of them."""
        self._now_s += heard.duration_s
        if self._now_s <= SETTLES_S + _EPSILON_S:
            return
        self._pieces.append(emg_uv)
        self._rows.append((self._now_s, heard.slow_uv))
        self._trusted &= all(heard.trusted)
        for flags in heard.flags:
            self._flags |= int(flags)

    def tried(self) -> Tried:
        """Return what came of it."""
        if self._flags & int(Quality.SATURATED):
            return Tried(void=Void.CLIPPED)
        if not self._trusted:  # a lead that is out says nothing at all, and clips nothing
            return Tried(void=Void.UNTRUSTED)
        if any(map(is_clipped, self._columns())):
            return Tried(void=Void.CLIPPED)
        return Tried(strongest_uv(self._rows))

    def _columns(self) -> NDArray[np.float64]:
        return np.concatenate(self._pieces).T if self._pieces else np.zeros((0, 0))


def is_clipped(samples_uv: NDArray[np.float64]) -> bool:
    """Return whether a channel was at its converter's end. What is no number hides nothing."""
    _, counts = np.unique(samples_uv[np.isfinite(samples_uv)], return_counts=True)
    piles: list[int] = [0, 0, *counts.tolist(), 0, 0]
    ends = ((piles[2], piles[3]), (piles[-3], piles[-4]))
    return any(end >= CLIPPED_SAMPLES and end > PILED * beside for end, beside in ends)


def strongest_uv(rows: Sequence[tuple[float, tuple[float, ...]]]) -> tuple[float, ...]:
    """Return each channel's largest RMS over half a second, of (time, slow RMS of each) in order.

    Where there is less than half a second it is nothing.
    """
    times_s = [at_s for at_s, _ in rows]
    first = rows[0][1] if rows else ()
    most = [0.0] * len(first)
    for at_s, now_uv in rows:
        before = bisect_left(times_s, at_s - HALF_WINDOW_S - _EPSILON_S)
        if times_s[0] > at_s - HALF_WINDOW_S + _EPSILON_S:
            continue
        for channel, (one_uv, two_uv) in enumerate(zip(rows[before][1], now_uv, strict=True)):
            most[channel] = max(most[channel], ((one_uv**2 + two_uv**2) / 2.0) ** 0.5)
    return tuple(most)


def measured(tries: Sequence[Tried], rest_uv: Values, noise_uv: tuple[float, ...]) -> Values:
    """Return each channel's strongest contraction, without noise; None where it measures nothing.

    Rest that is too quiet to be measured counts as what is just measurable.
    """
    sound = [one.uv for one in tries if one.void is None]
    return tuple(
        _over_rest(max(column), rest, noise)
        for column, rest, noise in zip(zip(*sound, strict=True), rest_uv, noise_uv, strict=True)
    )


def checked(one: Contraction) -> Contraction:
    """Return a contraction that can be one. Raises `ContractionFailed`: none of it is usable."""
    if all(uv is None for uv in one.uv):
        raise ContractionFailed(
            f"not measurable: tensed, the muscle of {one.region} was not {OVER_REST:g} times as "
            "strong as at rest, so nothing is kept; are the electrodes on the muscle that was "
            "tensed?"
        )
    if not is_plausible(one):
        told = ", ".join("none" if uv is None else f"{uv:.0f}" for uv in one.uv)
        raise ContractionFailed(
            f"{told} uV: no muscle is as strong as that on skin, so nothing is kept; have the "
            "electrodes and their amplifier looked at"
        )
    return one


def _over_rest(strongest_uv: float, rest_uv: float | None, noise_uv: float) -> float | None:
    at_rest_uv = net_uv(rest_uv or LEAST_OF_NOISE * noise_uv, noise_uv)
    found_uv = net_uv(strongest_uv, noise_uv)
    return found_uv if found_uv >= OVER_REST * at_rest_uv else None
