"""What a failing session comes down to, and that its file fails the same way."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cli import main
from sim.campaign import read_campaign
from sim.judging import judge
from sim.lots import draw
from sim.scenario import load_scenario, read_scenario
from sim.session_row import play_story
from sim.shrinking import same_way, shrink, smallest
from sim.staging import perform
from sim.story_text import story_text

HERE = Path(__file__).parent
LYING, BRIEF = HERE / "lying.campaign.yaml", HERE / "brief.campaign.yaml"
SEED, FAILING, LONELY, GOOD = 1, 39, 26, 1


@given(st.sets(st.integers(0, 11)), st.integers(0, 12))
def test_what_is_left_is_what_it_takes_and_nothing_else(needed, of):
    needed = {n for n in needed if n < of}
    assert set(smallest(range(of), lambda some: needed <= set(some))) == needed


@given(st.sets(st.frozensets(st.integers(0, 7), max_size=4), min_size=1))
def test_of_several_reasons_one_is_left_of_which_nothing_can_be_left_out(reasons):
    def fails(some):
        return any(reason <= set(some) for reason in reasons)

    left = smallest(range(8), fails)
    assert fails(left)
    assert not any(fails([n for n in left if n != one]) for one in left)


def test_where_few_of_many_matter_few_are_played():
    played = []
    assert smallest(range(64), lambda some: played.append(some) or 40 in some) == (40,)
    assert len(played) < 30


def numbers(happens):
    """What happens, as words and as numbers."""
    plain = [msgspec.to_builtins(one) for one in happens]
    said = [value for one in plain for value in (*one.values(), *one["what"].values())]
    amounts = [value for value in said if isinstance(value, float)]
    return [value for value in said if not isinstance(value, float | dict)], amounts


@pytest.mark.parametrize("file", [LYING, BRIEF])
def test_what_was_drawn_is_read_back_from_its_file(file):
    plan = read_campaign(file)
    for number in range(100):
        story = draw(plan, SEED, number)
        again = read_scenario(story_text(story, "{outcome: complete}"), story.file)
        words, amounts = numbers(story.happens)
        assert numbers(again.happens) == (words, pytest.approx(amounts, rel=1e-12))
        assert Path(again.profile) == Path(story.profile).resolve()
        same = {name: getattr(story, name) for name in ("profile", "happens", "places")}
        assert msgspec.structs.replace(again, **same) == story


@pytest.mark.parametrize(
    ("number", "left"),
    [(FAILING, ["runaway", "sensor_saturation"]), (LONELY, ["sensor_gain"])],
)
def test_a_failing_session_is_shrunk_to_the_faults_it_needs(number, left):
    story = draw(read_campaign(LYING), SEED, number)
    found = shrink(story, SEED, number)
    assert len(story.happens) == 5
    assert [one.name for one in found.story.happens] == left
    assert found.row.over_envelope
    for one in found.story.happens:
        rest = tuple(other for other in found.story.happens if other is not one)
        fewer = play_story(msgspec.structs.replace(found.story, happens=rest), SEED, number)
        assert not same_way(fewer, found.row)


def test_a_session_that_does_not_fail_is_not_shrunk():
    assert shrink(draw(read_campaign(LYING), SEED, GOOD), SEED, GOOD) is None


def test_what_is_left_is_a_scenario_that_fails_the_same_way(tmp_path, capsys):
    (tmp_path / "my lots").mkdir()
    file = tmp_path / "my lots" / "found.scenario.yaml"
    words = ["scenario", "campaign", str(LYING), "--seed", "1", "--only", "39", "--shrink"]
    assert main([*words, str(file)]) == 1
    said = capsys.readouterr().out
    assert "runaway, sensor_saturation is enough" in said
    assert f"myoloop scenario run '{file}'" in said, "as a shell wants it"
    told = load_scenario(file)
    seen = perform(told)
    assert [miss.where for miss in judge(told.expect, seen, waits=False)] == ["over_envelope"]
    alone = shrink(draw(read_campaign(LYING), SEED, FAILING), SEED, FAILING)
    assert seen.trace_sha256 == alone.row.trace_sha256


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "1", "--shrink", "found.yaml"], "a scenario is called *.scenario.yaml"),
        (["--only", "1", "--shrink", "/nowhere/a.scenario.yaml"], "there is no such folder"),
        (["--shrink", "a.scenario.yaml"], "name it with --only"),
    ],
)
def test_what_cannot_be_shrunk_says_why(words, said, capsys):
    assert main(["scenario", "campaign", str(LYING), *words]) == 2
    assert said in capsys.readouterr().err
