"""KNOTS and SPLICE: revisions, indices, gaps, credit, and what is refused."""

import pytest

from firmware_bridge.codes import Refusal, State, StatusFlags
from firmware_bridge.messages import Knots, Nak, Splice
from tests.conformance.host import CAP, GAIN, PRESSURE, knot, level


@pytest.fixture
async def armed(host):
    await host.arm()
    return host


def pressures(after_ms, kpa=0.0):
    return [knot(PRESSURE, ms, kpa) for ms in after_ms]


async def playing(host, kpa=0.0):
    """A session whose first revision is in the queue, 100 ms long."""
    assert await host.splice(level(kpa)) is None


async def test_nothing_is_continued_before_the_first_splice(armed):
    answer = await armed.extend(level(5.0), revision=0)
    assert answer.refusal is Refusal.INCOMPLETE


async def test_a_splice_shows_in_status(armed):
    await playing(armed)
    report = await armed.report()
    assert (report.revision, report.last_index, report.gap_bitmap) == (1, 3, 0)


async def test_an_equal_revision_changes_nothing(armed):
    await playing(armed)
    before = await armed.report()
    assert await armed.splice(level(9.0), revision=1) is None
    after = await armed.report()
    assert (after.revision, after.last_index) == (1, before.last_index)
    assert after.frames_stale == before.frames_stale


async def test_an_older_revision_is_dropped_and_counted(armed):
    await armed.splice(level(0.0), revision=5)
    assert await armed.splice(level(9.0), revision=4) is None
    report = await armed.report()
    assert (report.revision, report.last_index, report.frames_stale) == (5, 3, 1)


async def test_revisions_are_serial_numbers(host):
    await host.arm(revision=0xFFFE)
    for revision in (0xFFFF, 0, 1):
        await host.splice(level(0.0), revision=revision)
        assert (await host.report()).revision == revision
    await host.splice(level(0.0), revision=0xFFFF)
    assert (await host.report()).revision == 1


@pytest.mark.parametrize("off", [-1, 1])
async def test_knots_of_another_revision_are_dropped_and_counted(armed, off):
    await playing(armed)
    assert await armed.extend(pressures([150]), revision=1 + off) is None
    report = await armed.report()
    assert (report.last_index, report.frames_stale) == (3, 1)


async def test_a_known_knot_is_ignored(armed):
    await playing(armed)
    base_us = armed.now_us
    await armed.extend(pressures([90, 120]), base_us=base_us)
    before = await armed.report()
    armed.index -= 2
    assert await armed.extend(pressures([90, 120], 30.0), base_us=base_us) is None
    after = await armed.report()
    assert after.last_index == before.last_index == 5
    assert after.free_slots >= before.free_slots


async def test_a_repeated_tail_does_not_hide_what_is_new(armed):
    await playing(armed)
    base_us = armed.now_us
    await armed.extend(pressures([90, 120]), base_us=base_us)
    armed.index -= 1
    await armed.extend(pressures([120, 150]), base_us=base_us)
    assert (await armed.report()).last_index == 6


async def test_a_gap_shows_and_is_filled(armed):
    await playing(armed)
    base_us = armed.now_us
    armed.say(Knots(1, 6, pressures([130, 140])), t_us=base_us)
    report = await armed.report()
    assert (report.last_index, report.gap_bitmap) == (3, 0b1100)
    armed.say(Knots(1, 4, pressures([110, 120])), t_us=base_us)
    report = await armed.report()
    assert (report.last_index, report.gap_bitmap, report.knots_lost) == (7, 0, 0)


async def test_a_gap_that_comes_due_is_given_up(armed):
    await playing(armed)
    base_us = armed.now_us
    later = [knot(GAIN, 160, 1.0), knot(CAP, 160, 40.0), knot(PRESSURE, 160, 0.0)]
    armed.say(Knots(1, 6, later), t_us=base_us)
    assert (await armed.report()).last_index == 3
    await armed.live(0.1)
    report = await armed.report()
    assert (report.last_index, report.gap_bitmap, report.knots_lost) == (8, 0, 2)
    armed.say(Knots(1, 4, pressures([110, 120], 30.0)), t_us=base_us)
    report = await armed.report()
    assert (report.last_index, report.knots_lost) == (8, 2)


async def test_a_splice_forgets_a_gap(armed):
    await playing(armed)
    armed.say(Knots(1, 8, pressures([130, 140])), t_us=armed.now_us)
    assert (await armed.report()).gap_bitmap != 0
    await armed.splice(level(0.0))
    report = await armed.report()
    assert (report.last_index, report.gap_bitmap, report.knots_lost) == (6, 0, 0)


async def test_indices_are_serial_numbers(armed):
    armed.index = 0xFFFC
    await playing(armed)
    assert (await armed.report()).last_index == 0xFFFF
    base_us = armed.now_us
    await armed.extend(pressures([110, 120]), base_us=base_us)
    report = await armed.report()
    assert (report.last_index, report.gap_bitmap) == (1, 0)


async def test_indices_run_on_over_revisions(armed):
    await playing(armed)
    await armed.extend(pressures([110]), base_us=armed.now_us)
    await armed.splice(level(0.0))
    assert (await armed.report()).last_index == 7


async def test_credit_falls_with_every_knot_that_waits_and_rises_as_they_are_due(armed):
    empty = (await armed.report()).free_slots
    assert empty >= 64
    await playing(armed)
    await armed.extend(pressures(range(110, 210, 10)), base_us=armed.now_us)
    full = (await armed.report()).free_slots
    assert full in range(empty - 13, empty - 9)
    await armed.live(0.06)
    await armed.splice(level(0.0))
    assert (await armed.report()).free_slots > full


async def test_a_full_queue_refuses_and_overwrites_nothing(armed):
    await playing(armed)
    base_us = armed.now_us
    first = pressures(range(101, 131))
    assert await armed.extend(first, base_us=base_us) is None
    armed.beat()
    assert await armed.extend(pressures(range(131, 161)), base_us=base_us) is None
    before = await armed.report()
    answer = await armed.extend(pressures(range(161, 191)), base_us=base_us)
    assert answer.refusal is Refusal.FULL
    assert (await armed.report()).last_index == before.last_index


async def test_a_splice_needs_no_credit(armed):
    await playing(armed)
    base_us = armed.now_us
    for start in (101, 131):
        armed.say(
            Knots(1, armed.index + 1, pressures(range(start, start + 30))), t_us=base_us
        )  # fmt: skip
        armed.index += 30
    assert await armed.splice(level(0.0), after_ms=90.0) is None
    report = await armed.report()
    assert (report.revision, report.last_index) == (2, armed.index)


async def test_a_knot_half_a_second_ahead_is_the_furthest(armed):
    await playing(armed)
    base_us = armed.now_us
    for end in (150, 250, 350, 450):
        assert await armed.extend(level(0.0, end), base_us=base_us) is None
    armed.beat()
    assert (await armed.extend(level(0.0, 650), base_us=base_us)).refusal is Refusal.TOO_FAR


async def test_a_segment_is_at_most_100_ms_long(armed):
    await playing(armed)
    assert (await armed.extend(pressures([260]))).refusal is Refusal.TOO_FAR
    assert (await armed.splice(level(0.0, 130))).refusal is Refusal.TOO_FAR
    assert (await armed.splice(level(0.0), after_ms=700)).refusal is Refusal.TOO_FAR


@pytest.mark.parametrize("left_out", range(3))
async def test_a_splice_must_name_every_channel_in_use(armed, left_out):
    await playing(armed)
    knots = level(0.0)
    del knots[left_out]
    assert (await armed.splice(knots)).refusal is Refusal.INCOMPLETE
    assert (await armed.report()).revision == 1


async def test_an_empty_splice_is_refused(armed):
    assert (await armed.splice([])).refusal is Refusal.INCOMPLETE


@pytest.mark.parametrize("channel", [3, 17, 63])
async def test_a_knot_on_a_channel_that_is_not_there_is_refused(armed, channel):
    assert (
        await armed.splice([*level(0.0), knot(channel, 100, 1.0)])
    ).refusal is Refusal.UNKNOWN_CHANNEL
    await armed.splice(level(0.0))
    assert (await armed.extend([knot(channel, 100, 1.0)])).refusal is Refusal.UNKNOWN_CHANNEL


async def test_an_idle_device_refuses_motion(host):
    await host.greet()
    assert (await host.splice(level(0.0))).refusal is Refusal.BAD_STATE
    assert (await host.extend(pressures([10]), revision=0)).refusal is Refusal.BAD_STATE


async def test_a_refusal_names_the_frame(armed):
    seq = armed.say(Splice(1, 1, []), t_us=armed.now_us)
    await armed.report()
    assert armed.last(Nak) == Nak(Splice.KIND, seq, Refusal.INCOMPLETE)


async def test_a_splice_for_a_time_gone_by_acts_now(armed):
    await armed.play(1.5, pressure=8.0)
    lowered = [knot(GAIN, 150, 1.0), knot(CAP, 150, 40.0), knot(PRESSURE, 150, 2.0)]
    assert await armed.splice(lowered, after_ms=-60) is None
    report = await armed.report()
    assert (report.state, report.revision) == (State.ARMED, armed.revision)


async def test_a_splice_whose_knots_have_all_gone_by_starves(armed):
    await armed.play(1.5, pressure=8.0)
    assert await armed.splice(level(8.0, 50), after_ms=-200) is None
    report = await armed.report()
    assert (report.state, report.revision) == (State.FADING, armed.revision)
    assert report.flags & StatusFlags.STARVED


async def test_a_queue_that_runs_out_starves(armed):
    await playing(armed)
    await armed.live(0.12)
    report = await armed.report()
    assert report.state == State.FADING
    assert report.flags & StatusFlags.STARVED


@pytest.mark.parametrize("short", range(3))
async def test_any_channel_that_runs_out_starves(armed, short):
    await playing(armed)
    longer = level(0.0, 200)
    del longer[short]
    await armed.extend(longer)
    await armed.live(0.12)
    assert (await armed.report()).state == State.FADING


async def test_a_channel_that_ends_at_zero_does_not_starve(armed):
    ends = [knot(channel, 100, 0.0, end=True) for channel in (GAIN, CAP, PRESSURE)]
    await armed.splice(ends)
    await armed.live(2.0)
    report = await armed.report()
    assert report.state == State.ARMED
    assert not report.flags & StatusFlags.STARVED


async def test_a_channel_that_ends_elsewhere_starves(armed):
    ends = [
        knot(GAIN, 100, 1.0, end=True), knot(CAP, 100, 0.0, end=True),
        knot(PRESSURE, 100, 0.0, end=True),
    ]  # fmt: skip
    await armed.splice(ends)
    await armed.live(0.12)
    assert (await armed.report()).state == State.FADING


async def test_an_ended_channel_may_begin_again(armed):
    await armed.splice([knot(channel, 100, 0.0, end=True) for channel in (GAIN, CAP, PRESSURE)])
    await armed.live(1.0)
    start_s = await armed.play(2.0, pressure=6.0)
    truth = await armed.truth()
    assert truth.between(start_s + 1.5, start_s + 2.0).mean() == pytest.approx(6.0, abs=0.4)


async def test_a_session_without_channels_in_use_does_not_starve(armed):
    await armed.live(1.0)
    assert (await armed.report()).state == State.ARMED


async def test_a_new_revision_of_the_future_leaves_the_old_one_to_play_until_then(armed):
    await armed.play(1.5, pressure=6.0)
    at_ms = 200.0
    await armed.splice(level(1.0), after_ms=at_ms)
    said_s = armed.now_us * 1e-6
    await armed.live(0.25)
    truth = await armed.truth()
    assert truth.between(said_s, said_s + 0.14).min() > 5.4
    assert truth.true_kpa[-1] < 5.0
