"""Campaigns: what is drawn, that nothing is played twice, and what two of them are compared by."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

import sim
from profiles.problems import ProfileProblems
from sim.campaign import on_bodies_of, read_campaign
from sim.campaign_errors import OtherCampaign
from sim.campaigning import Journal, beginning, dask, play, pool
from sim.comparing import LEAST_PAIRS, compare
from sim.faults import FAULTS
from sim.lots import draw
from sim.row_files import finished_rows, read_rows, write_rows
from sim.session_row import play_session, play_story, row
from sim.staging import perform
from tests.sim.stories import story

HERE = Path(__file__).parent
EVERYDAY = Path(sim.__file__).parent / "campaigns" / "everyday.campaign.yaml"
BRIEF, DEEPER = HERE / "brief.campaign.yaml", HERE / "deeper.campaign.yaml"


@pytest.fixture(scope="module")
def plan():
    return read_campaign(BRIEF)


def played(plan, numbers, crew):
    rows = []
    with crew as (executor, workers):
        assert workers == 2
        play(plan, 1, numbers, executor, workers, on_row=rows.append)
    return sorted(rows, key=lambda one: one.number)


def without_time(rows):
    return [msgspec.structs.replace(one, cpu_s=0.0) for one in rows]


@pytest.mark.parametrize(
    ("written", "where", "said"),
    [
        ("{from: 20 kPa, to: 8 kPa}", "set.depth.to", "a span ends above its beginning"),
        ("{from: 8 kPa, to: 20 s}", "set.depth", "from and to measure different things"),
        ("{from: 8 kPa}", "set.depth.to", '"to" is missing; write it, as to: 16 kPa'),
        ("8", "set.depth", "8 has no unit; write one"),
        ("[8 kPa, 9]", "set.depth[1]", "9 has no unit; write one"),
        (
            "{from: 8 kPa, to: 9 kPa, men: 8 kPa}",
            "set.depth.men",
            '"men" is not known here; did you',
        ),
    ],
)
def test_a_value_that_cannot_be_drawn_is_told_what_is_wrong_with_it_and_nothing_else(
    written, where, said, tmp_path
):
    file = tmp_path / "wrong.campaign.yaml"
    file.write_text(BRIEF.read_text().replace("{from: 6 kPa, to: 12 kPa}", written))
    with pytest.raises(ProfileProblems) as raised:
        read_campaign(file)
    (problem,) = raised.value.problems
    assert problem.where == where
    assert problem.problem.startswith(said)


def test_a_session_is_drawn_by_its_number_alone(plan):
    assert draw(plan, 1, 7) == draw(plan, 1, 7)
    assert draw(plan, 1, 7) != draw(plan, 1, 8)
    assert draw(plan, 1, 7) != draw(plan, 2, 7)


def test_of_a_thousand_sessions_every_fault_is_drawn_twenty_times():
    plan = read_campaign(EVERYDAY)
    drawn = Counter(one.name for n in range(1000) for one in draw(plan, 1, n).happens)
    assert set(drawn) == set(FAULTS)
    assert min(drawn.values()) >= 20
    assert sum(not draw(plan, 1, n).happens for n in range(1000)) >= 20


def written(tmp_path, *lines):
    file = tmp_path / "one.campaign.yaml"
    file.write_text(BRIEF.read_text().partition("faults:")[0] + "\n".join(lines) + "\n")
    return file


def test_a_device_without_heater_battery_or_depth_has_no_faults_of_theirs(plan):
    drawn = {one.name for n in range(100) for one in draw(plan, 1, n).happens}
    assert drawn == {f for f in FAULTS if not f.startswith(("heater", "battery"))} - {
        "pad_over_bone"
    }


@pytest.mark.parametrize(
    ("device", "fault", "said"),
    [
        ("{}", "heater_stuck", '"heater_stuck" happens to heaters; write device: {heater: true}'),
        ("{heater: [true, false]}", "heater_stuck", '"heater_stuck" happens to heaters'),
        ("{}", "battery_worn", '"battery_worn" happens to batteries'),
        ("{kind: [voice_coil, airbag]}", "pad_over_bone", '"pad_over_bone" happens to voice coils'),
        ("{emg: 1}", "emg_swapped", '"emg_swapped" happens to two pairs of electrodes'),
        (
            "{heater: {of: [true, false], weights: [9, 1]}}",
            "heater_stuck",
            '"heater_stuck" happens',
        ),
    ],
)
def test_a_fault_that_cannot_happen_to_every_device_is_refused(device, fault, said, tmp_path):
    file = written(tmp_path, f"device: {device}", f"faults: {{of: [wire_drop, {fault}]}}")
    with pytest.raises(ProfileProblems) as raised:
        read_campaign(file)
    (problem,) = raised.value.problems
    assert problem.where == "faults.of[1]"
    assert problem.problem.startswith(said)


@pytest.mark.parametrize(
    ("device", "has", "has_not"),
    [
        ("{heater: true}", "heater_stuck", "battery_worn"),
        ("{heater: [true, false]}", "emg_swapped", "heater_stuck"),
        ("{battery: [80 %, 30 %]}", "battery_worn", "heater_stuck"),
        ("{emg: [2, 1]}", "electrode_off", "emg_swapped"),
        ("{kind: [airbag]}", "leak", "pad_over_bone"),
        ("{depth: true}", "pad_over_bone", "heater_stuck"),
    ],
)
def test_only_what_every_device_of_a_campaign_can_have_is_drawn(device, has, has_not, tmp_path):
    plan = read_campaign(written(tmp_path, f"device: {device}", "faults: {at_most: 1}"))
    drawn = {one.name for n in range(100) for one in draw(plan, 1, n).happens}
    assert drawn == set(plan.campaign.kinds_of_faults)
    assert has in drawn
    assert has_not not in drawn


def test_a_device_is_drawn_from_its_words(tmp_path):
    words = "{heater: true, battery: 50 %, emg: [1, 2], kind: airbag, baud: 115200}"
    plan = read_campaign(written(tmp_path, f"device: {words}"))
    drawn = [draw(plan, 1, n) for n in range(30)]
    assert {one.recipe.heater for one in drawn} == {True}
    assert {one.recipe.battery for one in drawn} == {50.0}
    assert {one.recipe.emg for one in drawn} == {1, 2}
    assert {one.recipe.device for one in drawn} == {"airbag"}
    assert {one.baud for one in drawn} == {115200}


def test_what_is_drawn_around_a_mean_stays_inside_and_is_mostly_near_it(tmp_path):
    file = written(tmp_path)
    bell = "{from: 6 kPa, to: 12 kPa, mean: 7 kPa, spread: 0.5 kPa}"
    file.write_text(file.read_text().replace("{from: 6 kPa, to: 12 kPa}", bell))
    plan = read_campaign(file)
    kpa = [float(draw(plan, 1, n).values["depth"].split()[0]) for n in range(400)]
    assert 6.0 <= min(kpa) < 6.3
    assert max(kpa) <= 9.5
    assert sum(6.5 <= one <= 7.5 for one in kpa) > 0.6 * len(kpa)


@pytest.mark.parametrize(
    ("bell", "where", "said"),
    [
        ("mean: 7 kPa", "set.depth", "mean and spread go together"),
        ("mean: 7 kPa, spread: 0 kPa", "set.depth.spread", "a spread is more than nothing"),
        ("mean: 20 kPa, spread: 1 kPa", "set.depth.mean", "the mean is not between from and to"),
        ("mean: 7 s, spread: 1 kPa", "set.depth", "from and to measure different things"),
        ("mean: 7 kPa, spread: -1 kPa", "set.depth.spread", "a spread is more than nothing"),
        ("median: 7 kPa", "set.depth", "median and factor go together"),
        ("factor: 1.5", "set.depth", "median and factor go together"),
        ("median: 7 kPa, factor: 1", "set.depth.factor", "1 is too little; it must be more than 1"),
        ("median: 7 kPa, factor: .nan", "set.depth.factor", "a number is wanted here"),
        ("median: 5 kPa, factor: 1.5", "set.depth.median", "the median is not between from and to"),
        ("mean: 7 kPa, spread: 1 kPa, median: 7 kPa, factor: 2", "set.depth", "a span has one"),
    ],
)
def test_a_mean_that_cannot_be_is_told(bell, where, said, tmp_path):
    file = written(tmp_path)
    file.write_text(file.read_text().replace("to: 12 kPa", f"to: 12 kPa, {bell}"))
    with pytest.raises(ProfileProblems) as raised:
        read_campaign(file)
    (problem,) = raised.value.problems
    assert (problem.where, problem.problem[: len(said)]) == (where, said)


def test_what_never_began_does_not_count(plan):
    late = draw(plan, 1, 1)
    happens = tuple(msgspec.structs.replace(one, at_s=1000.0, ends_s=None) for one in late.happens)
    told = play_story(msgspec.structs.replace(late, happens=happens), 1, 1)
    assert told.faults
    assert not told.faults_begun
    assert play_story(late, 1, 1).faults_begun


def test_what_is_drawn_stays_where_it_was_declared(plan):
    for number in range(200):
        drawn = draw(plan, 1, number)
        (depth,) = drawn.values.values()
        assert 6.0 <= float(depth.split()[0]) <= 12.0
        for one in drawn.happens:
            if one.name == "firmware_mismatch":
                assert one.at_s is None, "it is so from boot on"
                continue
            assert 1.0 <= one.at_s <= 12.0
            assert one.ends_s is None or 0.05 <= one.ends_s - one.at_s <= 3.0 + 1e-9


def test_a_campaign_with_mistakes_says_where_they_are(tmp_path):
    file = tmp_path / "wrong.campaign.yaml"
    file.write_text(
        BRIEF.read_text().replace("6 kPa", "6 s").replace("at_most", "at_mos") + "person: [me]\n"
    )
    with pytest.raises(ProfileProblems) as raised:
        read_campaign(file)
    told = str(raised.value)
    assert "set.depth" in told
    assert 'did you mean "at_most"?' in told
    assert '"me" is nobody' in told


def test_a_session_that_presses_too_long_is_a_failure():
    seen = perform(story())
    good = row(story(), seen, 1, 0, 0.0)
    assert not good.failed
    low = row(story(), msgspec.structs.replace(seen, envelope_kpa=2.0), 1, 0, 0.0)
    assert low.over_envelope
    assert "over 2.0 kPa" in low.why
    early = row(story(), msgspec.structs.replace(seen, ended_s=1.0), 1, 0, 0.0)
    assert early.unsafe
    assert "after its end" in early.why


@pytest.mark.slow
def test_rows_are_the_same_on_one_process_on_two_and_on_a_cluster(plan):
    import distributed

    numbers = [0, 3, 12, 25]
    alone = without_time(play_session(plan, 1, number) for number in numbers)
    assert without_time(played(plan, numbers, pool(2))) == alone
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        assert without_time(played(plan, numbers, dask(cluster.scheduler_address))) == alone


def test_an_interrupted_campaign_repeats_nothing(plan, tmp_path):
    file, mine = tmp_path / "journal", beginning(plan, 1)
    first = play_session(plan, 1, 0)
    Journal(file, mine).add(first)
    file.write_bytes(file.read_bytes() + b'{"number": 1, "see')  # cut short, as by a kill
    journal = Journal(file, mine)
    assert journal.rows == {0: first}
    journal.add(msgspec.structs.replace(first, number=1))
    assert set(Journal(file, mine).rows) == {0, 1}
    with pytest.raises(OtherCampaign, match="name another --out"):
        Journal(file, beginning(plan, 2))
    for nothing_of_ours in (b"", b"my diary", b"\xff"):
        file.write_bytes(nothing_of_ours)
        with pytest.raises(OtherCampaign, match="is left from another"):
            Journal(file, mine)


def test_rows_are_read_as_they_were_written(plan, tmp_path):
    rows = (play_session(plan, 1, 0), play_session(plan, 1, 1))
    file = tmp_path / "rows.parquet"
    write_rows(rows[::-1], file, beginning(plan, 1))
    assert read_rows(file) == finished_rows(file, beginning(plan, 1)) == rows


def test_a_file_of_another_campaign_or_of_something_else_is_never_taken_for_ours(plan, tmp_path):
    file, mine = tmp_path / "rows.parquet", beginning(plan, 1)
    assert finished_rows(file, mine) == ()
    for other in (beginning(plan, 2), beginning(read_campaign(DEEPER), 1)):
        write_rows([play_session(plan, 1, 0)], file, other)
        with pytest.raises(
            OtherCampaign, match=r"rows\.parquet is there already, and not from this"
        ):
            finished_rows(file, mine)
    file.write_text("my diary")
    with pytest.raises(OtherCampaign):
        finished_rows(file, mine)


def test_on_the_same_bodies_more_is_more_and_the_same_is_no_difference(plan):
    deeper = read_campaign(DEEPER)
    calm = on_bodies_of(plan, deeper)
    first = [play_session(calm, 1, number) for number in range(LEAST_PAIRS)]
    second = [play_session(deeper, 1, number) for number in range(LEAST_PAIRS)]
    assert [one.body_seed for one in first] == [one.body_seed for one in second]
    assert [one.faults for one in first] == [one.faults for one in second]
    answers = {one.measure: one.answer for one in compare(first, second)}
    assert answers["peak_share"] == "more"
    assert answers["minutes_to_release"] == "not measured"
    few = {one.measure: one for one in compare(first[1:], second)}
    assert few["peak_share"].answer == "too few"
    assert few["peak_share"].difference > 0.0
    assert few["peak_share"].low is None
    same = {one.measure: one.answer for one in compare(first, first)}
    assert same["peak_share"] == "no difference"
