"""The compiled mixing of a muscle and its plain twin spell the same, bit by bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.artefacts import mains
from sim.mixing import NAME
from sim.muscle import MOST_CHANNELS, Muscle
from tests.tools import kernel_needed, twins


@pytest.fixture(autouse=True, scope="module")
def _kernel():
    kernel_needed(NAME)


def both(channels, seed, *, ecg):
    pair = []
    for plain in (True, False):
        with twins(plain=plain):
            dice = np.random.Generator(np.random.PCG64(seed))
            pair.append(Muscle(dice, channels, ecg=ecg))
    return pair


@given(
    channels=st.integers(1, MOST_CHANNELS),
    seed=st.integers(0, 2**32),
    ecg=st.booleans(),
    strengths_uv=st.lists(st.one_of(st.just(8.0), st.floats(0.0, 5000.0)), min_size=1, max_size=30),
)
def test_kernel_and_plain_twin_spell_the_same(channels, seed, ecg, strengths_uv):
    plain, compiled = both(channels, seed, ecg=ecg)
    for signal_uv in strengths_uv * (1 + 120 // len(strengths_uv)):
        assert plain.hop(signal_uv) == compiled.hop(signal_uv)


def test_an_artefact_comes_and_goes_in_the_middle_of_it():
    plain, compiled = both(2, 3, ecg=False)
    for number in range(300):
        for muscle in (plain, compiled):
            if number == 100:
                muscle.leads["mains"] = mains()
            if number == 200:
                del muscle.leads["mains"]
        assert plain.hop(30.0) == compiled.hop(30.0)
