import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.compiler import compile_profile
from profiles.envelope import Envelope, Limit
from profiles.limits import grade
from profiles.load import read
from profiles.model import Profile
from profiles.problems import ProfileProblems, Refused
from profiles.regions import Thresholds, ppt_at_area

TEXT = """\
format: myoloop-profile/1
id: p
revision: 1
title: P
region: upper_trapezius
limits: {{pressure: 60 kPa, rise: 60 kPa/s}}
steps:
  - settle: {{pressure: 3 kPa, for: 20 s}}
  - effleurage: {{pressure: 6 kPa, rate: 8/min, length: 200 mm, for: 3 min}}
  - petrissage: {{pressure: {{low: {low} kPa, high: {high} kPa}}, rate: 0.5 Hz, for: 60 s}}
"""


@pytest.mark.parametrize(
    ("technique", "share", "expected"),
    [
        ("petrissage", 0.30, "light"),
        ("petrissage", 0.31, "moderate"),
        ("petrissage", 0.50, "moderate"),
        ("petrissage", 0.51, "deep"),
        ("trigger_point", 0.01, "deep"),
    ],
)
def test_a_step_is_graded_by_its_share_of_the_pain_threshold(technique, share, expected):
    assert grade(technique, share * 80.0, 80.0) == expected


@given(st.floats(2.0, 30.0), st.floats(20.0, 60.0), st.floats(40.0, 400.0), st.floats(2.0, 20.0))
def test_nothing_is_ever_pressed_over_any_limit(high, device_kpa, ppt_kpa, rise_level):
    envelope = Envelope(
        pressure_kpa=Limit(device_kpa, "device"), rise_level_kpa_s=Limit(rise_level, "device")
    )
    person = Thresholds(owner="who", ppt_1_kpa={"upper_trapezius": ppt_kpa})
    try:
        profile = read(TEXT.format(low=high / 4.0, high=high), Profile)
        program = compile_profile(profile, {}, envelope, thresholds=person)
    except (ProfileProblems, Refused):
        return
    for step in program.steps:
        track = step.trajectory.tracks["pressure"]
        assert max(track.value) <= max(step.limit.value, track.value[0]) + 1e-9
        assert step.limit.value <= min(device_kpa, 0.45 * ppt_at_area(ppt_kpa, 10.0), 40.0)
        assert 0.5 <= step.scale <= 1.0
    assert program.envelope.lower(envelope) == program.envelope
