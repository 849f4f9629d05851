"""The law again, with muscles that are heard: whatever they say, nobody presses more for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.emg_words import EmgFeatures, Quality
from controller.intent import wake
from controller.mind import decide
from controller.moment import Features, Health, Moment
from controller.words import Ceiling, Ease, Pain, Pause, Release, Replace, Resume
from tests.controller.programs import compiled
from tests.laws.test_never_harder import peak_kpa, refused

LISTENING = """
format: myoloop-profile/1
id: test-listening
revision: 1
title: Everything that listens
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {{emg: {{missing: timed, lost: {lost}}}}}
limits: {{pressure: 20 kPa, rise: 50 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 4 s, baseline: emg}}
  - petrissage:
      pressure: {{low: 3 kPa, high: {high} kPa}}
      rate: 0.7 Hz
      for: 8 s
      adapt:
        pressure: {{signal: emg, of: baseline, map: {{80 %: 100 %, 150 %: 60 %}}, over: 1 s}}
  - effleurage:
      pressure: 5 kPa
      rate: 12/min
      length: 150 mm
      for: 10 s
      until: {{signal: emg, below: 70 %, of: start, for: 500 ms}}
rules:
  tense:
    when: {{signal: emg, above: 160 %, of: baseline, for: 300 ms}}
    do: {{ease: {{to: 50 %, over: 500 ms, keep: 1 s}}}}
  very-tense:
    when: {{signal: emg, above: 90 uV, for: 200 ms}}
    do: {{release: {{over: 500 ms, then: {then}}}}}
"""


def program(lost="ease", high=14, then="continue"):
    return compiled(LISTENING.format(lost=lost, high=high, then=then))


PROGRAMS = [
    program(),
    program("hold", then="pause"),
    program("release", then="stop"),
]
OTHERS = [program(high=18), program(high=9)]
LIMIT_KPA = PROGRAMS[0].envelope.pressure_kpa.value

muscles = st.builds(
    lambda uv, trusted, crossing, flags: EmgFeatures(
        duration_s=0.01,
        fast_uv=uv,
        slow_uv=uv,
        floor_uv=(3.0, 3.0),
        trusted=trusted,
        flags=(flags, Quality(0)),
        crossing=crossing,
        active=crossing,
        events=(),
        median_hz=(None, None),
    ),
    st.tuples(*[st.sampled_from([0.0, 2.5, 5.0, 9.0, 20.0, 60.0, 200.0])] * 2),
    st.tuples(*[st.sampled_from([True, True, True, False])] * 2),
    st.tuples(st.booleans(), st.booleans()),
    st.sampled_from([Quality(0), Quality.MOTION]),
)
orders = st.lists(
    st.one_of(
        st.builds(Ease, st.floats(-1, 2)),
        st.builds(Ceiling, st.floats(-5, 50)),
        st.sampled_from([Pain(), Pause(), Resume(), Release()]),
        st.sampled_from([Replace(other) for other in OTHERS]),
    ),
    max_size=1,
)
healths = st.builds(
    Health,
    pressure_age_s=st.sampled_from([0.005, 0.005, 0.06]),
    judgement_age_s=st.just(0.01),
    device_age_s=st.just(0.005),
    fading=st.sampled_from([False, False, False, True]),
    pain_presses=st.sampled_from([0, 0, 0, 1]),
)
spells = st.lists(
    st.tuples(
        st.integers(1, 100),  # batches
        muscles,
        st.sampled_from([0.0, 0.0, -0.5, 0.5, 3.0]),  # off what is asked for
        healths,
        orders,
    ),
    min_size=1,
    max_size=10,
)


def told(spells):
    """Yield (at_s, heard, off, health, orders), a batch each 10 ms; orders at a spell's begin."""
    k = 0
    for batches, heard, off_kpa, health, orders in spells:
        for number in range(batches):
            k += 1
            yield k / 100, heard, off_kpa, health, orders if number == 0 else []


def evidence(mind, at_s, heard, off_kpa, health, orders):
    kpa = max(0.0, mind.target_kpa(at_s - 0.03) + off_kpa)
    felt = Features(
        start_s=at_s - 0.01,
        duration_s=0.01,
        pressure_kpa=kpa,
        lowest_kpa=kpa,
        emg_uv=heard.slow_uv,
        emg=heard,
    )
    taken = tuple(order for order in orders if not refused(mind, order, at_s))
    return Moment(at_s, felt, health, taken)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PROGRAMS), spells)
def test_whatever_muscles_say_nobody_presses_more_for_it(program, spells):
    """Never over the highest that the author of the values in force asks for, never over the
    envelope; every share is one at most, and after pain none goes up."""
    mind, highest = wake(program), peak_kpa(program)
    for at_s, *batch in told(spells):
        moment, before = evidence(mind, at_s, *batch), mind
        for order in moment.orders:
            if isinstance(order, Replace):
                highest = max(highest, peak_kpa(order.program))
        mind, _, _ = decide(mind, moment)
        factors = mind.factors
        assert 0.0 <= factors.gain <= 1.0
        assert factors.cap_kpa <= LIMIT_KPA
        assert all(0.0 <= mind.course.gain.value_at(at_s + k / 10) <= 1.0 for k in range(4))
        for k in range(8):
            pressed_kpa = mind.target_kpa(at_s + k * k / 20)
            assert pressed_kpa <= min(highest, LIMIT_KPA) + 1e-6
        if before.hurt:
            was = before.factors
            assert (factors.gain, factors.share) <= (was.gain, was.share)
            assert factors.guard_kpa <= was.guard_kpa
            assert factors.doubt_kpa <= was.doubt_kpa


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(PROGRAMS), spells)
def test_the_same_muscles_lead_to_the_same_decisions(program, spells):
    def fold():
        mind, said = wake(program), []
        for at_s, *batch in told(spells):
            mind, cue, events = decide(mind, evidence(mind, at_s, *batch))
            said.append((cue, events))
        return mind, said

    assert fold() == fold()
