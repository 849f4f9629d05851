"""Conditions of a profile: what holds, since when, and what never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.conditions import Evidence, holds, never
from profiles.program import AllOf, AnyOf, Button, Elapsed, Signal

QUIET = Signal("emg", "below", 0.85, "baseline", "", 2.0)
LOUD = Signal("emg", "above", 1.6, "baseline", "", 0.6)


def evidence(at_s, emg=(10.0,), baseline=(10.0,), **more):
    return Evidence(
        at_s=at_s,
        step_began_s=0.0,
        signals={"emg": emg},
        references={("emg", "baseline"): baseline},
        noise_uv=(0.0,) * len(emg),
        **more,
    )


def when_it_holds(condition, story):
    """Fold (second, EMG) pairs; return the seconds at which the condition held."""
    state, held_s = never(condition), []
    for at_s, emg in story:
        heard = evidence(at_s, emg, (10.0,) * len(emg))
        held, state = holds(condition, state, heard)
        if held:
            held_s.append(at_s)
    return held_s


def steady(emg, seconds=4.0):
    return [(k / 10, emg) for k in range(int(seconds * 10))]


def test_a_signal_must_be_beyond_its_level_for_long_enough():
    assert when_it_holds(QUIET, steady((8.0,)))[0] == pytest.approx(2.0)
    assert when_it_holds(QUIET, steady((9.0,))) == []


def test_one_sample_on_the_other_side_begins_it_anew():
    story = steady((8.0,))
    story[15] = (1.5, (9.0,))
    assert when_it_holds(QUIET, story)[0] == pytest.approx(3.6)


def test_a_signal_that_cannot_be_trusted_holds_nothing():
    story = steady((8.0,))
    story[15] = (1.5, (None,))
    assert when_it_holds(QUIET, story)[0] == pytest.approx(3.6)
    assert when_it_holds(LOUD, steady((None,))) == []
    assert when_it_holds(QUIET, steady((5.0, None))) == []


def test_above_acts_on_the_first_channel_and_below_waits_for_all():
    assert when_it_holds(LOUD, steady((5.0, 17.0), 1.0))
    assert when_it_holds(QUIET, steady((5.0, 9.0))) == []


def test_above_acts_on_a_channel_that_is_known_while_another_is_not():
    assert when_it_holds(LOUD, steady((None, 17.0), 1.0))[0] == pytest.approx(0.6)
    assert when_it_holds(LOUD, steady((None, 15.0), 1.0)) == []


def test_a_channel_may_be_named():
    state = never(first := Signal("emg", "below", 0.85, "baseline", "", 0.0, channel=0))
    assert holds(first, state, evidence(1.0, (5.0, 9.0), (10.0, 10.0)))[0]


def test_without_its_reference_a_condition_never_holds():
    held, _ = holds(LOUD, 0.0, evidence(9.0, (99.0,), (None,)))
    assert not held
    unknown = Signal("skin_temperature", "above", 40.0, None, "degC", 0.0)
    assert not holds(unknown, never(unknown), evidence(9.0))[0]


def test_an_absolute_level_needs_no_reference():
    volts = Signal("emg", "above", 20.0, None, "uV", 0.0)
    assert holds(volts, never(volts), evidence(1.0, (21.0,), (None,)))[0]


def test_noise_counts_in_neither_side_of_a_ratio():
    noisy = Evidence(
        at_s=0.0,
        step_began_s=0.0,
        signals={"emg": (5.0,)},
        references={("emg", "start"): (5.0,)},
        noise_uv=(4.0,),
    )
    assert noisy.highest("emg", "start") == pytest.approx(1.0)
    louder = Evidence(
        at_s=0.0,
        step_began_s=0.0,
        signals={"emg": (52.0**0.5,)},
        references={("emg", "start"): (5.0,)},
        noise_uv=(4.0,),
    )
    assert louder.highest("emg", "start") == pytest.approx(2.0)


def test_a_button_and_a_time_are_conditions_too():
    assert holds(Button("pain"), None, evidence(0.0, pressed=("pain",)))[0]
    assert not holds(Button("pain"), None, evidence(0.0))[0]
    assert holds(Elapsed(3.0), None, evidence(3.0))[0]
    assert not holds(Elapsed(3.0), None, evidence(2.9))[0]


@given(st.lists(st.floats(1.0, 30.0), min_size=1, max_size=60))
def test_any_holds_with_one_of_its_parts_and_all_with_each_of_them(levels_uv):
    either, both = AnyOf((QUIET, LOUD)), AllOf((QUIET, Elapsed(1.0)))
    states = {condition: never(condition) for condition in (QUIET, LOUD, either, both)}
    for k, uv in enumerate(levels_uv):
        said = {}
        for condition, state in states.items():
            said[condition], states[condition] = holds(condition, state, evidence(k / 10, (uv,)))
        assert said[either] == (said[QUIET] or said[LOUD])
        assert said[both] == (said[QUIET] and k >= 10)
