"""What a signal is compared with: measured on enough trusted data, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.hearing import EMG, emg_reference
from controller.intent import wake
from controller.mind import decide
from controller.references import Gathering, reference
from tests.controller.moments import emg, moment
from tests.controller.programs import compiled

LISTENING = """
format: myoloop-profile/1
id: test-baseline
revision: 1
title: Baseline, then kneading
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {emg: {missing: timed, lost: ease}}
limits: {pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}
steps:
  - settle: {pressure: 3 kPa, for: 4 s, baseline: emg}
  - petrissage: {pressure: {low: 3 kPa, high: 6 kPa}, rate: 0.6 Hz, for: 12 s}
"""


def gathered(rows):
    gathering = Gathering(0.0)
    for k, row in enumerate(rows):
        gathering = gathering.hear(k / 10, row)
    return gathering


def test_a_value_is_kept_every_tenth_of_a_second():
    gathering = Gathering(5.0)
    for k in range(100):
        gathering = gathering.hear(5.0 + k / 100, (float(k),))
    assert gathering.rows == tuple((float(k),) for k in range(0, 100, 10))
    assert gathering.trusted_s() == pytest.approx(1.0)


def test_a_baseline_is_what_was_there_most_of_the_time_and_a_start_the_mean():
    rows = [(10.0, 20.0)] * 7 + [(100.0, 200.0)] * 3
    assert reference(gathered(rows), "baseline", (2.0, 2.0)) == (10.0, 20.0)
    assert reference(gathered(rows), "start", (2.0, 2.0)) == pytest.approx((37.0, 74.0))


def test_under_twice_the_noise_nothing_is_measurable():
    rows = [(3.9, 4.1)] * 10
    assert reference(gathered(rows), "baseline", (2.0, 2.0)) == (None, 4.1)


def test_on_less_than_half_trusted_data_nothing_is_measurable():
    rows = [(10.0, 10.0)] * 4 + [(10.0, None)] * 5
    assert reference(gathered(rows), "start", (2.0, 2.0)) == (10.0, None)


@given(st.lists(st.floats(4.0, 1000.0), min_size=1, max_size=50))
def test_a_reference_is_within_what_was_measured(values):
    for kind in ("baseline", "start"):
        (found,) = reference(gathered([(value,) for value in values]), kind, (2.0,))
        assert min(values) - 1e-9 <= found <= max(values) + 1e-9


def test_a_baseline_is_no_floor():
    """It is what the muscle did while it was measured, frozen: the floor of the onset detector,
    which is 3 uV here, is not asked, and what comes later does not move it."""
    mind = wake(compiled(LISTENING), noise_uv=(2.0,))
    for k in range(1, 1000):
        at_s = k / 100
        uv = 8.0 if at_s < 4.0 else 11.0
        kpa = mind.target_kpa(at_s)
        mind, _, _ = decide(mind, moment(at_s, kpa, heard=emg(uv, crossing=False)))
    assert mind.hearing.references[EMG, "baseline"] == (8.0,)
    assert emg_reference(mind.hearing, "baseline") == (8.0,)
