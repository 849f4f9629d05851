"""The virtual body: golden numbers, spread between people, presets."""

import numpy as np
import pytest

from sim.body import PRESETS, SITES, Preset, person, tissue


def dice(seed):
    return np.random.Generator(np.random.PCG64(seed))


def people(preset, n=400, **how):
    return [person(PRESETS[preset], dice(seed), **how) for seed in range(n)]


def test_the_tissue_of_a_middling_shoulder():
    """45 kPa relaxed are 81.8 kPa at once; a flat punch of 10 cm2 makes 19.2 kN/m^1.5 of it."""
    shoulder = tissue(SITES["upper_trapezius"])
    assert shoulder.k == pytest.approx(19_170, rel=0.005)
    assert shoulder.bottom_m == pytest.approx(0.0175)
    assert sum(share for share, _ in shoulder.relaxation) == pytest.approx(0.45)


def test_15_kpa_sink_some_millimetres_into_a_shoulder():
    """15 N under the pad: 8.5 mm at once, and more as the tissue relaxes; no bone is felt."""
    shoulder = tissue(SITES["upper_trapezius"])
    depth_m = (15.0 / shoulder.k) ** (2 / 3)
    relaxed_m = (15.0 / (0.55 * shoulder.k)) ** (2 / 3)
    assert 0.008 < depth_m < 0.009
    assert depth_m < relaxed_m < shoulder.bottom_m


@pytest.mark.parametrize("stiffness", [0.65, 1.0, 1.35])
def test_stiffness_scales_the_tissue_and_nothing_else(stiffness):
    mean, other = tissue(SITES["gluteus"]), tissue(SITES["gluteus"], stiffness)
    assert other.k == pytest.approx(stiffness * mean.k)
    assert (other.bottom_m, other.bottom_n_m2) == (mean.bottom_m, mean.bottom_n_m2)
    assert person(PRESETS["healthy_f"], dice(3), stiffness).tissue.k == pytest.approx(
        stiffness * person(PRESETS["healthy_f"], dice(3)).tissue.k
    )


def test_the_same_dice_make_the_same_person():
    assert person(PRESETS["healthy_f"], dice(7)) == person(PRESETS["healthy_f"], dice(7))


def test_two_throws_make_two_people():
    one, two = person(PRESETS["healthy_f"], dice(1)), person(PRESETS["healthy_f"], dice(2))
    assert one.tissue.k != two.tissue.k
    assert one.ppt_kpa != two.ppt_kpa


def test_people_spread_as_people_do():
    thresholds = np.array([p.ppt_kpa["upper_trapezius"] for p in people("healthy_f")])
    stiffness = np.array([p.tissue.k for p in people("healthy_f")])
    assert thresholds.mean() == pytest.approx(280.0, rel=0.05)
    assert thresholds.std() / thresholds.mean() == pytest.approx(0.33, abs=0.06)
    assert stiffness.std() / stiffness.mean() == pytest.approx(0.35, abs=0.06)
    assert abs(np.corrcoef(thresholds, stiffness)[0, 1]) < 0.15


def test_nobody_is_stranger_than_two_standard_deviations():
    k = [p.tissue.k for p in people("healthy_f", 1000)]
    assert max(k) / min(k) == pytest.approx(np.exp(4 * np.sqrt(np.log(1 + 0.35**2))), rel=0.01)


def test_one_persons_thresholds_are_all_high_or_all_low():
    someone = person(PRESETS["healthy_m"], dice(5))
    factors = [someone.ppt_kpa[name] / site.ppt_m_kpa for name, site in SITES.items()]
    assert max(factors) - min(factors) < 0.002


def test_women_hurt_earlier_than_men_on_average():
    for site in SITES.values():
        assert site.ppt_f_kpa < site.ppt_m_kpa
    f, m = person(PRESETS["healthy_f"], dice(7)), person(PRESETS["healthy_m"], dice(7))
    assert f.ppt_kpa["gluteus"] < m.ppt_kpa["gluteus"]


def test_a_trigger_point_is_stiffer_more_tender_and_never_quite_silent():
    for healthy, tender in zip(people("healthy_f"), people("trigger_point_ut"), strict=True):
        assert tender.tissue.k == pytest.approx(1.75 * healthy.tissue.k)
        before, after = healthy.ppt_kpa["upper_trapezius"], tender.ppt_kpa["upper_trapezius"]
        assert after == pytest.approx(max(0.4 * before, before - 105.0), abs=0.11)
        assert tender.ppt_kpa["gluteus"] == healthy.ppt_kpa["gluteus"]
        assert tender.rest_uv > healthy.rest_uv


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_lies_on_a_site_that_is_known(name):
    preset = PRESETS[name]
    assert isinstance(preset, Preset)
    assert preset.site in SITES
    assert preset.site in person(preset, dice(0)).ppt_kpa
