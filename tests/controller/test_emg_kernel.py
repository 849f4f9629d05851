"""The compiled EMG front end and its plain twin say and remember the same, bit by bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.emg import Emg
from controller.emg_compiled import NAME, available
from controller.emg_settings import EmgSettings
from controller.emg_words import Onset
from tests.controller.emg_signals import bursts, heartbeats
from tests.tools import kernel_needed, twins


@pytest.fixture(autouse=True, scope="module")
def _kernel():
    kernel_needed(NAME)
    with twins(plain=False):
        assert available()


def both(rate_hz, channels, how=None):
    pair = []
    for plain in (True, False):
        with twins(plain=plain):
            pair.append(Emg(rate_hz, channels, how))
    return pair


def signal(seed, rate_hz, channels, seconds):
    """Rest, contractions, mains, steps of the baseline, rails, stretches of nothing, no numbers."""
    dice = np.random.Generator(np.random.PCG64(seed))
    n = round(seconds * rate_hz)
    at_s = np.arange(n)[:, None] / rate_hz
    x_uv = dice.standard_normal((n, channels)) * np.exp(dice.uniform(0.0, 2.0))
    for _ in range(dice.integers(0, 6)):
        begin, length = dice.integers(0, n), dice.integers(1, round(1.5 * rate_hz))
        stretch = x_uv[begin : begin + length, dice.integers(0, channels)]
        match dice.integers(0, 6):
            case 0 | 1:
                stretch *= dice.uniform(3.0, 200.0)
            case 2:
                stretch[...] = dice.choice([0.0, 3.3])
            case 3:
                stretch += dice.uniform(-3000.0, 3000.0)
            case 4:
                np.clip(stretch, -5.0, 5.0, out=stretch)
            case _:
                stretch[dice.integers(0, len(stretch))] = dice.choice([np.nan, np.inf, -1e200])
    if dice.integers(0, 2):
        mains_hz = dice.choice([50.0, 60.0])
        hum_uv = dice.uniform(5.0, 200.0) * np.sin(2 * np.pi * mains_hz * at_s)
        x_uv += hum_uv * (at_s > 0.4 * seconds)
    if dice.integers(0, 2):
        beats_uv = heartbeats(seconds, per_min=75, peak_uv=300.0, seed=seed, rate_hz=rate_hz)
        x_uv += beats_uv[:, None]
    return x_uv


CHANCE = {
    "rate_hz": st.sampled_from([250.0, 1000.0, 2000.0, 4000.0]) | st.floats(250.0, 4000.0),
    "channels": st.integers(1, 8),
    "seed": st.integers(0, 2**32),
    "lost": st.lists(st.sampled_from([0] * 12 + [1, 20, 90, 900]), min_size=1, max_size=40),
    "actuator_hz": st.lists(st.sampled_from([None, 12.5, 30.0, 55.0]), min_size=1, max_size=3),
    "how": st.sampled_from(
        [
            EmgSettings(),
            EmgSettings(notch=False, mains_hz=(60.0,)),
            EmgSettings(rail_uv=(-40.0, 40.0)),
        ]
    ),
}  # fmt: skip


@given(**CHANCE)
@settings(max_examples=60, deadline=None)
def test_kernel_and_plain_twin_say_and_remember_the_same(
    rate_hz, channels, seed, lost, actuator_hz, how
):
    plain, compiled = both(rate_hz, channels, how)
    x_uv = signal(seed, rate_hz, channels, 4.0)
    dice = np.random.Generator(np.random.PCG64(seed))
    at = number = 0
    while at < len(x_uv):
        piece = x_uv[at : at + dice.integers(0, 8 * plain.plan.hop)]
        said = (lost[number % len(lost)], actuator_hz[at * len(actuator_hz) // len(x_uv)])
        assert plain.feed(piece, *said) == compiled.feed(piece, *said)
        at, number = at + max(1, len(piece)), number + 1
        if number % 16 == 0:
            assert plain.state() == compiled.state()
            assert [plain.onset_band_uv(c) for c in range(channels)] == [
                compiled.onset_band_uv(c) for c in range(channels)
            ]
    assert plain.state() == compiled.state()


@given(rate_hz=CHANCE["rate_hz"], seed=st.integers(0, 2**32), swaps=st.integers(1, 5))
@settings(max_examples=15, deadline=None)
def test_either_goes_on_from_the_memory_of_the_other(rate_hz, seed, swaps):
    plain, compiled = both(rate_hz, 2)
    (alone, _), hearing = both(rate_hz, 2), plain
    x_uv = signal(seed, rate_hz, 2, 5.0)
    for piece in np.array_split(x_uv, 4 * swaps):
        assert hearing.feed(piece) == alone.feed(piece)
        other = compiled if hearing is plain else plain
        other.restore(hearing.state())
        hearing = other
    assert hearing.state() == alone.state()


def test_a_long_stretch_with_a_heart_and_contractions_has_the_same_events():
    x_uv = bursts([(2.0, 3.0), (4.5, 5.0), (7.0, 12.5), (20.0, 24.0)], seed=3, channels=2)
    x_uv[:, 1] += heartbeats(len(x_uv) / 1000.0, per_min=70, peak_uv=250.0, seed=4)
    plain, compiled = both(1000.0, 2)
    told = plain.feed(x_uv)
    assert told == compiled.feed(x_uv)
    assert sum(isinstance(event, Onset) for event in told.events) >= 6
    assert any(hz is not None for hz in told.median_hz)


def test_samples_may_lie_in_memory_as_they_like():
    plain, compiled = both(1000.0, 3)
    x_uv = bursts([(1.0, 2.0)], seed=8, channels=6).astype(np.float32)
    for piece in np.array_split(x_uv[:, ::2], 200):
        assert plain.feed(piece) == compiled.feed(np.asfortranarray(piece))


def test_what_is_remembered_longer_than_it_can_be_is_refused():
    (plain, compiled) = both(1000.0, 1)
    long = Emg(1000.0, 1, EmgSettings(split_s=2.0))
    long.feed(bursts([(1.0, 2.0)], seed=8))
    before = compiled.state()
    with pytest.raises(ValueError, match="other channels, or of another rate"):
        compiled.restore(long.state())
    assert compiled.state() == before == plain.state()
