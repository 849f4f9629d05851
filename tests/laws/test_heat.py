"""Heat, played on the twin: the surface is as warm as was written, and never too warm."""

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from controller.heating import CUT_DEGC
from sim import virtual_time
from sim.heater import MAX_DEGC
from tests.playing import played

HEAD = """\
format: myoloop-profile/1
id: played
revision: 1
title: Played
region: upper_trapezius
limits: {pressure: 24 kPa, rise: 60 kPa/s}
steps:
"""
ALONE = "  - heat: {{temperature: {degc} °C, pressure: {kpa} kPa, for: {for_s} s}}\n"
BESIDE = """\
  - settle: {{pressure: 3 kPa, for: 5 s}}
  - together:
      - petrissage: {{pressure: {{low: 2 kPa, high: {kpa} kPa}}, rate: 0.5 Hz, for: {for_s} s}}
      - heat: {{temperature: {degc} °C, for: {for_s} s}}
"""
TOLERANCE_DEGC = 0.5
"""How far the twin's surface is off what is asked once it is there (E)."""
LATE_S = 20.0
"""How much longer than planned a surface takes that begins at the air's warmth, 8 degC under where
it is asked to begin (measured: 15 s to 39 degC)."""


def surface(found):
    """Return when, in session time, and how warm the surface truly was."""
    truth = found.truth
    return truth.times_s - found.outcome.began_device_s, truth.also["surface_degc"]


@settings(max_examples=5, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(
    st.floats(35.0, 40.0), st.floats(2.0, 8.0), st.integers(110, 175),
    st.sampled_from([ALONE, BESIDE]), st.sampled_from(["healthy_f", "obese", "elderly"]),
)  # fmt: skip
def test_a_surface_is_as_warm_as_was_written_and_never_over_41_degc(degc, kpa, for_s, text, who):
    degc, kpa = round(degc, 1), round(max(kpa, 3.0), 1)
    url = f"sim://{who}?seed=7&heater=on"
    found = virtual_time.run(played(HEAD + text.format(degc=degc, kpa=kpa, for_s=for_s), url))
    assert found.outcome.result == "complete"
    step = found.fit.program.steps[-1]
    begin_s = sum(one.trajectory.duration_s for one in found.fit.program.steps[:-1])
    asked = step.trajectory.tracks["temperature"]
    ready_s = begin_s + asked.at_s[int(np.argmax(np.array(asked.value) >= degc - 1e-9))]
    times_s, warm_degc = surface(found)
    steady = warm_degc[(times_s >= ready_s + LATE_S) & (times_s < begin_s + for_s - 1.0)]
    assert len(steady)
    assert abs(steady - degc).max() <= TOLERANCE_DEGC
    assert warm_degc.max() <= min(CUT_DEGC, MAX_DEGC + TOLERANCE_DEGC)
    assert found.truth.body["skin_degc"] <= warm_degc.max()
