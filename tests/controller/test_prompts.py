"""A programme asks and waits: a person's answer goes on, silence does what its author wants."""

import pytest

from controller.words import Accepted, Reason, Rejected, Resume, StepBegan, StepEnded
from sim.birth import recipe
from tests.controller.stories import story

ASKING = """
format: myoloop-profile/1
id: test-prompt
revision: 1
title: Turning over
region: upper_trapezius
needs: {{channels: [pressure]}}
limits: {{pressure: 24 kPa, rise: 50 kPa/s, session: 5 min}}
steps:
  - settle: {{pressure: 3 kPa, for: 5 s}}
  - prompt: {{say: Turn over, for: 20 s{otherwise}}}
  - settle: {{pressure: 4 kPa, for: 5 s}}
"""


async def asked(*happenings, otherwise=""):
    text = ASKING.format(otherwise=otherwise)
    return await story(*happenings, text=text, recipe=recipe("sim://healthy_f?seed=7"))


def ends(stage):
    return [(event.index, event.outcome) for event in stage.said(StepEnded)]


async def test_it_tells_what_it_asks_and_presses_nothing_meanwhile():
    stage = await asked(otherwise=", otherwise: continue")
    assert [event.label for event in stage.said(StepBegan)][1] == "Turn over"
    assert stage.felt(7.0, 24.0).max() < 0.5


async def test_an_answer_goes_on_with_the_next_step():
    stage = await asked((10.0, lambda stage: stage.tell(Resume())))
    assert stage.answers == [Accepted()]
    assert stage.outcome.result == "complete"
    assert ends(stage) == [(0, "done"), (1, "done"), (2, "done")]
    assert stage.outcome.duration_s == pytest.approx(15.0, abs=0.5)


async def test_without_an_answer_it_ends_by_letting_go():
    stage = await asked()
    assert (stage.outcome.result, stage.outcome.reason) == ("stopped", Reason.UNANSWERED)
    assert stage.outcome.steps[-1].outcome == "stopped"
    assert stage.felt(7.0, 26.0).max() < 0.5


async def test_without_an_answer_it_goes_on_where_the_author_wants_that():
    stage = await asked(otherwise=", otherwise: continue")
    assert stage.outcome.result == "complete"
    assert ends(stage) == [(0, "done"), (1, "timed_out"), (2, "done")]


async def test_an_answer_before_the_question_is_refused():
    stage = await asked((2.0, lambda stage: stage.tell(Resume())))
    assert stage.answers == [Rejected("nothing is paused")]
