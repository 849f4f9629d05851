"""compile_profile: a profile, the chosen values and an envelope become a program."""

import math
from collections.abc import Collection, Iterator, Mapping

import msgspec

from . import meaning
from .asking import asked, longest_s
from .asks import Ask, Kneading, peak_kpa, rhythm_rise_kpa_s, scaled, valley_kpa
from .course import OCCLUDED_MAX_S, Part, broken, occluded
from .envelope import Envelope, Limit
from .limits import LEAST_SCALE, SCREENING, Body, authored, grade
from .model import Profile, RepeatText, StepEntry, TechniqueText
from .parameters import Chosen, Mode, choose
from .problems import Path, Problem, ProfileProblems, Reason, Refused
from .program import Program, Step
from .quantities import Dimension, shown
from .regions import Thresholds
from .techniques import RISE_HEADROOM, RISE_LEVEL_KPA_S, Pace, Shape, Unplayable, shape
from .trajectory import Trajectory

_LEVEL_KPA_S = RISE_HEADROOM * RISE_LEVEL_KPA_S
_SCALED = f"a step is scaled to {LEAST_SCALE:.0%} at least"


class Planned(msgspec.Struct, frozen=True):
    """One step to be played, after repeats are unrolled."""

    path: Path
    technique: str
    region: str
    body: TechniqueText


class Judged(msgspec.Struct, frozen=True):
    """A planned step with what it may press and how much it is scaled for that."""

    planned: Planned
    limit: Limit
    threshold_kpa: float
    scale: float


def compile_profile(
    profile: Profile,
    values: Mapping[str, str | float],
    envelope: Envelope,
    *,
    area_cm2: float = 10.0,
    thresholds: Thresholds | None = None,
    emulated: bool = False,
    closed_loop: bool = False,
    lacking: Collection[str] = (),
) -> Program:
    """Return the program that plays a profile on a pad of `area_cm2` within an envelope.

    `envelope` holds what device, person and operator allow; region and profile lower it here.
    `thresholds` are the person's (None: nobody, the 5th percentile of women). `closed_loop` says
    that the muscle will be listened to; a profile without EMG is open loop whatever it says.
    `lacking` names signals that nobody hears: steps whose `until` or `adapt` asks for one of them
    are left out where the profile says `missing: skip`.

    Raises:
        ProfileProblems: over what author or region allow, or unplayable; everything at once.
        Refused: over what this person or this device allows.
    """
    body = Body(
        envelope=envelope,
        area_cm2=area_cm2,
        thresholds=thresholds,
        emulated=emulated,
        closed_loop=closed_loop and "emg" in profile.needs.signals,
    )
    skipped = {name for name in lacking if meaning.is_skipped(profile, name)}
    return _Compiler(profile, choose(profile, values), body, skipped).program()


class _Compiler:
    """One compilation: it collects the author's mistakes, and the first refusal."""

    def __init__(
        self, profile: Profile, chosen: Chosen, body: Body, skipped: Collection[str]
    ) -> None:
        self._profile = profile
        self._chosen = chosen
        self._body = body
        self._skipped = skipped
        self._problems: list[Problem] = []
        self._refusals: list[Refused] = []

    def program(self) -> Program:
        """Return the program.

        Raises:
            ProfileProblems: the profile cannot be played by anybody.
            Refused: it cannot be played here.
        """
        self._check_session()
        planned = self._planned()
        judged = [self._judge(step) for step in planned]
        played = {mode: self._shapes(judged, mode) for mode in self._chosen.modes}
        self._stop_if_wrong()
        worst = played.get("worst", played["played"])
        parts = [self._part(step, found) for step, found in zip(judged, worst, strict=True)]
        self._check_course(parts)
        self._stop_if_wrong()
        if self._refusals:
            raise self._refusals[0]
        steps = map(self._step, judged, played["played"], parts)
        return self._assembled(tuple(steps), [found.trajectory for found in worst], parts)

    def _planned(self) -> tuple[Planned, ...]:
        """Return the steps that are played. Raises `Refused` where none is left."""
        steps = tuple(_unrolled(self._profile))
        heard = tuple(
            step for step in steps if meaning.listens_to(step.body).isdisjoint(self._skipped)
        )
        if not heard:
            names = " and ".join(sorted(self._skipped))
            sentence = (
                f"every step listens to {names}, which is not there; use a device that has it"
            )
            self._refuse(Reason.NO_SIGNAL, steps[0].path, sentence)
            raise self._refusals[0]
        return heard

    def _problem(self, path: Path, sentence: str) -> None:
        problem = self._profile.places.problem(path, sentence)
        if problem not in self._problems:
            self._problems.append(problem)

    def _refuse(self, reason: Reason, path: Path, sentence: str) -> None:
        self._refusals.append(
            Refused(reason, self._profile.places.problem(path, sentence, at_key=True))
        )

    def _stop_if_wrong(self) -> None:
        if self._problems:
            raise ProfileProblems(self._problems)

    def _check_session(self) -> None:
        """Bound the time before anything is unrolled."""
        spent_s, limit_s = 0.0, self._profile.limits.session
        for index, entry in enumerate(self._profile.steps):
            spent_s += longest_s(entry, self._chosen)
            if spent_s > limit_s + 1e-9:
                word = "times" if entry.technique == "repeat" else "for"
                sentence = (
                    f"up to here the programme can take {shown(spent_s, 'time')}; "
                    f"limits.session is {shown(limit_s, 'time')}"
                )
                self._problem(("steps", index, entry.technique, word), sentence)
                self._stop_if_wrong()
        allowed = self._body.envelope.session_max_s
        if spent_s > allowed.value + 1e-9:
            sentence = f"can take {shown(spent_s, 'time')}; {_allows(allowed, 'time')}"
            self._refuse(Reason.SESSION_TIME, ("limits", "session"), sentence)

    def _judge(self, step: Planned) -> Judged:
        asks = {mode: asked(step.body, self._chosen, mode) for mode in self._chosen.modes}
        worst = asks.get("worst", asks["played"])
        author = authored(self._profile.limits.pressure, step.region, self._body.area_cm2)
        allowed = self._body.pressing(step.technique, step.region)
        peak = peak_kpa(worst)
        if peak > author.value + 1e-9:
            sentence = f"reaches {shown(peak, 'pressure')}; {_allows(author, 'pressure')}"
            self._problem((*step.path, *_pressure_word(worst)), sentence)
        rise = self._check_rise(step, _steepest_of(worst, asks.get("least", worst)))
        scale = min(rise, allowed.value / peak if peak > allowed.value else 1.0)
        threshold = self._body.pain_threshold(step.region)
        limit = allowed if allowed.value < author.value else author
        judged = Judged(step, limit, threshold.value, scale)
        self._check_person(judged, allowed, peak)
        return judged

    def _check_rise(self, step: Planned, steepest: Ask) -> float:
        """Check the author's rhythmic rise; return the scale at which the device's allows it."""
        rise, limit = rhythm_rise_kpa_s(steepest), self._profile.limits.rise
        if rise > limit + 1e-9 and isinstance(steepest, Kneading):
            sentence = (
                f"rises at {shown(rise, 'pressure rate')}; "
                f"limits.rise is {shown(limit, 'pressure rate')}: "
                f"at most {_floor3(limit / math.pi / steepest.depth_kpa):g} Hz at this depth, or "
                f"{_floor3(limit / math.pi / steepest.rate_hz):g} kPa of depth at this rate"
            )
            self._problem((*step.path, "rate"), sentence)
        allowed = self._body.envelope.rise_rhythm_kpa_s
        if rise * LEAST_SCALE > allowed.value:
            self._refuse(
                Reason.DEVICE_LIMIT,
                step.path,
                f"rises at {shown(rise, 'pressure rate')}; {_allows(allowed, 'pressure rate')}, "
                f"and {_SCALED}",
            )
        return min(1.0, allowed.value / rise) if rise else 1.0

    def _check_person(self, judged: Judged, allowed: Limit, peak: float) -> None:
        step = judged.planned
        depth = grade(step.technique, peak * judged.scale, judged.threshold_kpa)
        if depth == "deep" and not self._body.knows(step.region):
            sentence = (
                f"deep work on {step.region} needs a person whose pain threshold is known; "
                f"without one {self._shallow(step)} is allowed there"
            )
            self._refuse(Reason.NO_PERSON, step.path, sentence)
        elif peak * LEAST_SCALE > allowed.value:
            owners = (SCREENING, self._body.pain_threshold(step.region).owner)
            person = allowed.owner in owners
            sentence = (
                f"reaches {shown(peak, 'pressure')}; {_allows(allowed, 'pressure')}, and {_SCALED}"
            )
            self._refuse(
                Reason.PERSON_LIMIT if person else Reason.DEVICE_LIMIT, step.path, sentence
            )

    def _shallow(self, step: Planned) -> str:
        """Return what may be pressed where deep work may not: kneading bears most."""
        limit = self._body.pressing("petrissage", step.region)
        other = " by another technique" if step.technique == "trigger_point" else ""
        return f"up to {shown(_floor3(limit.value), 'pressure')}{other}"

    def _shapes(self, judged: list[Judged], mode: Mode) -> list[Shape]:
        """Return the shape of every step that has one, each beginning where the one before ends."""
        level = self._body.envelope.rise_level_kpa_s.value
        positioned = any(step.planned.technique == "effleurage" for step in judged)
        found: list[Shape] = []
        start_kpa = 0.0
        for index, step in enumerate(judged):
            pace = Pace(
                start_kpa=start_kpa,
                rise_level_kpa_s=min(_LEVEL_KPA_S, RISE_HEADROOM * level),
                last=index == len(judged) - 1,
                positioned=positioned,
            )
            one = self._shape(step, asked(step.planned.body, self._chosen, mode), pace, mode)
            if one is not None:
                found.append(one)
                start_kpa = one.trajectory.tracks["pressure"].value[-1]
        return found

    def _shape(self, step: Judged, ask: Ask, pace: Pace, mode: Mode) -> Shape | None:
        """Shape a step as its author wrote it, then as it can be played here."""
        written = msgspec.structs.replace(pace, rise_level_kpa_s=_LEVEL_KPA_S)
        try:
            one = shape(ask, written)
        except Unplayable as error:
            when = {"played": "", "worst": " (live parameters at their highest)"}
            tail = when.get(mode, " (live parameters at their lowest)")
            self._problem((*step.planned.path, *error.at), error.sentence + tail)
            return None
        if step.scale == 1.0 and pace == written:
            return one
        try:
            return shape(scaled(ask, step.scale), pace)
        except Unplayable as error:
            rise = shown(pace.rise_level_kpa_s, "pressure rate")
            sentence = f"at {step.scale:.0%}, and rises of {rise} at most: {error.sentence}"
            self._refuse(Reason.UNPLAYABLE, step.planned.path, sentence)
            return one

    def _part(self, judged: Judged, worst: Shape) -> Part:
        step = judged.planned
        mode: Mode = "worst" if "worst" in self._chosen.modes else "played"
        ask = scaled(asked(step.body, self._chosen, mode), judged.scale)
        return Part(
            path=step.path,
            technique=step.technique,
            region=step.region,
            grade=grade(step.technique, peak_kpa(ask), judged.threshold_kpa),
            pressure=worst.trajectory.tracks["pressure"],
            valley_kpa=valley_kpa(ask),
            ends_early=step.body.until is not None,
        )

    def _check_course(self, parts: list[Part]) -> None:
        for path, sentence in broken(parts, emulated=self._body.emulated):
            self._problem(path, sentence)
        allowed = self._body.envelope.static_max_s
        longest_s, path = occluded(parts, allowed.value)
        if longest_s > allowed.value:
            sentence = f"presses for {longest_s:.0f} s without relief; {_allows(allowed, 'time')}"
            self._refuse(Reason.OCCLUSION, path, sentence)

    def _step(self, judged: Judged, played: Shape, part: Part) -> Step:
        step, body = judged.planned, judged.planned.body
        return Step(
            label=body.label or step.technique.replace("_", " ").capitalize(),
            technique=step.technique,
            region=step.region,
            line=self._profile.places.line(step.path),
            grade=part.grade,
            trajectory=played.trajectory,
            entry_s=played.entry_s,
            limit=judged.limit,
            max_s=played.trajectory.duration_s,
            baseline=body.baseline,
            until=meaning.condition(body.until, self._chosen) if body.until else None,
            adapt=meaning.adapt(body.adapt) if body.adapt else None,
            scale=judged.scale,
        )

    def _assembled(
        self, steps: tuple[Step, ...], worst: list[Trajectory], parts: list[Part]
    ) -> Program:
        tracks = [trajectory.tracks["pressure"] for trajectory in worst]
        return Program(
            id=self._profile.id,
            title=self._profile.title,
            revision=self._profile.revision,
            steps=steps,
            rules=meaning.rules(self._profile, self._chosen),
            parameters=self._chosen.parameters,
            signals=meaning.signals(self._profile),
            channels=tuple(self._profile.needs.channels),
            worst_case_s=sum(part.max_s for part in parts),
            peak_kpa=max(max(track.value) for track in tracks),
            peak_rise_kpa_s=max(max(track.slope) for track in tracks),
            envelope=self._envelope(steps),
        )

    def _envelope(self, steps: tuple[Step, ...]) -> Envelope:
        """Return what may be pressed anywhere in the program; every step has its own limit."""
        regions = {step.region for step in steps}
        limits = self._profile.limits
        return self._body.envelope.lower(
            Envelope(
                pressure_kpa=max((step.limit for step in steps), key=lambda limit: limit.value),
                rise_level_kpa_s=Limit(RISE_LEVEL_KPA_S, "rules"),
                rise_rhythm_kpa_s=Limit(limits.rise, "profile"),
                ppt_kpa=min(map(self._body.pain_threshold, regions), key=lambda limit: limit.value),
                static_max_s=Limit(OCCLUDED_MAX_S, "rules"),
                session_max_s=Limit(limits.session, "profile"),
            )
        )


def _unrolled(profile: Profile) -> Iterator[Planned]:
    def walk(entries: list[StepEntry], path: Path) -> Iterator[Planned]:
        for index, entry in enumerate(entries):
            body, here = entry.body, (*path, index, entry.technique)
            if isinstance(body, RepeatText):
                for _ in range(body.times):
                    yield from walk(body.steps, (*here, "steps"))
            else:
                yield Planned(here, entry.technique, body.region or profile.region, body)

    return walk(profile.steps, ("steps",))


def _pressure_word(ask: Ask) -> Path:
    return ("pressure", "high") if isinstance(ask, Kneading) else ("pressure",)


def _steepest_of(worst: Ask, least: Ask) -> Ask:
    """Return kneading between the lowest valley and the highest peak, at the fastest rate."""
    if isinstance(worst, Kneading) and isinstance(least, Kneading):
        return msgspec.structs.replace(worst, low_kpa=least.low_kpa)
    return worst


def _allows(limit: Limit, dimension: Dimension) -> str:
    return f"{limit.owner} allows {shown(limit.value, dimension)}"


def _floor3(value: float) -> float:
    """Round down to three digits, so that what is advised is allowed."""
    digits = 2 - math.floor(math.log10(value))
    return math.floor(value * 10.0**digits) / 10.0**digits
