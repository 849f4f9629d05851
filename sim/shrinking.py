"""The smallest set of faults that still fails: what a failing session comes down to."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from .scenario import Story
from .session_row import Row, play_story

T = TypeVar("T")


class Shrunk(msgspec.Struct, frozen=True, kw_only=True):
    """What was left of a session, its row, and how many sessions were played to find out."""

    story: Story
    row: Row
    played: int


def smallest(parts: Sequence[T], fails: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Return parts that still fail, and of which none can be left out.

    Large pieces are left out first, then smaller ones, as in Zeller's ddmin: where few of many
    matter, few are played.
    """
    left = tuple(parts)
    piece = len(left)
    while piece and left:
        without = _without_a_piece(left, piece, fails)
        if without is None:
            piece //= 2
        else:
            left, piece = without, min(piece, len(without))
    return left


def shrink(story: Story, seed: int, number: int) -> Shrunk | None:
    """Leave out of a session's story what it fails without. None if it does not fail at all."""
    rows: list[Row] = []

    def play(some: tuple[int, ...]) -> Row:
        fewer = msgspec.structs.replace(story, happens=tuple(story.happens[n] for n in some))
        rows.append(play_story(fewer, seed, number))
        return rows[-1]

    everything = tuple(range(len(story.happens)))
    whole = play(everything)
    if not whole.failed:
        return None
    rest = smallest(everything, lambda some: same_way(play(some), whole))
    return Shrunk(
        story=msgspec.structs.replace(story, happens=tuple(story.happens[n] for n in rest)),
        row=play(rest),
        played=len(rows),
    )


def same_way(one: Row, other: Row) -> bool:
    """Return whether the oracle has the same against both."""
    return _against(one) == _against(other)


def _against(row: Row) -> tuple[bool, bool, str]:
    return row.over_envelope, row.unsafe, row.reason if row.outcome == "error" else ""


def _without_a_piece(
    left: tuple[T, ...], piece: int, fails: Callable[[tuple[T, ...]], bool]
) -> tuple[T, ...] | None:
    """Return what is left without the first piece that it fails without; None if there is none."""
    for start in range(0, len(left), piece):
        rest = left[:start] + left[start + piece :]
        if fails(rest):
            return rest
    return None
