"""What is pressed: gain, cap and curves, and how fast it may rise and must fall."""

from math import cos, pi

import pytest

from firmware_bridge.codes import StatusFlags
from firmware_bridge.messages import Knots, Splice, StatusReport
from tests.conformance.host import CAP, GAIN, PRESSURE, knot, level


def kneading(low_kpa=3.0, high_kpa=19.0, rate_hz=1.0):
    return lambda s: low_kpa + (high_kpa - low_kpa) * (1 - cos(2 * pi * rate_hz * s)) / 2


def flags_since(host, start_s):
    """Every flag that a STATUS showed since."""
    shown = StatusFlags.NONE
    for heard in host.all(StatusReport):
        if heard.stamp_us * 1e-6 > start_s:
            shown |= heard.message.flags
    return shown


@pytest.fixture
async def armed(host):
    await host.arm()
    return host


@pytest.mark.parametrize(
    ("pressure", "gain", "cap", "pressed"),
    [
        (12.0, 1.0, 40.0, 12.0),
        (12.0, 0.5, 40.0, 6.0),
        (12.0, 1.0, 8.0, 8.0),
        (12.0, 0.5, 8.0, 6.0),
        (12.0, 0.5, 5.0, 5.0),
        (12.0, 0.0, 40.0, 0.0),
        (12.0, 1.0, 0.0, 0.0),
        (0.0, 1.0, 40.0, 0.0),
        (-12.0, 1.0, 40.0, 0.0),
        (12.0, -1.0, 40.0, 0.0),
        (12.0, 1.0, -8.0, 0.0),
        (6.0, 2.0, 40.0, 6.0),
    ],
)
async def test_a_device_presses_the_trajectory_times_gain_up_to_cap(
    armed, pressure, gain, cap, pressed
):
    start_s = await armed.play(3.0, pressure=pressure, gain=gain, cap=cap)
    held = (await armed.truth()).between(start_s + 2.0, start_s + 3.0)
    assert held.mean() == pytest.approx(pressed, abs=0.3)


async def test_nothing_presses_before_gain_and_cap_are_named(armed):
    await armed.splice([knot(PRESSURE, 100, 20.0)])
    for _ in range(20):
        await armed.extend([knot(PRESSURE, 120, 20.0)])
        armed.beat()
    assert max((await armed.truth()).true_kpa) < 0.3


async def test_gain_moves_between_its_knots(armed):
    start_s = await armed.play(4.0, pressure=16.0, gain=lambda s: max(0.0, 1 - s / 4))
    truth = await armed.truth()
    for at_s in (2.5, 3.0, 3.5):
        felt = truth.between(start_s + at_s - 0.05, start_s + at_s + 0.05).mean()
        assert felt == pytest.approx(16.0 * (1 - at_s / 4), abs=0.5)


async def test_slopes_never_lead_a_curve_out_of_the_interval_of_its_knots(armed):
    """Knots that lie at 6 kPa, with slopes as steep as can be said, are a level."""
    await armed.play(1.2, pressure=6.0)
    start_us = armed.now_us + 30_000
    wild = [
        knot(channel, 50, value, slope)
        for channel, value, slope in ((GAIN, 1.0, 32.0), (CAP, 40.0, 327.0), (PRESSURE, 6.0, 327.0))
    ]
    armed.revision += 1
    armed.say(Splice(armed.revision, armed.index + 1, wild), t_us=start_us)
    armed.index += 3
    for step in range(1, 20):
        slope = 327.0 if step % 2 else -327.0
        more = [knot(GAIN, 50, 1.0), knot(CAP, 50, 40.0), knot(PRESSURE, 50, 6.0, slope)]
        armed.say(Knots(armed.revision, armed.index + 1, more), t_us=start_us + step * 50_000)
        armed.index += 3
        if step > 3:
            await armed.live(0.05)
    truth = await armed.truth()
    felt = truth.between(start_us * 1e-6, armed.now_us * 1e-6)
    assert len(felt) > 70
    assert felt.min() > 5.5
    assert felt.max() < 6.5


async def test_a_level_rises_by_10_kpa_a_second(armed):
    start_s = await armed.play(2.5, pressure=20.0)
    truth = await armed.truth()
    for at_s in (0.5, 1.0, 1.5):
        felt = truth.peak_kpa(start_s, start_s + at_s)
        assert 10.0 * at_s - 1.5 < felt < 10.0 * at_s + 0.6
    assert flags_since(armed, start_s) & StatusFlags.LIMITED


async def test_a_rise_within_its_limits_shows_no_limit(armed):
    start_s = await armed.play(2.5, pressure=lambda s: min(15.0, 8.0 * max(0.0, s - 0.1)))
    assert not flags_since(armed, start_s) & StatusFlags.LIMITED


async def test_a_rhythm_rises_no_faster_than_a_level_until_there_is_contact(armed):
    start_s = await armed.play(1.0, pressure=20.0, rhythmic=True)
    assert (await armed.truth()).peak_kpa(start_s, start_s + 1.0) < 10.6


async def test_a_rhythm_needs_half_a_second_of_contact(armed):
    """Up to 3.5 kPa, down to 1.2 and back again, all within the first half second."""

    def early(s):
        return 10.0 * s if s < 0.36 else 1.2 if s < 0.41 else 3.4

    start_s = await armed.play(0.8, pressure=early, rhythmic=True)
    truth = await armed.truth()
    assert truth.peak_kpa(start_s + 0.3, start_s + 0.4) > 2.8
    assert truth.peak_kpa(start_s + 0.44, start_s + 0.5) < 2.6


async def test_a_rhythm_rises_quickly_up_to_what_was_pressed_before(armed):
    await armed.play(2.5, pressure=19.0)
    await armed.play(0.5, pressure=3.0)
    start_s = await armed.play(4.0, pressure=kneading(), rhythmic=True)
    felt = (await armed.truth()).between(start_s + 1.0, start_s + 4.0)
    assert felt.max() > 18.3
    assert felt.min() < 3.7
    assert not flags_since(armed, start_s + 1.0) & StatusFlags.LIMITED


async def test_a_rhythm_reaches_beyond_what_was_pressed_before_only_as_a_level_does(armed):
    """`allowed` starts at 6 kPa and grows by 10 kPa/s, only while the curve is above it."""
    await armed.play(2.0, pressure=6.0)
    start_s = await armed.play(5.0, pressure=kneading(low_kpa=2.0), rhythmic=True)
    truth = await armed.truth()
    peaks = [truth.peak_kpa(start_s + n, start_s + n + 1) for n in range(5)]
    above = 10.0 * 0.65  # seconds of one cycle spent above the mark, at most
    assert peaks[0] < 6.0 + above + 0.6
    assert peaks[1] < peaks[0] + above + 0.6
    assert peaks[0] > 9.0
    assert peaks[4] > 18.0
    assert flags_since(armed, start_s) & StatusFlags.LIMITED


async def test_without_the_rhythmic_flag_a_rhythm_is_held_back(armed):
    await armed.play(2.5, pressure=19.0)
    start_s = await armed.play(3.0, pressure=kneading())
    felt = (await armed.truth()).between(start_s + 1.0, start_s + 3.0)
    assert felt.max() < 12.0


async def test_contact_lost_resets_what_a_rhythm_may_do(armed):
    await armed.play(2.5, pressure=19.0)
    await armed.play(0.8, pressure=0.0)
    assert not (await armed.report()).flags & StatusFlags.CONTACT
    start_s = await armed.play(2.0, pressure=kneading(low_kpa=0.0), rhythmic=True)
    assert (await armed.truth()).peak_kpa(start_s, start_s + 0.6) < 7.0


async def test_a_short_loss_of_contact_resets_nothing(armed):
    await armed.play(2.5, pressure=19.0)
    start_s = await armed.play(3.0, pressure=lambda s: 10.0 - 10.0 * cos(2 * pi * s), rhythmic=True)
    felt = (await armed.truth()).between(start_s + 1.0, start_s + 3.0)
    assert felt.max() > 18.0
    assert (await armed.report()).flags & StatusFlags.CONTACT


async def test_contact_shows_in_status(armed):
    await armed.play(0.5, pressure=0.0)
    assert not (await armed.report()).flags & StatusFlags.CONTACT
    await armed.play(1.0, pressure=5.0)
    assert (await armed.report()).flags & StatusFlags.CONTACT


@pytest.mark.parametrize("lowered", [{"gain": 0.2}, {"cap": 3.0}], ids=["gain", "cap"])
async def test_a_splice_that_lowers_acts_at_once(armed, lowered):
    await armed.play(2.5, pressure=15.0)
    said_s = armed.now_us * 1e-6
    await armed.splice([*level(15.0, 20, **lowered), *level(15.0, 120, **lowered)])
    await armed.live(0.09)
    truth = await armed.truth()
    assert truth.falls_after_s(said_s) <= 0.03
    assert truth.between(said_s + 0.085, said_s + 0.105).max() < 4.5


async def test_a_splice_that_holds_stops_a_rise_in_the_next_tick(armed):
    start_s = await armed.play(1.0, pressure=20.0)
    said_s = armed.now_us * 1e-6
    held_kpa = (said_s - start_s) * 10.0
    await armed.splice(level(20.0, 0.2, cap=held_kpa))
    await armed.play(0.6, pressure=20.0, cap=held_kpa)
    truth = await armed.truth()
    assert truth.peak_kpa(said_s, said_s + 0.6) < held_kpa + 0.6


async def test_a_splice_goes_on_from_the_value_that_is_there(armed):
    """Between two revisions of the same level nothing is felt."""
    await armed.play(1.5, pressure=8.0)
    start_s = armed.now_us * 1e-6
    for _ in range(10):
        await armed.splice(level(8.0), after_ms=20)
        await armed.live(0.05)
    felt = (await armed.truth()).between(start_s, start_s + 0.7)
    assert felt.max() - felt.min() < 0.8
