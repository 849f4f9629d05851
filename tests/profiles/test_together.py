"""Steps side by side, phrases, variation: what is played, and on which pad."""

import pytest

from profiles.compiler import compile_profile
from profiles.dose import dose, integral
from profiles.envelope import Envelope, Limit
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ProfileProblems, Reason, Refused
from profiles.rig import Rig

DEVICE = Envelope(pressure_kpa=Limit(60.0, "device"))
SIDES = Rig(frozenset({"pressure", "position", "frequency", "amplitude"}), ("left", "right"))
HEAD = """\
format: myoloop-profile/1
id: p
revision: 1
title: P
region: upper_trapezius
limits: {pressure: 24 kPa, rise: 60 kPa/s}
"""
KNEAD = "petrissage: {%spressure: {low: 3 kPa, high: %s kPa}, rate: 0.6 Hz, for: %s s}"


def compiled(steps, *, rig=SIDES, more="", emulated=True, **given):
    text = HEAD + more + "steps:\n" + steps
    profile = read(text, Profile, file="p.yaml")
    return compile_profile(profile, {}, DEVICE, rig=rig, emulated=emulated, **given)


def together(*branches):
    return "  - together:\n" + "".join(f"      - {branch}\n" for branch in branches)


def knead(channel=None, high=12, seconds=20):
    return KNEAD % (f"channel: {channel}, " if channel else "", high, seconds)


def problems(steps, **given):
    with pytest.raises(ProfileProblems) as error:
        compiled(steps, **given)
    return error.value.problems


def test_each_side_has_its_own_pad_and_its_own_pressure():
    (step,) = compiled(together(knead("left"), knead("right", 9))).steps
    assert (step.label, step.technique) == ("Petrissage + Petrissage", "together")
    tracks = step.trajectory.tracks
    assert max(tracks["pressure"].value) == 12.0
    assert max(tracks["pressure:right"].value) == 9.0
    assert tracks["pressure"].at_s[-1] == tracks["pressure:right"].at_s[-1] == 20.0
    assert tracks["pressure"].value[-1] == tracks["pressure:right"].value[-1] == 0.0


def test_a_pad_that_does_not_work_lets_go_and_rests():
    hold = "  - settle: {channel: right, pressure: 3 kPa, for: 5 s}\n"
    steps = compiled(hold + "  - " + knead() + "\n").steps
    assert all(step.trajectory.tracks.keys() == {"pressure", "pressure:right"} for step in steps)
    assert max(steps[0].trajectory.tracks["pressure"].value) == 0.0
    right = steps[1].trajectory.tracks["pressure:right"]
    assert (right.value[0], right.value_at(0.3)) == (3.0, 0.0)


@pytest.mark.parametrize(
    ("branches", "where", "says"),
    [
        ((knead(), knead()), "steps[0].together[1].petrissage", "on the first channel already"),
        ((knead("left"), knead("left")), "steps[0].together[1].petrissage", 'channel "left"'),
        ((knead(), "compression: {pressure: 8 kPa, for: 20 s}"),
         "steps[0].together[1].compression", "on the first channel already"),
    ],
)  # fmt: skip
def test_no_two_steps_press_with_one_pad(branches, where, says):
    (found,) = problems(together(*branches))
    assert found.where == where
    assert found.line == 10
    assert says in found.problem
    assert "name another, as channel: right" in found.problem


def test_pads_on_one_region_add_up():
    program = compiled(together(knead("left"), knead("right")))
    (step,) = program.steps
    both = [integral(track) for track in step.trajectory.tracks.values()]
    assert dose(program)["upper_trapezius"].pressure_kpa_s == pytest.approx(sum(both))


def test_each_side_counts_for_its_own_region():
    other = knead("right").replace("{channel", "{region: gluteus, channel")
    (step,) = (program := compiled(together(knead("left"), other))).steps
    assert (step.region, step.regions) == ("upper_trapezius", {"pressure:right": "gluteus"})
    assert dose(program).keys() == {"upper_trapezius", "gluteus"}


def test_every_chamber_counts_for_the_region_of_its_step():
    sleeve = "compression: {region: gluteus, chambers: [a, b], pressure: 8 kPa, for: 30 s}"
    rig = Rig(frozenset({"pressure"}), ("left", "a", "b"))
    program = compiled(together(knead("left", seconds=30), sleeve), rig=rig)
    assert program.steps[0].regions == {"pressure:a": "gluteus", "pressure:b": "gluteus"}
    assert dose(program)["gluteus"].pressure_kpa_s > 100.0


def test_one_side_warms_up_only_itself():
    warm = "  - settle: {channel: left, pressure: 3 kPa, for: 10 s}\n"
    point = "  - trigger_point: {channel: %s, pressure: 12 kPa, for: 10 s}\n"
    assert compiled(warm + point % "left")
    (found,) = problems(warm + point % "right")
    assert "lighter work on upper_trapezius first" in found.problem


def test_every_pad_needs_relief():
    hold = "settle: {channel: %s, pressure: 5 kPa, for: 100 s}"
    (found,) = problems(2 * together(hold % "left", hold % "right"))
    assert "over 4.3 kPa for" in found.problem


@pytest.mark.parametrize(
    ("steps", "where", "says"),
    [
        (together(knead("left"), "rest: {channel: right, for: 19 s}"),
         "steps[0].together[1].rest.for", "last equally long; the first takes 20 s"),
        (together(knead("left"), "repeat: {times: 2, steps: [rest: {for: 10 s}]}"),
         "steps[0].together[1].repeat", "cannot play beside another step"),
        (together(knead("left"), "prompt: {say: hello, for: 20 s}"),
         "steps[0].together[1].prompt", "before or after `together`"),
        (together(knead("left"),
                  "rest: {channel: right, for: 20 s, until: {elapsed: 3 s}}"),
         "steps[0].together[1].rest.until", "write until in the first"),
        (together(knead("left")), "steps[0].together", "at least 2 entries"),
        ("  - together: 3\n", "steps[0].together", "a list is wanted"),
        ("  - vibration: {for: 20 s}\n", "steps[0].vibration.pressure", "left out only inside"),
        ("  - use: warm\n", "steps[0].use", "no phrase is called"),
        ("  - repeat: {times: 2, vary: {pressure: {from: 50 %, to: 120 %}},\n"
         "             steps: [rest: {for: 9 s}]}\n",
         "steps[0].repeat.vary.pressure.to", "at most 100 %"),
        ("  - repeat: {times: 2, tempo: 300 %, steps: [rest: {for: 9 s}]}\n",
         "steps[0].repeat.tempo", "at most 200 %"),
    ],
)  # fmt: skip
def test_what_cannot_stand_there_is_told_with_its_place(steps, where, says):
    found = problems(steps)
    assert [problem.where for problem in found] == [where]
    assert says in found[0].problem
    assert found[0].line >= 8


def test_a_head_plays_over_what_presses():
    (step,) = compiled(together(knead("left"), "vibration: {for: 20 s}")).steps
    tracks = step.trajectory.tracks
    assert max(tracks["pressure"].value) == 12.0
    assert (max(tracks["frequency"].value), max(tracks["amplitude"].value)) == (40.0, 1.0)
    assert tracks["amplitude"].value[-1] == tracks["frequency"].value[-1] == 0.0
    assert step.needs == ("amplitude", "frequency")


def test_two_steps_cannot_move_one_carriage():
    stroke = "effleurage: {channel: %s, pressure: 5 kPa, rate: %s/min, length: 90 mm, for: 20 s}"
    (found,) = problems(together(stroke % ("left", 12), stroke % ("right", 15)))
    assert "moves the position too" in found.problem
    assert compiled(together(stroke % ("left", 12), stroke % ("right", 12)))


@pytest.mark.parametrize(
    ("step", "where", "says"),
    [
        ("settle: {channel: knee, pressure: 3 kPa, for: 9 s}", "settle.channel", "at left, right"),
        ("compression: {chambers: [left, hip], pressure: 8 kPa, for: 60 s}",
         "compression.chambers", 'there is no pad at "hip"'),
    ],
)  # fmt: skip
def test_a_pad_that_is_not_there_is_refused_with_its_line(step, where, says):
    with pytest.raises(Refused) as error:
        compiled(f"  - {step}\n")
    assert error.value.reason is Reason.NO_CHANNEL
    assert error.value.problem.where == f"steps[0].{where}"
    assert error.value.problem.line == 8
    assert says in error.value.problem.problem


PLAIN = Rig(frozenset({"pressure"}))


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("friction: {pressure: {low: 3 kPa, high: 9 kPa}, for: 20 s}", "a channel of position"),
        ("stripping: {pressure: 9 kPa, for: 60 s}", "a channel of position"),
        ("vibration: {pressure: 3 kPa, for: 20 s}", "a channel of frequency"),
        ("percussion: {pressure: 3 kPa, swing: 1 kPa, frequency: 6 Hz, for: 11 s}", "of position"),
        ("vibration: {pressure: 3 kPa, swing: 1 kPa, for: 20 s}", "at most"),
    ],
)
def test_a_technique_says_which_channel_it_lacks(step, says):
    warm = "  - settle: {pressure: 3 kPa, for: 10 s}\n"
    with pytest.raises(Refused) as error:
        compiled(f"{warm}  - {step}\n", rig=PLAIN)
    assert says in error.value.problem.problem
    assert error.value.problem.line == 9


@pytest.mark.parametrize("technique", ["vibration", "percussion"])
def test_a_swing_lets_the_pressure_make_the_rhythm(technique):
    step = f"  - {technique}: {{pressure: 3 kPa, swing: 1 kPa, frequency: 6 Hz, for: 9 s}}\n"
    (one,) = compiled(step, rig=PLAIN).steps
    track = one.trajectory.tracks["pressure"]
    assert "frequency" not in one.trajectory.tracks
    assert (track.value_at(one.entry_s), max(track.value)) == (3.0, 3.0)
    assert min(track.value_at(one.entry_s + i / 100) for i in range(300)) == pytest.approx(
        2, abs=0.01
    )


def test_a_rhythm_too_quick_for_the_pad_is_slowed_to_half_of_it_at_most():
    slow = Envelope(pressure_kpa=Limit(60.0, "device"), bandwidth_hz=Limit(0.4, "airbag"))
    profile = read(HEAD + "steps:\n  - " + knead() + "\n", Profile)
    (step,) = compile_profile(profile, {}, slow, emulated=True).steps
    assert step.slow == pytest.approx(0.4 / 0.6)
    slower = Envelope(pressure_kpa=Limit(60.0, "device"), bandwidth_hz=Limit(0.29, "airbag"))
    with pytest.raises(Refused) as error:
        compile_profile(profile, {}, slower, emulated=True)
    assert error.value.problem.where == "steps[0].petrissage.rate"
    assert "airbag allows 0.29 Hz, and it is slowed to 50% at least" in error.value.problem.problem


PHRASES = """\
phrases:
  warm:
    - settle: {pressure: 3 kPa, for: 5 s}
    - effleurage: {pressure: 5 kPa, rate: 12/min, length: 90 mm, for: 20 s}
"""


def test_a_phrase_is_played_wherever_it_is_used():
    program = compiled("  - use: warm\n  - use: {phrase: warm, tempo: 200 %}\n", more=PHRASES)
    assert [step.label for step in program.steps] == ["Settle", "Effleurage"] * 2
    assert [step.max_s for step in program.steps] == [5.0, 20.0, 5.0, 10.0]
    assert program.steps[1].line == 10


def test_a_phrase_uses_no_other():
    nested = PHRASES + "  all:\n    - repeat: {times: 2, steps: [use: warm]}\n"
    (found,) = problems("  - use: warm\n", more=nested)
    assert found.where == "phrases.all[0].repeat.steps[0].use"
    assert "a phrase cannot use another phrase" in found.problem


def test_passes_of_a_repeat_grow_as_their_author_said():
    steps = (
        "  - repeat:\n      times: 3\n"
        "      vary: {pressure: {from: 50 %, to: 100 %}, tempo: {from: 50 %, to: 100 %}}\n"
        f"      steps: [{knead()}]\n"
    )
    program = compiled(steps)
    peaks = [max(step.trajectory.tracks["pressure"].value) for step in program.steps]
    assert peaks[0] == 6.0
    assert peaks[2] == 12.0
    assert [step.max_s for step in program.steps] == pytest.approx([40.0, 20.0 / 0.75, 20.0])


def test_the_longest_wait_for_a_person_counts():
    program = compiled("  - prompt: {say: Turn over, for: 90 s}\n")
    assert program.worst_case_s == 90.0
    (step,) = program.steps
    assert (step.wait.say, step.wait.otherwise) == ("Turn over", "stop")
    assert max(step.trajectory.tracks["pressure"].value) == 0.0


def test_chambers_fill_one_after_the_other_and_let_go_together():
    legs = Rig(frozenset({"pressure"}), ("foot", "calf", "thigh"))
    step = (
        "  - compression: {chambers: [foot, calf, thigh],\n"
        "                  pressure: {from: 8 kPa, to: 6 kPa}, for: 64 s}\n"
    )
    (one,) = compiled(step, rig=legs).steps
    foot, calf, thigh = (
        one.trajectory.tracks[name] for name in ("pressure", "pressure:calf", "pressure:thigh")
    )
    at_s = one.entry_s
    assert [t.value_at(at_s + 6.0) for t in (foot, calf, thigh)] == [8.0, 0.0, 0.0]
    assert [t.value_at(at_s + 18.0) for t in (foot, calf, thigh)] == pytest.approx([8.0, 7.0, 6.0])
    assert [t.value_at(at_s + 25.0) for t in (foot, calf, thigh)] == [0.0, 0.0, 0.0]
    assert foot.value_at(at_s + 32.0 + 6.0) == 8.0


@pytest.mark.parametrize(
    ("step", "where", "says"),
    [
        ("lymph: {pressure: 6 kPa, for: 60 s}", "lymph.pressure", "at most 5 kPa"),
        ("compression: {pressure: 14 kPa, for: 60 s}", "compression.pressure", "at most 13.3 kPa"),
        ("compression: {pressure: 8 kPa, chambers: [calf, calf], for: 60 s}",
         "compression.chambers", "each fills once"),
        ("friction: {pressure: 9 kPa, for: 60 s}", "friction.pressure", "a rhythm has two ends"),
        ("friction: {pressure: {low: 3 kPa, high: 9 kPa}, rate: 90/min, length: 45 mm, for: 60 s}",
         "friction.length", "at most 40 mm"),
        ("tapotement: {pressure: {low: 1 kPa, high: 3 kPa}, duty: 20 %, for: 9 s}",
         "tapotement.duty", "at least 30 %"),
        ("tapotement: {pressure: {low: 1 kPa, high: 6 kPa}, for: 9 s}",
         "tapotement.rate", "too abrupt at this depth; at most 3.82 Hz"),
        ("vibration: {pressure: 3 kPa, frequency: 80 Hz, for: 9 s}",
         "vibration.frequency", "at most 60 Hz"),
        ("percussion: {pressure: 3 kPa, amplitude: 20 mm, for: 9 s}",
         "percussion.amplitude", "at most 16 mm"),
        ("stripping: {pressure: 9 kPa, speed: 50 mm/s, for: 60 s}",
         "stripping.speed", "at most 40 mm/s"),
        ("stripping: {pressure: 9 kPa, for: 10 s}", "stripping.for", "need at least 15."),
        ("myofascial: {pressure: 5 kPa, for: 20 s}", "myofascial.for", "at least 30 s"),
        ("petrissage: {style: roling, pressure: {low: 3 kPa, high: 9 kPa}, rate: 1 Hz, for: 9 s}",
         "petrissage.style", 'did you mean "rolling"?'),
        ("prompt: {for: 20 s}", "prompt.say", "write it, as say: Turn over"),
        ("prompt: {say: hello, for: 20 s, otherwise: go}", "prompt.otherwise", "known here"),
        ("curve: {points: [{at: 3 s, pressure: 4 kPa}, {at: 2 s, pressure: 3 kPa}]}",
         "curve.points", "sort them"),
        ("curve: {points: [{at: 2 s}]}", "curve.points", "the first and the last point need"),
        ("curve: {points: [{at: 1 s, pressure: 16 kPa}]}", "curve.points[0]", "at the earliest"),
    ],
)  # fmt: skip
def test_each_word_says_what_would_be_right(step, where, says):
    (found,) = problems(f"  - {step}\n")
    assert found.where == f"steps[0].{where}"
    assert found.line == 8
    assert found.column > 4
    assert says in found.problem


def test_a_head_that_shakes_what_another_step_presses_is_no_contact_of_its_own():
    beside = together(knead(seconds=100), "vibration: {for: 100 s}")
    deep = "  - trigger_point: {pressure: 12 kPa, for: 30 s}\n"
    told = [str(one) for one in problems(beside + deep, emulated=False)]
    assert any("of lighter work" in text and "there are 9" in text for text in told), told
