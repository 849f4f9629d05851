"""How values that vary are declared: what comes out of lists, weights and spans, and where."""

from collections import Counter
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.kinds import Amount
from profiles.problems import ProfileProblems
from profiles.quantities import Quantity
from sim.campaign import read_campaign
from sim.drawn import Span, Weighted, pick, possible
from sim.lots import draw
from sim.scene import BodyWords, DeviceWords, LinkWords
from sim.varying import BodyVaries, DeviceVaries
from tests.sim.test_campaign import BRIEF

Number = Span[float, float]
shares = st.floats(0.0, 1.0, exclude_max=True)


def dice(seed=1):
    return np.random.Generator(np.random.PCG64(seed))


def campaign(tmp_path, *lines):
    file = tmp_path / "one.campaign.yaml"
    file.write_text(BRIEF.read_text().partition("set:")[0] + "\n".join(lines) + "\n")
    return read_campaign(file)


def test_whatever_a_story_says_of_bodies_and_devices_a_campaign_may_draw():
    assert set(BodyVaries.model_fields) == set(BodyWords.model_fields)
    of_a_story = set(DeviceWords.model_fields) | set(LinkWords.model_fields)
    assert set(DeviceVaries.model_fields) == of_a_story


def test_whoever_says_nothing_of_bodies_and_devices_gets_those_of_a_story_that_says_nothing():
    for varies, words in ((BodyVaries(), BodyWords()), (DeviceVaries(), DeviceWords())):
        for name in type(words).model_fields:
            assert pick(getattr(varies, name), dice()) == getattr(words, name)


def test_what_weighs_three_times_as_much_is_drawn_three_times_as_often():
    words = Weighted[str](of=["early", "usual", "never"], weights=[1.0, 3.0, 0.0])
    rolling = dice()
    drawn = Counter(pick(words, rolling) for _ in range(4000))
    assert set(drawn) == set(possible(words)) == {"early", "usual"}
    assert 2.7 < drawn["usual"] / drawn["early"] < 3.3


@given(
    weights=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=6).filter(any),
    share=shares,
)
def test_what_weighs_nothing_is_never_drawn(weights, share):
    words = Weighted[int](of=list(range(len(weights))), weights=weights)
    assert weights[words.at(share)] > 0.0


@given(low=st.floats(0.2, 2.0), wide=st.floats(0.0, 3.0), at=shares, factor=st.floats(1.01, 100.0),
       share=shares)  # fmt: skip
def test_a_span_around_a_median_has_half_of_all_to_each_side_and_nothing_outside(
    low, wide, at, factor, share
):
    high, middle = low + wide, low + at * wide
    span = Number.model_validate({"from": low, "to": high, "median": middle, "factor": factor})
    assert low <= span.at(share) <= high
    assert span.at(0.0) == pytest.approx(low)


def test_around_a_median_two_thirds_lie_within_the_factor():
    span = Number.model_validate({"from": 0.1, "to": 10.0, "median": 1.0, "factor": 1.5})
    drawn = [span.at((n + 0.5) / 3000) for n in range(3000)]
    assert median(drawn) == pytest.approx(1.0, rel=0.01)
    within = sum(1.0 / 1.5 <= one <= 1.5 for one in drawn) / len(drawn)
    assert within == pytest.approx(0.683, abs=0.005)


def test_a_quantity_is_drawn_in_its_unit():
    of = Quantity(8.0, "pressure"), Quantity(16.0, "pressure")
    span = Span[Amount, Amount].model_construct(low=of[0], high=of[1])
    assert span.at(0.5) == Quantity(12.0, "pressure")


def test_every_kind_of_value_is_declared_in_the_same_words(tmp_path):
    plan = campaign(
        tmp_path,
        "set: {depth: {of: [6 kPa, 8 kPa], weights: [1, 3]}}",
        "person: {of: [healthy_f, anxious], weights: [1, 1]}",
        "body: {stiffness: {from: 0.5, to: 2, median: 1, factor: 1.3}, guards: [0.3, early],",
        "  sensation: [full, reduced], trigger_point: active, sore: {of: [true], weights: [1]}}",
        "device: {battery: {from: 40 %, to: 90 %, mean: 60 %, spread: 10 %}, head: [true, false],",
        "  pads: [[left, right], [left]], correction: [true, false], baud: [921600, 115200]}",
    )
    drawn = [draw(plan, 1, n) for n in range(60)]
    recipes = [one.recipe for one in drawn]
    assert {one.values["depth"] for one in drawn} == {"6 kPa", "8 kPa"}
    assert {one.preset for one in recipes} == {"healthy_f", "anxious"}
    assert {one.guards for one in recipes} == {"0.3", "early"}
    assert {one.sensation for one in recipes} == {"full", "reduced"}
    assert {(one.trigger_point, one.sore) for one in recipes} == {("active", True)}
    assert {one.pads for one in recipes} == {"left,right", "left"}
    assert {one.head for one in recipes} == {one.correction for one in recipes} == {True, False}
    assert {one.baud for one in drawn} == {921600, 115200}
    assert all(40.0 <= one.battery <= 90.0 for one in recipes)
    assert len({one.battery for one in recipes}) == len({one.stiffness for one in recipes}) == 60


def test_pads_alone_are_those_of_every_device(tmp_path):
    plan = campaign(tmp_path, "device: {pads: [left, right]}")
    assert {draw(plan, 1, n).recipe.pads for n in range(9)} == {"left,right"}


@pytest.mark.parametrize(
    ("line", "where", "said"),
    [
        ("person: {of: [anxious], weights: [1, 2]}", "person.weights",
         "1 value and 2 weights: each value has one weight"),
        ("person: {of: [anxious], weights: [-1]}", "person.weights[0]",
         "-1 is too little; at least 0"),
        ("person: {of: [anxious], weights: [0]}", "person.weights", "all weights are 0"),
        ("person: {of: [anxious]}", "person.weights", '"weights" is missing; write it, as weights'),
        ("person: {of: [me], weights: [1]}", "person.of[0]", '"me" is nobody'),
        ("person: {from: anxious}", "person.of", '"of" is missing; write it, as of:'),
        ("device: {pads: [left, left]}", "device.pads", "a pad is named twice"),
        ("device: {pads: [left, 7]}", "device.pads[1]", "a text is wanted here, not 7"),
        ("device: {pads: [[left], [left, left]]}", "device.pads[1]", "a pad is named twice"),
        ("device: {emg: {of: [2, 9], weights: [1, 1]}}", "device.emg.of[1]", "9 is too much"),
        ("device: {battery: {from: 20 %, to: 200 %}}", "device.battery.to",
         '"200 %" is too much; at most 100 %'),
        ("body: {stiffness: {from: 0.5, to: 2, mean: 1, spread: -0.1}}", "body.stiffness.spread",
         "a spread is more than nothing"),
        ("body: {stiffness: [0.5, 9]}", "body.stiffness[1]", "9 is too much; at most 5"),
        ("set: {depth: {of: [6 kPa, 6], weights: [1, 1]}}", "set.depth.of[1]", "6 has no unit"),
        ("set: {by: {from: -1 mm, to: 2 mm, median: 1 mm, factor: 2}}", "set.by.from",
         "what differs by a factor is always more than nothing"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_is_drawn_is_told_at_its_place(line, where, said, tmp_path):
    with pytest.raises(ProfileProblems) as raised:
        campaign(tmp_path, line)
    first = raised.value.problems[0]
    assert (first.where, first.problem[: len(said)]) == (where, said)
