"""What the simulator must be able to fail: whole sessions against the fact sheet's section 8.2.

Scenarios 1 to 4 and the first half of 8 are the body's alone (`test_physiology.py`); 7, a third
deep session within 48 hours, is the ledger's (`tests/controller/test_eligibility.py`).
"""

import re

import pytest

from profiles.library import library_ids, library_text
from sim.oracle import longest_over_s, peak_kpa
from sim.scenario import load_scenario, read_scenario
from sim.scenario_files import LIBRARY
from sim.staging import perform
from tests.docs.pages import PAGES

UNFEELING = f"""
format: myoloop-scenario/1
id: unfeeling
title: Nobody says anything
profile: {LIBRARY}/profiles/minute.yaml
set: {{depth: 16 kPa}}
person: reduced_sensation
seed: %d
body: {{presses: never, guards: never}}
expect: {{outcome: complete}}
"""

STUCK = f"""
format: myoloop-scenario/1
id: stuck
title: A valve sticks
profile: {LIBRARY}/profiles/minute.yaml
timeline: [{{at: %s s, valve_closed: {{}}}}]
expect: {{outcome: stopped}}
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_8_2_5_somebody_who_says_nothing_is_pressed_no_more_for_it(seed):
    """Neither a button nor a muscle answers: the caps alone hold."""
    seen = perform(read_scenario(UNFEELING % seed, "it.yaml"))
    assert seen.outcome == "complete"
    assert seen.when("pain pressed") is None
    assert longest_over_s(seen.truth, seen.envelope_kpa, seen.zero_s) == 0.0
    assert 14.0 < peak_kpa(seen.truth, seen.zero_s, 1e9) <= 16.5
    assert seen.signals["pain"].value.max() < 0.75


@pytest.mark.parametrize(
    ("name", "fault", "answer", "within_s"),
    [
        ("wire-is-cut", "wire_silence", "at zero", 0.3 + 0.5 + 1.0),
        ("wire-is-deaf", "wire_silence", "at zero", 0.3 + 0.5 + 1.0),
        ("sensor-sticks-in-a-hold", "sensor_stuck", "verdict stop", 1.0 + 0.05),
        ("sensor-sticks-in-a-hold", "sensor_stuck", "at zero", 3.0),
        ("valve-sticks-closed", "valve_closed", "verdict", 1.0),
        ("electrode-falls-off", "electrode_off", "verdict ease emg_lost", 1.5),
    ],
)
def test_8_2_6_whatever_fails_is_answered_in_time(name, fault, answer, within_s):
    """Silence of 300 ms, half a second of decay, a second of release (5.4); a frozen sensor within
    1 s, let go within 3 (H-09); a stuck valve within 1 s (H-03); a lead that is off makes an EMG
    that nobody believes (H-11), after a second and its batches."""
    seen = perform(load_scenario(LIBRARY / f"{name}.scenario.yaml"))
    began_s = seen.when(f"fault {fault}")
    assert began_s is not None
    answered_s = seen.when(answer, began_s)
    assert answered_s is not None
    assert answered_s - began_s <= within_s


@pytest.mark.parametrize("at_s", [26.0, 26.4, 27.0, 28.0, 31.0])
def test_8_2_6_a_valve_that_sticks_has_let_go_within_a_second_of_the_answer(at_s):
    seen = perform(read_scenario(STUCK % at_s, "it.yaml"))
    answered_s = seen.when("verdict", at_s)
    assert answered_s is not None
    later = seen.signals["true_pressure"].during(answered_s, 1e9)
    pressed_s = later.at_s[later.value > 2.0]  # 5.2: under 2 kPa within 1 s
    assert pressed_s.max(initial=answered_s) - answered_s <= 1.0


@pytest.mark.parametrize("word", ["lactate", "lactic", "toxin", "waste product"])
def test_8_2_8_no_text_claims_that_massage_washes_anything_out(word):
    texts = [library_text(name) for name in library_ids()]
    texts += [page.read_text("utf-8") for page in PAGES]
    said = [one for text in texts for one in re.split(r"[.:;|]\s", text) if word in one.lower()]
    assert [
        one for one in said if not re.search(r"\b(not|no|nothing|without)\b", one.lower())
    ] == []
