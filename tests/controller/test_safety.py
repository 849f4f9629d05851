"""Every row of the supervisor's table: what trips it, and what is just inside."""

import msgspec
import pytest

from controller.modes import Trust, cap_kpa, doubt, watch_trust
from controller.moment import Features, Moment
from controller.relief import Relief, occluded, watch_relief
from controller.safety import Scene, Watch, highest_allowed_kpa, judge
from controller.sticking import stuck, watch_sticking
from controller.tracking import Asked, lag_s
from controller.words import Reason
from tests.controller.moments import WELL
from tests.controller.programs import compiled

BATCH_S = 0.01
LIMIT_KPA = 20.0


@pytest.fixture(scope="module")
def program():
    return compiled()


def felt(at_s, kpa, other=None, **more):
    return Features(
        start_s=at_s, duration_s=BATCH_S, pressure_kpa=kpa,
        lowest_kpa=kpa if other is None else other, emg_uv=(), **more,
    )  # fmt: skip


def health(**changes):
    return msgspec.structs.replace(WELL, **changes)


def fold(kpas, asked, *, rise=10.0, watch=None, others=None, well=WELL):
    """Judge one batch after another; return the verdicts. `asked` is a level or a function."""
    watch, verdicts = watch or Watch(), []
    for k, kpa in enumerate(kpas):
        at_s = k * BATCH_S
        target = asked(at_s) if callable(asked) else asked
        scene = Scene(LIMIT_KPA, Asked(target, rise), lag_s(20.0), "closed_loop")
        one = felt(at_s, kpa, others[k] if others else None)
        watch, verdict = judge(watch, Moment(at_s, one, well), scene)
        verdicts.append(verdict)
    return verdicts


def settled(kpa):
    """A watch that has seen `kpa` asked for and felt for a second."""
    watch = Watch()
    scene = Scene(LIMIT_KPA, Asked(kpa, 1e9), lag_s(20.0), "closed_loop")
    for k in range(100):
        watch, _ = judge(watch, Moment(k * BATCH_S, felt(k * BATCH_S, kpa), WELL), scene)
    return watch


def first(verdicts, reason):
    """Return after how many batches a reason first came, and what it asked for."""
    return next((k + 1, v.action) for k, v in enumerate(verdicts) if v and v.reason is reason)


def reasons(verdicts):
    return {verdict.reason for verdict in verdicts if verdict}


# --- over pressure ----------------------------------------------------------------------------


def test_over_pressure_for_20_ms_stops_and_10_ms_do_not():
    over = highest_allowed_kpa(LIMIT_KPA) + 0.01
    verdicts = fold([over, over], over)
    assert verdicts[0] is None or verdicts[0].reason is not Reason.OVER_PRESSURE
    assert first(verdicts, Reason.OVER_PRESSURE) == (2, "stop")
    assert verdicts[1].measured > verdicts[1].limit


def test_pressure_at_the_limit_goes_on_for_ever():
    at_limit = highest_allowed_kpa(LIMIT_KPA)
    verdicts = fold([at_limit] * 200, at_limit, watch=settled(at_limit))
    assert reasons(verdicts) == set()


def test_over_pressure_twice_for_10_ms_with_a_breath_between_does_not_stop():
    limit = highest_allowed_kpa(LIMIT_KPA)
    verdicts = fold([limit + 0.1, limit - 0.1] * 20, limit, watch=settled(limit))
    assert Reason.OVER_PRESSURE not in reasons(verdicts)


# --- rise -------------------------------------------------------------------------------------


def ramp(speed_kpa_s, batches=100, start=3.0):
    return [start + speed_kpa_s * k * BATCH_S for k in range(batches)]


@pytest.mark.parametrize(("limit", "speed"), [(10.0, 17.6), (50.0, 77.6)])
def test_a_rise_over_one_and_a_half_times_its_limit_is_released(limit, speed):
    kpas = ramp(speed, 12)
    verdicts = fold(kpas, lambda t: 3.0 + speed * t, rise=limit, watch=settled(3.0))
    batches, action = first(verdicts, Reason.RISE)
    assert action == "release"
    assert batches <= 9


@pytest.mark.parametrize(("limit", "speed"), [(10.0, 17.4), (50.0, 77.4)])
def test_a_rise_just_inside_is_let_go_on(limit, speed):
    kpas = ramp(speed, 20)
    verdicts = fold(kpas, lambda t: 3.0 + speed * t, rise=limit, watch=settled(3.0))
    assert Reason.RISE not in reasons(verdicts)


def test_a_touch_up_to_2_5_kpa_is_no_rise():
    kpas = [0.0] * 20 + [2.5] * 20
    assert reasons(fold(kpas, 2.0, watch=settled(0.0))) == set()


def test_a_touch_of_more_than_2_5_kpa_is_a_rise_like_any_other():
    kpas = [0.0] * 20 + [2.6] * 20
    assert first(fold(kpas, 2.0, watch=settled(0.0)), Reason.RISE) == (21, "release")


def test_a_jolt_shorter_than_50_ms_is_no_rise():
    kpas = [3.0] * 20 + [3.8] * 2 + [3.0] * 20
    assert reasons(fold(kpas, 3.0, watch=settled(3.0))) == set()


# --- tracking ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "off"), [(5.0, 2.05), (5.0, -2.05), (15.0, 3.1), (15.0, -3.1)])
def test_pressure_off_its_model_for_300_ms_is_released(asked, off):
    verdicts = fold([asked + off] * 40, asked, rise=1e9, watch=settled(asked))
    batches, action = first(verdicts, Reason.TRACKING)
    assert (batches, action) == (30, "release")


@pytest.mark.parametrize(("asked", "off"), [(5.0, 1.95), (5.0, -1.95), (15.0, 2.9), (15.0, -2.9)])
def test_pressure_just_inside_its_model_goes_on(asked, off):
    assert reasons(fold([asked + off] * 200, asked, rise=1e9, watch=settled(asked))) == set()


def test_pressure_off_for_290_ms_goes_on():
    kpas = ([8.0] * 29 + [5.0]) * 5
    assert reasons(fold(kpas, 5.0, rise=1e9, watch=settled(5.0))) == set()


@pytest.mark.parametrize("off", [6.05, -6.05])
def test_pressure_off_by_6_kpa_for_100_ms_stops(off):
    verdicts = fold([8.0 + off] * 20, 8.0, rise=1e9, watch=settled(8.0))
    assert first(verdicts, Reason.TRACKING) == (10, "stop")


def test_pressure_off_by_less_than_6_kpa_does_not_stop():
    verdicts = fold([13.95] * 29, 8.0, rise=1e9, watch=settled(8.0))
    assert reasons(verdicts) == set()


def test_the_sensor_that_reads_most_counts_above_the_model():
    verdicts = fold([8.0] * 40, 8.0, others=[10.1] * 40, watch=settled(8.0))
    assert first(verdicts, Reason.TRACKING) == (30, "release")


def test_the_sensor_that_reads_least_counts_below_the_model():
    watch, verdicts = settled(8.0), []
    for k in range(40):
        one = felt(k * BATCH_S, 8.0, least_kpa=5.9)
        scene = Scene(LIMIT_KPA, Asked(8.0, 10.0), lag_s(20.0), "closed_loop")
        watch, verdict = judge(watch, Moment(k * BATCH_S, one, WELL), scene)
        verdicts.append(verdict)
    assert first(verdicts, Reason.TRACKING) == (30, "release")


@pytest.mark.parametrize("excuse", [{"fading": True}, {"limited": True}])
def test_a_device_that_says_that_it_presses_less_is_believed(excuse):
    verdicts = fold([2.0] * 100, 8.0, watch=settled(8.0), well=health(**excuse))
    assert reasons(verdicts) <= {Reason.DEVICE_FADING}


# --- contact ----------------------------------------------------------------------------------


def test_no_pressure_for_100_ms_where_some_is_expected_is_lost_contact():
    verdicts = fold([0.4] * 30, 5.0, watch=settled(5.0))
    assert first(verdicts, Reason.CONTACT_LOST) == (10, "approach")


@pytest.mark.parametrize(("kpa", "asked"), [(0.55, 2.4), (0.4, 1.95)])
def test_a_light_touch_is_no_lost_contact(kpa, asked):
    assert reasons(fold([kpa] * 200, asked, watch=settled(asked))) == set()


def test_contact_lost_for_90_ms_is_none():
    kpas = ([0.4] * 9 + [5.0]) * 5
    assert Reason.CONTACT_LOST not in reasons(fold(kpas, 5.0, watch=settled(5.0)))


# --- a stuck sensor ---------------------------------------------------------------------------


def sticking(seconds, asked, still=(4.0,)):
    """Watch a sensor that says the same for so long; return what is found at its end."""
    known = ()
    for k in range(round(seconds / BATCH_S)):
        at_s = k * BATCH_S
        known = watch_sticking(known, felt(at_s, 4.0, still=still), asked(at_s))
    return stuck(known)


@pytest.mark.parametrize(
    ("seconds", "speed", "found"),
    [
        (0.25, 9.0, True),
        (0.24, 9.0, False),
        (0.25, 7.0, False),
        (1.0, 0.0, True),
        (0.99, 0.0, False),
    ],
)
def test_a_sensor_that_says_the_same_while_the_command_moves_is_stuck(seconds, speed, found):
    verdict = sticking(seconds, lambda t: 5.0 + speed * t)
    assert (verdict is not None) is found
    if verdict is not None:
        assert (verdict.action, verdict.reason) == ("stop", Reason.SENSOR_STUCK)


def test_one_stuck_sensor_of_two_is_enough_and_one_that_moves_is_not_stuck():
    assert sticking(1.0, lambda _: 5.0, still=(None, 4.0)) is not None
    assert sticking(5.0, lambda _: 5.0, still=(None, None)) is None


# --- occluded ---------------------------------------------------------------------------------


def pressed_for(seconds, kpa=4.4, relief=()):
    """Press for so long, with spells (from, to) of less; return what is found at the end."""
    known = Relief()
    for k in range(round(seconds / BATCH_S)):
        at_s = k * BATCH_S
        low = any(a <= at_s < b for a, b in relief)
        known = watch_relief(known, felt(at_s, 4.2 if low else kpa))
    return occluded(known)


def test_three_minutes_without_relief_are_released_and_five_are_a_fault():
    assert pressed_for(180.0) is None
    late = pressed_for(180.1)
    assert (late.action, late.reason) == ("release", Reason.OCCLUDED)
    assert pressed_for(300.1).action == "stop"


@pytest.mark.parametrize(
    ("relief", "relieved"),
    [
        ([(100.0, 100.5)], True),
        ([(100.0, 100.48)], False),
        ([(100.0, 100.25), (104.0, 104.25)], True),
        ([(100.0, 100.25), (106.0, 106.25)], False),
    ],
)
def test_half_a_second_of_less_within_five_is_relief(relief, relieved):
    assert (pressed_for(185.0, relief=relief) is None) is relieved


def pressed_by_further_pads(seconds, kpa_at):
    """Let further pads press while the first does not; return what is found at the end."""
    known = Relief()
    for k in range(round(seconds / BATCH_S)):
        at_s = k * BATCH_S
        known = watch_relief(known, felt(at_s, 0.0, others_kpa=kpa_at(at_s)))
    return occluded(known)


def test_a_further_pad_without_relief_is_released_and_is_a_fault_like_the_first():
    assert pressed_by_further_pads(180.0, lambda _: 10.0) is None
    late = pressed_by_further_pads(180.1, lambda _: 10.0)
    assert (late.action, late.reason) == ("release", Reason.OCCLUDED)
    assert pressed_by_further_pads(300.1, lambda _: 10.0).action == "stop"


def test_further_pads_that_let_go_in_every_cycle_may_go_on():
    assert pressed_by_further_pads(400.0, lambda s: 10.0 if s % 60.0 < 55.0 else 1.0) is None


def test_pressure_under_4_3_kpa_may_last():
    assert pressed_for(400.0, kpa=4.25) is None


# --- trust ------------------------------------------------------------------------------------


def trusted(batches):
    """Fold (lost seconds, age, clock) of batches; return what is doubted at the end."""
    known = Trust()
    for k, (lost_s, age_s, clock_s) in enumerate(batches):
        well = health(pressure_age_s=age_s, clock_s=clock_s)
        known = watch_trust(known, felt(k * BATCH_S, 5.0, lost_s=lost_s), well)
    return doubt(known)


def losing(lost, of=200):
    return [(0.01 if k < lost else 0.0, 0.005, 0.0) for k in range(of - lost)]


@pytest.mark.parametrize(
    ("lost", "mode"), [(10, None), (11, "step_adjust"), (40, "step_adjust"), (41, "open_loop")]
)
def test_missing_samples_lower_the_mode(lost, mode):
    found = trusted(losing(lost))
    assert (found.mode if found else None) == mode
    assert found is None or found.reason is Reason.SAMPLES_MISSING


def test_samples_lost_long_ago_count_no_more():
    assert trusted([*losing(100), *losing(0, 200)]) is None


@pytest.mark.parametrize(
    ("late", "age_s", "mode"),
    [
        (10, 0.061, None),
        (11, 0.059, None),
        (11, 0.061, "step_adjust"),
        (11, 0.249, "step_adjust"),
        (11, 0.251, "open_loop"),
    ],
)
def test_late_samples_lower_the_mode(late, age_s, mode):
    found = trusted([(0.0, age_s if k < late else 0.005, 0.0) for k in range(1000)])
    assert (found.mode if found else None) == mode
    assert found is None or (found.reason, found.measured) == (Reason.SAMPLES_LATE, age_s)


@pytest.mark.parametrize(("clock_s", "mode"), [(0.0099, None), (0.0101, "step_adjust")])
def test_an_uncertain_clock_lowers_the_mode(clock_s, mode):
    found = trusted([(0.0, 0.005, clock_s)])
    assert (found.mode if found else None) == mode


@pytest.mark.parametrize(("clock_s", "action"), [(0.0499, None), (0.0501, "release")])
def test_a_clock_that_is_lost_is_a_release(clock_s, action):
    verdicts = fold([5.0], 5.0, watch=settled(5.0), well=health(clock_s=clock_s))
    assert (verdicts[0].action if verdicts[0] else None) == action


@pytest.mark.parametrize(
    ("mode", "share"), [("closed_loop", float("inf")), ("step_adjust", 0.5), ("open_loop", 0.4)]
)
def test_less_trust_presses_a_smaller_share_of_the_pain_threshold(mode, share):
    assert cap_kpa(mode, 40.0) == 40.0 * share


@pytest.mark.parametrize(
    ("mode", "hold_s", "release_s"),
    [("closed_loop", 0.05, 0.2), ("step_adjust", 0.25, 0.5), ("open_loop", 0.5, 0.8)],
)
def test_a_lower_mode_waits_longer_for_samples(mode, hold_s, release_s):
    scene = Scene(LIMIT_KPA, None, 0.01, mode)
    for age_s, action in (
        (hold_s, None), (hold_s + 0.001, "hold"), (release_s, "hold"),
        (release_s + 0.001, "release"), (1.001, "stop"),
    ):  # fmt: skip
        _, verdict = judge(Watch(), Moment(1.0, None, health(pressure_age_s=age_s)), scene)
        assert (verdict.action if verdict else None) == action
