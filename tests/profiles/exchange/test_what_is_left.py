"""What a format cannot carry is listed, never silently dropped; and nothing gets harder."""

import contextlib

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.exchange.ahap import read_ahap, write_ahap
from profiles.exchange.carried import Carried, Line, left_behind, lines_of, value_at
from profiles.exchange.hjif import read_hjif, write_hjif
from profiles.exchange.pressed import MOST_POINTS, gentle, profile_text
from profiles.exchange.table import read_csv, read_parquet
from profiles.library import library_text
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ExchangeError
from profiles.rig import Rig

HEAD = frozenset({"pressure", "position", "frequency", "amplitude"})
DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))


def event(kind, at_s=0.0, **more):
    given = more.pop("given", {})
    parameters = [{"ParameterID": name, "ParameterValue": value} for name, value in given.items()]
    return {"Event": {"Time": at_s, "EventType": kind, "EventParameters": parameters, **more}}


def ahap(*pattern, **more):
    return msgspec.json.encode({"Version": 1.0, "Pattern": list(pattern), **more})


def hjif(*perceptions, **more):
    return msgspec.json.encode({"timescale": 1000, "perceptions": list(perceptions), **more})


def perception(modality, kind="Curve", effects=None, **more):
    frames = [{"relative_position": 0, "amplitude_modulation": 0.0},
              {"relative_position": 4000, "amplitude_modulation": 1.0}]  # fmt: skip
    effects = effects or [{"effect_type": "Basis", "position": 0, "keyframes": frames}]
    channel = {"gain": 1.0, "bands": [{"band_type": kind, "effects": effects}], **more}
    return {"perception_modality": modality, "channels": [channel]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ahap(event("AudioCustom"), event("HapticTransient")), "heard, not felt"),
        (ahap(event("HapticTransient", 2.0)), "a tap of 0.3 s"),
        (ahap(event("Smell")), 'type "Smell"'),
        (ahap(event("HapticContinuous", EventDuration=4.0, given={"DecayTime": 1.0})), "DecayTime"),
        (ahap(event("HapticContinuous", EventDuration=4.0, given={"HapticIntensity": 3.0})),
         "nearest of 0 and 1"),
        (ahap({"ParameterCurve": {"ParameterID": "AudioPanControl", "Time": 0.0,
               "ParameterCurveControlPoints": [{"Time": 0.0, "ParameterValue": 1.0}]}}),
         "AudioPanControl"),
        (ahap({"Parameter": {"ParameterID": "HapticSharpnessControl", "Time": 1.0}}), "change of"),
        (ahap({"Nothing": 1}), "neither Event"),
        (ahap(event("HapticContinuous", -5.0, EventDuration=8.0)), "Pattern[0]: its Time of -5 s"),
        (ahap(event("HapticContinuous", EventDuration=-1.0)), "its EventDuration of -1 s"),
        (ahap(event("HapticContinuous", given={"AttackTime": -1.0})), "its AttackTime of -1 s"),
        (ahap({"Parameter": {"ParameterID": "HapticIntensityControl", "Time": -5.0}}),
         "its Time of -5 s"),
        (ahap({"ParameterCurve": {"ParameterID": "HapticIntensityControl", "Time": -5.0,
               "ParameterCurveControlPoints": [{"Time": 0.0, "ParameterValue": 1.0}]}}),
         "Pattern[0]: what is before 0 s"),
        (ahap(Colour="red"), "Colour"),
    ],
)  # fmt: skip
def test_what_a_haptic_pattern_says_and_we_cannot_is_listed(text, told):
    assert any(told in sentence for sentence in read_ahap(text, 10.0).left)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (hjif(perception("Pressure"), perception("Temperature")), "Temperature is not carried"),
        (hjif(perception("Vibrotactile")), "read as pressure"),
        (hjif(perception("Pressure", "WaveletWave")), "WaveletWave is not carried"),
        (hjif(perception("Pressure", "VectorialWave")), "VectorialWave is not carried"),
        (hjif(perception("Pressure", "Transient")), "a tap of 0.3 s"),
        (hjif(perception("Pressure", direction={"X": 1})), "direction: not carried"),
        (hjif(perception("Pressure", effects=[{"effect_type": "Composite"}])), "composite"),
        (hjif(perception("Pressure", effects=[{"effect_type": "Basis"}])), "no keyframe"),
        (hjif(perception("Pressure"), avatars=[{"id": 1}]), "avatars"),
        (hjif(perception("Pressure"), syncs=[{"timestamp": 1}]), "syncs"),
        (hjif({"channels": []}), "perceptions[0]: what says no perception_modality is not carried"),
        (hjif(perception("Pressure", None)), "bands[0]: what says no band_type is not carried"),
    ],
)
def test_what_mpeg_haptics_say_and_we_cannot_is_listed(text, told):
    assert any(told in sentence for sentence in read_hjif(text, 10.0).left)


@pytest.mark.parametrize(
    "carried",
    [
        read_ahap(ahap(event("AudioCustom")), 10.0),
        read_hjif(hjif(perception("Temperature")), 10.0),
        read_csv("time_s,heart_rate\n0,60\n9,70\n", "x"),
        read_csv("time_s,pressure_kpa\n0,0\n9,0\n", "x"),
        Carried("Empty", ()),
    ],
)
def test_a_file_of_which_nothing_presses_or_moves_is_refused_with_its_reasons(carried):
    with pytest.raises(ExchangeError, match="nothing in it presses or moves a pad") as refused:
        profile_text(carried, "none", "gluteus")
    assert all(sentence in str(refused.value) for sentence in carried.left)


def test_a_refusal_names_a_few_reasons_and_counts_the_others():
    carried = read_ahap(ahap(*(event("Smell") for _ in range(40))), 10.0)
    with pytest.raises(ExchangeError, match=r"Pattern\[4\].*; and 35 more\)"):
        profile_text(carried, "none", "gluteus")


def test_a_pad_that_moves_and_presses_nothing_is_a_profile_and_that_is_told():
    carried = Carried("Moves", (Line("position", ((0.0, 0.0), (4.0, 90.0), (8.0, 0.0))),))
    _, left = profile_text(carried, "moves", "gluteus")
    assert any("presses nothing" in sentence for sentence in left)


def test_a_change_before_the_beginning_holds_from_the_beginning_on():
    change = {"ParameterID": "HapticIntensityControl", "Time": -5.0, "ParameterValue": 0.5}
    carried = read_ahap(
        ahap(event("HapticContinuous", EventDuration=8.0), {"Parameter": change}), 10.0
    )
    assert value_at(carried.lines[0].points, 4.0) == pytest.approx(5.0)


def test_a_second_pad_and_a_curve_that_bends_are_listed():
    two = {"perception_modality": "Pressure", "channels": [
        dict(perception("Pressure")["channels"][0], description=name) for name in ("left", "right")
    ]}  # fmt: skip
    _, left = profile_text(read_hjif(hjif(two), 8.0), "two", "gluteus")
    assert any("pressure of right" in sentence for sentence in left)
    bent = perception("Pressure")
    bent["channels"][0]["bands"][0]["curve_type"] = "Akima"
    assert any("Akima" in sentence for sentence in read_hjif(hjif(bent), 8.0).left)


def test_what_no_curve_says_of_a_profile_is_listed():
    told = "\n".join(left_behind(read(library_text("remedial"), Profile)))
    for word in ("parameters", "rules", "until", "signal emg", "regions"):
        assert word in told
    assert "prompt" in "\n".join(left_behind(read(library_text("swedish-relaxation"), Profile)))


def test_channels_beyond_intensity_and_sharpness_are_listed():
    profile = read(library_text("percussion-warm-up"), Profile)
    program = compile_profile(profile, {}, DEVICE, emulated=True, rig=Rig(HEAD))
    _, lost = write_ahap("x", "x", lines_of(program))
    assert any("amplitude" in sentence for sentence in lost)
    assert any("position" in sentence for sentence in lost)
    text, lost = write_hjif("x", "x", lines_of(program))
    assert lost == ()
    again = read_hjif(text, None)
    assert any("Vibrotactile is not carried" in sentence for sentence in again.left)


@pytest.mark.parametrize("reader", [read_ahap, read_hjif])
def test_an_amplitude_without_a_unit_needs_a_range(reader):
    text = ahap(event("HapticContinuous")) if reader is read_ahap else hjif(perception("Pressure"))
    with pytest.raises(ExchangeError, match="--range"):
        reader(text, None)


@settings(max_examples=40)
@given(st.binary(max_size=200) | st.text(max_size=200))
@pytest.mark.parametrize("reader", [read_ahap, read_hjif])
def test_any_bytes_are_read_or_told_why_not(reader, content):
    with pytest.raises(ExchangeError):
        reader(content, 10.0)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["Event", "Time", "EventType", "ParameterCurve", "ParameterID", "channels",
                         "ParameterCurveControlPoints", "bands", "effects", "keyframes"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(json_values, max_size=3))
def test_any_json_is_read_or_told_why_not(entries):
    for reader, key in ((read_ahap, "Pattern"), (read_hjif, "perceptions")):
        with contextlib.suppress(ExchangeError):
            assert reader(msgspec.json.encode({key: entries}), 10.0) is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", 'no column "time_s"'),
        ("time_s,pressure_kpa\n1,2,3\n", "line 2"),
        ("time_s,pressure_kpa\n1,x\n", 'line 2: "x"'),
        ("time_s,pressure_kpa\n1,nan\n", "no number"),
        ("time_s,pressure_kpa\n2,1\n1,1\n", "grow"),
        ("time_s,pressure_kpa\n-1,1\n1,1\n", "grow"),
    ],
)
def test_a_broken_table_is_told_where(text, told):
    with pytest.raises(ExchangeError, match=told):
        read_csv(text, "x")


def test_a_column_that_nobody_knows_is_listed():
    assert "heart_rate" in read_csv("time_s,pressure_kpa,heart_rate\n1,2,3\n", "x").left[0]


def test_what_is_no_parquet_is_told():
    with pytest.raises(ExchangeError, match="no Parquet"):
        read_parquet(b"PAR1 not really", "x")


curves = st.lists(
    st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 15.0)), min_size=2, max_size=12
).map(lambda points: tuple(sorted((round(t, 2), round(v, 2)) for t, v in points)))


@settings(max_examples=40, deadline=None)
@given(curves)
def test_what_is_made_pressable_is_nowhere_harder(points):
    allowed, told = gentle(points, 9.6, 28.0, "kPa")
    assert allowed[0][1] == 0.0
    assert allowed[-1][1] == 0.0
    for at_s, value in allowed:
        assert value <= value_at(points, at_s) + 1e-9
    kept = max(p for _, p in points)
    if any(value_at(points, t - 1e-9) > v + 0.02 * kept + 1e-6 for t, v in allowed):
        assert told


@settings(max_examples=10, deadline=None)
@given(curves)
def test_any_curve_becomes_a_profile_that_compiles(points):
    whole = ((0.0, 0.0), *points, (points[-1][0] + 2, 0.0))
    slow, _ = gentle(whole, 9.6, 28.0, "kPa")
    assume(max(v for _, v in slow) > 0.1)  # of a spike nothing is left
    carried = Carried("Drawn", (Line("pressure", whole),))
    text, _ = profile_text(carried, "drawn", "gluteus")
    program = compile_profile(read(text, Profile), {}, DEVICE, emulated=True)
    assert program.peak_kpa <= max(v for _, v in points) + 0.01
    assert program.peak_rise_kpa_s <= 10.0


def test_a_curve_that_is_lowered_by_less_than_one_percent_is_told_too():
    _, told = gentle(((0.0, 0.0), (1.0, 10.0), (5.0, 10.0), (9.0, 0.0)), 9.93, 26.0, "kPa")
    assert any("0.07 kPa less" in sentence for sentence in told)


def test_what_a_profile_is_off_for_want_of_points_is_told_as_it_is():
    shaking = tuple((0.5 * k, 2.0 + 1.0 * (k % 2)) for k in range(1200))
    text, left = profile_text(Carried("Shaking", (Line("pressure", shaking),)), "x", "gluteus")
    told = float(next(one for one in left if "room for" in one).split("up to ")[1].split()[0])
    again = lines_of(compile_profile(read(text, Profile), {}, DEVICE, emulated=True))[0]
    times = [0.02 * k for k in range(50, 29900)]
    off = max(abs(value_at(again.points, t) - value_at(shaking, t)) for t in times)
    assert off <= told + 0.02


slow_curves = st.lists(st.floats(0.0, 15.0), min_size=2, max_size=12).map(
    lambda values: ((0.0, 0.0), *((4.0 * k + 4.0, v) for k, v in enumerate(values)))
)


@settings(max_examples=25, deadline=None)
@given(slow_curves.filter(lambda points: max(v for _, v in points) > 0.1))
def test_what_is_not_told_of_a_pressure_is_off_by_half_a_percent_at_most(points):
    points = (*points, (points[-1][0] + 4.0, 0.0))
    text, left = profile_text(Carried("Drawn", (Line("pressure", points),)), "drawn", "gluteus")
    assume(left == ())
    again = lines_of(compile_profile(read(text, Profile), {}, DEVICE, emulated=True))[0]
    times = [0.02 * k for k in range(int(50 * points[-1][0]))]
    most = max(abs(value_at(again.points, t) - value_at(points, t)) for t in times)
    assert most <= 0.005 * max(v for _, v in points)


def test_a_long_curve_is_thinned_to_fit_and_told():
    shaking = tuple((0.5 * k, 4.0 + 1.0 * (k % 2)) for k in range(1200))
    carried = Carried("Shaking", (Line("pressure", shaking),))
    text, left = profile_text(carried, "shaking", "gluteus")
    assert len(text.encode()) < 64 * 1024
    assert text.count("{at:") <= MOST_POINTS
    assert any("room for" in sentence for sentence in left)
