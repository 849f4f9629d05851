"""How long something may last: without relief, on a region, and in all."""

import msgspec

from profiles.envelope import Limit
from profiles.problems import Reason
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


def test_pressing_without_relief_ends_after_three_minutes():
    steps = "  - settle: {{pressure: 5 kPa, for: {} s}}\n  - rest: {{for: 5 s}}\n"
    found = problem(steps.format(182))
    assert (found.line, found.where) == (8, "steps[0].settle.for")
    assert "over 4.3 kPa for 18" in found.problem
    assert compiled(steps.format(180))
    assert compiled(steps.format(100) * 2)


def test_a_dip_that_is_too_short_is_no_relief():
    hold = "  - settle: {pressure: 5 kPa, for: 100 s}\n"
    dip = "  - settle: {{pressure: 4.2 kPa, for: {} s}}\n"
    assert problem(hold + dip.format("0.5") + hold).where == "steps[2].settle.for"
    assert compiled(hold + dip.format("1") + hold)


def test_a_rhythm_lets_blood_in_in_its_valleys():
    assert compiled(WARM + knead("12 kPa", "3 kPa", seconds="5 min"))
    found = problem(WARM + knead("12 kPa", "4.4 kPa", seconds="61 s"))
    assert "a rhythm that stays over 4.3 kPa may last 60 s" in found.problem
    assert compiled(WARM + knead("12 kPa", "4.4 kPa", seconds="60 s"))


def test_a_device_may_allow_less_without_relief():
    strict = msgspec.structs.replace(DEVICE, static_max_s=Limit(50.0, "device"))
    steps = "  - settle: {{pressure: 5 kPa, for: {} s}}\n"
    assert refusal(steps.format(60), envelope=strict).reason is Reason.OCCLUSION
    assert compiled(steps.format(50), envelope=strict)


def test_a_session_keeps_to_its_time():
    limits = "{pressure: 20 kPa, session: 60 s}"
    steps = "  - settle: {pressure: 3 kPa, for: 30 s}\n"
    rest = "  - rest: {{for: {} s}}\n"
    found = problem(steps + rest.format(31), limits=limits)
    assert (found.line, found.where) == (9, "steps[1].rest.for")
    assert "can take 61 s; limits.session is 60 s" in found.problem
    assert compiled(steps + rest.format(30), limits=limits).worst_case_s == 60.0


def test_repeats_are_bounded_before_they_are_unrolled():
    steps = "  - repeat: {times: 1000000000, steps: [rest: {for: 1 s}]}\n"
    found = problem(steps)
    assert (found.line, found.where) == (8, "steps[0].repeat.times")
    nested = (
        "  - repeat: {times: 100000, steps: [repeat: {times: 100000, steps: [rest: {for: 1 s}]}]}\n"
    )
    assert problem(nested).where == "steps[0].repeat.times"


def test_a_device_or_operator_may_allow_a_shorter_session():
    short = msgspec.structs.replace(DEVICE, session_max_s=Limit(60.0, "operator"))
    found = refusal("  - settle: {pressure: 3 kPa, for: 61 s}\n", envelope=short)
    assert found.reason is Reason.SESSION_TIME
    assert "operator allows 60 s" in found.problem.problem


def test_a_region_rests_after_a_quarter_of_an_hour():
    stroke = "  - effleurage: {{pressure: 6 kPa, rate: 12/min, length: 100 mm, for: {} s}}\n"
    found = problem(stroke.format(600) + stroke.format(301))
    assert (found.line, found.where) == (9, "steps[1].effleurage.for")
    assert "over 15 min of work on upper_trapezius" in found.problem
    assert compiled(stroke.format(600) + stroke.format(300) + REST)


def test_deep_work_on_a_region_ends_after_ten_minutes():
    warm = "  - settle: {pressure: 3 kPa, for: 185 s}\n"
    deep = point("12 kPa", "80 s")
    assert "over 10 min of deep work" in problem(warm + deep * 8, thresholds=ADA).problem
    assert compiled(warm + deep * 7, thresholds=ADA)
