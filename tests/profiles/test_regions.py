import pytest

from profiles.envelope import Limit
from profiles.quantities import parse
from profiles.regions import (
    NEVER,
    REGIONS,
    Thresholds,
    fifth_percentile,
    pain_threshold,
    ppt_at_area,
    region_envelope,
)


@pytest.mark.parametrize(
    ("ppt_kpa", "area_cm2", "expected"), [(280, 1, 280.0), (280, 10, 90.6), (480, 400, 25.5)]
)
def test_thresholds_fall_with_area_as_the_facts_say(ppt_kpa, area_cm2, expected):
    assert ppt_at_area(ppt_kpa, area_cm2) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(("area_cm2", "force_n"), [(1, 28.0), (10, 90.6), (50, 205.9)])
def test_the_force_that_hurts_grows_with_area(area_cm2, force_n):
    assert ppt_at_area(280, area_cm2) * area_cm2 / 10 == pytest.approx(force_n, abs=0.05)


def test_golden_conversions():
    assert fifth_percentile(1.0) == pytest.approx(0.5596, abs=5e-5)
    assert parse("100 mmHg", "pressure") == pytest.approx(13.332, abs=5e-4)
    assert parse("2.5 kgf/cm2", "pressure") == pytest.approx(245.17, abs=5e-3)
    assert ppt_at_area(280, 1000) == ppt_at_area(280, 400)
    assert ppt_at_area(280, 0.01) == ppt_at_area(280, 0.5)


@pytest.mark.parametrize(
    ("region", "area_cm2", "limit_kpa"),
    [
        ("upper_trapezius", 10, 40.0),
        ("lumbar_erector_spinae", 10, 60.0),
        ("neck_cervical_paraspinal", 10, 20.0),
        ("foot_heel", 20, 20.0),
    ],
)
def test_a_region_bears_its_force_over_the_pad(region, area_cm2, limit_kpa):
    assert region_envelope(region, area_cm2).pressure_kpa == Limit(limit_kpa, "region")


def test_nobody_is_a_sensitive_woman():
    limit = pain_threshold("upper_trapezius", 1.0, None)
    assert limit.value == pytest.approx(0.5596 * 280, abs=0.02)
    assert limit.owner == "nobody"


def test_a_persons_threshold_counts_and_a_calibrated_one_is_used_as_it_is():
    person = Thresholds(
        owner="ada", ppt_1_kpa={"gluteus": 400.0}, calibrated_kpa={"foot_heel": 70.0}
    )
    assert pain_threshold("gluteus", 10.0, person) == Limit(ppt_at_area(400.0, 10.0), "ada")
    assert pain_threshold("foot_heel", 10.0, person) == Limit(70.0, "ada")
    assert pain_threshold("hand_fdi", 10.0, person).owner == "nobody"


def test_women_hurt_before_men_everywhere_and_no_region_is_both_treated_and_never():
    assert all(region.women_ppt_kpa < region.men_ppt_kpa for region in REGIONS.values())
    assert not set(NEVER) & set(REGIONS)
