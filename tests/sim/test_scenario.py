"""The language of scenarios: what is written becomes values, and mistakes say where and what."""

import pytest

from controller.words import Ease
from profiles.problems import ProfileProblems
from sim.birth import Recipe
from sim.happenings import Moved
from sim.scenario import load_scenario, read_scenario
from sim.scenario_files import found, library
from sim.sensor_faults import SensorStuck
from sim.story_text import story_text
from sim.wire_faults import WireDrop
from tests.sim.stories import WHOLE

WRONG = """
format: myoloop-scenario/1
id: wrong
title: Full of mistakes
profile: library:kneading
person: healty_f
timeline:
  - {at: 3 s, for: 2 s, sensor_stuck: {off: regulated}}
  - {at: 3 s, wire_drop: {share: 120 %}}
  - {at: 3 kPa, pause: }
  - {at: 3 s, for: 3 s, ease: {to: 50 %}}
  - {at: 3 s, sensor_stuk: }
  - {at: 3 s, pause: , resume: }
  - {clock_jump: }
  - {at: 3 s, ease: }
expect:
  outcome: complet
  verdicts: [stop over_presure, stop]
  bounds:
    - {signal: true_pressure, at_most: 3 s}
    - {signal: true_pressure}
  responses: [{after: fault wire_silence, to: at nil, within: 600 ms}]
"""


def problems(text):
    with pytest.raises(ProfileProblems) as raised:
        read_scenario(text, "wrong.yaml")
    return {(p.line, p.column): f"{p.where}: {p.problem}" for p in raised.value.problems}


def test_every_mistake_is_told_with_its_line_and_what_would_be_right():
    told = problems(WRONG)
    assert told[(6, 9)] == 'person: "healty_f" is nobody; did you mean "healthy_f"?'
    assert told[(8, 40)].endswith('"off" is not known here; did you mean "of"?')
    assert told[(9, 34)] == 'timeline[1].wire_drop.share: "120 %" is too much; at most 100 %'
    assert told[(10, 10)].endswith("a time is wanted, as 30 s, 600 ms or 2 min")
    assert told[(11, 20)].endswith("ease has no end; leave `for` out")
    assert told[(12, 15)].endswith('did you mean "sensor_stuck"?')
    assert "one thing happens at a time, but here is pause and resume" in told[(13, 5)]
    assert told[(14, 6)].endswith("say when it happens, as at: 12 s")
    assert told[(17, 12)].endswith('did you mean "complete"?')
    assert "stop over_pressure" in " ".join(told.values())
    assert any("true_pressure is a pressure, as 16 kPa" in one for one in told.values())
    assert any("say at_most, at_least or reaches" in one for one in told.values())
    assert any("nothing in the timeline makes" in one for one in told.values())


def test_an_order_that_needs_a_word_says_so():
    text = WHOLE.replace("sensor_stuck: {}", "ease: {}")
    assert any('"to" is missing; write it, as to: 60 %' in one for one in problems(text).values())
    bare = WHOLE.replace("sensor_stuck: {}", "ease: ")
    assert any("as ease: {to: 60 %}" in one for one in problems(bare).values())


def test_a_word_with_nothing_behind_it_is_told_unless_it_happens_by_its_name_alone():
    text = WHOLE.replace("sensor_stuck: {}", "leads_off: , for: ") + "body:\n"
    told = [one for one in problems(text).values() if "nothing stands here" in one]
    assert sorted(one.partition(":")[0] for one in told) == ["body", "timeline[0].for"], told


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("H-99", 'did you mean "H-36"?'),
        ("H-37", 'did you mean "H-36"?'),
        ("H-00", 'did you mean "H-01"?'),
        ("h-9", 'did you mean "H-09"?'),
        ("burns", "SAFETY.md has H-01 to H-36"),
    ],
)
def test_a_hazard_that_is_none_is_told_with_the_nearest_and_how_many_there_are(written, said):
    told = problems(WHOLE.replace("timeline:", f"hazards: [H-01, {written}]\ntimeline:"))
    (sentence,) = told.values()
    assert sentence.startswith(f'hazards[1]: "{written}" is no hazard; SAFETY.md has H-01 to H-36')
    assert sentence.endswith(said)


def test_what_is_written_becomes_values():
    story = read_scenario(
        WHOLE.replace(
            "  - {at: 2 s, sensor_stuck: {}}",
            "  - {at: 2 s, for: 500 ms, sensor_stuck: {of: independent}}\n"
            "  - {wire_drop: {share: 20 %, way: up}}\n"
            "  - {at: 3 s, ease: {to: 60 %}}\n"
            "  - {at: 4 s, set: {depth: 6 kPa}}",
        ).replace("timeline:", "person: anxious\nseed: 3\nbody: {guards: early}\ntimeline:"),
        "it.yaml",
    )
    stuck, drop, ease, moved = story.happens
    assert (stuck.what, stuck.at_s, stuck.ends_s) == (SensorStuck(of="independent"), 2.0, 2.5)
    assert (drop.what, drop.at_s) == (WireDrop(share=0.2, way="up"), None)
    assert ease.what == Ease(0.6)
    assert moved.what == Moved({"depth": "6 kPa"})
    assert story.recipe == Recipe(preset="anxious", seed=3, guards="early")


@pytest.mark.parametrize(
    ("fault", "what"), [("heater_stuck", "heaters"), ("battery_worn", "batteries")]
)
def test_what_a_device_has_not_cannot_fail(fault, what):
    told = problems(WHOLE.replace("sensor_stuck: {}", f"{fault}: {{}}"))
    assert any(f'"{fault}" happens to {what}; write device: {{' in one for one in told.values())


@pytest.mark.parametrize(
    ("device", "entry", "where", "said"),
    [
        ("{}", "at: 2 s, electrode_off: {channel: 7}", "electrode_off.channel", "has 0 to 1; for"),
        ("{emg: 1}", "at: 2 s, lead_unplugged: {channel: 1}", "lead_unplugged.channel", "has 0;"),
        ("{emg: 3}", "at: 2 s, emg_rail: {channel: 3}", "emg_rail.channel", "device: {emg: 4}"),
        ("{emg: 1}", "at: 2 s, emg_swapped: {}", "emg_swapped", "this device has one"),
        ("{kind: airbag}", "at: 2 s, pad_over_bone: {}", "pad_over_bone", "happens to voice coils"),
        ("{}", "at: 2 s, firmware_mismatch: {}", "at", "leave `at` out"),
    ],
)
def test_what_a_device_does_not_have_or_do_any_more_is_told_by_its_place(
    device, entry, where, said
):
    text = WHOLE.replace("at: 2 s, sensor_stuck: {}", entry)
    told = problems(text.replace("timeline:", f"device: {device}\ntimeline:"))
    (line,) = told.values()
    assert line.startswith(f"timeline[0].{where}: ")
    assert said in line
    assert {place[0] for place in told} == {8}


@pytest.mark.parametrize(
    ("device", "entry"),
    [
        ("{}", "at: 2 s, electrode_off: {channel: 1}"),
        ("{emg: 8}", "at: 2 s, electrode_off: {channel: 7}"),
        ("{emg: 2}", "at: 2 s, emg_swapped: {}"),
        ("{}", "firmware_mismatch: {}"),
    ],
)
def test_what_a_device_has_can_fail(device, entry):
    text = WHOLE.replace("at: 2 s, sensor_stuck: {}", entry)
    assert read_scenario(text.replace("timeline:", f"device: {device}\ntimeline:"), "it").happens


def test_how_full_a_battery_is_is_written_as_a_share_and_read_back_from_a_written_story():
    text = WHOLE.replace("timeline:", "device: {battery: 15 %}\ntimeline:")
    story = read_scenario(text, "it.yaml")
    assert story.recipe.battery == pytest.approx(15.0)
    again = read_scenario(story_text(story, "{outcome: complete}"), "it.yaml")
    assert again.recipe.battery == pytest.approx(15.0)


@pytest.mark.parametrize("file", library(), ids=lambda file: file.name)
def test_a_story_that_comes_along_is_called_as_its_file(file):
    story = load_scenario(file)
    assert file.name == f"{story.id}.scenario.yaml"


def test_there_are_stories_enough():
    assert len(library()) >= 40


def test_a_story_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(KeyError, match='did you mean "pain-once"'):
        list(found("library:pain-onc"))
