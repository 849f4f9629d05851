"""A story beside its profile: what does not fit is told by its place in the story."""

import msgspec
import pytest

from profiles.problems import Problem, ProfileProblems
from sim.birth import announced
from sim.rehearsal import rehearse
from sim.scenario import load_scenario
from sim.staging import perform
from tests.sim.stories import PROFILE, WHOLE

STUCK = "{at: 2 s, sensor_stuck: {}}"


def written(folder, was, now):
    file = folder / "it.scenario.yaml"
    file.write_text(WHOLE.replace(was, now).lstrip())
    return load_scenario(file)


def problems(story, play=lambda story: rehearse(story, announced(story.recipe))):
    with pytest.raises(ProfileProblems) as raised:
        play(story)
    return raised.value.problems


@pytest.mark.parametrize("play", [lambda s: rehearse(s, announced(s.recipe)), perform])
@pytest.mark.parametrize(
    ("was", "now", "place", "where", "said"),
    [
        ("timeline:", "set: {depth: 40 kPa}\ntimeline:", (5, 14), "set.depth", "4 kPa to 14 kPa"),
        ("timeline:", "set: {dept: 9 kPa}\ntimeline:", (5, 13), "set.dept", 'you mean "depth"?'),
        ("timeline:", "set: {depth: 9 s}\ntimeline:", (5, 14), "set.depth", "a pressure is wanted"),
        (
            STUCK,
            "{at: 2 s, set: {depth: 40 kPa}}",
            (6, 28),
            "timeline[0].set.depth",
            "outside what the author allows",
        ),
        (
            STUCK,
            "{at: 2 s, set: {dept: 9 kPa}}",
            (6, 27),
            "timeline[0].set.dept",
            'no parameter is called "dept"; did you mean "depth"?',
        ),
        (str(PROFILE), "none.yaml", (4, 10), "profile", "none.yaml: no such file or directory; a"),
        (str(PROFILE), ".", (4, 10), "profile", "is a directory; a path counts from the folder"),
    ],
)
def test_what_a_profile_does_not_have_is_told_by_its_place_in_the_story(
    was, now, place, where, said, play, tmp_path
):
    story = written(tmp_path, was, now)
    (problem,) = problems(story, play)
    assert (problem.file, problem.where) == (story.file, where)
    assert (problem.line, problem.column) == place
    assert said in problem.problem


def test_every_value_that_does_not_fit_is_told_at_once(tmp_path):
    story = written(
        tmp_path,
        f"timeline:\n  - {STUCK}",
        "set: {a: 1 s}\ntimeline:\n  - {at: 1 s, set: {b: 2 s}}",
    )
    assert [one.where for one in problems(story)] == ["set.a", "timeline[0].set.b"]


@pytest.mark.parametrize(
    ("expected", "where", "said"),
    [
        ("never: [rule gaurding]", "never[0]", 'has no rule "gaurding"'),
        ("events: [ended, step Nosuch]", "events[1]", 'has no step "Nosuch"; known here: '),
        ("never: [step 9 done]", "never[0]", 'has no step "9 done"'),
        ("never: [fault wire_drop]", "never[0]", 'no "wire_drop" is on the timeline'),
        (
            "bounds: [{signal: true_pressure, pad: foot, at_most: 9 kPa}]",
            "bounds[0].pad",
            'this device has no pad "foot"',
        ),
        (
            "bounds: [{signal: carriage, at_most: 90 mm}]",
            "bounds[0].signal",
            "this device has no carriage; write device: {stroke: true}",
        ),
        ("events: [order pause]", "events[0]", 'no "pause" is on the timeline'),
        ("never: [marked better]", "never[0]", 'no "better" is on the timeline'),
        (
            "responses: [{after: rule gaurding, to: ended, within: 1 s}]",
            "responses[0].after",
            'has no rule "gaurding"',
        ),
    ],
)
def test_what_can_never_happen_is_a_mistake_in_what_is_expected(tmp_path, expected, where, said):
    story = written(tmp_path, "outcome: stopped", f"outcome: stopped, {expected}")
    (problem,) = problems(story)
    assert (problem.where, problem.line) == (f"expect.{where}", 7)
    assert problem.column > len("expect: {outcome: stopped, ")
    assert said in problem.problem


def test_what_may_happen_and_does_not_is_no_mistake(tmp_path):
    never = "[step 0 done, fault sensor_stuck begins, verdict stop, mode open_loop, pain]"
    story = written(tmp_path, "outcome: stopped", f"outcome: stopped, never: {never}")
    rehearse(story, announced(story.recipe))


def test_what_is_not_live_cannot_be_moved_on_the_way(tmp_path):
    still = tmp_path / "still.yaml"
    still.write_text(PROFILE.read_text().replace("live: true", "live: false"))
    story = written(tmp_path, STUCK, "{at: 2 s, set: {depth: 9 kPa}}")
    (problem,) = problems(msgspec.structs.replace(story, profile=str(still)))
    assert problem.where == "timeline[0].set.depth"
    assert '"depth" cannot be moved on the way; set it from the beginning' in problem.problem


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("high: $depth", "hihg: $depth", 'did you mean "high"?'),
        ("for: 6 s", "for: 20 min", "session"),
    ],
)
def test_a_profile_with_mistakes_is_told_by_the_story_and_then_by_itself(was, now, said, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(PROFILE.read_text().replace(was, now))
    story = written(tmp_path, str(PROFILE), "broken.yaml")
    first, *rest = problems(story)
    assert (first.file, first.line, first.where) == (story.file, 4, "profile")
    assert f"`myoloop profile check {broken}`" in first.problem
    assert rest
    assert {one.file for one in rest} == {str(broken)}
    assert any(said in one.problem for one in rest), rest


def test_of_several_files_each_is_told_in_its_turn():
    told = [Problem(file, line, 1, "", "no") for file, line in (("b", 9), ("a", 3), ("b", 2))]
    found = ProfileProblems(told).problems
    assert [(one.file, one.line) for one in found] == [("b", 2), ("b", 9), ("a", 3)]
