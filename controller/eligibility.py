"""Whether a person may be pressed like this, now: every reason against it, and what would be."""

import math
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec

from profiles.program import Program, Step
from profiles.quantities import shown

from .ledger import REGION_DAY_S, SESSIONS_A_DAY, Doses, Entry
from .person import Person
from .screening import BY_ID, LIGHT_SHARE, STRUCK, Question, permit, refuses_everything


class Why(StrEnum):
    """Why somebody is not treated."""

    SCREENING_MISSING = "screening_missing"
    SCREENING_EXPIRED = "screening_expired"
    SCREENING = "screening"
    SORE = "sore"
    DEEP_LOCK = "deep_lock"
    REGION_TIME = "region_time"
    SESSIONS = "sessions"
    NOT_REHEARSED = "not_rehearsed"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One reason: what is not done and why, and what would be allowed instead."""

    why: Why
    region: str | None
    what: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.what}; {self.allowed}"


class NotAdmitted(Exception):
    """This person may not be pressed like this now. `refusals` holds every reason."""

    def __init__(self, person_id: str, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        head = f"{person_id} is not treated like this now, and nothing was pressed"
        super().__init__("\n  ".join([f"{head}:", *map(str, self.refusals)]))


class Booked(msgspec.Struct, frozen=True):
    """Whom a programme is for, as they were when it was reserved, and what was reserved for it."""

    person: Person
    reserved: Entry


def admit_booked(booked: Booked, program: Program, now_s: float) -> None:
    """Say yes again, to whoever was said yes to when it was reserved. Raises `NotAdmitted`."""
    entry = booked.reserved
    if entry.kind == "session":
        admit(booked.person, program, entry.doses, now_s)
    for region in entry.doses if entry.kind == "calibration" else ():
        admit_calibration(booked.person, region, entry.doses, now_s)


def admit(person: Person, program: Program, worst: Doses, now_s: float) -> None:
    """Say yes by returning. `worst` is the dose of `program` with everything at its most.

    Raises `NotAdmitted`.
    """
    refusals = [
        *screened(person, now_s),
        *_answers(person, program, now_s),
        *_locks(person, program, now_s),
        *_day(person, worst, now_s),
        *_stages(person, program),
    ]
    if refusals:
        raise NotAdmitted(person.id, refusals)


def admit_calibration(person: Person, region: str, worst: Doses, now_s: float) -> None:
    """Say yes to measuring where pain begins in a region. Raises `NotAdmitted`."""
    refusals = [
        *screened(person, now_s),
        *_region_answers(person, region, now_s),
        *_not_measured(person, region, now_s),
        *_deep_lock(person, region, now_s, "where pain begins is not measured there"),
        *_time_left(person, region, worst, now_s),
    ]
    if refusals:
        raise NotAdmitted(person.id, refusals)


def admit_contraction(person: Person, region: str, now_s: float, *, light: bool) -> None:
    """Say yes to measuring how strong the muscle of a region is. Raises `NotAdmitted`.

    Nothing is pressed for it, so neither doses nor rests count.
    """
    refusals = [*screened(person, now_s), *_region_answers(person, region, now_s)]
    if not light:
        refusals += _not_strained(person, region, now_s)
    if refusals:
        raise NotAdmitted(person.id, refusals)


def screened(person: Person, now_s: float) -> Iterator[Refusal]:
    """Yield what speaks against any session: no fresh screening, or an answer in it."""
    holds = person.screening(now_s)
    if holds is None:
        missing = not person.screenings
        yield Refusal(
            why=Why.SCREENING_MISSING if missing else Why.SCREENING_EXPIRED,
            region=None,
            what="the health questions were never answered"
            if missing
            else "the health questions were last answered more than 24 hours ago, or have changed",
            allowed=f"`myoloop person screen {person.id}` asks them",
        )
        return
    for question in refuses_everything(holds):
        yield _answered(question, None, "nothing is pressed on this person today")


def _answers(person: Person, program: Program, now_s: float) -> Iterator[Refusal]:
    for region in _regions(program):
        yield from _region_answers(person, region, now_s)
        found = permit(person.screenings, region, now_s)
        steps = [step for step in program.steps if region in step.all_regions]
        deep = [step for step in steps if step.grade == "deep"]
        struck = [step for step in steps if not STRUCK.isdisjoint(step.techniques)]
        yield from _ruled_out(found.not_deep_by, region, deep, "no deep work")
        yield from _ruled_out(found.not_struck_by, region, struck, "nothing that strikes")


def _ruled_out(
    by: Iterable[str], region: str, steps: Sequence[Step], what: str
) -> Iterator[Refusal]:
    for name in by if steps else ():
        yield _answered(
            BY_ID[name], region, f"{what} ({_labels(steps)}); light work is allowed there"
        )


def _region_answers(person: Person, region: str, now_s: float) -> Iterator[Refusal]:
    found = permit(person.screenings, region, now_s)
    for name in found.refused_by:
        allowed = "another region may be treated"
        if found.locked_until_s > now_s:
            wait = _wait(found.locked_until_s, now_s)
            what = f"{region} was sore or bruised after a session"
            yield Refusal(
                why=Why.SORE,
                region=region,
                what=what,
                allowed=f"{allowed}, {region} again {wait}",
            )
        else:
            yield _answered(BY_ID[name], region, allowed)


def _not_measured(person: Person, region: str, now_s: float) -> Iterator[Refusal]:
    for name in permit(person.screenings, region, now_s).not_measured_by:
        yield _answered(BY_ID[name], region, "a session with what is known already is allowed")


def _not_strained(person: Person, region: str, now_s: float) -> Iterator[Refusal]:
    for name in permit(person.screenings, region, now_s).not_strained_by:
        yield _answered(BY_ID[name], region, "a light contraction is allowed: --submaximal")


def _answered(question: Question, region: str | None, allowed: str) -> Refusal:
    there = f" on {region}" if region else ""
    advice = f" {question.advice}" if question.advice else ""
    return Refusal(
        why=Why.SCREENING,
        region=region,
        what=f'the answer to "{question.ask}" rules this out{there}.{advice}'.rstrip("."),
        allowed=allowed,
    )


def _locks(person: Person, program: Program, now_s: float) -> Iterator[Refusal]:
    for region in _regions(program):
        harder = [s for s in program.steps if region in s.all_regions and s.grade != "light"]
        if harder:
            yield from _deep_lock(person, region, now_s, f"{_labels(harder)} cannot be played")


def _deep_lock(person: Person, region: str, now_s: float, so: str) -> Iterator[Refusal]:
    until_s = person.ledger.deep_lock_until_s(region, now_s)
    if until_s > 0.0:
        yield Refusal(
            why=Why.DEEP_LOCK,
            region=region,
            what=f"{region} rests for 48 hours after deep work, so {so}",
            allowed=f"light work (up to {shown(LIGHT_SHARE, 'share')} of the pain threshold) is "
            f"allowed there, more again {_wait(until_s, now_s, person.id)}",
        )


def _day(person: Person, worst: Doses, now_s: float) -> Iterator[Refusal]:
    for region in worst:
        yield from _time_left(person, region, worst, now_s)
        if person.ledger.sessions(region, now_s) >= SESSIONS_A_DAY:
            wait = _wait(person.ledger.free_at_s(region, now_s), now_s, person.id)
            yield Refusal(
                why=Why.SESSIONS,
                region=region,
                what=f"{region} has had {SESSIONS_A_DAY} sessions in 24 hours",
                allowed=f"another region may be treated, {region} again {wait}",
            )


def _time_left(person: Person, region: str, worst: Doses, now_s: float) -> Iterator[Refusal]:
    spent_s = person.ledger.spent(region, now_s).worked_s
    wanted_s = worst[region].worked_s
    if spent_s + wanted_s > REGION_DAY_S:
        left_s = math.floor(max(0.0, REGION_DAY_S - spent_s))
        wait = _wait(person.ledger.free_at_s(region, now_s), now_s, person.id)
        yield Refusal(
            why=Why.REGION_TIME,
            region=region,
            what=f"this can take {wanted_s:.0f} s on {region}, which has had {spent_s:.0f} s of "
            f"the {REGION_DAY_S:.0f} s that are allowed in 24 hours",
            allowed=f"up to {left_s:.0f} s are allowed there now, more {wait}",
        )


def _stages(person: Person, program: Program) -> Iterator[Refusal]:
    techniques = dict.fromkeys(name for step in program.steps for name in step.techniques)
    new = [name for name in techniques if not person.rehearsed(name)]
    if new:
        yield Refusal(
            why=Why.NOT_REHEARSED,
            region=None,
            what=f"not rehearsed for {person.id} on an emulated device: {', '.join(new)}",
            allowed="play the profile to its end once, with `--device sim://healthy_f "
            f"--person {person.id}`",
        )


def _regions(program: Program) -> Iterable[str]:
    return dict.fromkeys(region for step in program.steps for region in step.all_regions)


def _labels(steps: Iterable[Step]) -> str:
    return ", ".join(dict.fromkeys(f"{step.label} (line {step.line})" for step in steps))


def _wait(until_s: float, now_s: float, person_id: str = "") -> str:
    """Return when something is allowed again, in words."""
    if math.isinf(until_s):
        return f"after `myoloop person settle {person_id}`: a session that was never booked counts"
    minutes = math.ceil(max(0.0, until_s - now_s) / 60.0)
    return f"in {minutes} min" if minutes < 120 else f"in {math.ceil(minutes / 60)} h"
