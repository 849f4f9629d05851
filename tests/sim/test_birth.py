"""`sim://` addresses: what they mean, and what is said of a wrong one."""

import pytest

from firmware_bridge.errors import LinkUnavailable
from sim.birth import Recipe, recipe


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sim://", Recipe()),
        ("sim://healthy_m", Recipe(preset="healthy_m")),
        ("sim://healthy_f?seed=12", Recipe(seed=12)),
        ("sim://trigger_point_ut?stiffness=1.35&seed=0", Recipe(
            preset="trigger_point_ut", seed=0, stiffness=1.35
        )),
        ("sim://healthy_f?correction=off&stroke=1", Recipe(correction=False, stroke=True)),
        ("sim://healthy_f?correction=on&stroke=0", Recipe()),
        (f"sim://healthy_f?seed={2**63 - 1}", Recipe(seed=2**63 - 1)),
    ],
)  # fmt: skip
def test_an_address_is_understood(url, meant):
    assert recipe(url) == meant


@pytest.mark.parametrize(
    "meant",
    [Recipe(), Recipe(preset="healthy_m", seed=99, stiffness=0.65, correction=False, stroke=True)],
)
def test_a_recipe_has_an_address_that_says_it(meant):
    assert recipe(meant.address) == meant


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sim://healthy_x", 'no simulated person "healthy_x"; did you mean "healthy_'),
        ("sim://nobody-like-that", 'no simulated person "nobody-like-that"; there are healthy_f'),
        ("sim://healthy_f?mass=70", 'no option "mass"; it has seed, stiffness'),
        ("sim://healthy_f?seed=-1", 'seed="-1" is no whole number, as seed=7'),
        ("sim://healthy_f?seed=1.5", 'seed="1.5" is no whole number'),
        ("sim://healthy_f?seed=", 'seed="" is no whole number'),
        ("sim://healthy_f?seed=seven", 'seed="seven" is no whole number'),
        (f"sim://healthy_f?seed={2**63}", "is no whole number"),
        ("sim://healthy_f?stiffness=soft", 'stiffness="soft" must be from 0.2 to 5'),
        ("sim://healthy_f?stiffness=0", "must be from 0.2 to 5, as stiffness=1.35"),
        ("sim://healthy_f?stiffness=nan", "must be from 0.2 to 5"),
        ("sim://healthy_f?stiffness=inf", "must be from 0.2 to 5"),
        ("sim://healthy_f?correction=maybe", 'correction="maybe" must be on or off'),
        ("sim://healthy_f?stroke", 'stroke="" must be on or off'),
    ],
)
def test_a_wrong_address_gets_one_clear_sentence(url, said):
    with pytest.raises(LinkUnavailable) as refusal:
        recipe(url)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_number_of_a_thousand_digits_is_refused_too():
    with pytest.raises(LinkUnavailable):
        recipe("sim://healthy_f?seed=" + "9" * 1000)
