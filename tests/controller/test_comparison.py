"""What EMG is compared with: a contraction of this muscle, device and sitting, or nothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.authoring import host
from controller.comparison import PLAUSIBLE_UV, SITTING_S, compared, references, unknown, usable
from controller.eligibility import Booked
from controller.emg_noise import net_uv
from controller.fitting import CannotPlay
from controller.hearing import FORGOTTEN_AFTER_S, REST, STRONGEST, deaf, heard
from controller.intent import wake
from controller.mind import decide
from controller.vetting import admit_contractions
from controller.words import Compared, Judged
from tests.controller.moments import WELL, emg, moment
from tests.controller.people import HOUR_S, NOW_S, UPPER, contraction, entry, person
from tests.controller.programs import compiled

SIMULATED = host("voice_coil", "simulated").capabilities
REAL = replace(SIMULATED, emulated=False)
SENSORS = tuple(sensor.id for sensor in REAL.sensors_of("emg"))
ONE = contraction(sensors=SENSORS)
TEXT = """
format: myoloop-profile/1
id: test-compared
revision: 1
title: Two muscles
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {emg: {missing: timed, lost: ease}}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 3 kPa, for: 4 s, baseline: emg}
  - petrissage: {pressure: {low: 3 kPa, high: 6 kPa}, rate: 0.6 Hz, for: 12 s}
  - settle: {pressure: 3 kPa, for: 8 s, region: mid_trapezius_rhomboid}
"""
PROGRAM = compiled(TEXT)
RHOMBOID = "mid_trapezius_rhomboid"


def known(*contractions, side="left", capabilities=REAL, now_s=NOW_S):
    return usable(contractions, PROGRAM, side, capabilities, now_s)


def test_a_contraction_of_this_muscle_and_sitting_is_what_emg_is_compared_with():
    assert known(ONE) == (ONE,)


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({}, {"now_s": NOW_S - 60.0 + SITTING_S}),
        ({}, {"now_s": NOW_S - 61.0}),
        ({}, {"side": "right"}),
        ({}, {"side": None}),
        ({}, {"capabilities": SIMULATED}),
        ({"emulated": True}, {}),
        ({"region": "gluteus"}, {}),
        ({"side": "middle"}, {}),
        ({"model": "another"}, {}),
        ({"sensors": SENSORS[:1], "uv": (180.0,)}, {}),
        ({"sensors": SENSORS[::-1]}, {}),
        ({"uv": (180.0,)}, {}),
        ({"uv": (None, None)}, {}),
        ({"uv": (180.0, 1e4)}, {}),
        ({"uv": (180.0, math.nan)}, {}),
        ({"uv": (180.0, -1.0)}, {}),
        ({"uv": ()}, {}),
    ],
)  # fmt: skip
def test_of_another_muscle_device_or_sitting_it_says_nothing(change, asked):
    other = replace(ONE, **change)
    assert known(other, **asked) == ()
    side = asked.get("side", "left")
    booked = Booked(person(contractions=(other,)), entry(None))
    with pytest.raises(CannotPlay, match="measure it anew"):
        admit_contractions(
            (other,), side, PROGRAM, booked, asked.get("capabilities", REAL),
            asked.get("now_s", NOW_S),
        )  # fmt: skip


def test_to_the_end_of_the_sitting_it_counts():
    assert SITTING_S == 4 * HOUR_S
    assert known(ONE, now_s=NOW_S - 60.0 + SITTING_S - 1.0) == (ONE,)


def test_the_strongest_counts_before_a_light_one_and_then_the_newest():
    light = replace(ONE, light=True, at_s=NOW_S - 5.0)
    newer = replace(ONE, at_s=NOW_S - 30.0)
    assert known(light) == (light,)
    for given_ in ((light, ONE, newer), (newer, light, ONE)):
        assert known(*given_) == (newer,)


def test_what_starts_a_session_on_somebody_is_what_is_known_of_that_very_person():
    booked = Booked(person(contractions=(ONE,)), entry(None))
    admit_contractions((ONE,), "left", PROGRAM, booked, REAL, NOW_S)
    admit_contractions((), None, PROGRAM, None, REAL, NOW_S)
    for wrong in (None, Booked(person(), entry(None))):
        with pytest.raises(CannotPlay, match="not known of whoever"):
            admit_contractions((ONE,), "left", PROGRAM, wrong, REAL, NOW_S)


def test_the_person_under_an_emulated_device_is_reserved_for_nobody():
    there = replace(ONE, emulated=True)
    admit_contractions((there,), "left", PROGRAM, None, SIMULATED, NOW_S)
    with pytest.raises(CannotPlay, match="two contractions of one muscle"):
        admit_contractions((there, there), "left", PROGRAM, None, SIMULATED, NOW_S)


def test_each_region_is_told_with_what_it_is_compared_with():
    told = compared((ONE,), PROGRAM, "left", NOW_S)
    assert told == (
        Compared(0.0, UPPER, "left", (180.0, 160.0), light=False, age_s=60.0),
        Compared(0.0, RHOMBOID, "left"),
    )
    assert unknown(PROGRAM) == (Compared(0.0, UPPER, None), Compared(0.0, RHOMBOID, None))


@given(st.floats(*PLAUSIBLE_UV), st.floats(0.5, 10.0))
def test_the_noise_of_this_session_is_in_it_as_it_is_in_what_is_heard(uv, noise_uv):
    told = (Compared(0.0, UPPER, "left", (uv, None)), Compared(0.0, RHOMBOID, "left"))
    found = references(told, (noise_uv, noise_uv))
    assert list(found) == [UPPER]
    heard_uv, nothing = found[UPPER]
    assert nothing is None
    assert net_uv(heard_uv, noise_uv) == pytest.approx(uv, rel=1e-9)


def folded(uv, strongest):
    """Fold a session in which the muscle is at 4 uV, and at `uv` for a second from 8.5 s on."""
    mind, events, seen = wake(PROGRAM, noise_uv=(2.0,), strongest=strongest), [], {}
    for k in range(1, 2400):
        at_s = k / 100
        loud = uv if 8.5 <= at_s < 9.5 else 4.0
        said = emg(loud, crossing=loud > 10.0)
        mind, _, told = decide(mind, moment(at_s, mind.target_kpa(at_s), heard=said))
        events += told
        seen[mind.playhead.index] = mind.hearing.references.get(STRONGEST)
    return [(e.verdict.action, e.verdict.reason) for e in events if isinstance(e, Judged)], seen


MUSCLE = {UPPER: (180.0,)}  # a tenth of it is 18 uV, and three baselines are 10.4 uV
GUARDED = [("ease", "guarding")]


def test_over_three_baselines_and_under_a_tenth_of_a_contraction_nothing_is_eased():
    assert folded(14.0, {})[0] == GUARDED
    assert folded(14.0, MUSCLE)[0] == []


def test_over_both_it_is_eased():
    assert folded(20.0, MUSCLE)[0] == GUARDED


@pytest.mark.parametrize("uv", [250.0, 500.0, 3000.0])
def test_a_muscle_that_was_measured_too_strong_hides_no_guard(uv):
    assert folded(22.0, {UPPER: (uv,)})[0] == GUARDED


def test_a_muscle_is_compared_with_its_own_contraction_alone():
    _, seen = folded(4.0, MUSCLE)
    assert seen == {0: (180.0,), 1: (180.0,), 2: None}
    assert folded(14.0, {RHOMBOID: (180.0,)})[0] == GUARDED


def test_a_contraction_outlasts_a_pause_that_a_baseline_does_not():
    """The baseline was how the muscle lay; how strong it is, no pause changes."""
    hearing = deaf(PROGRAM, (2.0,), (4.0,), MUSCLE)
    for at_s, index in ((1.0, 0), (2.0, 1), (2.0 + FORGOTTEN_AFTER_S + 1.0, 1)):
        felt = moment(at_s, 3.0, heard=emg(4.0)).features
        hearing = heard(hearing, PROGRAM, index, felt, WELL, at_s, 10.0)
    assert hearing.references == {REST: (4.0,), STRONGEST: (180.0,)}
