"""Who may be pressed like this, now: every reason against it, and what would be allowed."""

import msgspec
import pytest

from controller.calibration import rise
from controller.eligibility import NotAdmitted, Why, admit, admit_calibration
from controller.person import ANY_DEVICE, Calibration, Unlock
from controller.screening import Answer
from profiles.dose import dose
from tests.controller.people import (
    DEVICE,
    HOUR_S,
    NOW_S,
    PAD,
    UPPER,
    entry,
    person,
    programme,
    screening,
)

STRONG = Calibration(at_s=NOW_S, region=UPPER, side="left", pad=PAD, kpa=40.0, at_least=True)
LIGHT, DEEP = "effleurage", "trigger-point"


def refused(someone, name="kneading", now_s=NOW_S):
    """Return every reason against playing a profile on a person now."""
    program = programme(name, someone.thresholds(PAD, now_s))
    try:
        admit(someone, program, dose(program), now_s)
    except NotAdmitted as error:
        return error.refusals
    return ()


def whys(someone, name="kneading", now_s=NOW_S):
    return [refusal.why for refusal in refused(someone, name, now_s)]


def test_a_screened_person_is_admitted():
    assert whys(person()) == []
    assert whys(person(calibrations=(STRONG,)), DEEP) == []


def test_without_answers_nobody_is_admitted():
    assert whys(person(screenings=())) == [Why.SCREENING_MISSING]


def test_a_day_later_the_answers_are_asked_for_again():
    found = refused(person(), now_s=NOW_S + 24 * HOUR_S)
    assert [one.why for one in found] == [Why.SCREENING_EXPIRED]
    assert "myoloop person screen p1" in str(found[0])


def test_an_answer_that_rules_out_everything_is_told_with_its_question():
    (one,) = refused(person(screening(pregnant=Answer("yes"))))
    assert one.why is Why.SCREENING
    assert "Are you pregnant" in str(one)


def test_an_answer_about_another_region_is_no_reason():
    wound = Answer("yes", ("gluteus",))
    assert whys(person(screening(open_wound=wound))) == []
    assert whys(person(screening(open_wound=Answer("yes", (UPPER,))))) == [Why.SCREENING]


def test_a_bruise_is_told_with_the_hours_it_rests():
    bruised = screening(NOW_S - 30 * HOUR_S, sore_or_bruised_after=Answer("yes", (UPPER,)))
    (one,) = refused(person(screenings=(bruised, screening())))
    assert one.why is Why.SORE
    assert "in 18 h" in one.allowed


def test_answers_that_rule_out_deep_work_leave_light_work():
    veins = screening(varicose_veins=Answer("yes", (UPPER,)))
    assert whys(person(veins, calibrations=(STRONG,)), DEEP) == [Why.SCREENING]
    assert whys(person(veins, calibrations=(STRONG,))) == []


def test_nothing_strikes_fragile_skin():
    program = programme()
    kneading = msgspec.structs.replace(program.steps[2], technique="tapotement")
    steps = (*program.steps[:2], kneading)
    struck = msgspec.structs.replace(program, steps=steps)
    rehearsed = person().unlocked | {Unlock("tapotement", ANY_DEVICE, "simulator")}
    someone = person(screening(fragile=Answer("yes")), unlocked=rehearsed)
    admit(someone, program, dose(program), NOW_S)
    with pytest.raises(NotAdmitted, match="nothing that strikes"):
        admit(someone, struck, dose(struck), NOW_S)


def test_after_deep_work_a_region_bears_light_work_for_48_hours():
    deep = entry(47.0, worked_s=300.0, deep_s=90.0)
    assert whys(person(None, deep, calibrations=(STRONG,)), DEEP) == [Why.DEEP_LOCK]
    assert whys(person(None, deep)) == [Why.DEEP_LOCK]
    assert whys(person(None, deep), LIGHT) == []
    after = entry(48.1, worked_s=300.0, deep_s=90.0)
    assert whys(person(None, after, calibrations=(STRONG,)), DEEP) == []


def test_a_third_deep_session_within_48_hours_is_refused():
    twice = (entry(40.0, deep_s=90.0), entry(20.0, deep_s=90.0))
    assert Why.DEEP_LOCK in whys(person(None, *twice, calibrations=(STRONG,)), DEEP)


def test_a_third_session_in_a_day_is_refused():
    twice = (entry(20.0, worked_s=60.0), entry(3.0, worked_s=60.0))
    (one,) = refused(person(None, *twice))
    assert one.why is Why.SESSIONS
    assert "in 4 h" in one.allowed
    assert whys(person(None, entry(25.0, worked_s=60.0), entry(3.0, worked_s=60.0))) == []


def test_a_region_is_worked_on_for_a_quarter_of_an_hour_a_day():
    (one,) = refused(person(None, entry(2.0, worked_s=700.0)))
    assert one.why is Why.REGION_TIME
    assert "up to 200 s are allowed there now" in one.allowed
    assert whys(person(None, entry(2.0, worked_s=600.0))) == []
    assert whys(person(None, entry(2.0, region="gluteus", worked_s=900.0))) == []


def test_what_was_never_booked_counts_however_old_it_is():
    someone = person(None, entry(None, worked_s=800.0, deep_s=60.0))
    found = refused(someone, now_s=NOW_S)
    assert [one.why for one in found] == [Why.DEEP_LOCK, Why.REGION_TIME]
    assert all("person settle p1" in one.allowed for one in found)
    aged = person(screening(NOW_S + 1000 * HOUR_S - 60.0), entry(None, worked_s=800.0, deep_s=60.0))
    assert whys(aged, now_s=NOW_S + 1000 * HOUR_S) == [Why.DEEP_LOCK, Why.REGION_TIME]


def test_a_clock_that_was_set_back_opens_nothing():
    assert Why.SESSIONS in whys(person(None, entry(-5.0), entry(-9.0)))


def test_what_was_never_rehearsed_is_not_played():
    (one,) = refused(person(unlocked=frozenset()))
    assert one.why is Why.NOT_REHEARSED
    assert "--device sim://healthy_f" in one.allowed


def test_every_reason_is_told_at_once():
    someone = person(screening(fever=Answer("yes")), entry(1.0, worked_s=890.0))
    program = programme()
    with pytest.raises(NotAdmitted) as told:
        admit(someone, program, dose(program), NOW_S)
    assert len(told.value.refusals) == 2
    assert len(str(told.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("someone", "why"),
    [
        (person(screening(pain_meds_recent=Answer("yes"))), Why.SCREENING),
        (person(screening(open_wound=Answer("yes", (UPPER,)))), Why.SCREENING),
        (person(screenings=()), Why.SCREENING_MISSING),
        (person(None, entry(1.0, deep_s=60.0)), Why.DEEP_LOCK),
        (person(None, entry(1.0, worked_s=890.0)), Why.REGION_TIME),
    ],
    ids=["painkillers", "wound", "not asked", "after deep work", "long enough today"],
)
def test_where_pain_begins_is_not_measured_on_everybody(someone, why):
    worst = dose(rise(UPPER, "female", 10.0, DEVICE))
    with pytest.raises(NotAdmitted) as told:
        admit_calibration(someone, UPPER, worst, NOW_S)
    assert [one.why for one in told.value.refusals] == [why]


def test_it_is_measured_on_a_person_who_may_be_treated():
    worst = dose(rise(UPPER, "female", 10.0, DEVICE))
    admit_calibration(person(), UPPER, worst, NOW_S)
