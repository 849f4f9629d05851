"""A profile's own rules: the first that holds acts, once, and keeps what it holds back."""

import pytest

from controller.conditions import Evidence
from controller.reacting import SETTLES_S, held_since_s, react, share, unprovoked
from profiles.program import Ease, Hold, Rule, Signal, Stop

GUARDING = Rule(
    "guarding", Signal("emg", "above", 1.6, "baseline", "", 0.6), Ease(0.5, 1.0, 5.0), 1
)
ALARMING = Rule("alarming", Signal("emg", "above", 5.0, "baseline", "", 0.0), Stop(), 2)
RESTING = Rule("resting", Signal("emg", "above", 1.6, "baseline", "", 0.6), Hold(3.0), 3)


def acted(rules, spells):
    """Fold (from_s, to_s, uV over a baseline of 10) spells; return who acted when, and the shares.

    Steps are of 10 ms.
    """
    reactions, acts, shares = unprovoked(rules), [], {}
    for from_s, to_s, uv in spells:
        for k in range(round(from_s * 100), round(to_s * 100)):
            at_s = k / 100
            evidence = Evidence(
                at_s=at_s,
                step_began_s=0.0,
                signals={"emg": (uv,)},
                references={("emg", "baseline"): (10.0,)},
                noise_uv=(0.0,),
            )
            reactions, rule = react(reactions, rules, evidence)
            if rule is not None:
                acts.append((at_s, rule.name))
            shares[k] = share(reactions)
    return acts, shares, reactions


def test_a_rule_acts_once_for_one_cause_and_holds_back_while_it_lasts():
    acts, shares, _ = acted((GUARDING,), [(0, 1, 10), (1, 9, 20), (9, 20, 10)])
    assert acts == [(pytest.approx(1.6), "guarding")]
    assert shares[100] == 1.0
    assert shares[161] == 0.5
    assert shares[890] == 0.5
    assert shares[1390] == 0.5  # kept for five seconds after the cause is gone
    assert shares[1410] == 1.0


def test_what_comes_anew_is_answered_anew_once_it_has_settled():
    twice = [(0, 1, 20), (1, 1.2, 10), (1.2, 6, 20)]
    acts, _, _ = acted((GUARDING,), twice)
    assert [at_s for at_s, _ in acts] == pytest.approx([0.6, 0.6 + SETTLES_S])


def test_the_first_rule_in_the_file_wins():
    acts, _, _ = acted((GUARDING, ALARMING), [(0, 3, 60)])
    assert acts[0] == (0.0, "alarming")  # it needs no time to be sure; the first still does
    assert acts[1][1] == "guarding"
    acts, _, _ = acted((RESTING, GUARDING), [(0, 3, 20)])
    assert [name for _, name in acts] == ["resting"]


def test_a_rule_that_holds_says_since_when():
    _, _, reactions = acted((RESTING,), [(0, 2, 20)])
    assert held_since_s(reactions, (RESTING,)) == (pytest.approx(0.6), 3.0)
    _, _, reactions = acted((RESTING,), [(0, 2, 20), (2, 3, 10)])
    assert held_since_s(reactions, (RESTING,)) is None


def test_a_quiet_muscle_calls_for_nothing():
    acts, shares, _ = acted((GUARDING, ALARMING, RESTING), [(0, 30, 12)])
    assert acts == []
    assert set(shares.values()) == {1.0}
