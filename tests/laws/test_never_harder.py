"""The law: everything may press less; only the author may press more."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.factors import CAP_RISE_KPA_S, GAIN_RISE_PER_S
from controller.intent import wake
from controller.mind import decide
from controller.moment import Health
from controller.player import value_at
from controller.words import Ceiling, Ease, Release
from tests.controller.moments import moment
from tests.controller.programs import compiled

PROGRAM = compiled()
GRID_S = [k / 20 for k in range(round(PROGRAM.worst_case_s * 20) + 20)]
AUTHORED = [value_at(wake(PROGRAM).playhead, "pressure", t)[0] for t in GRID_S]
LIMIT_KPA = PROGRAM.envelope.pressure_kpa.value

ages = st.sampled_from([0.0, 0.03, 0.06, 0.3])
healths = st.builds(
    Health,
    pressure_age_s=ages,
    judgement_age_s=ages,
    device_age_s=st.sampled_from([0.0, 0.05]),
    fading=st.booleans(),
)
orders = st.lists(
    st.one_of(
        st.builds(Ease, st.floats(-1, 2)),
        st.builds(Ceiling, st.floats(-5, 50)),
        st.just(Release()),
    ),
    max_size=2,
)
happenings = st.lists(
    st.tuples(st.floats(0.001, 2.0), st.none() | st.floats(0, 21), healths, orders),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(happenings)
def test_no_thought_ever_presses_harder(story):
    """Whatever is felt, lost or ordered: never over the author, never over the envelope, and never
    more than the plan before it, but for the slow way back."""
    mind, at_s = wake(PROGRAM), 0.0
    for wait_s, kpa, health, told in story:
        at_s += wait_s
        before = mind
        mind, _, _ = decide(mind, moment(at_s, kpa, health, told))
        for future_s, authored_kpa in zip(GRID_S, AUTHORED, strict=True):
            if future_s < at_s:
                continue
            pressed_kpa = mind.target_kpa(future_s)
            assert pressed_kpa <= authored_kpa + 1e-9
            assert pressed_kpa <= LIMIT_KPA + 1e-9
            back_s = future_s - at_s
            allowed_kpa = before.target_kpa(future_s)
            regained = GAIN_RISE_PER_S * back_s * authored_kpa + CAP_RISE_KPA_S * back_s
            assert pressed_kpa <= allowed_kpa + regained + 1e-6


@settings(max_examples=50, deadline=None)
@given(happenings)
def test_the_same_moments_lead_to_the_same_decisions(story):
    def fold():
        mind, at_s, cues = wake(PROGRAM), 0.0, []
        for wait_s, kpa, health, told in story:
            at_s += wait_s
            mind, cue, events = decide(mind, moment(at_s, kpa, health, told))
            cues.append((cue, events))
        return mind.course, cues

    assert fold() == fold()
