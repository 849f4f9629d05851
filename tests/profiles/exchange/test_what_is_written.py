"""Whatever a curve is, the profile made of it loads and compiles, or is refused with a reason."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.exchange.carried import Carried, Line
from profiles.exchange.pressed import profile_text
from profiles.exchange.table import read_csv
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ExchangeError

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))


def program_of(lines, title="Theirs", name="theirs"):
    text, left = profile_text(Carried(title, tuple(lines)), name, "gluteus")
    return compile_profile(read(text, Profile), {}, DEVICE, emulated=True), text, left


def tracks_of(lines):
    return program_of(lines)[0].steps[0].trajectory.tracks


def test_a_position_that_moves_before_the_pressure_does_has_a_pressure_from_its_first_point_on():
    pressure = Line("pressure", ((0.0, 0.0), (5.0, 0.0), (8.0, 10.0), (14.0, 10.0), (16.0, 0.0)))
    position = Line("position", ((0.0, 0.0), (2.0, 80.0), (4.0, 80.0), (6.0, 0.0)))
    tracks = tracks_of([pressure, position])
    assert tracks["position"].value_at(3.0) == pytest.approx(80.0, abs=1.0)
    assert tracks["pressure"].value_at(3.0) == pytest.approx(0.0, abs=0.01)
    assert tracks["pressure"].value_at(11.0) == pytest.approx(10.0, abs=0.1)


def test_a_file_with_a_position_alone_moves_without_pressure():
    program, _, left = program_of([Line("position", ((0.0, 0.0), (4.0, 80.0), (8.0, 0.0)))])
    assert program.steps[0].trajectory.tracks["position"].value_at(4.0) == pytest.approx(80.0, 0.05)
    assert program.peak_kpa == 0.0
    assert any("no pressure" in sentence for sentence in left)


def test_a_pressure_that_ends_before_the_position_does_not_come_back():
    pressure = Line("pressure", ((0.0, 0.0), (3.0, 8.0), (5.0, 8.0)))
    position = Line("position", ((0.0, 0.0), (4.0, 80.0), (9.0, 80.0), (12.0, 0.0)))
    tracks = tracks_of([pressure, position])
    assert tracks["pressure"].value_at(4.0) == pytest.approx(8.0, abs=0.1)
    assert tracks["pressure"].value_at(6.0) == pytest.approx(0.0, abs=0.1)
    assert tracks["position"].value_at(8.0) == pytest.approx(80.0, abs=1.0)


def test_a_table_that_begins_late_presses_nothing_before():
    carried = read_csv("time_s,pressure_kpa\n6,8\n12,8\n", "late")
    tracks = tracks_of(carried.lines)
    assert tracks["pressure"].value_at(5.9) == pytest.approx(0.0, abs=0.01)
    assert tracks["pressure"].value_at(9.0) == pytest.approx(8.0, abs=0.1)


def test_what_is_below_zero_is_told():
    _, _, left = program_of([Line("pressure", ((0.0, 0.0), (2.0, 5.0), (4.0, -5.0)))])
    assert any("below 0" in sentence for sentence in left)


def test_milliseconds_are_kept_after_a_quarter_of_an_hour():
    beats = tuple((1000.123 + 1.007 * k, 3.0 * (k % 2)) for k in range(30))
    line = Line("pressure", ((0.0, 0.0), *beats))
    text, _ = profile_text(Carried("Long", (line,)), "long", "gluteus")
    assert max(point.at for point in read(text, Profile).steps[0].body.points) == 1029.326


@pytest.mark.parametrize(
    "title",
    ["x" * 201, "\u00e4" * 900, "two\nlines", "\x00\x07", "\x85 \u2028 \ufeff", " ",
     'say "no": \\ #', "\ud800 half", "\N{PILE OF POO}" * 300],
)  # fmt: skip
def test_any_title_is_one_that_a_profile_may_have(title):
    line = Line("pressure", ((0.0, 0.0), (2.0, 5.0), (4.0, 0.0)))
    program, _, left = program_of([line], title)
    assert 1 <= len(program.title) <= 200
    assert any("title" in sentence for sentence in left) == (len(title) > 200)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (Line("pressure", ((0.0, 0.0), (90.0, 700.0), (180.0, 0.0))), "400 kPa at most"),
        (Line("position", ((0.0, 0.0), (20.0, 900.0), (40.0, 0.0))), "600 mm at most"),
        (Line("pressure", ((0.0, 0.0), (1.0, 1e300))), "too large"),
        (Line("pressure", ((0.0, 0.0), (1e300, 1.0))), "too large"),
        (Line("pressure", ((0.0, 0.0), (1.0, float("nan")))), "too large"),
    ],
)
def test_what_no_profile_can_say_is_refused(line, told):
    with pytest.raises(ExchangeError, match=told):
        program_of([line])


def lines(quantity, highest):
    value = st.floats(-0.2 * highest, highest) | st.sampled_from([0.0, highest])
    at_s = st.floats(0.0, 12.0) | st.floats(-2.0, 0.2) | st.floats(50.0, 53.0)
    points = st.lists(st.tuples(at_s, value), min_size=1, max_size=8).map(sorted)
    return points.map(lambda found: Line(quantity, tuple(found)))


@pytest.mark.parametrize("name", ["6", "2024-01-01", "null", "true", "1e5", "\u00e4", "---"])
def test_any_name_of_a_file_is_the_id_of_a_profile(name):
    line = Line("pressure", ((0.0, 0.0), (2.0, 5.0), (4.0, 0.0)))
    assert program_of([line], name=name)[0].id


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.none() | lines("pressure", 12.0), st.none() | lines("position", 150.0), st.text())
def test_whatever_is_written_loads_and_has_a_shape(pressure, position, title):
    there = [one for one in (pressure, position) if one]
    program, text, refused = None, "", ""
    try:
        program, text, _ = program_of(there, title, title)
    except ExchangeError as error:
        refused = str(error)
    if program is None:
        assert "nothing in it presses or moves" in refused
        return
    assert len(text.encode()) < 64 * 1024
    if pressure is not None:
        asked = max(0.0, *(value for _, value in pressure.points))
        assert program.peak_kpa <= asked + 0.01
        before_s = pressure.points[0][0] - 0.1
        track = program.steps[0].trajectory.tracks["pressure"]
        if before_s > 0.0:
            assert track.value_at(before_s) == pytest.approx(0.0, abs=0.2)
    if position is not None:
        moved = program.steps[0].trajectory.tracks["position"]
        assert moved.value[-1] == 0.0
        highest = max(0.0, *(value for _, value in position.points))
        assert max(moved.value) <= highest + 0.01
