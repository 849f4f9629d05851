"""The law where it counts: in what is sent, and in what the body feels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.words import Ceiling, Ease, Pain, Pause, Resume
from firmware_bridge.codes import Gesture
from firmware_bridge.framing import unseal
from firmware_bridge.knots import setpoint
from firmware_bridge.messages import Knots, Splice, decode
from firmware_bridge.setpoints import CAP, GAIN
from sim.birth import recipe
from sim.virtual_time import run
from tests.controller.stories import story
from tests.laws.test_listening import LISTENING

TEXT = LISTENING.format(lost="ease", high=14, then="continue")
BODIES = (
    "sim://healthy_f?seed=7&guards=early",
    "sim://anxious?seed=3",
    "sim://acute_spasm_low_back?seed=5&presses=never",
)


def tell(order):
    return lambda stage: stage.tell(order)


def act(gesture):
    return lambda stage: stage.act(gesture)


happenings = st.lists(
    st.tuples(
        st.floats(1.0, 22.0),
        st.one_of(
            st.builds(tell, st.builds(Ease, st.floats(-1, 2))),
            st.builds(tell, st.builds(Ceiling, st.floats(0, 60))),
            st.builds(tell, st.sampled_from([Pain(), Pause(), Resume()])),
            st.builds(
                act,
                st.sampled_from(
                    [
                        Gesture.ELECTRODE_OFF,
                        Gesture.ELECTRODE_ON,
                        Gesture.MAINS_ON,
                        Gesture.SHAKE,
                        Gesture.CRAMP,
                    ]
                ),
            ),
        ),
    ),
    max_size=5,
)


def sent(stage):
    """Return every setpoint that was sent, as (channel, value)."""
    resolution = {c.id: c.resolution for c in stage.device.capabilities.channels}
    kinds = {body: unseal(body)[0] for body in stage.link.sent}
    frames = [decode(k, b) for b, k in kinds.items() if k in (Knots.KIND, Splice.KIND)]
    knots = [knot for frame in frames for knot in frame.knots]
    return [setpoint(knot, 0.0, resolution[knot[0] & 0x3F]) for knot in knots]


@pytest.mark.slow
@pytest.mark.timeout(300)
@settings(max_examples=5, deadline=None)
@given(st.sampled_from(BODIES), happenings)
def test_neither_what_is_sent_nor_what_is_felt_is_over_the_programme(url, told):
    stage = run(story(*told, text=TEXT, recipe=recipe(url)))
    program = stage.fit.program
    pressure = stage.fit.channel_of["pressure"].id
    allowed = {
        pressure: program.peak_kpa,
        GAIN: 1.0,
        CAP: program.envelope.pressure_kpa.value,
    }
    seen = sent(stage)
    assert {one.channel for one in seen} >= set(allowed)
    for one in seen:
        assert 0.0 <= one.value <= allowed.get(one.channel, one.value) + 0.01
    assert stage.felt(0.0, 1e9).max() <= 1.05 * program.peak_kpa + 0.5
