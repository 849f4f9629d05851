"""Who must not be treated, and where: what is asked, and what each answer means.

Questions and gates are those of physiology 1.4, where the marks and sources are.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

EXPIRES_S = 24 * 3600.0
"""How long the answers of a screening hold (E, rules, *The person*; physiology H-14)."""

SORE_LOCK_S = 48 * 3600.0
"""How long a region rests that was sore or bruised after a session (E, physiology 1.4)."""

LIGHT_SHARE = 0.30
"""Light work: up to this share of the pain threshold (E, rules)."""

SORE_STATE = 0.76
"""How much lower the pain threshold is in a muscle sore from exercise (V, physiology: S11)."""


STRUCK = frozenset({"tapotement", "percussion"})
"""Techniques that strike (E, physiology 1.2)."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer means. `refuses` is about the region that was named, or everything.

    `share` of the pain threshold is the most that may be pressed, where anything may be; `deep`
    and `struck` say whether deep work, and techniques that strike, may be at all, and `strained`
    whether a muscle may be tensed as strongly as it can. `state` is how tender the region is;
    `locks_s` outlasts the screening in which it was said.
    """

    refuses: Literal["nothing", "region", "everything"] = "nothing"
    share: float = 1.0
    deep: bool = True
    struck: bool = True
    calibrate: bool = True
    strained: bool = True
    state: float = 1.0
    locks_s: float = 0.0


REFUSED = Gate(refuses="everything")
NOT_THERE = Gate(refuses="region")
LIGHT_ONLY = Gate(share=LIGHT_SHARE, deep=False, struck=False, calibrate=False, strained=False)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask, and what "yes" means.

    `agreed` is what it means once somebody has answered `agree` with yes too. `where`: whoever
    says yes is asked for the regions. `advice` is told whenever the answer is yes.
    """

    id: str
    ask: str
    yes: Gate
    agree: str = ""
    agreed: Gate | None = None
    where: bool = False
    advice: str = ""


_DOCTOR = "Has a doctor who knows this agreed to massage?"
_HELP = "Please have a doctor look at this soon; this is not the time for a massage."

QUESTIONS: tuple[Question, ...] = (
    Question(
        id="dvt_or_clot",
        ask="Have you, or may you have, a blood clot? One calf swollen, hot or painful? "
        "Were you bedridden, in plaster or on a very long journey lately?",
        yes=REFUSED,
        advice=_HELP,
    ),
    Question(
        id="anticoagulant_or_bleeding_disorder",
        ask="Do you take blood thinners, or bleed or bruise easily?",
        yes=REFUSED,
        agree=_DOCTOR,
        agreed=LIGHT_ONLY,
    ),
    Question(
        id="blood_vessel_damage",
        ask="Do you have an aneurysm, damaged blood vessels or a circulatory disease of the legs?",
        yes=REFUSED,
    ),
    Question(
        id="heart",
        ask="Do you have a heart disease, an irregular heartbeat, or have you had a stroke?",
        yes=REFUSED,
    ),
    Question(
        id="pacemaker",
        ask="Do you have a pacemaker, a defibrillator, or a pump or stimulator with electronics?",
        yes=REFUSED,
        advice="Motors near by can disturb it.",
    ),
    Question(
        id="implant",
        ask="Do you have any other implant: a stent, a joint, metal, a band?",
        yes=NOT_THERE,
        where=True,
    ),
    Question(
        id="fever",
        ask="Do you have fever or an infection, or do you feel ill?",
        yes=REFUSED,
    ),
    Question(
        id="osteoporosis",
        ask="Are your bones fragile, has one been broken lately, or is there a tumour in one?",
        yes=Gate(refuses="region", share=LIGHT_SHARE, strained=False),
        where=True,
    ),
    Question(
        id="open_wound",
        ask="Is there a wound, a fresh scar, a burn, a rash, or inflamed or irradiated skin?",
        yes=NOT_THERE,
        where=True,
    ),
    Question(
        id="tumour",
        ask="Do you have, or have you had, a tumour?",
        yes=REFUSED,
        agree=_DOCTOR,
        agreed=NOT_THERE,
        where=True,
    ),
    Question(
        id="reduced_sensation",
        ask="Is any of your skin numb, do you feel less there, or do you have a nerve disease?",
        yes=REFUSED,
        advice="Whoever cannot feel that it hurts cannot say so, and saying so keeps you safe.",
    ),
    Question(
        id="diabetes_with_neuropathy",
        ask="Do you have diabetes that has made your feet or hands numb or tingling?",
        yes=REFUSED,
        advice="Whoever cannot feel that it hurts cannot say so, and saying so keeps you safe.",
    ),
    Question(id="pregnant", ask="Are you pregnant, or may you be?", yes=REFUSED),
    Question(id="child", ask="Are you under 18?", yes=REFUSED),
    Question(
        id="pain_meds_recent",
        ask="Have you taken painkillers, sedatives, alcohol or other drugs in the last 24 hours?",
        yes=Gate(share=0.5, calibrate=False, strained=False),
        advice="They hide pain: you are pressed less, and not measured.",
    ),
    Question(
        id="acute_injury",
        ask="Have you been injured in the last three days: a strain, a bruise, a swelling, a tear?",
        yes=NOT_THERE,
        where=True,
    ),
    Question(
        id="dark_urine",
        ask="Have you had dark urine after exercise or after a massage?",
        yes=REFUSED,
        advice="Please get medical help today.",
    ),
    Question(
        id="red_flags",
        ask="New weakness in a leg, numbness between the legs, trouble with bladder or bowel, "
        "weight loss nobody can explain, pain at night, or pain since an accident?",
        yes=REFUSED,
        advice="Please get medical help today.",
    ),
    Question(
        id="fragile",
        ask="Are you over 75, is your skin thin, are your joints very mobile (as in EDS), or do "
        "you take cortisone for long?",
        yes=Gate(share=0.4, struck=False, strained=False),
    ),
    Question(
        id="varicose_veins",
        ask="Do you have varicose veins?",
        yes=Gate(deep=False),
        where=True,
    ),
    Question(
        id="allergy_to_materials",
        ask="Are you allergic to what the pad or the electrodes are made of?",
        yes=REFUSED,
        agree="Is there a cover that you bear between you and them?",
        agreed=Gate(),
    ),
    Question(
        id="sore_or_bruised_after",
        ask="Was a place sore or bruised after your last session?",
        yes=Gate(refuses="region", locks_s=SORE_LOCK_S),
        where=True,
    ),
    Question(
        id="sore_from_exercise",
        ask="Are muscles sore from exercise?",
        yes=Gate(state=SORE_STATE, strained=False),
        where=True,
    ),
    Question(
        id="cannot_lie_prone",
        ask="Is lying face down difficult for you?",
        yes=Gate(),
        advice="Sit, or lie on a side.",
    ),
)
"""What is asked before a session, in this order. Pacemakers are asked for by themselves: nobody
has measured the fields of a voice coil here (E). No profile says how one lies, so that answer is
told to whoever operates and gates nothing. Who may not strain a muscle is E: whose bones, skin or
tendons are weak, who bleeds or does not feel pain, and where a muscle is sore."""

BY_ID: Mapping[str, Question] = {question.id: question for question in QUESTIONS}


class Answer(msgspec.Struct, frozen=True):
    """What was said. No regions: everywhere."""

    says: Literal["no", "yes", "agreed"]
    regions: tuple[str, ...] = ()


class Screening(msgspec.Struct, frozen=True):
    """A person's answers to every question, and when they gave them (seconds since 1970)."""

    at_s: float
    answers: dict[str, Answer]

    def is_complete(self) -> bool:
        """Whether every question of today has an answer."""
        return BY_ID.keys() <= self.answers.keys()

    def holds(self, now_s: float) -> bool:
        """Whether it is complete and fresh; one from the future is neither."""
        return self.is_complete() and 0.0 <= now_s - self.at_s < EXPIRES_S

    def gates(self) -> Iterator[tuple[Question, Gate, Answer]]:
        """Yield what every yes means."""
        for question_id, answer in self.answers.items():
            question = BY_ID.get(question_id)
            if question is None or answer.says == "no":
                continue
            agreed = question.agreed if answer.says == "agreed" else None
            yield question, agreed or question.yes, answer


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's answers allow in a region. Each list names the questions that say so.

    `locked_until_s` is when an older answer, such as a bruise, no longer refuses it.
    """

    refused_by: tuple[str, ...] = ()
    locked_until_s: float = 0.0
    share: float = 1.0
    share_by: str = ""
    not_deep_by: tuple[str, ...] = ()
    not_struck_by: tuple[str, ...] = ()
    not_measured_by: tuple[str, ...] = ()
    not_strained_by: tuple[str, ...] = ()
    state: float = 1.0


def permit(screenings: tuple[Screening, ...], region: str, now_s: float) -> Permit:
    """Return what the newest screening allows in a region, and older ones still lock."""
    found = Permit()
    for number, screening in enumerate(screenings, start=1):
        for question, gate, answer in screening.gates():
            lasts = now_s - screening.at_s < gate.locks_s
            if number == len(screenings) or lasts:
                until_s = screening.at_s + gate.locks_s if lasts else 0.0
                found = _narrowed(found, question, gate, _is_there(answer, region), until_s)
    return found


def refuses_everything(screening: Screening) -> tuple[Question, ...]:
    """Return the questions whose answers rule out any session."""
    return tuple(q for q, gate, _ in screening.gates() if gate.refuses == "everything")


def _is_there(answer: Answer, region: str) -> bool:
    return not answer.regions or region in answer.regions


def _narrowed(found: Permit, question: Question, gate: Gate, there: bool, until_s: float) -> Permit:
    change: dict[str, object] = {}
    if gate.refuses == "region" and there:
        change["refused_by"] = (*found.refused_by, question.id)
        change["locked_until_s"] = max(found.locked_until_s, until_s)
    if gate.share < found.share:  # a fragile bone anywhere lowers what is pressed elsewhere
        change |= {"share": gate.share, "share_by": question.id}
    if there and not gate.deep:
        change["not_deep_by"] = (*found.not_deep_by, question.id)
    if there and not gate.struck:
        change["not_struck_by"] = (*found.not_struck_by, question.id)
    if there and not gate.calibrate:
        change["not_measured_by"] = (*found.not_measured_by, question.id)
    if not gate.strained and (there or gate.share < 1.0):  # a fragile bone is pulled at elsewhere
        change["not_strained_by"] = (*found.not_strained_by, question.id)
    if there and gate.state < found.state:
        change["state"] = gate.state
    return msgspec.structs.replace(found, **change)
