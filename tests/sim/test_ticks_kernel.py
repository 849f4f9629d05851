"""The compiled ticks of a voice coil and their plain twins press the same, bit by bit."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.actuator import GOOD_DRIVER, Actuator, Driver
from sim.body import SITES, tissue
from sim.coil import Coil
from sim.curves import level, segment
from sim.sensors import NoisySensor
from sim.ticks import NAME
from tests.tools import kernel_needed, twins


@pytest.fixture(autouse=True, scope="module")
def _kernel():
    kernel_needed(NAME)


class Harmed:
    """A sensor that is off by so much, and now and then says nothing."""

    def __init__(self, good, off_kpa, silent_share, seed):
        self._good, self._off_kpa, self._silent = good, off_kpa, silent_share
        self._dice = np.random.Generator(np.random.PCG64(seed))

    def read(self, true_kpa):
        reading = self._good.read(true_kpa)
        return None if self._dice.random() < self._silent else reading + self._off_kpa


def both(site, stiffness, seed, harms):
    pair = []
    for plain in (True, False):
        dice = np.random.Generator(np.random.PCG64(seed))
        sensors = [Harmed(NoisySensor(dice), *harm, seed) for harm in harms]
        with twins(plain=plain):
            pair.append(Actuator(tissue(SITES[site], stiffness), *sensors))
    return pair


def everything(it):
    numbers = [getattr(it._coil, name) for name in Coil.__struct_fields__]
    return [n for n in numbers if isinstance(n, (int, float))], it.taken, it.trip, it.contact


KPA = st.floats(0.0, 60.0)
SLOPE = st.floats(-400.0, 400.0)
SHARE = st.floats(0.0, 1.5)
RATE = st.floats(0.0, 500.0)
CURVES = st.tuples(KPA, SLOPE, KPA, SLOPE, st.integers(5, 900))
HARM = st.tuples(
    st.sampled_from([0.0] * 3 + [-3.0, 2.0, 60.0]), st.sampled_from([0.0] * 3 + [0.4, 1.0])
)
DRIVERS = st.sampled_from(
    [GOOD_DRIVER, Driver(share=0.6), Driver(push_n=30.0), Driver(follow=0.01)]
)
ACTS = st.one_of(
    st.tuples(st.just("run"), st.integers(1, 400), CURVES, SHARE, SHARE, KPA, KPA, st.booleans()),
    st.tuples(st.just("limit"), KPA, RATE, RATE, RATE, st.floats(0.0, 1.0)),
    st.tuples(st.just("feel_body"), st.floats(0.3, 3.0), st.floats(-0.004, 0.004)),
    st.tuples(st.just("drive"), DRIVERS),
    st.sampled_from([("energise",), ("energise",), ("release",), ("put_on",), ("take_off",)]),
)


def act(it, now_us, what):
    """Do it; return the time after it."""
    match what:
        case (
            "run",
            ms,
            (from_kpa, from_slope, to_kpa, to_slope, takes_ms),
            g0,
            g1,
            c0,
            c1,
            rhythmic,
        ):
            end_us = now_us + takes_ms * 1000
            curve = segment(now_us, from_kpa, from_slope, end_us, to_kpa, to_slope)
            gain = segment(now_us, g0, 0.0, end_us, g1, 0.0) if g1 < 1.0 else level(g0)
            cap = segment(now_us, c0, 0.0, end_us, c1, 0.0) if c1 < 30.0 else level(c0)
            ms = min(ms, takes_ms)
            it.run(ms, now_us, curve, gain, cap, rhythmic=rhythmic)
            return now_us + ms * 1000
        case ("drive", driver):
            it.drive_through((driver,))
        case ("take_off",):
            it.pad_on = False
        case (verb, *values):
            getattr(it, verb)(*values)
    return now_us


@given(
    acts=st.lists(ACTS, min_size=1, max_size=40),
    site=st.sampled_from(sorted(SITES)),
    stiffness=st.floats(0.3, 3.0),
    seed=st.integers(0, 2**32),
    harms=st.tuples(HARM, HARM),
    boot_us=st.integers(0, 20).map(lambda ms: ms * 1000),
)
@settings(max_examples=150, deadline=None)
def test_kernel_and_plain_twin_press_the_same(acts, site, stiffness, seed, harms, boot_us):
    plain, compiled = both(site, stiffness, seed, harms)
    assert type(plain._coil) is Coil
    assert type(compiled._coil) is not Coil
    now_us = boot_us
    for what in [("limit", 40.0, 10.0, 60.0, 200.0, 1.0), ("energise",), *acts]:
        act(compiled, now_us, what)
        now_us = act(plain, now_us, what)
        assert everything(plain) == everything(compiled)


@pytest.mark.parametrize("stiffness", [0.5, 1.0, 2.0])
def test_a_long_kneading_is_the_same_to_the_last_bit(stiffness):
    plain, compiled = both("upper_trapezius", stiffness, 3, [(0.0, 0.0)] * 2)
    for it in (plain, compiled):
        it.limit(30.0, 10.0, 60.0, 200.0, 1.0)
        it.energise()
        ends = [0.0, 3.0, *([19.0, 3.0] * 30)]
        for number, (from_kpa, to_kpa) in enumerate(pairwise(ends)):
            at_us, takes_us = number * 500_000, 500_000
            curve = segment(at_us, from_kpa, 0.0, at_us + takes_us, to_kpa, 0.0)
            it.run(500, at_us, curve, level(1.0), level(40.0), rhythmic=number > 2)
    assert everything(plain) == everything(compiled)
    assert max(plain.taken[0]) > 15.0
