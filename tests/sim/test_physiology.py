"""The facts that the body is made of: golden values and acceptance scenarios, each with its source.

The numbers of a section are those of the project's fact sheet on physiology. Golden values of units
are tested with them (`tests/profiles/test_regions.py`), the acceptance of whole sessions in
`test_acceptance.py`; rat muscle, bridge amplifiers and EMG converters have no code here.
"""

import numpy as np
import pytest

from sim.body import PRESETS, RELAXATION, SITES, STIFFNESS_CV, hertz_k
from sim.pain import painful_force_n, threshold_kpa
from sim.warmth import ARTERY_GAIN
from tests.sim.bodies import Pressed, somebody


@pytest.mark.parametrize(
    ("ppt", "area", "kpa"), [(280, 1, 280.0), (280, 10, 90.6), (480, 400, 25.5)]
)
def test_8_1_a_threshold_falls_with_the_area(ppt, area, kpa):
    assert threshold_kpa(ppt, area) == pytest.approx(kpa, abs=0.05)


@pytest.mark.parametrize(("area", "newtons"), [(1, 28.0), (10, 90.6), (50, 205.9)])
def test_8_1_the_painful_force_grows_with_the_area(area, newtons):
    assert painful_force_n(280, area) == pytest.approx(newtons, abs=0.05)


def test_8_1_a_hertz_contact():
    k = hertz_k(60.0, 0.015, 0.5)
    assert k == pytest.approx(13064, abs=1)
    assert k * 0.015**1.5 == pytest.approx(24.0, abs=0.05)


def test_8_1_a_held_tissue_keeps_0_55_of_its_force():
    assert 1.0 - sum(share for share, _ in RELAXATION) == pytest.approx(0.55)


def test_8_1_one_woman_in_twenty_hurts_at_0_56_of_the_mean():
    shoulders = [somebody(seed=s).ppt_kpa["upper_trapezius"] / 280 for s in range(2000)]
    assert np.percentile(shoulders, 5) == pytest.approx(0.5596, abs=0.03)
    stiffness = np.sqrt(np.log(1 + STIFFNESS_CV**2))
    assert stiffness == pytest.approx(0.34, abs=0.01)


def test_8_1_nobody_is_more_sensitive_than_one_woman_in_a_hundred():
    """p1 is 0.4495 of the mean; people are drawn from within two standard deviations."""
    shoulders = [somebody(seed=s).ppt_kpa["upper_trapezius"] / 280 for s in range(2000)]
    assert 0.4495 < min(shoulders) < 0.5596


@pytest.mark.parametrize(
    ("e_kpa", "k"),
    [(20, (3556, 4355, 6158)), (40, (7111, 8709, 12317)), (60, (10667, 13064, 18475)),
     (80, (14222, 17419, 24634)), (120, (21333, 26128, 36950))],
)  # fmt: skip
def test_3_2_the_table_of_contacts(e_kpa, k):
    found = [hertz_k(e_kpa, radius_m, 0.5) for radius_m in (0.010, 0.015, 0.030)]
    assert found == pytest.approx(k, abs=1)


@pytest.mark.parametrize("area", [1, 2, 4, 10, 20, 50, 100, 400])
def test_2_4_the_table_of_areas(area):
    row = {
        1: (280, 480, 420), 2: (199, 342, 299), 4: (142, 243, 213), 10: (91, 155, 136),
        20: (65, 111, 97), 50: (41, 71, 62), 100: (29, 50, 44), 400: (15, 25, 22),
    }[area]  # fmt: skip
    assert [threshold_kpa(ppt, area) for ppt in (280, 480, 420)] == pytest.approx(row, abs=0.7)


def test_2_4_beyond_the_areas_that_were_seen_nothing_is_extrapolated():
    assert threshold_kpa(280, 0.1) == threshold_kpa(280, 0.5)
    assert threshold_kpa(280, 1000) == threshold_kpa(280, 400)


def test_2_1_women_hurt_at_0_7_of_what_men_do():
    for site in SITES.values():
        assert 0.68 <= site.ppt_f_kpa / site.ppt_m_kpa <= 0.74


def deep_first():
    body = Pressed()
    rest_uv = body.press(0.0, 5).mean()
    return body.press_share(0.6, 60)[-1000:].mean() / rest_uv, body, rest_uv


def test_8_2_1_deep_first_braces_and_light_first_does_not():
    """Deep first: EMG x 3.35 (V: S2). Light, moderate, deep: flat."""
    ratio, _, _ = deep_first()
    assert ratio == pytest.approx(3.35, rel=0.1)
    body = Pressed()
    rest_uv = body.press(0.0, 5).mean()
    body.press_share(0.15, 100)
    body.press_share(0.35, 100)
    assert body.press_share(0.6, 60)[-1000:].mean() / rest_uv <= 1.2


def test_8_2_1_light_pressure_after_that_brings_rest_back():
    _, body, rest_uv = deep_first()
    assert body.press_share(0.15, 10)[-300:].mean() == pytest.approx(rest_uv, rel=0.1)


def test_8_2_2_reflexes_are_back_within_5_s_softness_within_3_min_and_the_skin_is_still_warm():
    body = Pressed()
    body.press(15.0, 420)
    life = body.life
    assert life.reflex == pytest.approx(0.30, abs=0.02)  # -70 % (V: S3, S4)
    told = life.told()
    assert told["softer"] > 0.03
    body.press(0.0, 5)
    assert life.reflex >= 0.95
    body.press(0.0, 175)
    assert life.told()["softer"] < 0.15 * told["softer"]
    assert life.told()["skin_degc"] > 31.5 + 0.3


def test_8_2_3_three_holds_on_a_trigger_point():
    """The threshold rises by 20 to 80 kPa (1 cm2), pain falls inside each hold, activity too."""
    body = Pressed("trigger_point_ut")
    before_kpa = body.life.threshold_kpa
    rest_uv = body.press(0.0, 5).mean()
    body.press_share(0.15, 180)
    for _ in range(3):
        began = len(body.trace)
        kpa = 0.98 * body.life.threshold_kpa
        body.press(kpa, 60)
        felt = [nrs for _, _, nrs in body.trace[began:]]
        assert max(felt[:100]) > felt[-1]
        body.press(0.0, 30)
    rise_kpa = (body.life.threshold_kpa - before_kpa) / threshold_kpa(1.0, 10.0)
    assert 20.0 <= rise_kpa <= 80.0
    assert body.press(0.0, 20)[-500:].mean() < 0.7 * rest_uv
    assert len(body.when("knot released")) == 1


def test_8_2_4_the_same_40_n_hurt_on_a_small_tip_and_not_on_a_large_pad():
    sensitive = 0.5596 * SITES["upper_trapezius"].ppt_f_kpa
    assert painful_force_n(sensitive, 2.0) < 40.0
    assert painful_force_n(sensitive, 50.0) > 40.0


def test_8_2_8_the_artery_does_not_flow_faster_and_the_skin_does():
    body = Pressed()
    body.press(10.0, 720)
    told = body.life.told()
    assert told["artery_flow"] == ARTERY_GAIN == 1.0
    assert 5.0 < told["skin_flow"] <= 10.0


def test_4_1_the_skin_is_1_1_degrees_warmer_after_12_minutes():
    body = Pressed()
    body.press(10.0, 720)
    assert body.life.told()["skin_degc"] - 31.5 == pytest.approx(1.1, abs=0.1)


def test_4_1_muscle_warms_down_to_2_5_cm_and_not_at_3_5():
    body = Pressed()
    body.press(10.0, 900)
    deeper = dict(map(tuple, body.life.told()["muscle_warmer_degc"]))
    assert deeper[1.5] > deeper[2.5] > 0.3
    assert deeper[3.5] == 0.0


def test_4_1_resting_activity_falls_by_13_to_19_percent_in_half_an_hour():
    body = Pressed()
    before_uv = body.press(8.0, 5).mean()
    after_20 = body.press(8.0, 1200)[-500:].mean() / before_uv
    after_30 = body.press(8.0, 600)[-500:].mean() / before_uv
    assert after_20 == pytest.approx(1 - 0.13, abs=0.025)
    assert 1 - 0.193 <= after_30 <= after_20


def test_4_3_softening_is_small_for_anybody():
    """-5.2 +- 8.8 % (V: S6)."""
    softens = np.array([somebody(seed=s).softens for s in range(500)])
    assert softens.mean() == pytest.approx(0.052, abs=0.01)
    assert softens.min() > -0.04
    assert softens.max() < 0.15


def test_4_3_soreness_a_day_later_needs_a_lot_of_pressure():
    gentle, hard = Pressed(), Pressed()
    gentle.press_share(0.5, 600)
    hard.press_share(0.95, 600)
    assert gentle.life.told()["soreness_24h_nrs"] == 0.0
    assert hard.life.told()["soreness_24h_nrs"] == pytest.approx(0.02 * 0.35 * 10, rel=0.05)
    assert not gentle.life.told()["bruise_may_come"]


def test_4_3_a_bruise_may_come_from_20_s_over_the_threshold():
    body = Pressed()
    body.press_share(1.1, 19)
    assert not body.life.told()["bruise_may_come"]
    body.press_share(1.1, 2)
    assert body.life.told()["bruise_may_come"]


def test_2_2_a_sore_muscle_hurts_at_0_76_and_is_a_little_stiffer():
    fresh, sore = somebody(), somebody(sore=True)
    assert sore.ppt_kpa["gluteus"] == pytest.approx(0.76 * fresh.ppt_kpa["gluteus"], abs=0.1)
    assert sore.tissue.k == pytest.approx(1.15 * fresh.tissue.k)


@pytest.mark.parametrize(
    ("preset", "share"),
    [("athlete_post_event", 0.76), ("acute_spasm_low_back", 0.65), ("chronic_neck", 0.6),
     ("elderly", 0.7), ("anxious", 0.7), ("reduced_sensation", 1.0), ("obese", 1.0)],
)  # fmt: skip
def test_4_6_presets_hurt_as_early_as_the_sheet_says(preset, share):
    """All thresholds of somebody, against a healthy person of the same dice and sex."""
    healthy = somebody("healthy_f" if PRESETS[preset].female else "healthy_m")
    other = somebody(preset)
    ratios = [other.ppt_kpa[name] / healthy.ppt_kpa[name] for name in SITES]
    assert ratios == pytest.approx([share] * len(ratios), rel=0.002)
