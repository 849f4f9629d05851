"""What `profile check` predicts of any profile is never exceeded when it is played on the twin."""

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from console.authoring import Host, checked
from controller.tracking import lag_s
from sim import virtual_time
from tests.playing import played

HEAD = """\
format: myoloop-profile/1
id: drawn
revision: 1
title: Drawn
region: upper_trapezius
limits: {pressure: 20 kPa, rise: 60 kPa/s}
steps:
  - settle: {pressure: 3 kPa, for: 4 s}
"""
URLS = {
    "voice_coil": "sim://healthy_f?seed=7&stroke=on",
    "airbag": "sim://healthy_f?seed=7&device=airbag",
}
REGIONS = ("upper_trapezius", "calf_gastrocnemius", "lumbar_erector_spinae")
OCCLUDED_KPA = 4.3
TREMOR_KPA = 0.3
"""What the sensor's noise makes the regulator do, and what a coil overshoots by."""

CELL_S, OVER = 0.01, 8
"""The truth has 100 instants a second; a rise is judged over 80 ms, or noise would be one."""


def numbers(low, high):
    return st.floats(low, high).map(lambda x: round(x, 2))


pressures, fast, slow = numbers(2.5, 16.0), numbers(0.3, 1.2), numbers(0.05, 0.14)
coil_steps = st.one_of(
    st.builds("settle: {{pressure: {} kPa, for: 5 s, region: {}}}".format, pressures,
              st.sampled_from(REGIONS)),
    st.builds("petrissage: {{pressure: {{low: 2 kPa, high: {} kPa}}, rate: {} Hz, for: 8 s, "
              "region: {}}}".format, pressures, fast, st.sampled_from(REGIONS)),
    st.builds("effleurage: {{pressure: {{from: {} kPa, to: {} kPa}}, rate: 12/min, "
              "length: 120 mm, for: 12 s}}".format, pressures, pressures),
    st.builds("tapotement: {{pressure: {{low: 1 kPa, high: {} kPa}}, rate: {} Hz, "
              "for: 6 s}}".format, numbers(2.5, 4.5), numbers(2.0, 4.0)),
    st.builds("curve: {{points: [{{at: 3 s, pressure: {} kPa}}, {{at: 7 s, "
              "pressure: {} kPa}}]}}".format, pressures, pressures),
)  # fmt: skip
bag_steps = st.one_of(
    st.builds("settle: {{pressure: {} kPa, for: 8 s}}".format, numbers(2.5, 12.0)),
    st.builds("petrissage: {{pressure: {{low: 2 kPa, high: {} kPa}}, rate: {} Hz, "
              "for: 25 s}}".format, numbers(3.0, 6.0), slow),
    st.builds("compression: {{pressure: {} kPa, for: 30 s}}".format, numbers(3.0, 9.0)),
)  # fmt: skip
drawn = st.one_of(
    st.tuples(st.just("voice_coil"), st.lists(coil_steps, min_size=1, max_size=3)),
    st.tuples(st.just("airbag"), st.lists(bag_steps, min_size=1, max_size=2)),
)


@settings(max_examples=8, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(drawn)
def test_what_check_predicts_is_never_exceeded(drawn):
    model, steps = drawn
    text = HEAD + "".join(f"  - {step}\n" for step in steps)
    found = virtual_time.run(played_where_sound(text, URLS[model]))
    if found is None:
        return
    check = checked(text, "drawn.yaml", {}, Host(found.capabilities, "on the simulated person"))
    assert check.ok
    assert found.outcome.result == "complete"
    assert found.outcome.duration_s <= check.worst_case_s + 0.02
    for region, load in check.regions.items():
        kpa, rises = felt(found, region)
        assert max(kpa) <= load.peak_kpa + TREMOR_KPA + 0.02 * load.peak_kpa
        assert max(rises, default=0.0) <= load.peak_rise_kpa_s + 2.0 * TREMOR_KPA / (CELL_S * OVER)
        contact_s = len(kpa) * CELL_S
        assert sum(kpa) * CELL_S <= load.dose.pressure_kpa_s + 0.1 * contact_s
        occluded_s = CELL_S * sum(kpa > OCCLUDED_KPA + TREMOR_KPA)
        late_s = lag_s(found.capabilities.channel("pressure").bandwidth_hz)  # when it falls
        assert occluded_s <= load.dose.occluded_s + len(steps) * late_s + 0.05


async def played_where_sound(text, url):
    """Play it, or return None where `check` refuses it: then there is nothing to exceed."""
    from controller.fitting import CannotPlay
    from profiles.problems import ProfileProblems, Refused

    try:
        return await played(text, url)
    except (ProfileProblems, Refused, CannotPlay):
        return None


def felt(found, region):
    """Return the true pressure while the steps on a region play, and how fast it rises."""
    begin_s, kpa, rises = 0.0, [], []
    for step in found.fit.program.steps:
        end_s = begin_s + step.trajectory.duration_s
        if step.region == region:
            _, felt_kpa = found.between(begin_s, end_s)
            kpa.append(felt_kpa)
            rises.append((felt_kpa[OVER:] - felt_kpa[:-OVER]) / (CELL_S * OVER))
        begin_s = end_s
    return np.concatenate(kpa), np.concatenate(rises)
