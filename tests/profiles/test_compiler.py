from itertools import pairwise

import msgspec
import pytest

from profiles.envelope import Envelope, Limit
from profiles.problems import ProfileProblems, Reason
from profiles.program import Adapt, AllOf, AnyOf, Button, Ease, Elapsed, Mark, Signal, Stop
from profiles.regions import Thresholds, ppt_at_area
from tests.profiles.compiling import (
    ADA,
    DEVICE,
    REST,
    WARM,
    compiled,
    knead,
    point,
    problem,
    refusal,
)

PARAMETER = "parameters: {{depth: {{default: {}, min: {}, max: {}, live: {}}}}}\n"


def test_steps_join_and_the_last_one_lets_go():
    program = compiled(WARM + knead() + REST + knead(), thresholds=ADA)
    ends = [step.trajectory.tracks["pressure"].value for step in program.steps]
    assert ends[0][0] == 0.0
    assert all(one[-1] == other[0] for one, other in pairwise(ends))
    assert ends[-1][-1] == 0.0
    assert {tuple(step.trajectory.tracks) for step in program.steps} == {("pressure", "position")}
    assert [step.line for step in program.steps] == [8, 9, 10, 11, 12]
    assert program.worst_case_s == 20 + 180 + 60 + 30 + 60


def test_without_strokes_nothing_has_a_position():
    program = compiled("  - settle: {pressure: 3 kPa, for: 20 s}\n")
    assert set(program.steps[0].trajectory.tracks) == {"pressure"}


def test_a_repeat_is_unrolled():
    steps = WARM + "  - repeat:\n      times: 3\n      steps:\n        - rest: {for: 10 s}\n"
    program = compiled(steps)
    assert [step.technique for step in program.steps] == ["settle", "effleurage"] + ["rest"] * 3
    assert {step.line for step in program.steps[2:]} == {13}


def test_over_the_authors_limit_is_his_mistake_and_at_it_is_not():
    given = {"limits": "{pressure: 16 kPa}", "thresholds": ADA}
    found = problem(WARM + knead("16.1 kPa"), **given)
    assert (found.line, found.where) == (10, "steps[2].petrissage.pressure.high")
    assert found.problem == "reaches 16.1 kPa; profile allows 16 kPa"
    assert compiled(WARM + knead("16 kPa"), **given).peak_kpa == 16.0


def test_over_the_regions_force_is_the_authors_mistake():
    given = {"region": "neck_cervical_paraspinal", "emulated": True}
    found = problem("  - settle: {pressure: 20.1 kPa, for: 20 s}\n", **given)
    assert (found.line, found.problem) == (8, "reaches 20.1 kPa; region allows 20 kPa")


def test_a_step_may_name_another_region():
    steps = "  - settle: {pressure: 21 kPa, for: 20 s, region: neck_cervical_paraspinal}\n"
    assert problem(steps, emulated=True).problem.endswith("region allows 20 kPa")


def test_over_the_persons_limit_a_step_is_scaled_as_a_whole():
    limit = 0.45 * ppt_at_area(280.0, 10.0) / 2.0
    frail = Thresholds(owner="bo", ppt_1_kpa={"upper_trapezius": 140.0})
    program = compiled(WARM + knead("30 kPa", "6 kPa", seconds="30 s"), thresholds=frail)
    step = program.steps[-1]
    values = step.trajectory.tracks["pressure"].value
    assert step.limit == Limit(pytest.approx(limit), "bo")
    assert step.scale == pytest.approx(limit / 30.0)
    assert max(values) == pytest.approx(limit)
    assert values[-5] >= 0.0
    assert min(values[200:-30]) == pytest.approx(6.0 * step.scale)


def test_scaled_below_half_is_refused():
    frail = Thresholds(owner="bo", ppt_1_kpa={"upper_trapezius": 100.0})
    found = refusal(WARM + knead("30 kPa", "6 kPa", seconds="30 s"), thresholds=frail)
    assert found.reason is Reason.PERSON_LIMIT
    assert found.problem.line == 10
    assert "bo allows 14.56 kPa" in found.problem.problem


def test_the_device_scales_and_refuses_too():
    steps = WARM + knead("16 kPa")
    weak = Envelope(pressure_kpa=Limit(10.0, "device"))
    assert compiled(steps, envelope=weak, thresholds=ADA).steps[-1].scale == 10.0 / 16.0
    weaker = Envelope(pressure_kpa=Limit(7.9, "device"))
    assert refusal(steps, envelope=weaker, thresholds=ADA).reason is Reason.DEVICE_LIMIT


@pytest.mark.parametrize(
    ("thresholds", "emg", "closed_loop", "share"),
    [
        ("estimated", True, True, 0.45),
        ("estimated", False, False, 0.45),
        ("calibrated", True, True, 0.60),
        ("calibrated", True, False, 0.50),
        ("calibrated", False, True, 0.50),
    ],
)
def test_how_much_of_the_pain_threshold_may_be_pressed(thresholds, emg, closed_loop, share):
    if thresholds == "calibrated":
        thresholds = Thresholds(owner="ada", ppt_1_kpa={}, calibrated_kpa={"upper_trapezius": 40.0})
    else:
        thresholds = Thresholds(owner="ada", ppt_1_kpa={"upper_trapezius": 200.0})
    more = "needs: {signals: {emg: {missing: timed, lost: ease}}}\n" if emg else ""
    program = compiled(WARM + knead(), more=more, thresholds=thresholds, closed_loop=closed_loop)
    threshold = program.envelope.ppt_kpa.value
    assert program.steps[-1].limit == Limit(pytest.approx(share * threshold), "ada")


def test_a_calibrated_hold_may_reach_three_quarters():
    ada = Thresholds(owner="ada", ppt_1_kpa={}, calibrated_kpa={"upper_trapezius": 40.0})
    more = "needs: {signals: {emg: {missing: timed, lost: ease}}}\n"
    program = compiled(WARM + point(), more=more, thresholds=ada, closed_loop=True)
    assert program.steps[-1].limit == Limit(30.0, "ada")


def test_a_live_parameter_is_judged_at_its_highest_and_played_at_its_value():
    more = PARAMETER.format("12 kPa", "6 kPa", "20 kPa", "true")
    program = compiled(WARM + knead("$depth"), {"depth": "10 kPa"}, more=more, thresholds=ADA)
    assert max(program.steps[-1].trajectory.tracks["pressure"].value) == 10.0
    assert program.peak_kpa == 20.0
    limits = "{pressure: 25 kPa, rise: 60 kPa/s}"
    found = problem(WARM + knead("150 % of $depth"), more=more, limits=limits, thresholds=ADA)
    assert found.problem == "reaches 30 kPa; profile allows 25 kPa"


def test_what_cannot_be_played_at_any_value_is_told_once():
    live = "parameters:\n  depth: {default: 9 kPa, min: 6 kPa, max: 12 kPa, live: true}\n"
    low = "  - petrissage: {pressure: {low: 9 kPa, high: 4 kPa}, rate: 0.5 Hz, for: 60 s}\n"
    with pytest.raises(ProfileProblems) as error:
        compiled(WARM + low, more=live)
    told = [one.problem for one in error.value.problems]
    assert told == ["high must be over low, all along the step"]


def test_what_cannot_be_played_at_one_value_is_told_with_that_value():
    live = "parameters:\n  depth: {default: 9 kPa, min: 3 kPa, max: 12 kPa, live: true}\n"
    low = "  - petrissage: {pressure: {low: 4 kPa, high: $depth}, rate: 0.5 Hz, for: 60 s}\n"
    with pytest.raises(ProfileProblems) as error:
        compiled(WARM + low, more=live)
    (told,) = error.value.problems
    assert told.problem.endswith("(live parameters at their lowest)")


def test_a_parameter_that_is_not_live_is_judged_at_its_value():
    more = PARAMETER.format("12 kPa", "6 kPa", "20 kPa", "false")
    given = {"more": more, "thresholds": ADA}
    assert compiled(WARM + knead("$depth"), {"depth": 10.0}, **given).peak_kpa == 10.0


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"dept": "9 kPa"}, 'did you mean "depth"?'),
        ({"depth": "21 kPa"}, "outside what the author allows: 6 kPa to 20 kPa"),
        ({"depth": float("nan")}, "outside what the author allows"),
        ({"depth": "9 s"}, "a pressure is wanted"),
    ],
)
def test_a_wrong_choice_is_told(values, says):
    more = PARAMETER.format("12 kPa", "6 kPa", "20 kPa", "true")
    assert says in problem(WARM + knead("$depth"), values=values, more=more).problem


def test_a_rhythm_may_rise_as_fast_as_its_author_said_and_no_faster():
    given = {"limits": "{pressure: 30 kPa, rise: 30 kPa/s}", "thresholds": ADA}
    found = problem(WARM + knead("19 kPa", rate="0.6 Hz"), **given)
    assert (found.line, found.where) == (10, "steps[2].petrissage.rate")
    assert "at most 0.596 Hz at this depth, or 15.9 kPa of depth" in found.problem
    assert compiled(WARM + knead("19 kPa", rate="0.596 Hz"), **given)
    assert compiled(WARM + knead("18.9 kPa", rate="0.6 Hz"), **given)


def test_a_rhythm_too_fast_for_the_device_is_made_shallower():
    slow = Envelope(pressure_kpa=Limit(60.0, "device"), rise_rhythm_kpa_s=Limit(20.0, "device"))
    step = compiled(WARM + knead("19 kPa"), envelope=slow, thresholds=ADA).steps[-1]
    assert step.scale == pytest.approx(20.0 / 30.159, abs=1e-4)
    slower = msgspec.structs.replace(slow, rise_rhythm_kpa_s=Limit(15.0, "device"))
    found = refusal(WARM + knead("19 kPa"), envelope=slower, thresholds=ADA)
    assert found.reason is Reason.DEVICE_LIMIT


def test_ramps_are_stretched_for_a_slow_device_and_refused_when_they_no_longer_fit():
    slow = msgspec.structs.replace(DEVICE, rise_level_kpa_s=Limit(2.0, "device"))
    hold = "  - settle: {pressure: 3 kPa, for: 20 s}\n"
    program = compiled(hold + knead(), envelope=slow, thresholds=ADA)
    assert program.steps[0].entry_s > 2.0
    assert program.envelope.rise_level_kpa_s == Limit(2.0, "device")
    sluggish = msgspec.structs.replace(DEVICE, rise_level_kpa_s=Limit(0.2, "device"))
    assert refusal(hold, envelope=sluggish).reason is Reason.UNPLAYABLE


def test_a_moderate_step_needs_a_minute_of_contact():
    found = problem("  - settle: {pressure: 3 kPa, for: 59 s}\n" + knead("16 kPa"))
    assert found.line == 9
    assert "a moderate step needs 60 s of contact on upper_trapezius first" in found.problem
    assert compiled("  - settle: {pressure: 3 kPa, for: 61 s}\n" + knead("16 kPa"))
    assert compiled("  - settle: {pressure: 3 kPa, for: 4 s}\n" + knead("16 kPa"), emulated=True)
    assert compiled("  - settle: {pressure: 3 kPa, for: 1 s}\n" + knead("12 kPa"))


def test_a_deep_step_needs_three_minutes_of_lighter_work():
    warm = "  - settle: {{pressure: 3 kPa, for: {} s}}\n"
    found = problem(warm.format(175) + point(), thresholds=ADA)
    assert (found.line, found.where) == (9, "steps[1].trigger_point")
    assert "180 s of lighter work" in found.problem
    assert compiled(warm.format(179) + warm.format(5) + point(), thresholds=ADA)
    assert compiled(warm.format(4) + point(), thresholds=ADA, emulated=True)
    assert problem(warm.format(2) + point(), thresholds=ADA, emulated=True).line == 9


def test_a_step_that_may_end_early_warms_nobody_up():
    warm = "  - settle: {pressure: 3 kPa, for: 200 s, until: {elapsed: 10 s}}\n"
    assert "there are 0 s" in problem(warm + point(), thresholds=ADA).problem


def test_work_on_another_region_warms_nobody_up():
    warm = "  - settle: {pressure: 3 kPa, for: 200 s, region: gluteus}\n"
    assert "there are 0 s" in problem(warm + point(), thresholds=ADA).problem


def test_deep_work_without_a_person_is_refused():
    found = refusal(WARM + point())
    assert found.reason is Reason.NO_PERSON
    assert found.problem.where == "steps[2].trigger_point"
    assert compiled(WARM + point(), emulated=True)
    assert compiled(WARM + point(), thresholds=ADA)


@pytest.mark.parametrize("whom", [{"emulated": True}, {"thresholds": ADA}])
def test_deep_work_that_one_sensor_alone_watches_is_refused_with_its_line(whom):
    found = refusal(WARM + point(), watched=False, **whom)
    assert found.reason is Reason.DEVICE_LIMIT
    assert (found.problem.where, found.problem.line) == ("steps[2].trigger_point", 10)
    assert "second pressure sensor" in found.problem.problem


def test_where_one_sensor_alone_watches_half_of_what_the_person_bears_is_pressed():
    whole = compiled(WARM + knead("8 kPa"), thresholds=ADA).steps[-1].limit.value
    half = compiled(WARM + knead("8 kPa"), thresholds=ADA, watched=False).steps[-1].limit
    assert half == Limit(pytest.approx(whole / 2.0), "device without a second sensor")


def test_where_one_sensor_alone_watches_half_of_what_the_author_allows_is_pressed():
    few, knead10 = "{pressure: 10 kPa, rise: 60 kPa/s}", WARM + knead("10 kPa")
    (*_, step) = compiled(knead10, limits=few, thresholds=ADA, watched=False).steps
    assert max(step.trajectory.tracks["pressure"].value) <= step.limit.value == 5.0, step.scale


def test_what_has_no_shape_is_told_with_its_line():
    found = problem(WARM + knead("12 kPa", "0 kPa"))
    assert (found.line, found.where) == (10, "steps[2].petrissage.pressure.low")


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ProfileProblems) as error:
        compiled(WARM + knead("70 kPa") + knead("12 kPa", "0 kPa") + knead("16 kPa", rate="2 Hz"))
    lines = [p.line for p in error.value.problems]
    assert sorted(set(lines)) == [10, 11, 12]


ANSWERS = """\
needs: {signals: {emg: {missing: skip, lost: hold}, skin_temperature: {missing: timed, lost: stop}}}
rules:
  warm:
    when: {any: [{signal: skin_temperature, above: 40 °C, for: 5 s}, {button: pain}]}
    do: stop
  long:
    when: {all: [{elapsed: 90 s}, {signal: emg, below: 20 uV, for: 1 s, channel: 1}]}
    do: {mark: long}
  tight:
    when: {signal: emg, above: 160 %, of: baseline, for: 600 ms}
    do: {ease: {to: 50 %, over: 1 s, keep: 5 s}}
"""


def test_what_answers_the_body_is_compiled_in_order():
    steps = (
        "  - settle: {pressure: 3 kPa, for: 20 s, baseline: emg}\n"
        "  - effleurage:\n"
        "      {pressure: 6 kPa, rate: 12/min, length: 200 mm, for: 60 s,\n"
        "       until: {signal: emg, below: 85 %, of: baseline, for: 8 s},\n"
        "       adapt: {pressure: {signal: emg, of: start, over: 3 s,\n"
        "                          map: {150 %: 60 %, 80 %: 100 %}}}}\n"
    )
    program = compiled(steps, more=ANSWERS)
    warm, long, tight = program.rules
    assert (warm.name, warm.do, warm.line) == ("warm", Stop(), 16)
    hot = Signal("skin_temperature", "above", 40.0, None, "degC", 5.0)
    assert warm.when == AnyOf((hot, Button("pain")))
    quiet = Signal("emg", "below", 20.0, None, "uV", 1.0, 1)
    assert long.when == AllOf((Elapsed(90.0), quiet))
    assert long.do == Mark("long")
    assert tight.do == Ease(0.5, 1.0, 5.0)
    assert program.steps[0].baseline == "emg"
    assert program.steps[1].until == Signal("emg", "below", 0.85, "baseline", "1", 8.0)
    assert program.steps[1].adapt == Adapt("emg", "start", ((0.8, 1.0), (1.5, 0.6)), 3.0)
    assert program.signals["emg"].lost == "hold"
