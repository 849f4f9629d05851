"""`sim://` addresses: what they mean, and what is said of a wrong one."""

import pytest

from firmware_bridge.errors import LinkUnavailable
from sim.birth import Recipe, recipe
from sim.body import Manner


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
        ("sim://obese?emg=8&ecg=on", Recipe(preset="obese", emg=8, ecg=True)),
        ("sim://healthy_f?guards=early&presses=late", Recipe(guards="early", presses="late")),
        ("sim://healthy_f?guards=0.3&sore=on", Recipe(guards="0.3", sore=True)),
        ("sim://trigger_point_ut?lets_go=never", Recipe(
            preset="trigger_point_ut", lets_go="never"
        )),
        ("sim://healthy_m?trigger_point=latent&sensation=none", Recipe(
            preset="healthy_m", trigger_point="latent", sensation="none"
        )),
    ],
)  # fmt: skip
def test_an_address_is_understood(url, meant):
    assert recipe(url) == meant


@pytest.mark.parametrize(
    "meant",
    [
        Recipe(),
        Recipe(preset="healthy_m", seed=99, stiffness=0.65, correction=False, stroke=True),
        Recipe(
            preset="anxious",
            emg=3,
            ecg=True,
            guards="0.25",
            lets_go="never",
            presses="never",
            sensation="reduced",
            trigger_point="active",
            sore=False,
        ),
    ],
)
def test_a_recipe_has_an_address_that_says_it(meant):
    assert recipe(meant.address) == meant


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sim://healthy_x", 'no simulated person "healthy_x"; did you mean "healthy_'),
        ("sim://nobody-like-that", 'no simulated person "nobody-like-that"; there are healthy_f'),
        ("sim://anxius", 'did you mean "anxious"?'),
        ("sim://healthy_f?mass=70", 'no option "mass"; it has seed, stiffness'),
        ("sim://healthy_f?guard=early", 'no option "guard"; did you mean "guards"?'),
        ("sim://healthy_f?guards=erly", "or a share of the pain threshold from 0.02 to 1.5; did"),
        ("sim://healthy_f?guards=erly", 'did you mean "early"?'),
        ("sim://healthy_f?guards=0", "must be usual, early, never, or a share"),
        ("sim://healthy_f?guards=nan", "must be usual, early, never, or a share"),
        ("sim://healthy_f?lets_go=nevr", 'must be usual or never; did you mean "never"?'),
        ("sim://healthy_f?presses=soon", 'presses="soon" must be usual, late or never'),
        ("sim://healthy_f?sensation=non", 'must be full, reduced or none; did you mean "none"?'),
        ("sim://healthy_f?trigger_point=on", "must be active, latent or none"),
        ("sim://healthy_f?emg=0", 'emg="0" must be a number of electrode pairs, from 1 to 8'),
        ("sim://healthy_f?emg=9", "from 1 to 8"),
        ("sim://healthy_f?ecg=maybe", 'ecg="maybe" must be on or off'),
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


@pytest.mark.parametrize(
    ("url", "manner"),
    [
        ("sim://", Manner()),
        ("sim://?guards=usual&lets_go=usual&presses=usual", Manner()),
        ("sim://?guards=early", Manner(guards_from=0.15)),
        ("sim://?guards=never", Manner(guards_from=float("inf"))),
        ("sim://?guards=0.5&lets_go=never", Manner(guards_from=0.5, lets_go=False)),
        ("sim://?sensation=none&presses=late", Manner(sensation="none", presses="late")),
        ("sim://?trigger_point=latent&sore=on", Manner(point="latent", sore=True)),
    ],
)
def test_an_address_says_how_somebody_differs(url, manner):
    assert recipe(url).manner == manner


def test_a_number_of_a_thousand_digits_is_refused_too():
    with pytest.raises(LinkUnavailable):
        recipe("sim://healthy_f?seed=" + "9" * 1000)
