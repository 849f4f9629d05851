"""Curves in braille."""

from hypothesis import given
from hypothesis import strategies as st

from console.display import bar, clock
from console.plot import plot


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right():
    lines = [line.plain for line in plot([([(k / 100, k / 100) for k in range(101)], "red")], 4, 2)]
    assert lines[0][-1] != "\N{BRAILLE PATTERN BLANK}" != lines[1][0]
    assert lines[0][0] == "\N{BRAILLE PATTERN BLANK}"
    assert lines[1][-1] == "\N{BRAILLE PATTERN BLANK}"


@given(
    st.lists(st.tuples(st.floats(-1, 2), st.floats(-1, 2)), max_size=50).map(sorted),
    st.integers(1, 60),
    st.integers(1, 10),
)
def test_whatever_is_drawn_fits(curve, width, height):
    lines = plot([(curve, "green")], width, height)
    assert [len(line) for line in lines] == [width] * height


@given(st.floats(-1, 2), st.integers(1, 80))
def test_a_bar_is_as_wide_as_it_was_asked_to_be(share, width):
    assert len(bar(share, width)) == width


def test_a_clock_says_minutes_and_seconds():
    assert [clock(at_s) for at_s in (-1.0, 0.4, 59.6, 61.0, 600.0)] == [
        "0:00", "0:00", "1:00", "1:01", "10:00",
    ]  # fmt: skip
