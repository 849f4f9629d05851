import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.quantities import EXAMPLES, UNITS, QuantityError, parse, parse_any, quoted, shown

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(numbers, st.sampled_from(sorted(UNITS)), st.sampled_from(["", " ", "  "]))
def test_what_is_written_in_a_unit_is_read_in_its_dimension(number, unit, space):
    known = UNITS[unit]
    expected = number * known.factor / known.divisor
    assert parse(f"{number!r}{space}{unit}", known.dimension) == expected


@given(st.floats(0.001, 1e5), st.sampled_from(sorted(EXAMPLES)))
def test_what_is_shown_is_read_back(number, dimension):
    if dimension == "share":
        assert parse(shown(number, dimension), dimension) == pytest.approx(number, rel=1e-3)
    else:
        assert parse(shown(number, dimension), dimension) == pytest.approx(number, rel=1e-3)


@pytest.mark.parametrize(
    ("written", "dimension", "value"),
    [
        ("22 kPa", "pressure", 22.0),
        ("120 mmHg", "pressure", 120 * 0.133322387415),
        ("100 mmHg", "pressure", pytest.approx(13.332, abs=0.001)),
        ("2 N/cm2", "pressure", 20.0),
        ("12/min", "rate", 0.2),
        ("70 %", "share", 0.7),
        ("600 ms", "time", 0.6),
        ("2 min", "time", 120.0),
        ("20 cm", "length", 200.0),
        ("-3 °C", "temperature", -3.0),
        ("20 µV", "voltage", 20.0),
        ("1e1 kPa/s", "pressure rate", 10.0),
    ],
)
def test_units_become_the_ones_of_the_house(written, dimension, value):
    assert parse(written, dimension) == value


def test_another_dimension_is_told_with_what_would_be_right():
    with pytest.raises(QuantityError) as error:
        parse("0.6 kPa", "rate")
    assert str(error.value) == '"0.6 kPa" is a pressure; a rate is wanted, as 0.6 Hz or 36/min'


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (8, "8 has no unit; a pressure is wanted, as 16 kPa"),
        (True, "true has no unit"),
        (None, "nothing has no unit"),
        ("8", '"8" has no unit'),
        ("8 s", "is a time; a pressure is wanted"),
        ("8 bananas", "nobody here knows"),
        ("nan kPa", "is not a number with a unit"),
        ("inf kPa", "is not a number with a unit"),
        ("1e999 kPa", "too large"),
        ("1_000 kPa", "nobody here knows"),
        ("\N{ARABIC-INDIC DIGIT THREE} kPa", "is not a number"),
        ("3 kPa kPa", "nobody here knows"),
        ("", "is not a number"),
        ({}, "has no unit"),
    ],
)
def test_what_is_no_pressure_is_refused_with_a_reason(written, says):
    with pytest.raises(QuantityError) as error:
        parse(written, "pressure")
    assert says in str(error.value)
    assert "16 kPa" in str(error.value)


@given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text()))
def test_anything_at_all_is_a_finite_quantity_or_refused(written):
    try:
        value = parse_any(written).value
    except QuantityError as error:
        value = len(str(error))  # a short message
    assert abs(value) < float("inf")


def test_a_huge_text_is_not_repeated_in_full():
    assert len(quoted("x" * 10_000)) < 50


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("6,5 kPa", "has a comma; write 6.5 kPa"),
        ("6,25kPa", "has a comma; write 6.25 kPa"),
        ("1,000 kPa", "write a point before decimals, and nothing between thousands"),
        ("6,5", "write a point before decimals"),
        ("6,5 psi", "write a point before decimals"),
    ],
)
def test_a_decimal_comma_is_told_as_a_comma_and_not_as_a_unit(written, says):
    with pytest.raises(QuantityError) as error:
        parse(written, "pressure")
    assert says in str(error.value)
    assert "unit nobody here knows" not in str(error.value)
