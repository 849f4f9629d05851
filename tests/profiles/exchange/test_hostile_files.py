"""Files of others that are broken, odd or long: read, listed or refused, and in good time."""

import time
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.exchange import ahap, hjif
from profiles.exchange.ahap import read_ahap
from profiles.exchange.carried import in_order, value_at
from profiles.exchange.hjif import read_hjif
from profiles.exchange.table import read_csv, read_parquet
from profiles.problems import ExchangeError


def frame(at, value):
    return {"relative_position": at, "amplitude_modulation": value}


def effect(position, *frames, **more):
    return {"effect_type": "Basis", "position": position, "keyframes": list(frames), **more}


def hjif_of(*effects, kind="Curve", whole=None, **more):
    channel = {"bands": [{"band_type": kind, "effects": list(effects)}]}
    perception = {"perception_modality": "Pressure", "channels": [channel], **more}
    document = {"timescale": 1000, "perceptions": [perception], **(whole or {})}
    return msgspec.json.encode(document)


def pressure_of(carried):
    return carried.line("pressure").points


UP = (frame(0, 0.5), frame(4000, 1.0))


# --- MPEG haptics ---------------------------------------------------------------------------


def test_an_effect_that_begins_late_presses_nothing_before():
    points = pressure_of(read_hjif(hjif_of(effect(5000, *UP)), 10.0))
    assert value_at(points, 0.0) == 0.0
    assert value_at(points, 4.9) == 0.0
    assert value_at(points, 5.0) == 5.0
    assert value_at(points, 9.0) == 10.0
    assert value_at(points, 9.1) == 0.0


@pytest.mark.parametrize("timescale", [0, -1000, 0.5])
def test_a_second_without_a_tick_is_refused(timescale):
    with pytest.raises(ExchangeError, match="timescale"):
        read_hjif(hjif_of(effect(0, *UP), whole={"timescale": timescale}), 10.0)


@pytest.mark.parametrize("exponent", [400, -400, 10**30])
def test_a_unit_that_does_not_exist_is_refused_with_where(exponent):
    with pytest.raises(ExchangeError, match=r"perceptions\[0\].unit_exponent"):
        read_hjif(hjif_of(effect(0, *UP), unit_exponent=exponent), 10.0)


@pytest.mark.parametrize("exponent", [True, 0.5, "3", None, []])
def test_an_exponent_that_is_no_whole_number_says_no_unit(exponent):
    carried = read_hjif(hjif_of(effect(0, *UP), unit_exponent=exponent), 10.0)
    assert max(value for _, value in pressure_of(carried)) == 10.0


@pytest.mark.parametrize("key", [[], {}, [1], None])
def test_an_id_that_is_none_is_nothing(key):
    library = [{"id": key, "keyframes": list(UP)}, {"id": 7, "keyframes": list(UP)}]
    effects = [effect(0, effect_type="Reference", id=key), effect(0, *UP)]
    assert pressure_of(read_hjif(hjif_of(*effects, effect_library=library), 10.0))[-1][1] == 10.0


def test_a_reference_is_what_it_refers_to():
    library = [{"id": 7, "keyframes": list(UP)}]
    found = hjif_of(effect(0, effect_type="Reference", id=7), effect_library=library)
    assert pressure_of(read_hjif(found, 10.0)) == ((0.0, 5.0), (4.0, 10.0))


@pytest.mark.parametrize("kind", ["Curve", "Transient"])
def test_what_is_before_the_beginning_is_cut_and_told(kind):
    carried = read_hjif(hjif_of(effect(-2000, *UP), effect(-9000, *UP), kind=kind), 10.0)
    assert any("before 0 s" in sentence for sentence in carried.left)
    points = pressure_of(carried)
    assert points[0][0] >= 0.0
    if kind == "Curve":
        assert value_at(points, 0.0) == 7.5
        assert value_at(points, 2.0) == 10.0


def test_two_taps_at_one_time_are_both_there():
    carried = read_hjif(hjif_of(effect(0, frame(0, 0.3), frame(0, 0.3)), kind="Transient"), 10.0)
    assert max(value for _, value in pressure_of(carried)) == 6.0


def test_an_amplitude_below_zero_is_told():
    carried = read_hjif(hjif_of(effect(0, frame(0, -1.0), frame(1000, 1.0))), 10.0)
    assert any("below 0" in sentence for sentence in carried.left)


# --- JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", [read_ahap, read_hjif])
@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, "\ud800"])
def test_json_that_is_endless_is_refused(reader, text):
    with pytest.raises(ExchangeError):
        reader(text, 10.0)


def test_a_number_that_is_too_long_is_none():
    text = hjif_of(effect(0, *UP)).replace(b'"position":0', b'"position":1' + b"0" * 400)
    assert pressure_of(read_hjif(text, 10.0))[0] == (0.0, 5.0)


def test_a_byte_order_mark_before_json_is_nothing():
    text = hjif_of(effect(0, *UP))
    assert read_hjif(b"\xef\xbb\xbf" + text, 10.0) == read_hjif(text, 10.0)


# --- tables ---------------------------------------------------------------------------------

TABLE = "time_s,pressure_kpa\n0,0\n2,5\n4,0\n"


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace("\n", "\r"),
        TABLE.replace("\n", "\r\n"),
        "\ufeff" + TABLE,
        "\ufeff" + TABLE.replace("time_s", '"time_s"'),
        TABLE + "\n",
        TABLE + "\n  \n\n",
        "\n" + TABLE.replace("\n", "\n\n"),
    ],
)
def test_a_table_of_any_program_is_read(text):
    assert read_csv(text, "x") == read_csv(TABLE, "x")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time_s,pressure_kpa,pressure_kpa\n0,1,2\n", 'two columns are called "pressure_kpa"'),
        ("time_s,pressure_kpa, time_s\n0,1,2\n", 'two columns are called "time_s"'),
        ("time_s,pressure_kpa\n0," + "1" * 200_000 + "\n", "line 2: field larger"),
        (TABLE + "\n\n5,x\n", 'line 7: "x"'),
        (TABLE.replace("\n", "\r") + "\r5,x\r", 'line 6: "x"'),
        ('time_s,pressure_kpa,"a\nb"\n0,1,2\n3,x,4\n', 'line 4: "x"'),
        (TABLE + "5\n", "line 5: 1 values under 2 columns"),
        ("\n\n", "empty"),
    ],
)
def test_a_table_that_is_wrong_is_told_with_its_line(text, told):
    with pytest.raises(ExchangeError, match=told):
        read_csv(text, "x")


def parquet_of(columns, names):
    arrow = pytest.importorskip("pyarrow", reason="needs pyarrow, of the extra [exchange]")
    import io

    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(arrow.Table.from_arrays([arrow.array(c) for c in columns], names), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("columns", "names", "told"),
    [
        ([[0, 1], [2, 3], [4, 5]], ["time_s", "pressure_kpa", "pressure_kpa"], "two columns"),
        ([[0, 1], [2, None]], ["time_s", "pressure_kpa"], "None is no number"),
        ([[0, 1], [True, False]], ["time_s", "pressure_kpa"], "True is no number"),
        ([[0, 1], ["a", "b"]], ["time_s", "pressure_kpa"], "'a' is no number"),
        ([[], []], ["time_s", "pressure_kpa"], "must grow"),
    ],
)
def test_parquet_that_is_no_table_of_numbers_is_refused(columns, names, told):
    with pytest.raises(ExchangeError, match=told):
        read_parquet(parquet_of(columns, names), "x")


# --- long files -----------------------------------------------------------------------------


def plain_intensity(events, controls):
    """Return what is read, by asking every event at every corner: how it was done before."""
    just = 1e-6
    corners = {at_s for event in events for at_s in event.corners_s}
    corners |= {at_s for curve in controls for at_s, _ in curve}
    corners |= {curve[0][0] - just for curve in controls}
    for before_s, at_s in pairwise(sorted(corners)):
        inside = [event for event in events if event.begin_s < at_s and event.end_s > before_s]
        corners |= {(before_s + at_s) / 2.0} if len(inside) > 1 else set()
    found = []
    for at_s in sorted(corners):
        value = max((event.value_at(at_s) for event in events), default=0.0)
        for curve in controls:
            value *= value_at(curve, at_s) if at_s >= curve[0][0] else 1.0
        found.append((max(0.0, at_s), min(1.0, max(0.0, value))))
    return in_order(found) or ((0.0, 0.0),)


def plain_chained(curves):
    found = []
    for curve in sorted(curves):
        if found and abs(found[-1][-1][0] - curve[0][0]) < 1e-3:
            *before, (last_s, last) = found[-1]
            if last != curve[0][1] and before and before[-1][0] < last_s - 1e-6:
                last_s -= 1e-6
            found[-1] = in_order((*before, (last_s, last), *curve))
        else:
            found.append(curve)
    return found


def plain_sum(curves):
    just = 1e-6
    times = {at_s for curve in curves for at_s, _ in curve}
    times |= {curve[0][0] - just for curve in curves if curve[0][0] > just}
    times |= {curve[-1][0] + just for curve in curves}
    return tuple(
        (at_s, sum(value_at(c, at_s) for c in curves if c[0][0] <= at_s <= c[-1][0]))
        for at_s in sorted(times)
    )


seconds = st.floats(0.0, 5.0) | st.sampled_from([0.0, 0.5, 1.0, 2.0])
share = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0])
curves = st.lists(
    st.lists(st.tuples(seconds, share), min_size=1, max_size=5).map(in_order), max_size=6
)
events = st.lists(
    st.builds(
        lambda begin_s, lasts_s, *rest: ahap._Event(begin_s, begin_s + lasts_s, *rest),
        seconds, seconds, share, seconds, seconds,
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(events, curves)
def test_a_pattern_is_to_the_bit_what_asking_every_event_gives(events, curves):
    chained = ahap._chained(curves)
    assert chained == plain_chained(curves)
    assert ahap._intensity(events, chained) == plain_intensity(events, chained)


@settings(max_examples=200, deadline=None)
@given(curves.filter(lambda found: len(found) > 1))
def test_effects_are_to_the_bit_the_sum_of_all(curves):
    assert hjif._summed(curves) == plain_sum(curves)


def taps_of_ahap(count):
    events = [
        {"Event": {"Time": 0.05 * k, "EventType": "HapticTransient", "EventParameters": []}}
        for k in range(count)
    ]
    controls = [
        {"ParameterCurve": {"ParameterID": "HapticIntensityControl", "Time": 0.05 * k + 0.01,
         "ParameterCurveControlPoints": [{"Time": 0.0, "ParameterValue": 1.0},
                                         {"Time": 0.02, "ParameterValue": 0.9999}]}}
        for k in range(count)
    ]  # fmt: skip
    return msgspec.json.encode({"Version": 1.0, "Pattern": [*events, *controls]})


def chained_of_ahap(count):
    points = [{"Time": 0.01 * k, "ParameterValue": 1.0} for k in range(16)]
    curves = [
        {"ParameterCurve": {"ParameterID": "HapticIntensityControl", "Time": 0.15 * k,
                            "ParameterCurveControlPoints": points}}
        for k in range(count)
    ]  # fmt: skip
    return msgspec.json.encode({"Version": 1.0, "Pattern": curves})


def taps_of_hjif(count):
    frames = (frame(50 * k, 0.5) for k in range(count))
    return hjif_of(effect(0, *frames), kind="Transient")


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (read_ahap, taps_of_ahap(5000)),
        (read_ahap, chained_of_ahap(5000)),
        (read_hjif, taps_of_hjif(20_000)),
    ],
    ids=["taps of ahap", "curves of ahap", "taps of hjif"],
)
def test_thousands_of_taps_are_read_in_seconds(reader, text):
    """Minutes, when every corner asked every event; the bound is wide for a busy machine."""
    begin_s = time.process_time()
    assert len(pressure_of(reader(text, 10.0))) > 5000
    assert time.process_time() - begin_s < 10.0
