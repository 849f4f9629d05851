"""What comes next, however it is asked for."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.glide import Glide
from controller.intent import wake
from controller.player import ahead, value_at
from tests.controller.programs import compiled

PROGRAM = compiled()
PLAYHEAD = wake(PROGRAM).playhead
END_S = PROGRAM.worst_case_s

cuts = st.lists(st.floats(0.0, END_S + 1.0), max_size=8).map(
    lambda inner: [0.0, *sorted(inner), END_S + 1.0]
)


def knots(track):
    return list(zip(track.at_s, track.value, track.slope, track.rhythmic, strict=True))


@given(cuts)
def test_the_future_is_the_same_in_one_piece_and_in_many(cuts):
    whole = ahead(PLAYHEAD, "pressure", 0.0, END_S + 1.0)
    pieces = [
        knot
        for after_s, until_s in itertools.pairwise(cuts)
        for knot in knots(ahead(PLAYHEAD, "pressure", after_s, until_s))
    ]
    assert pieces == knots(whole)


def test_knots_are_in_order_and_close_enough():
    times = ahead(PLAYHEAD, "pressure", 0.0, END_S + 1.0).at_s
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert min(gaps) > 0
    assert max(gaps) <= 0.1 + 1e-9


def test_past_its_end_a_program_rests_at_zero():
    assert value_at(PLAYHEAD, "pressure", END_S + 5) == (0.0, 0.0)
    resting = ahead(PLAYHEAD, "pressure", END_S + 1, END_S + 2)
    assert len(resting.value) in (10, 11)
    assert set(resting.value) == {0.0}


glides = st.builds(
    Glide,
    at_s=st.floats(0, 10),
    start=st.floats(0, 30),
    end=st.floats(0, 30),
    over_s=st.one_of(st.just(0.0), st.floats(0.005, 3)),
)


@given(glides, st.floats(0, 5), st.floats(0.1, 2))
def test_a_glide_has_knots_all_the_way_and_stays_between_its_ends(glide, wait_s, span_s):
    after_s = glide.at_s + wait_s
    track = glide.track(after_s, after_s + span_s)
    times = [after_s, *track.at_s, after_s + span_s]
    assert all(0 <= b - a <= 0.1 + 1e-9 for a, b in itertools.pairwise(times))
    low, high = sorted([glide.start, glide.end])
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in track.value)


@given(glides, st.lists(st.floats(0, 5), max_size=6))
def test_a_glide_is_the_same_in_one_piece_and_in_many(glide, inner):
    cuts = [glide.at_s + cut for cut in [0.0, *sorted(inner), 5.0]]
    pieces = [
        knot
        for after_s, until_s in itertools.pairwise(cuts)
        for knot in knots(glide.track(after_s, until_s))
    ]
    assert pieces == knots(glide.track(cuts[0], cuts[-1]))


def test_a_glide_without_time_is_at_its_end_at_once():
    assert Glide(1.0, 5.0, 2.0).value_at(1.0) == pytest.approx(2.0)
