"""Every technique has a day on which nothing goes wrong, and its body says how hard it was."""

from functools import cache
from itertools import accumulate

import msgspec
import pytest

from controller.play import prepare, read_profile
from firmware_bridge.streamed import connect
from profiles.load import read
from profiles.model import Profile, StepEntry
from sim.faults import FAULTS
from sim.link import join
from sim.scenario import load_scenario
from sim.scenario_files import library

TOGETHER = ("repeat", "use", "together")
"""What holds other techniques: its day is theirs."""


class Span(msgspec.Struct, frozen=True):
    """A step of a story: what is played, from when to when, and at most how hard."""

    technique: str
    start_s: float
    end_s: float
    peak_kpa: float


def normal(story):
    """Whether nothing goes wrong in a story, and nothing is expected to."""
    wrong = any(one.name in FAULTS for one in story.happens)
    return not wrong and story.expect.outcome == "complete" and story.expect.verdicts == []


@cache
def days():
    return [story for story in map(load_scenario, library()) if normal(story)]


@cache
def written(profile):
    """Return every step that a profile writes, phrases too."""
    text, name = read_profile(profile)
    return tuple(read(text, Profile, file=name).every_step())


async def spans(story):
    """Yield the steps of a story, as its device would play them."""
    text, name = read_profile(story.profile)
    link = join(story.recipe)
    device = await connect(link)
    fit = prepare(text, name, device.capabilities, dict(story.values))
    await device.aclose()
    steps = fit.program.steps
    ends = list(accumulate(step.trajectory.duration_s for step in steps))
    for step, start_s, end_s in zip(steps, [0.0, *ends], ends, strict=False):
        yield Span(step.technique, start_s, end_s, peak_kpa(step))


def peak_kpa(step):
    """Return the most that a step presses once it is there."""
    return max(
        kpa
        for _, track in step.pressures()
        for at_s, kpa in zip(track.at_s, track.value, strict=True)
        if at_s >= step.entry_s - 1e-9
    )


def within(bound, span):
    """Whether a bound is about what a step presses, and about nothing beyond it."""
    whole = bound.start == 0.0 and bound.end is None
    inside = bound.end is not None and span.start_s <= bound.start and bound.end <= span.end_s
    return bound.signal == "true_pressure" and (inside or whole)


def tight(bound, span):
    """Whether less than a quarter more than is written, or half of it, would be told."""
    most, least = bound.at_most, bound.reaches or bound.at_least
    if most is None or most.value > max(1.25 * span.peak_kpa, span.peak_kpa + 0.6):
        return False
    return span.peak_kpa == 0.0 or (least is not None and least.value >= 0.5 * span.peak_kpa)


@pytest.mark.parametrize("technique", [n for n in StepEntry.model_fields if n not in TOGETHER])
async def test_every_technique_has_a_normal_day(technique):
    """Its true pressure is bounded, from above and from below, while it is played."""
    found = [
        story.id
        for story in days()
        if any(step.technique == technique for step in written(story.profile))
        async for span in spans(story)
        if span.technique in (technique, "together")
        if any(within(bound, span) and tight(bound, span) for bound in story.expect.bounds)
    ]
    assert found, f"no story without faults bounds what {technique} presses"


@pytest.mark.parametrize("word", TOGETHER)
def test_so_has_everything_that_holds_techniques(word):
    assert any(step.technique == word for story in days() for step in written(story.profile))


def test_a_normal_day_is_over_without_pain():
    assert len(days()) >= 10
    assert all(story.expect.in_pain == 0.0 for story in days() if story.id.startswith("a-day-of"))
