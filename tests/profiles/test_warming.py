"""Heat: how warm a surface is asked to be, alone and beside what presses, and what is refused."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.asks import Heat
from profiles.builder import Profile as Built
from profiles.builder import Steps
from profiles.check import check_profile
from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.exchange.carried import lines_of
from profiles.exchange.hjif import write_hjif
from profiles.load import read
from profiles.model import Profile
from profiles.pace import Pace, Unplayable
from profiles.problems import ProfileProblems, Reason, Refused
from profiles.rig import Rig
from profiles.warming import NEUTRAL_DEGC, RISE_DEGC_S, heat

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))
WARM = Rig(frozenset({"pressure", "position", "temperature"}))
HEAD = """\
format: myoloop-profile/1
id: p
revision: 1
title: P
region: upper_trapezius
limits: {pressure: 24 kPa}
"""
KNEAD = "petrissage: {pressure: {low: 3 kPa, high: 9 kPa}, rate: 0.6 Hz, for: 2 min}"


def compiled(*steps, rig=WARM, envelope=DEVICE, more=""):
    text = HEAD + more + "steps:\n" + "".join(f"  - {step}\n" for step in steps)
    profile = read(text, Profile, file="p.yaml")
    return compile_profile(profile, {}, envelope, rig=rig, emulated=True)


def beside(heat):
    return f"together:\n      - {KNEAD}\n      - {heat}"


def warmth(step):
    return step.trajectory.tracks["temperature"]


def refused(*steps, **given):
    with pytest.raises(Refused) as error:
        compiled(*steps, **given)
    return error.value


def problems(*steps, **given):
    with pytest.raises(ProfileProblems) as error:
        compiled(*steps, **given)
    return error.value.problems


def test_alone_it_warms_under_a_pad_that_lies_on_lightly():
    (step,) = compiled("heat: {temperature: 38 °C, for: 3 min}").steps
    assert max(warmth(step).value) == 38.0
    assert max(step.trajectory.tracks["pressure"].value) == 2.0
    assert (step.technique, step.grade, step.needs) == ("heat", "light", ("temperature",))


def test_beside_what_presses_it_leaves_the_pressure_to_it():
    (step,) = compiled(beside("heat: {temperature: 38 °C, for: 2 min}")).steps
    assert max(step.trajectory.tracks["pressure"].value) == 9.0
    assert max(warmth(step).value) == 38.0
    assert step.entry_s < 3.0, "a muscle is listened to as soon as it is kneaded"


def test_it_is_off_at_its_end_and_where_nothing_warms():
    warm, cool = compiled("heat: {temperature: 38 °C, for: 2 min}", KNEAD).steps
    assert warmth(warm).value[-1] == 0.0
    assert set(warmth(cool).value) == {0.0}


def test_it_stays_on_from_one_step_that_warms_to_the_next():
    one, two = compiled(
        "heat: {temperature: 38 °C, for: 2 min}", beside("heat: {temperature: 40 °C, for: 2 min}")
    ).steps
    assert warmth(one).value[-1] == warmth(two).value[0] == 38.0
    assert (min(warmth(two).value[:-6]), warmth(two).value[-1]) == (38.0, 0.0)


@given(st.floats(35.0, 40.0), st.floats(0.0, 40.0), st.floats(30.0, 300.0), st.booleans())
def test_no_surface_is_asked_to_warm_faster_than_it_may_nor_over_what_is_written(
    degc, start_degc, for_s, warm_after
):
    pace = Pace(0.0, 9.7, start_degc=start_degc, warm_after=warm_after)
    try:
        track = heat(Heat(2.0, degc, for_s), pace).trajectory.tracks["temperature"]
    except Unplayable:
        return
    assert max(track.value) <= max(degc, start_degc) + 1e-9
    for (at_s, value), (then_s, after) in pairwise(zip(track.at_s, track.value, strict=True)):
        if value >= NEUTRAL_DEGC:
            assert (after - value) / (then_s - at_s) <= RISE_DEGC_S + 1e-6


def test_without_a_heater_it_is_refused_with_its_line():
    found = refused("settle: {pressure: 3 kPa, for: 9 s}", "heat: {temperature: 38 °C, for: 2 min}",
                    rig=Rig())  # fmt: skip
    assert found.reason is Reason.NO_CHANNEL
    assert found.problem.line == 9
    assert "write `missing: skip`" in found.problem.problem


def test_without_a_heater_it_is_left_out_where_its_author_says_so():
    program = compiled(
        "heat: {label: Warm up, temperature: 38 °C, for: 2 min, missing: skip}",
        beside("heat: {temperature: 38 °C, for: 2 min, missing: skip}"),
        rig=Rig(),
    )
    (step,) = program.steps
    assert (step.label, step.technique) == ("Petrissage", "petrissage")
    assert [(one.line, one.label) for one in program.left_out] == [(8, "Warm up"), (11, "Heat")]


def test_a_profile_of_nothing_but_heat_is_refused_without_a_heater():
    found = refused("heat: {temperature: 38 °C, for: 2 min, missing: skip}", rig=Rig())
    assert "warms with a heater, which is not there" in found.problem.problem


def test_over_what_the_device_allows_it_is_refused_and_not_scaled():
    device = DEVICE.lower(Envelope(temperature_degc=Limit(37.0, "device")))
    found = refused("heat: {temperature: 38 °C, for: 2 min}", envelope=device)
    assert "warms to 38 degC; device allows 37 degC" in found.problem.problem


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("temperature: 40.5 °C, for: 2 min", "too much; at most 40 degC"),
        ("temperature: 30 °C, for: 2 min", "too little; at least 35 degC"),
        ("temperature: 38 kPa, for: 2 min", "a temperature is wanted"),
        ("temperature: 38 °C, for: 21 min", "too much; at most 1200 s"),
        ("temperature: 38 °C, for: 20 s", "need at least"),
        ("for: 2 min", "temperature"),
    ],
)
def test_what_cannot_be_meant_is_told(words, says):
    (found,) = problems(f"heat: {{{words}}}")
    assert says in found.problem


def test_more_than_20_minutes_in_all_are_refused_with_the_line():
    warm = "heat: {region: %s, temperature: 38 °C, for: 11 min}"
    (found,) = problems(warm % "calf_gastrocnemius", warm % "upper_trapezius")
    assert found.where == "steps[1].heat.for"
    assert "rules allow 1200 s in a session" in found.problem


def test_two_steps_cannot_move_one_heater():
    (found,) = problems(beside("heat: {temperature: 38 °C, for: 2 min}\n"
                               "      - heat: {temperature: 39 °C, for: 2 min}"))  # fmt: skip
    assert "moves the temperature too" in found.problem


def test_a_check_tells_how_warm_and_for_how_long_beside_the_limits():
    text = HEAD + "steps:\n  - heat: {temperature: 38 °C, for: 2 min}\n"
    found = check_profile(text, "p.yaml", {}, DEVICE, rig=WARM, emulated=True)
    rows = {one.what: one for one in found.regions["upper_trapezius"].limits}
    assert (rows["heat"].reached, rows["heat"].limit) == (38.0, Limit(40.0, "rules"))
    assert (rows["warming"].reached, rows["warming"].limit.value) == (120.0, 1200.0)


def test_a_live_temperature_is_checked_at_its_highest():
    more = "parameters: {warmth: {default: 36 °C, min: 35 °C, max: 39 °C, live: true}}\n"
    text = HEAD + more + "steps:\n  - heat: {temperature: $warmth, for: 2 min}\n"
    device = DEVICE.lower(Envelope(temperature_degc=Limit(38.0, "device")))
    found = check_profile(text, "p.yaml", {}, device, rig=WARM, emulated=True)
    assert "warms to 39 degC" in found.problems[0].problem


def test_the_builder_has_the_same_word():
    built = Built("warm", region="upper_trapezius", limits={"pressure": "20 kPa"}).together(
        Steps().petrissage(pressure={"low": "3 kPa", "high": "9 kPa"}, rate="0.6 Hz", for_="2 min"),
        Steps().heat(temperature="38 °C", for_="2 min"),
    )
    assert Built.of(built.text()).text() == built.text()
    program = compile_profile(built.check(), {}, DEVICE, rig=WARM, emulated=True)
    assert max(warmth(program.steps[0]).value) == 38.0


def test_what_other_formats_cannot_carry_of_it_is_told():
    lines = lines_of(compiled("heat: {temperature: 38 °C, for: 2 min}"))
    _, left = write_hjif("P", "p", lines)
    assert left == ("temperature: a surface that warms is not carried",)
