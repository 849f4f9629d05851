"""Who must not be treated, and where: each answer does what physiology 1.4 says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.screening import BY_ID, QUESTIONS, Answer, permit, refuses_everything
from profiles.regions import REGIONS
from tests.controller.people import HOUR_S, NOW_S, UPPER, screening

EVERYWHERE = (
    "dvt_or_clot", "anticoagulant_or_bleeding_disorder", "blood_vessel_damage", "heart",
    "pacemaker", "fever", "tumour", "reduced_sensation", "diabetes_with_neuropathy", "pregnant",
    "child", "dark_urine", "red_flags", "allergy_to_materials",
)  # fmt: skip
THERE = ("implant", "osteoporosis", "open_wound", "acute_injury", "sore_or_bruised_after")
answers = st.builds(
    Answer,
    st.sampled_from(["no", "yes", "agreed"]),
    st.lists(st.sampled_from(sorted(REGIONS)), max_size=2).map(tuple),
)


@pytest.mark.parametrize("name", EVERYWHERE)
def test_these_answers_rule_out_any_session(name):
    found = refuses_everything(screening(**{name: Answer("yes", ("gluteus",))}))
    assert [question.id for question in found] == [name]


@pytest.mark.parametrize("name", THERE)
def test_these_answers_rule_out_the_region_they_name_and_no_other(name):
    answered = screening(**{name: Answer("yes", (UPPER,))})
    assert refuses_everything(answered) == ()
    assert permit((answered,), UPPER, NOW_S).refused_by == (name,)
    assert permit((answered,), "gluteus", NOW_S).refused_by == ()


@pytest.mark.parametrize("name", THERE)
def test_whoever_names_no_region_means_all_of_them(name):
    answered = screening(**{name: Answer("yes")})
    assert all(permit((answered,), region, NOW_S).refused_by for region in REGIONS)


def test_no_to_everything_rules_out_nothing():
    assert refuses_everything(screening()) == ()
    found = permit((screening(),), UPPER, NOW_S)
    assert (found.refused_by, found.share, found.not_deep_by, found.state) == ((), 1.0, (), 1.0)


def test_with_a_doctors_agreement_blood_thinners_mean_light_work():
    answered = screening(anticoagulant_or_bleeding_disorder=Answer("agreed"))
    found = permit((answered,), UPPER, NOW_S)
    assert refuses_everything(answered) == ()
    assert (found.share, bool(found.not_deep_by), bool(found.not_measured_by)) == (0.3, True, True)


def test_with_a_doctors_agreement_a_tumour_rules_out_its_region():
    answered = screening(tumour=Answer("agreed", (UPPER,)))
    assert refuses_everything(answered) == ()
    assert permit((answered,), UPPER, NOW_S).refused_by == ("tumour",)
    assert permit((answered,), "gluteus", NOW_S).refused_by == ()


def test_agreement_that_nobody_asks_for_changes_nothing():
    assert refuses_everything(screening(pregnant=Answer("agreed")))


@pytest.mark.parametrize(
    ("name", "share"), [("osteoporosis", 0.3), ("fragile", 0.4), ("pain_meds_recent", 0.5)]
)
def test_these_answers_lower_what_may_be_pressed_anywhere(name, share):
    answered = screening(**{name: Answer("yes", ("gluteus",))})
    assert permit((answered,), UPPER, NOW_S).share == share


def test_hidden_pain_is_not_measured():
    answered = screening(pain_meds_recent=Answer("yes"))
    assert permit((answered,), UPPER, NOW_S).not_measured_by == ("pain_meds_recent",)


def test_varicose_veins_rule_out_deep_work_where_they_are():
    answered = screening(varicose_veins=Answer("yes", ("calf_gastrocnemius",)))
    assert permit((answered,), "calf_gastrocnemius", NOW_S).not_deep_by == ("varicose_veins",)
    assert permit((answered,), UPPER, NOW_S).not_deep_by == ()


@pytest.mark.parametrize(("hours", "holds"), [(0.0, True), (23.9, True), (24.0, False)])
def test_answers_hold_for_24_hours(hours, holds):
    assert screening(NOW_S - hours * HOUR_S).holds(NOW_S) is holds


def test_answers_from_the_future_do_not_hold():
    assert not screening(NOW_S + 60.0).holds(NOW_S)


def test_a_question_without_an_answer_is_no_screening():
    partly = screening()
    del partly.answers["heart"]
    assert not partly.holds(NOW_S)


@pytest.mark.parametrize(("hours", "refused"), [(25.0, True), (47.9, True), (48.1, False)])
def test_a_bruise_rests_for_48_hours_whatever_is_answered_since(hours, refused):
    bruised = screening(NOW_S - hours * HOUR_S, sore_or_bruised_after=Answer("yes", (UPPER,)))
    assert bool(permit((bruised, screening()), UPPER, NOW_S).refused_by) is refused


def test_other_answers_are_over_once_they_are_given_anew():
    before = screening(NOW_S - HOUR_S, fever=Answer("yes"), open_wound=Answer("yes"))
    assert permit((before, screening()), UPPER, NOW_S).refused_by == ()


def test_every_question_is_there_once_and_asks_something():
    assert len(BY_ID) == len(QUESTIONS)
    assert all(question.ask.endswith("?") for question in QUESTIONS)
    assert all(bool(question.agree) == (question.agreed is not None) for question in QUESTIONS)


@given(st.fixed_dictionaries(dict.fromkeys(BY_ID, answers)), st.sampled_from(sorted(BY_ID)))
def test_one_more_yes_never_allows_more(given_answers, name):
    """The law: a screening only ever narrows."""
    one = screening(**(given_answers | {name: Answer("no")}))
    two = screening(**(given_answers | {name: Answer("yes")}))
    assert set(refuses_everything(one)) <= set(refuses_everything(two))
    for region in REGIONS:
        before, after = permit((one,), region, NOW_S), permit((two,), region, NOW_S)
        assert set(before.refused_by) <= set(after.refused_by)
        assert set(before.not_deep_by) <= set(after.not_deep_by)
        assert set(before.not_struck_by) <= set(after.not_struck_by)
        assert set(before.not_measured_by) <= set(after.not_measured_by)
        assert after.share <= before.share
        assert after.state <= before.state
