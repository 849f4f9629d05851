"""The demonstration plays for as long as it was asked to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.authoring import host
from console.excerpt import excerpt

CAPABILITIES = host("voice_coil", "simulated").capabilities


@pytest.mark.parametrize("seconds", [10, 12, 60, 600])
def test_the_excerpt_is_as_long_as_it_was_asked_to_be(seconds):
    steps = excerpt(seconds, CAPABILITIES).program.steps
    durations_s = [step.trajectory.duration_s for step in steps]
    assert sum(durations_s) == pytest.approx(seconds, rel=0.02)
    assert [step.technique for step in steps] == ["settle", "effleurage", "petrissage"]
    assert durations_s[-1] >= seconds / 2


@given(st.integers(10, 600))
@settings(max_examples=10, deadline=None)
def test_any_length_can_be_played(seconds):
    program = excerpt(seconds, CAPABILITIES).program
    assert program.worst_case_s == pytest.approx(seconds, rel=0.05)
    assert all(step.scale == 1.0 for step in program.steps)
