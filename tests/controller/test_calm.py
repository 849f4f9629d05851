"""Calm bodies are left in peace: a muscle at rest holds nothing up."""

import pytest

from controller.player import at_beginning, value_at
from controller.words import Sampled
from profiles.library import library_text
from sim.birth import recipe
from tests.controller.stories import story

OFF_KPA = 0.05
"""What is pressed less than written by so much is held up: more is no rounding."""


def times_held_up(stage):
    """How often less was asked for than is written."""
    written = at_beginning(stage.fit.program)
    below = [
        value_at(written, "pressure", event.at_s)[0] - event.target_kpa > OFF_KPA
        for event in stage.said(Sampled)
    ]
    return sum(now and not before for before, now in zip([False, *below], below, strict=False))


SHORT = library_text("demo").replace("default: 20 s", "default: 5 s").replace("35 s", "10 s")


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "seeds"), [("healthy_f", (1, 2, 3)), ("healthy_m", (4, 5, 6))])
async def test_a_demonstration_holds_calm_bodies_up_less_than_once_in_two_minutes(preset, seeds):
    held_up, played_s = 0, 0.0
    for seed in seeds:
        stage = await story(text=library_text("demo"), recipe=recipe(f"sim://{preset}?seed={seed}"))
        assert stage.judged == []
        assert stage.outcome.result == "complete"
        held_up += times_held_up(stage)
        played_s += stage.outcome.duration_s
    assert held_up * 120.0 <= played_s


async def test_what_a_calm_body_feels_is_what_is_written():
    """Single motor units of a muscle at rest once held this one up five times in these 20 s."""
    stage = await story(text=SHORT, recipe=recipe("sim://chronic_neck?seed=1&guards=never"))
    assert times_held_up(stage) == 0


async def test_a_body_that_guards_is_held_up():
    stage = await story(text=SHORT, recipe=recipe("sim://healthy_f?seed=7&guards=early"))
    assert times_held_up(stage) > 0
