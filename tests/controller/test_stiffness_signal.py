"""How stiff tissue is, as a signal of a profile: what it says, and who acts on it."""

import msgspec
import numpy as np
import pytest

from controller.fitting import CannotPlay, hears
from controller.play import prepare
from controller.stiffness import AT_MM, HEARD_S, told
from controller.words import Sampled, Unmeasurable
from profiles.problems import ProfileProblems
from sim.birth import Recipe
from sim.voice_coil import Outfit, capabilities
from tests.controller.stories import Stage, story
from tests.controller.test_stiffness import MEAN, Flesh, hold, knead, press

TRUE_KPA_MM = MEAN * AT_MM**0.5
WITHIN = 0.01
"""By how much the signal may be off what is true, as a share: a fifth of what massage changes."""

SOFTENING = """
format: myoloop-profile/1
id: test-softening
revision: 1
title: Kneaded until it is softer
region: upper_trapezius
needs:
  channels: [pressure]
  signals: {{stiffness: {{missing: {missing}, lost: ease}}}}
limits: {{pressure: 16 kPa, session: 10 min}}
steps:
  - effleurage: {{label: Warm up, pressure: 6 kPa, rate: 12/min, length: 150 mm, for: 40 s,
                  baseline: stiffness}}
  - petrissage:
      label: Kneading
      pressure: {{low: 3 kPa, high: 10 kPa}}
      rate: 0.6 Hz
      for: {for_s} s
      {listens}
  - settle: {{label: Close, pressure: 3 kPa, for: 5 s}}
"""
DEEP = Recipe(depth=True)


def text(listens, missing="refuse", for_s=60):
    return SOFTENING.format(listens=listens, missing=missing, for_s=for_s)


def until(condition):
    return f"until: {{signal: stiffness, {condition}, for: 2 s}}"


def adapting(of="baseline"):
    return (
        f"adapt: {{pressure: {{signal: stiffness, of: {of}, "
        "map: {90 %: 50 %, 110 %: 100 %}, over: 2 s}}"
    )


def endings(stage):
    return [step.outcome for step in stage.outcome.steps]


# --- what it says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way",
    [hold(6.0, 20.0), hold(9.0, 20.0), knead(3.0, 9.0, 0.6, 20.0), knead(4.0, 7.0, 1.0, 20.0)],
    ids=["a light hold", "a deep hold", "kneading", "quick and small kneading"],
)
@pytest.mark.parametrize("times", [0.6, 1.0, 1.6])
def test_one_number_says_it_however_deep_and_however_long_is_pressed(way, times):
    (found,) = told(press(Flesh(times * MEAN), way)[0], 1)
    assert found == pytest.approx(times * TRUE_KPA_MM, rel=1e-3)


def test_it_follows_within_seconds_what_changes():
    flesh = Flesh()
    known, _ = press(flesh, knead(3.0, 9.0, 0.6, 20.0))
    flesh.factor = 0.95 * MEAN
    known, _ = press(flesh, knead(3.0, 9.0, 0.6, 25.0), known)
    assert told(known, 1)[0] == pytest.approx(0.95 * TRUE_KPA_MM, rel=0.01)


def test_before_a_second_of_firm_contact_nothing_is_known():
    assert told((), 2) == (None, None)
    flesh = Flesh()
    known, _ = press(flesh, hold(6.0, HEARD_S - 0.1))
    assert told(known, 1) == (None,)
    known, _ = press(flesh, hold(6.0, 0.2), known)
    assert told(known, 1)[0] is not None


def test_after_ten_seconds_off_the_body_it_is_forgotten_and_begins_anew():
    flesh = Flesh()
    known, _ = press(flesh, hold(6.0, 20.0))
    known, _ = press(flesh, hold(0.0, 9.5), known)
    assert told(known, 1)[0] is not None
    known, _ = press(flesh, hold(0.0, 1.0), known)
    assert told(known, 1) == (None,)
    flesh.factor = 1.3 * MEAN
    known, _ = press(flesh, hold(6.0, HEARD_S + 0.1), known)
    assert told(known, 1)[0] == pytest.approx(1.3 * TRUE_KPA_MM, rel=0.06)


@pytest.mark.parametrize("who", ["healthy_f", "trigger_point_ut"])
async def test_on_a_body_that_softens_it_is_within_a_hundredth_of_what_is_true(who, monkeypatch):
    seen = []

    def hear(stage, event):
        hearing(stage, event)
        if isinstance(event, Sampled):
            (kpa_mm,) = told(stage.session._mind.watch.stiffness, 1)
            seen.append((event.at_s, stage.twin.machine.life.stiffness, kpa_mm or np.nan))

    hearing = Stage.hear
    monkeypatch.setattr(Stage, "hear", hear)
    await story(
        text=text(until("below: 10 %, of: baseline"), for_s=150),
        recipe=Recipe(preset=who, depth=True),
    )
    at_s, true, measured = np.array(seen).T
    known = np.isfinite(measured) & (at_s > 10.0)
    assert known.mean() > 0.9
    softened = true[known][-1] / true[known][0]
    assert softened < 0.96, "a body that does not soften shows nothing"
    scale = np.median(measured[known] / true[known])
    off = measured[known] / (scale * true[known]) - 1.0
    assert np.abs(off).max() < WITHIN


# --- who acts on it ---------------------------------------------------------------------------


async def test_a_step_ends_as_soon_as_tissue_is_softer_than_its_baseline():
    stage = await story(text=text(until("below: 98 %, of: baseline")), recipe=DEEP)
    assert endings(stage) == ["done", "released", "done"]
    assert stage.said(Unmeasurable) == []


async def test_a_step_that_waits_for_more_than_tissue_gives_takes_its_full_time():
    stage = await story(text=text(until("below: 70 %, of: baseline")), recipe=DEEP)
    assert endings(stage) == ["done", "timed_out", "done"]
    assert 104.0 < stage.outcome.duration_s < 107.0


async def test_it_may_be_compared_with_what_it_was_when_the_step_began():
    softer = await story(text=text(until("below: 99 %, of: start")), recipe=DEEP)
    never = await story(text=text(until("below: 80 %, of: start")), recipe=DEEP)
    assert endings(softer) == ["done", "released", "done"]
    assert endings(never) == ["done", "timed_out", "done"]


@pytest.mark.parametrize(
    ("below", "ending"), [("9 kPa/mm", "released"), ("0.2 kPa/mm", "timed_out")]
)
async def test_it_may_be_compared_with_a_number_in_kpa_for_each_mm(below, ending):
    stage = await story(text=text(until(f"below: {below}"), for_s=20), recipe=DEEP)
    assert endings(stage) == ["done", ending, "done"]


async def test_a_step_may_press_less_the_softer_it_is_and_never_more_than_written():
    plain = await story(text=text("duty: 50 %"), recipe=DEEP)
    adapted = await story(text=text(adapting()), recipe=DEEP)
    assert adapted.felt(60.0, 95.0).max() < 0.85 * plain.felt(60.0, 95.0).max()
    assert adapted.felt(0.0, 110.0).max() < 10.6


async def test_a_rule_may_answer_it():
    rule = "rules:\n  soft: {when: {signal: stiffness, below: 99 %, of: baseline, for: 1 s},\n"
    rule += "    do: {release: {over: 1 s, then: stop}}}\n"
    stage = await story(text=text("duty: 50 %") + rule, recipe=DEEP)
    assert stage.judged == [("release", "rule")]


async def test_each_pad_is_a_channel_of_its_own():
    two = Recipe(depth=True, pads="left,right")
    both = until("below: 9 kPa/mm, channel: 0")
    stage = await story(text=text(both, for_s=20), recipe=two)
    assert endings(stage)[1] == "released"
    nobody = until("below: 9 kPa/mm, channel: 7")
    stage = await story(text=text(nobody, for_s=20), recipe=two)
    assert endings(stage)[1] == "timed_out"


# --- where no depth is measured ---------------------------------------------------------------


def test_without_depth_refuse_plays_nothing_and_says_what_would_be_played():
    with pytest.raises(
        CannotPlay, match=r"stiffness, which voice_coil cannot give.*missing: timed"
    ):
        prepare(text(until("below: 98 %, of: baseline")), "it.yaml", capabilities({}), {})


async def test_without_depth_skip_leaves_the_step_out():
    stage = await story(text=text(until("below: 98 %, of: baseline"), missing="skip"))
    assert [step.label for step in stage.outcome.steps] == ["Warm up", "Close"]


async def test_without_depth_timed_plays_the_step_for_its_full_time():
    stage = await story(text=text(until("below: 98 %, of: baseline"), missing="timed"))
    assert endings(stage) == ["done", "timed_out", "done"]
    stage = await story(text=text(adapting(), missing="timed"))
    assert stage.felt(60.0, 95.0).max() > 9.5


def test_a_depth_that_does_not_come_with_its_pressure_is_no_stiffness():
    there = capabilities({}, outfit=Outfit(depth=True))
    assert hears(there, "stiffness")
    slow = tuple(
        msgspec.structs.replace(s, every=10) if s.quantity == "depth" else s for s in there.sensors
    )
    assert not hears(msgspec.structs.replace(there, sensors=slow), "stiffness")


@pytest.mark.parametrize(
    ("level", "told_of"),
    [
        ("98 %", "a percentage needs an `of`"),
        ("5 kPa", "stiffness is a stiffness, not a pressure"),
        ("5 N/mm", "known are"),
    ],
)
def test_a_level_that_is_no_stiffness_is_told_in_the_file(level, told_of):
    with pytest.raises(ProfileProblems) as caught:
        prepare(text(until(f"below: {level}")), "it.yaml", capabilities({}), {})
    assert told_of in str(caught.value)
