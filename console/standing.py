"""How a person stands: what is known, what counts, what is left, as documents and as lines."""

import math
from collections.abc import Iterable, Iterator, Mapping

from controller.comparison import counts
from controller.eligibility import NotAdmitted, Refusal, admit, screened
from controller.ledger import REGION_DAY_S, SESSIONS_A_DAY, Doses
from controller.person import ANY_DEVICE, Calibration, Contraction, Person
from controller.screening import BY_ID, Gate, Screening
from profiles.program import Program
from profiles.regions import REGIONS

from .person_documents import (
    Effect,
    FoundAnswer,
    FoundGate,
    FoundRefusal,
    PersonShown,
    RegionLedger,
    Strength,
    Threshold,
)
from .tables import table

_EFFECTS: Mapping[Effect, str] = {
    "refused": "not treated",
    "share": "pressed up to {share:.0f} % of the pain threshold",
    "no_deep_work": "no deep work",
    "nothing_that_strikes": "nothing that strikes",
    "no_calibration": "no calibration",
    "no_strain": "no contraction but a light one",
    "tender": "the pain threshold counts {share:.0f} %",
}


def shown(person: Person, now_s: float) -> PersonShown:
    """Return everything there is to show of a person."""
    newest = person.screenings[-1] if person.screenings else None
    touched = {region for entry in person.ledger.entries for region in entry.doses}
    every = {name: region_ledger(person, name, now_s) for name in REGIONS if name in touched}
    return PersonShown(
        id=person.id,
        sex=person.sex,
        screened=person.screening(now_s) is not None,
        screened_hours_ago=None if newest is None else round((now_s - newest.at_s) / 3600.0, 1),
        yes=() if newest is None else tuple(question.id for question, _, _ in newest.gates()),
        answers=() if newest is None else tuple(_answers(newest)),
        gates=gates(person, now_s),
        refusals=found(screened(person, now_s)),
        thresholds=tuple(threshold(one, now_s) for one in person.calibrations),
        contractions=tuple(strength(one, now_s) for one in person.contractions),
        stages=stages(person),
        ledger={name: line for name, line in every.items() if line.sessions or line.worked_s},
        never_booked=len(person.ledger.open),
    )


def gates(person: Person, now_s: float) -> tuple[FoundGate, ...]:
    """Return what the newest answers rule out or lower, and what older ones still lock."""
    told: dict[tuple[str, Effect, tuple[str, ...]], FoundGate] = {}
    for number, screening in enumerate(person.screenings, start=1):
        for question, gate, answer in screening.gates():
            left_s = screening.at_s + gate.locks_s - now_s
            if number < len(person.screenings) and left_s <= 0.0:
                continue
            for effect, regions, share in _effects(gate, answer.regions):
                key = (question.id, effect, regions)  # said again later, it lasts longer
                told[key] = _gate(*key, share, left_s)
    return tuple(told.values())


def _effects(
    gate: Gate, there: tuple[str, ...]
) -> Iterator[tuple[Effect, tuple[str, ...], float | None]]:
    """Yield what a gate does, and where: what refuses everything, and a share, count everywhere."""
    if gate.refuses != "nothing":
        yield "refused", there if gate.refuses == "region" else (), None
    if gate.share < 1.0:
        yield "share", (), gate.share
    if not gate.deep:
        yield "no_deep_work", there, None
    if not gate.struck:
        yield "nothing_that_strikes", there, None
    if not gate.calibrate:
        yield "no_calibration", there, None
    if not gate.strained:
        yield "no_strain", there if gate.share == 1.0 else (), None
    if gate.state < 1.0:
        yield "tender", there, gate.state


def _gate(
    question: str, effect: Effect, regions: tuple[str, ...], share: float | None, left_s: float
) -> FoundGate:
    hours = left_s / 3600.0 if left_s > 0.0 else None
    phrase = _EFFECTS[effect].format(share=100.0 * (share or 0.0))
    lasts = "" if hours is None else f", for {math.ceil(hours)} h at least"
    return FoundGate(
        question=question,
        effect=effect,
        regions=regions,
        share=share,
        hours_left=None if hours is None else round(hours, 1),
        what=f"{', '.join(regions) or 'everywhere'}: {phrase}{lasts} ({question})",
    )


def _answers(screening: Screening) -> Iterator[FoundAnswer]:
    for question, _, answer in screening.gates():
        if answer.says != "no":
            yield FoundAnswer(question=question.id, says=answer.says, regions=answer.regions)


def _answer_line(one: FoundAnswer) -> str:
    agreed = ", agreed to" if one.says == "agreed" else ""
    everywhere = " (everywhere)" if BY_ID[one.question].where else ""
    where = f" ({', '.join(one.regions)})" if one.regions else everywhere
    return f"yes to {one.question}{where}{agreed}"


def region_ledger(person: Person, region: str, now_s: float) -> RegionLedger:
    """Return what counts on a region in the last day, and what is left."""
    ledger = person.ledger
    spent = ledger.spent(region, now_s)
    until_s = ledger.deep_lock_until_s(region, now_s)
    never_booked = any(region in entry.doses for entry in ledger.open)
    lock_s = 0.0 if math.isinf(until_s) else max(0.0, until_s - now_s)
    return RegionLedger(
        worked_s=round(spent.worked_s, 1),
        left_s=round(max(0.0, REGION_DAY_S - spent.worked_s), 1),
        sessions=ledger.sessions(region, now_s),
        pressure_kpa_s=round(spent.pressure_kpa_s, 1),
        deep_s=round(spent.deep_s, 1),
        deep_lock_s=round(lock_s),
        free=not never_booked,
    )


def against(person: Person, program: Program, worst: Doses, now_s: float) -> tuple[Refusal, ...]:
    """Return every reason against playing a programme on a person now."""
    try:
        admit(person, program, worst, now_s)
    except NotAdmitted as error:
        return error.refusals
    return ()


def found(refusals: Iterable[Refusal]) -> tuple[FoundRefusal, ...]:
    """Return refusals as they are told."""
    return tuple(
        FoundRefusal(why=one.why.value, region=one.region, what=one.what, allowed=one.allowed)
        for one in refusals
    )


def threshold(one: Calibration, now_s: float) -> Threshold:
    """Return a threshold as it is told."""
    return Threshold(
        region=one.region,
        side=one.side,
        kpa=round(one.kpa, 2),
        at_least=one.at_least,
        model=one.pad.model,
        area_cm2=one.pad.area_cm2,
        emulated=one.pad.emulated,
        days_ago=round((now_s - one.at_s) / 86400.0, 2),
    )


def strength(one: Contraction, now_s: float) -> Strength:
    """Return a contraction as it is told."""
    return Strength(
        region=one.region,
        side=one.side,
        uv=tuple(None if uv is None else round(uv, 1) for uv in one.uv),
        light=one.light,
        model=one.model,
        emulated=one.emulated,
        minutes_ago=round((now_s - one.at_s) / 60.0, 1),
        holds=counts(one, now_s),
    )


def stages(person: Person) -> tuple[str, ...]:
    """Return how far each technique has come, one line for each place."""
    return tuple(
        f"{one.technique}: {one.stage.replace('_', ' ')}"
        + ("" if one.device == ANY_DEVICE else f" on {one.device}")
        for one in sorted(person.unlocked, key=lambda one: (one.technique, one.device, one.stage))
    )


def lines(person: PersonShown) -> str:
    """Return the same for a reader."""
    answered = (
        "never"
        if person.screened_hours_ago is None
        else f"{person.screened_hours_ago:.1f} h ago"
        + ("" if person.screened else ", which no longer holds")
    )
    told = [
        f"{person.id} ({person.sex})",
        f"  health questions answered {answered}",
        *(f"  {_answer_line(one)}" for one in person.answers),
        *(f"  {one.what}" for one in person.gates),
        *(f"  not treated: {one.what}; {one.allowed}" for one in person.refusals),
        *(f"  {threshold_line(one)}" for one in person.thresholds),
        *(f"  {strength_line(one)}" for one in person.contractions),
        *(f"  played to its end: {stage}" for stage in person.stages),
    ]
    if person.ledger:
        told += ["", ledger_table(person.ledger)]
    if person.never_booked:
        told += [
            "",
            f"{person.never_booked} session(s) never booked: they count in full, until "
            f"`myoloop person settle {person.id}`",
        ]
    return "\n".join(told)


def threshold_line(one: Threshold) -> str:
    """Return a threshold in a line."""
    least = "at least " if one.at_least else ""
    where = " emulated, so it counts on no real pad;" if one.emulated else ""
    return (
        f"pain begins at {least}{one.kpa:.1f} kPa on {one.region}, {one.side} "
        f"({one.model}, {one.area_cm2:g} cm2;{where} {one.days_ago:.0f} days ago)"
    )


def strength_line(one: Strength) -> str:
    """Return a contraction in a line."""
    what = "a light contraction" if one.light else "the strongest contraction"
    told = ", ".join("not measurable" if uv is None else f"{uv:.0f} uV" for uv in one.uv)
    where = " emulated, so it counts on no real device;" if one.emulated else ""
    lasts = "" if one.holds else "; it was of another sitting, and counts no more"
    return (
        f"{what} of {one.region}, {one.side}: {told} "
        f"({one.model};{where} {one.minutes_ago:.0f} min ago{lasts})"
    )


def ledger_table(ledger: Mapping[str, RegionLedger]) -> str:
    """Return what counts on each region, as columns."""
    rows = [
        (
            region,
            f"{line.worked_s:.0f} of {REGION_DAY_S:.0f} s",
            f"{line.sessions} of {SESSIONS_A_DAY}",
            f"{line.pressure_kpa_s:.0f} kPa s",
            _lock(line),
        )
        for region, line in ledger.items()
    ]
    return table(("last 24 hours", "worked", "sessions", "dose", "deep work"), rows)


def _lock(line: RegionLedger) -> str:
    if not line.free:
        return "never booked: settle it"
    return f"again in {math.ceil(line.deep_lock_s / 3600.0)} h" if line.deep_lock_s else "allowed"
