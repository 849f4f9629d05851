"""An alarm is raised, latched when it passes unseen, and acknowledged by a person."""

from controller.alarms import SETTLE_S, acknowledge, hear
from controller.words import Reason

STALE = ((Reason.SENSOR_STALE, "low"),)


def states(told):
    return [(alarm.reason, alarm.state) for alarm in told]


def test_a_cause_raises_its_alarm_once():
    alarms, told = hear((), STALE, 1.0)
    assert states(told) == [(Reason.SENSOR_STALE, "raised")]
    for k in range(100):
        alarms, told = hear(alarms, STALE, 1.0 + k / 100)
        assert told == ()


def test_an_alarm_that_passes_unseen_is_latched_until_somebody_has_seen_it():
    alarms, _ = hear((), STALE, 1.0)
    alarms, told = hear(alarms, (), 1.0 + SETTLE_S)
    assert told == ()
    alarms, told = hear(alarms, (), 1.01 + SETTLE_S)
    assert states(told) == [(Reason.SENSOR_STALE, "latched")]
    alarms, told = hear(alarms, (), 1000.0)
    assert (len(alarms), told) == (1, ())
    alarms, told = acknowledge(alarms, None, 1001.0)
    assert (alarms, states(told)) == ((), [(Reason.SENSOR_STALE, "acknowledged")])


def test_an_alarm_that_is_seen_while_it_lasts_goes_with_its_cause_and_comes_back_with_it():
    alarms, _ = hear((), STALE, 1.0)
    alarms, told = acknowledge(alarms, Reason.SENSOR_STALE, 1.5)
    assert states(told) == [(Reason.SENSOR_STALE, "acknowledged")]
    alarms, told = hear(alarms, STALE, 1.6)
    assert told == ()
    alarms, told = hear(alarms, (), 4.0)
    assert (alarms, told) == ((), ())
    _, told = hear(alarms, STALE, 5.0)
    assert states(told) == [(Reason.SENSOR_STALE, "raised")]


def test_a_latched_alarm_is_raised_again_by_its_cause():
    alarms, _ = hear((), STALE, 1.0)
    alarms, _ = hear(alarms, (), 4.0)
    alarms, told = hear(alarms, STALE, 5.0)
    assert states(told) == [(Reason.SENSOR_STALE, "raised")]
    assert len(alarms) == 1


def test_acknowledging_one_alarm_leaves_the_others():
    both = (*STALE, (Reason.CLOCK_UNSURE, "medium"))
    alarms, told = hear((), both, 1.0)
    assert len(told) == 2
    alarms, told = acknowledge(alarms, Reason.CLOCK_UNSURE, 1.0)
    assert states(told) == [(Reason.CLOCK_UNSURE, "acknowledged")]
    _, told = acknowledge(alarms, Reason.OCCLUDED, 1.0)
    assert told == ()
