"""The whole body: the same life from the same dice, breath, small movements."""

import numpy as np
import pytest

from firmware_bridge.codes import Gesture
from sim.body import PRESETS
from sim.life import EFFORTS, TIRES_S
from tests.sim.bodies import Pressed


def day(preset, seed):
    """Return everything that a body did in a hard minute."""
    body = Pressed(preset, seed)
    body.press_share(0.15, 20)
    body.press(lambda s: body.life.threshold_kpa * (0.7 - 0.6 * np.cos(s)), 30)
    body.life.cramp(body.now_us)
    body.press(0.0, 10)
    return body.trace, body.happened, body.life.told()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_dice_live_the_same_life_and_others_another(preset):
    assert day(preset, 3) == day(preset, 3)
    assert day(preset, 3) != day(preset, 4)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_body_at_rest_stays_calm(preset):
    body = Pressed(preset)
    body.press(0.0, 60)
    assert body.happened == []
    assert body.life.nrs == 0.0


def lifted_mm(preset, seconds):
    body, way = Pressed(preset), []
    for _ in range(seconds * 100):
        body.press(0.0, 0.01)
        way.append(body.life.lifted_m)
    return np.cumsum(way) * 1e3


def test_breath_lifts_the_skin_by_fractions_of_a_millimetre_12_to_18_times_a_minute():
    way_mm = lifted_mm("healthy_f", 60)
    assert 0.25 < way_mm.max() <= 0.31
    crossings = np.count_nonzero(np.diff(np.signbit(way_mm)))
    assert 12 <= crossings / 2 <= 18.5


def test_the_skin_never_drifts_away():
    assert np.abs(lifted_mm("anxious", 240)).max() < 1.4


def test_somebody_anxious_moves_now_and_then_and_others_lie_still():
    restless, calm = Pressed("anxious"), Pressed("healthy_f")
    loud = restless.press(3.0, 180) > 6.0
    moves = np.count_nonzero(np.diff(loud.astype(int)) == 1)
    assert 3 <= moves <= 20
    assert calm.press(3.0, 180).max() < 3.0


def test_an_active_muscle_is_stiffer():
    body = Pressed()
    body.press(0.0, 1)
    soft = body.life.stiffness
    body.life.cramp(body.now_us)
    body.press(0.0, 1)
    assert body.life.stiffness == pytest.approx(soft * (1 + body.life.activation), rel=0.1)
    assert body.life.stiffness > 1.15 * soft


def tensed(effort, for_s=3.0):
    """Return how loud a calm body is (uV) before, while and after it tenses its muscle."""
    body = Pressed("healthy_f")
    before = body.press(0.0, 2).mean()
    body.life.tense(body.now_us, effort)
    during = body.press(0.0, for_s)[50:].mean()
    body.life.tense(body.now_us, 0.0)
    return before, during, body.press(0.0, 2)[50:].mean()


def test_whoever_tenses_a_muscle_activates_all_of_it_or_a_fifth_and_lets_it_go_again():
    for gesture, uv in ((Gesture.CONTRACT, 500.0), (Gesture.CONTRACT_LIGHTLY, 100.0)):
        before, during, after = tensed(EFFORTS[gesture])
        assert during == pytest.approx(uv, rel=0.05)
        assert after == pytest.approx(before, abs=0.1)
    assert EFFORTS[Gesture.RELAX] == 0.0


def test_nobody_tenses_a_muscle_for_longer_than_they_can():
    """A host that is killed while somebody tenses leaves no contraction behind."""
    body = Pressed("healthy_f")
    body.life.tense(body.now_us, 1.0)
    loud = body.press(0.0, TIRES_S + 2.0)
    assert loud[200 : round(100 * TIRES_S) - 10].min() > 400.0
    assert loud[round(100 * TIRES_S) + 50 :].max() < 5.0
