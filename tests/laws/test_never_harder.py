"""The law: everything may press less; only the author may press more."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from controller.admission import refusal
from controller.factors import CAP_RISE_KPA_S, GAIN_RISE_PER_S
from controller.intent import wake
from controller.mind import decide
from controller.moment import Health
from controller.player import value_at
from controller.words import Acknowledge, Ceiling, Ease, Pause, Release, Replace, Resume
from tests.controller.moments import WELL, moment
from tests.controller.programs import KNEADING, compiled

PROGRAM = compiled()
DEEPER = compiled(KNEADING.replace("high: 14 kPa", "high: 18 kPa"))
LIGHTER = compiled(KNEADING.replace("high: 14 kPa", "high: 9 kPa"))
GRID_S = [k / 20 for k in range(round(PROGRAM.worst_case_s * 20) + 20)]
AUTHORED = [value_at(wake(PROGRAM).playhead, "pressure", t)[0] for t in GRID_S]
LIMIT_KPA = PROGRAM.envelope.pressure_kpa.value

ages = st.sampled_from([0.0, 0.03, 0.06, 0.3])
healths = st.just(WELL) | st.builds(  # an order shows best where nothing else is wrong
    Health,
    pressure_age_s=ages,
    judgement_age_s=ages,
    device_age_s=st.sampled_from([0.0, 0.05]),
    clock_s=st.sampled_from([0.0, 0.02]),
    fading=st.booleans(),
    limited=st.booleans(),
    pain_presses=st.integers(0, 1),
    battery_percent=st.none() | st.floats(0.0, 100.0),
    battery_age_s=st.none() | st.floats(0.0, 600.0),
)
easing = st.one_of(
    st.builds(Ease, st.floats(-1, 2)),
    st.builds(Ceiling, st.floats(-5, 50)),
    st.just(Release()),
    st.just(Acknowledge()),
)
orders = st.lists(easing, max_size=2)
every_order = st.lists(
    st.one_of(
        easing,
        st.just(Pause()),
        st.just(Resume()),
        st.sampled_from([Replace(PROGRAM), Replace(DEEPER), Replace(LIGHTER)]),
    ),
    max_size=3,
)


def happenings(orders, healths=healths):
    return st.lists(
        st.tuples(st.floats(0.001, 3.0), st.none() | st.floats(0, 21), healths, orders),
        min_size=1,
        max_size=12,
    )


@settings(max_examples=150, deadline=None)
@given(happenings(orders))
@example([(2.0, 4.0, WELL, [Ease(2.0)]), (0.5, 4.0, WELL, []), (0.5, 4.0, WELL, [])])
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
            if mind.approach_s is None:  # who feels for contact begins its cycle anew, and later
                assert pressed_kpa <= authored_kpa + 1e-9
            assert pressed_kpa <= LIMIT_KPA + 1e-9
            back_s = future_s - at_s
            allowed_kpa = before.target_kpa(future_s)
            regained = GAIN_RISE_PER_S * back_s * authored_kpa + CAP_RISE_KPA_S * back_s
            assert pressed_kpa <= allowed_kpa + regained + 1e-6


def refused(mind, order, at_s):
    return refusal(mind, order, at_s) is not None


def peak_kpa(program):
    return max(max(step.trajectory.tracks["pressure"].value) for step in program.steps)


@settings(max_examples=150, deadline=None)
@given(happenings(every_order))
def test_pausing_and_replacing_never_press_harder(story):
    """With pauses and other values the plan moves in time, so it is judged by its heights: never
    over the highest that the author of the values in force asks for, never over the envelope, and
    over what was pressed until now only as fast as any level may rise."""
    mind, at_s, peak = wake(PROGRAM), 0.0, peak_kpa(PROGRAM)
    for wait_s, kpa, health, told in story:
        at_s += wait_s
        taken = [order for order in told if not refused(mind, order, at_s)]
        known = max(peak_kpa(o.program) for o in [Replace(mind.program), *taken]
                    if isinstance(o, Replace))  # fmt: skip
        peak = max(peak, known)
        before = mind
        reached = max((before.target_kpa(at_s - k / 20) for k in range(40) if k / 20 < at_s),
                      default=0.0)  # fmt: skip
        mind, _, _ = decide(mind, moment(at_s, kpa, health, taken))
        for k in range(200):
            future_s = at_s + k / 10
            pressed_kpa = mind.target_kpa(future_s)
            assert pressed_kpa <= min(peak, LIMIT_KPA) + 1e-6
            if mind.phase == "paused" and k >= 10:
                assert pressed_kpa == 0.0
            planned = max(reached, before.target_kpa(future_s))
            if mind.playhead is not before.playhead and before.phase == "paused":
                assert pressed_kpa <= planned + CAP_RISE_KPA_S * k / 10 + 1e-6


@settings(max_examples=60, deadline=None)
@given(happenings(every_order, healths.map(lambda h: replace(h, pain_presses=1))))
def test_after_pain_no_factor_ever_goes_up(story):
    mind, at_s = wake(PROGRAM), 0.0
    for wait_s, kpa, health, told in story:
        at_s += wait_s
        taken = [order for order in told if not refused(mind, order, at_s)]
        before = mind
        mind, _, _ = decide(mind, moment(at_s, kpa, health, taken))
        if before.hurt:
            assert mind.factors.share <= before.factors.share
            assert mind.factors.ceiling_kpa <= before.factors.ceiling_kpa
            assert peak_kpa(mind.program) <= peak_kpa(before.program)
            if mind.phase == before.phase == "playing":
                on_its_way = max(before.course.gain.value_at(at_s), before.course.gain.end)
                assert mind.course.gain.end <= on_its_way + 1e-9


@settings(max_examples=50, deadline=None)
@given(happenings(every_order))
def test_the_same_moments_lead_to_the_same_decisions(story):
    def fold():
        mind, at_s, cues = wake(PROGRAM), 0.0, []
        for wait_s, kpa, health, told in story:
            at_s += wait_s
            mind, cue, events = decide(mind, moment(at_s, kpa, health, told))
            cues.append((cue, events))
        return mind.course, cues

    assert fold() == fold()
