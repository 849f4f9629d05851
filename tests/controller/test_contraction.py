"""How strong a muscle is: the strongest of three contractions that were heard well, or nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from controller.contraction import (
    CLIPPED_SAMPLES,
    HELD_S,
    SETTLES_S,
    Attempt,
    ContractionFailed,
    Tried,
    Void,
    checked,
    is_clipped,
    measured,
    strongest_uv,
)
from controller.emg_noise import net_uv
from controller.emg_words import Quality
from tests.controller.moments import emg
from tests.controller.people import contraction

NAN = math.nan
NOISE, REST = (2.0,), (4.0,)


def attempt(*spells, samples=lambda k, raw: raw):
    """Hear (seconds, uV, flags) spells, 10 ms at a time; `samples` may spoil the raw ones."""
    one, dice, k = Attempt(), np.random.default_rng(7), 0
    for lasts_s, uv, flags in spells:
        for _ in range(round(lasts_s * 100)):
            raw = dice.normal(0.0, uv, (10, 1))
            trusted = flags in (Quality(0), Quality.HEARTBEAT)
            one.hear(samples(k, raw), emg(uv, trusted=trusted, flags=flags))
            k += 1
    return one.tried()


WHOLE_S = SETTLES_S + HELD_S
FINE = Quality(0)


def test_a_contraction_is_what_was_heard_after_it_had_settled():
    tried = attempt((SETTLES_S, 900.0, FINE), (HELD_S, 300.0, FINE))
    assert tried.void is None
    assert tried.uv == pytest.approx((300.0,))


def test_while_it_settles_a_lead_may_jerk():
    tried = attempt((SETTLES_S, 900.0, Quality.MOTION), (HELD_S, 300.0, FINE))
    assert tried == attempt((SETTLES_S, 1.0, FINE), (HELD_S, 300.0, FINE))


@pytest.mark.parametrize("flag", [Quality.MOTION, Quality.MAINS, Quality.LOST, Quality.FLAT])
def test_a_try_that_cannot_be_trusted_for_one_hop_is_void(flag):
    spells = (WHOLE_S / 2, 300.0, FINE), (0.01, 300.0, flag), (WHOLE_S / 2, 300.0, FINE)
    assert attempt(*spells).void is Void.UNTRUSTED


def test_a_heartbeat_in_it_makes_nothing_void():
    assert attempt((WHOLE_S, 300.0, Quality.HEARTBEAT)).void is None


def test_a_try_that_the_front_end_calls_saturated_is_clipped():
    assert attempt((WHOLE_S, 300.0, Quality.SATURATED)).void is Void.CLIPPED


@pytest.mark.parametrize("rail_uv", [300.0, 450.0, 750.0])
def test_a_try_at_the_end_of_a_converter_that_nobody_knows_is_clipped(rail_uv):
    def cut(_, raw):
        return np.clip(raw, -rail_uv, rail_uv)

    assert attempt((WHOLE_S, 300.0, FINE), samples=cut).void is Void.CLIPPED


@pytest.mark.parametrize("every", [1, 3, 7])
def test_samples_that_are_no_numbers_hide_no_clipping(every):
    def cut(k, raw):
        raw = np.clip(raw, -500.0, 500.0)
        raw[k % 10 :: 3 if k % every else 1] = NAN
        return raw

    assert attempt((WHOLE_S, 300.0, FINE), samples=cut).void is Void.CLIPPED


@pytest.mark.parametrize("step_uv", [0.1, 0.5, 1.0, 5.0])
@pytest.mark.parametrize("uv", [1.0, 3.0, 30.0, 300.0])
def test_no_muscle_is_called_clipped_for_the_steps_of_its_converter(uv, step_uv):
    """Not even one that is quieter than a step: it thins out towards its highest values."""
    dice = np.random.default_rng(7)
    tries = [np.round(dice.normal(0.0, uv, 4000) / step_uv) for _ in range(50)]
    assert not any(map(is_clipped, tries))


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 3.0), st.floats(0.0, 0.5))
def test_whatever_is_missing_a_converters_end_is_seen(seed, sigmas, missing):
    dice = np.random.default_rng(seed)
    raw = np.clip(np.round(dice.normal(0.0, 1000.0, 4000)), -np.inf, round(1000.0 * sigmas))
    raw[dice.random(4000) < missing] = NAN
    piled = np.count_nonzero(raw == round(1000.0 * sigmas))
    assert is_clipped(raw) or piled < CLIPPED_SAMPLES
    assert is_clipped(-raw) == is_clipped(raw)


def test_nothing_but_what_is_no_number_is_not_clipped():
    assert not is_clipped(np.full(100, NAN))


def test_a_contraction_counts_by_its_strongest_half_second():
    """Two windows of a quarter, end to end: a shorter burst counts for its share alone."""
    times_s = [k / 100 for k in range(1, 401)]
    burst = [(t, (300.0 if 2.0 <= t < 2.25 else 100.0,)) for t in times_s]
    (found,) = strongest_uv(burst)
    assert found == pytest.approx(math.sqrt((300.0**2 + 100.0**2) / 2))
    long = [(t, (300.0 if 2.0 <= t < 2.6 else 100.0,)) for t in times_s]
    assert strongest_uv(long) == pytest.approx((300.0,))


def test_in_less_than_half_a_second_there_is_no_strongest_one():
    assert strongest_uv([(k / 100, (300.0,)) for k in range(1, 20)]) == (0.0,)


def test_the_best_of_three_counts_without_its_noise():
    tries = [Tried((100.0,)), Tried(void=Void.CLIPPED), Tried((300.0,)), Tried((200.0,))]
    assert measured(tries, REST, NOISE) == (net_uv(300.0, 2.0),)


def test_what_hardly_stands_out_from_rest_is_not_measurable():
    at_rest_uv = net_uv(REST[0], NOISE[0])
    just, barely = math.hypot(3.01 * at_rest_uv, 2.0), math.hypot(2.99 * at_rest_uv, 2.0)
    assert measured([Tried((just,))], REST, NOISE) == (pytest.approx(3.01 * at_rest_uv),)
    assert measured([Tried((barely,))], REST, NOISE) == (None,)
    assert measured([Tried((barely,))], (None,), NOISE) == (None,), "rest as little as can be"


def test_each_channel_is_measured_by_itself():
    found = measured([Tried((300.0, 5.0))], (4.0, 4.0), (2.0, 2.0))
    assert found == (net_uv(300.0, 2.0), None)
    kept = contraction(uv=found)
    assert checked(kept) is kept


@pytest.mark.parametrize(
    ("uv", "says"),
    [((None, None), "not measurable"), ((9000.0, 300.0), "9000, 300 uV"),
     ((None, NAN), "none, nan uV")],
)  # fmt: skip
def test_what_no_muscle_can_be_is_not_kept(uv, says):
    with pytest.raises(ContractionFailed, match=says) as told:
        checked(replace(contraction(), uv=uv))
    assert "nothing is kept" in str(told.value)
