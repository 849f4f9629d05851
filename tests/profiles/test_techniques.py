import math
from itertools import pairwise

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from profiles.asks import (
    Chambers,
    Hold,
    Oscillation,
    Point,
    Points,
    Pulses,
    Rhythm,
    Strokes,
    paced,
    peak_kpa,
    rate_hz,
    rhythm_rise_kpa_s,
    scaled,
    slowed,
)
from profiles.pace import Pace, Unplayable
from profiles.techniques import shape
from profiles.trajectory import MAX_SEGMENT_S, Trajectory
from tests.profiles.drawn import asks, kneads, paces, pulses, rhythms, starts, strokes


def first_pad(ask):
    """Return the name of the track that begins where the step before ended."""
    return f"pressure:{ask.sites[0]}" if isinstance(ask, Chambers) and ask.sites else "pressure"


def played(ask, pace):
    try:
        return shape(ask, pace)
    except Unplayable:
        assume(False)


def samples(track):
    """Yield (segment, value, slope) densely."""
    for i, (begin, end) in enumerate(pairwise(track.at_s)):
        for part in (0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 0.999):
            at_s = begin + part * (end - begin)
            yield i, track.value_at(at_s), track.slope_at(at_s)


@given(asks, paces)
def test_knots_are_close_and_the_curve_stays_between_them(ask, pace):
    for track in played(ask, pace).trajectory.tracks.values():
        assert track.at_s[0] == 0.0
        assert len(track.at_s) == len(track.value) == len(track.slope) == len(track.rhythmic)
        for begin, end in pairwise(track.at_s):
            assert 0.0 < end - begin <= MAX_SEGMENT_S
        for i, value, _ in samples(track):
            low, high = sorted(track.value[i : i + 2])
            assert low - 1e-9 <= value <= high + 1e-9


@given(asks, paces)
def test_slopes_keep_every_segment_monotone(ask, pace):
    for track in played(ask, pace).trajectory.tracks.values():
        for i in range(1, len(track.at_s)):
            secant = (track.value[i] - track.value[i - 1]) / (track.at_s[i] - track.at_s[i - 1])
            for slope in track.slope[i - 1 : i + 1]:
                assert slope * secant >= -1e-9
                assert abs(slope) <= 3.0 * abs(secant) + 1e-6


@given(asks, paces)
def test_it_begins_where_the_step_before_ended_and_all_tracks_are_equally_long(ask, pace):
    one = played(ask, pace)
    tracks = one.trajectory.tracks
    pressed = first_pad(ask)
    if pressed == "pressure":
        assert tracks[pressed].value[0] == pace.start_kpa
    for name, track in tracks.items():
        assert name == pressed or track.value[0] == track.value[-1] == 0.0
        assert track.at_s[-1] == tracks[pressed].at_s[-1]
    assert 0.0 <= one.entry_s <= one.trajectory.duration_s
    if pace.last or isinstance(ask, Point | Pulses | Chambers):
        assert tracks[pressed].value[-1] == 0.0


@given(asks, paces)
def test_it_lasts_as_long_as_it_was_asked_to(ask, pace):
    duration_s = played(ask, pace).trajectory.duration_s
    if isinstance(ask, Point):
        fall_s = max(0.3, math.pi / 2.0 * ask.pressure_kpa / ask.fall_kpa_s)
        assert duration_s == pytest.approx(ask.for_s + fall_s)
    else:
        assert duration_s == ask.for_s


@given(asks, paces)
def test_no_rise_is_faster_than_allowed(ask, pace):
    one = played(ask, pace)
    track = one.trajectory.tracks[first_pad(ask)]
    rhythm = rhythm_rise_kpa_s(ask)
    level = min(pace.rise_level_kpa_s, ask.rise_kpa_s if isinstance(ask, Point) else 99.0)
    for i, _, slope in samples(track):
        begun = track.at_s[i] >= one.entry_s - 1e-6
        limit = rhythm if track.rhythmic[i + 1] and begun else level
        assert slope <= limit * (1.0 + 1e-6)
        assert slope >= -200.0


@given(asks, paces)
def test_nothing_is_pressed_over_what_was_asked_or_was_there(ask, pace):
    track = played(ask, pace).trajectory.tracks[first_pad(ask)]
    assert max(track.value) <= max(peak_kpa(ask), pace.start_kpa) + 1e-9


@given(kneads, paces)
def test_kneading_has_the_rate_and_the_peaks_that_were_asked_for(ask, pace):
    one = played(ask, pace)
    track = one.trajectory.tracks["pressure"]
    begin = track.at_s.index(one.entry_s)
    end = len(track.at_s) - 1 - track.rhythmic[::-1].index(True)
    swings = (track.at_s[end] - one.entry_s) * 2.0 * ask.rate_hz
    assert swings == pytest.approx(round(swings), abs=1e-6)
    assert track.value[begin] == pytest.approx(ask.high_kpa[0])
    turns = [track.value[i] for i in range(begin, end + 1) if track.slope[i] == 0.0]
    peaks, valleys = turns[0::2], turns[1::2]
    assert len(turns) == round(swings) + 1
    assert all(peak > valley for peak, valley in zip(peaks, valleys, strict=True))
    ends = (ask.high_kpa[1], ask.low_kpa[1]) if len(peaks) > 1 else (peaks[0], valleys[0])
    assert (peaks[-1], valleys[-1]) == pytest.approx(ends)


def test_one_kneading_stroke_is_a_raised_cosine():
    one = shape(Rhythm((3.0, 3.0), (19.0, 19.0), 0.7, 20.0), Pace(3.0, 10.0))
    track = one.trajectory.tracks["pressure"]
    for step in range(300):
        at_s = one.entry_s + step * 0.03
        expected = 3.0 + 16.0 * (1.0 + math.cos(2.0 * math.pi * 0.7 * (at_s - one.entry_s))) / 2.0
        assert track.value_at(at_s) == pytest.approx(expected, abs=0.01)


@given(st.floats(8.0, 18.0), st.floats(8.0, 18.0))
def test_another_depth_never_moves_the_rhythm(one, other):
    tracks = [
        shape(Rhythm((3.0, 3.0), (high, high), 0.6, 40.0), Pace(1.8, 9.7)).trajectory.tracks
        for high in (one, other)
    ]
    turns = [
        [
            at
            for at, slope in zip(t["pressure"].at_s, t["pressure"].slope, strict=True)
            if slope == 0
        ]
        for t in tracks
    ]
    assert turns[0][-20:] == pytest.approx(turns[1][-20:])


def test_a_stroke_goes_out_under_pressure_and_comes_back_light():
    one = shape(Strokes(6.0, 6.0, 0.2, 200.0, 30.0), Pace(3.0, 10.0))
    pressure, position = (one.trajectory.tracks[name] for name in ("pressure", "position"))
    out_s, back_s = one.entry_s + 1.25, one.entry_s + 3.75
    assert pressure.value_at(out_s) == 6.0
    assert pressure.value_at(back_s) == pytest.approx(1.8)
    assert position.value_at(out_s) == pytest.approx(100.0)
    assert position.slope_at(out_s) > 0.0 > position.slope_at(back_s)
    assert max(position.value) == 200.0
    assert max(map(abs, position.slope)) <= 150.0


def test_strokes_may_grow_over_the_step():
    one = shape(Strokes(5.0, 10.0, 0.2, 100.0, 26.0), Pace(1.5, 10.0))
    track = one.trajectory.tracks["pressure"]
    firm = [track.value_at(one.entry_s + 5.0 * i + 1.5) for i in range(5)]
    assert firm == pytest.approx([5.0, 6.25, 7.5, 8.75, 10.0])


def limited(trajectory: Trajectory, *, level=10.0, rhythm=60.0, tick_s=0.005):
    """Play on a device that keeps the wire's two rise limits; return whether it had to limit."""
    track = trajectory.tracks["pressure"]
    touching_s = lost_s = highest = 0.0
    allowed = None
    before = track.value[0]
    for i in range(1, int(trajectory.duration_s / tick_s)):
        at_s = i * tick_s
        value = track.value_at(at_s)
        touching_s = touching_s + tick_s if before > 1.0 else 0.0
        lost_s = lost_s + tick_s if before < 0.5 else 0.0
        if lost_s >= 0.2:
            highest, allowed = 0.0, None
        highest = max(highest, before)
        segment = next(k.rhythmic for k in track.knots_after(at_s - 1e-12, at_s + 0.2))
        limit = level
        if segment and (touching_s >= 0.5 or allowed is not None):
            allowed = highest if allowed is None else allowed
            if value > allowed + 1e-6:
                allowed = min(value, allowed + level * tick_s)
            limit = rhythm if value <= allowed + 1e-6 else level
        if value - before > limit * tick_s * 1.01 + 1e-6:
            return True
        before = value
    return False


@given(kneads, starts)
def test_kneading_never_rises_to_where_a_slow_rise_has_not_been(ask, start_kpa):
    ask = msgspec.structs.replace(ask, for_s=min(ask.for_s, 12.0))
    assume(rhythm_rise_kpa_s(ask) <= 60.0)
    one = played(ask, Pace(start_kpa, 9.7))
    assert not limited(one.trajectory)


def test_the_rule_would_catch_a_rhythm_that_starts_too_fast():
    one = shape(Rhythm((3.0, 3.0), (19.0, 19.0), 0.7, 20.0), Pace(3.0, 20.0))
    assert limited(one.trajectory)


@pytest.mark.parametrize(
    ("ask", "at", "says"),
    [
        (Rhythm((3, 3), (3, 3), 0.6, 20), ("pressure", "high"), "over low"),
        (Rhythm((0.5, 0.5), (0.9, 0.9), 0.6, 20), ("pressure", "high"), "over 1 kPa"),
        (Rhythm((0, 0), (10, 10), 0.6, 20), ("pressure", "low"), "at least 0.5 kPa"),
        (Rhythm((3, 3), (16, 16), 2.2, 20), ("rate",), "at most 1.97 Hz"),
        (Rhythm((3, 3), (16, 16), 0.6, 2.5), ("for",), "need at least 3 s"),
        (Rhythm((3, 3), (8, 20), 0.6, 12), ("pressure", "high"), "the peaks grow by"),
        (Strokes(6, 6, 0.2, 200, 5), ("for",), "need at least 5.3 s"),
        (Strokes(1.6, 6, 0.2, 200, 20), ("pressure",), "at least 1.67 kPa"),
        (Strokes(6, 6, 0.25, 300, 20), ("length",), "at most 191 mm"),
        (Strokes(15, 15, 0.4, 50, 20), ("rate",), "at most 18.2/min"),
        (Hold(20, 2), ("for",), "need at least 2.7 s"),
        (Point(20, 8, 10, 3), ("for",), "need at least 3.4 s"),
        (Rhythm((1, 1), (6, 6), 5, 9, attack=0.6), ("rate",), "at most 3.82 Hz"),
        (Rhythm((1, 1), (3.8, 3.8), 5, 9, attack=0.9), ("rate",), "let go too abruptly"),
        (Rhythm((3, 3), (9, 9), 2, 9, length_mm=40), ("length",), "at most 23.9 mm"),
        (Pulses(4, 0.3, 0.1, 10, 60), ("rate",), "no time to press and to let go"),
        (Pulses(4, 0.1, 0.3, 400, 60), ("length",), "faster than 150 mm/s"),
        (Chambers((), 13, 13, 1, 5, 5, 60), ("fill",), "needs at least 2.1 s"),
        (Chambers((), 13, 13, 5, 5, 0.4, 60), ("vent",), "needs at least 0.6 s"),
        (Points(((1, 12, None),)), ("points", 0), "12 kPa can be reached at 1.4 s"),
        (Points(((3, 5, 600), (9, 5, 0))), ("points", 0), "600 mm can be reached at 6 s"),
        (Points(((3, 5, 60),)), ("points",), "come back to 0 mm"),
        (Oscillation(3, 20, 5, 0, 0.6, 25, 90, 1.5), ("for",), "need at least 1.6 s"),
    ],
)
def test_what_has_no_shape_says_what_to_write(ask, at, says):
    with pytest.raises(Unplayable) as error:
        shape(ask, Pace(3.0, 10.0))
    assert error.value.at == at
    assert says in error.value.sentence


@given(asks, st.floats(0.5, 1.0))
def test_a_scaled_technique_presses_that_share(ask, scale):
    assert peak_kpa(scaled(ask, scale)) == pytest.approx(scale * peak_kpa(ask))
    assert rhythm_rise_kpa_s(scaled(ask, scale)) == pytest.approx(scale * rhythm_rise_kpa_s(ask))


@given(st.floats(0.1, 1.4), st.floats(0.4, 1.0))
def test_a_deep_valley_is_allowed_while_contact_lasts(low, rate_hz):
    """The pad may dip below half a kilopascal, but for less than 0.2 s."""
    ask = Rhythm((low, low), (20.0, 20.0), rate_hz, 20.0)
    one = played(ask, Pace(3.0, 9.7))
    track = one.trajectory.tracks["pressure"]
    below = 0
    for i in range(int(one.entry_s * 1000), int(track.at_s[-1] * 1000)):
        below = below + 1 if track.value_at(i / 1000.0) < 0.5 else 0
        assert below <= 200


@given(rhythms, paces)
def test_a_rhythm_is_over_its_middle_for_its_duty(ask, pace):
    one = played(ask, pace)
    track = one.trajectory.tracks["pressure"]
    middle = (ask.low_kpa[0] + ask.high_kpa[0]) / 2.0
    cycle_s = 1.0 / ask.rate_hz
    assume(one.trajectory.duration_s - one.entry_s > 1.5 * cycle_s)
    begin_s = one.entry_s + 0.5 * ask.fall_share * cycle_s  # where it falls through its middle
    over = sum(track.value_at(begin_s + (i + 0.5) / 500.0 * cycle_s) > middle for i in range(500))
    assert over / 500.0 == pytest.approx(ask.duty, abs=0.005)


@given(st.one_of(kneads, strokes, pulses), st.floats(0.5, 2.0))
def test_another_tempo_is_as_many_cycles_in_another_time(ask, tempo):
    faster = paced(ask, tempo)
    assert faster.rate_hz * faster.for_s == pytest.approx(ask.rate_hz * ask.for_s)
    assert peak_kpa(faster) == peak_kpa(ask)


@given(asks, st.floats(0.5, 1.0))
def test_a_slowed_technique_lasts_as_long_and_presses_as_hard(ask, share):
    slower = slowed(ask, share)
    assert slower.for_s == ask.for_s
    assert peak_kpa(slower) == peak_kpa(ask)
    assert rate_hz(slower) == pytest.approx(share * rate_hz(ask))


def test_a_head_stands_still_before_and_after():
    head = Oscillation(3.0, 25.0, 8.0, 0.0, 0.6, 25.0, 100.0, 20.0)
    tracks = shape(head, Pace(3.0, 9.7)).trajectory.tracks
    assert max(tracks["amplitude"].value) == 8.0
    for at_s, value in zip(tracks["amplitude"].at_s, tracks["amplitude"].value, strict=True):
        assert value == 0.0 or tracks["frequency"].value_at(at_s) == pytest.approx(25.0)


def test_each_chamber_presses_no_harder_than_the_one_before():
    sleeve = Chambers(("foot", "calf", "thigh"), 9.0, 6.0, 5.0, 5.0, 5.0, 30.0)
    peaks = [max(t.value) for t in shape(sleeve, Pace(0.0, 9.7)).trajectory.tracks.values()]
    assert peaks == [9.0, 7.5, 6.0]
