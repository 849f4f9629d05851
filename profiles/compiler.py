"""compile_profile: a profile, the chosen values and an envelope become a program."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from . import meaning
from .asking import longest_s
from .asks import Ask, Chambers, Pulses, Rhythm, Strokes, leaves_pressure, peak_kpa, valley_kpa
from .course import OCCLUDED_MAX_S, Part, Stretch, broken, occluded
from .envelope import Envelope, Limit
from .findings import Findings
from .judging import Judge, Judged, allows
from .limits import Body, grade
from .model import Profile
from .pace import RISE_LEVEL_KPA_S, Shape
from .parameters import Chosen, Mode, choose
from .problems import Path, Reason
from .program import GRADES, Branch, LeftOut, Program, Step, Wait
from .quantities import shown
from .regions import Thresholds
from .rig import Rig
from .steps import HeatText, PromptText
from .trajectory import Track
from .unrolling import Abreast, Planned, unrolled
from .warming import MAX_HEAT_DEGC, overheated
from .weaving import Loom, Woven


def compile_profile(
    profile: Profile,
    values: Mapping[str, str | float],
    envelope: Envelope,
    *,
    area_cm2: float = 10.0,
    thresholds: Thresholds | None = None,
    emulated: bool = False,
    closed_loop: bool = False,
    measured: bool = True,
    watched: bool = True,
    rig: Rig | None = None,
    lacking: Collection[str] = (),
) -> Program:
    """Return the program that plays a profile on a pad of `area_cm2` within an envelope.

    `envelope` holds what device, person and operator allow; region and profile lower it here.
    `thresholds` are the person's (None: nobody, the 5th percentile of women). `closed_loop` says
    that the muscle will be listened to; a profile without EMG is open loop whatever it says.
    `measured` says that the device measures what it presses, `watched` that an independent second
    sensor does so too. `lacking` names signals that nobody hears: steps whose `until` or `adapt`
    asks for one of them are left out where the profile says `missing: skip`. `rig` says what there
    is to move (None: a pad that presses and slides).

    Raises:
        ProfileProblems: over what author or region allow, or unplayable; everything at once.
        Refused: over what this person or this device allows, or for a channel that is not there.
    """
    body = Body(
        envelope=envelope,
        area_cm2=area_cm2,
        thresholds=thresholds,
        emulated=emulated,
        closed_loop=closed_loop and "emg" in profile.needs.signals,
        measured=measured,
        watched=watched,
    )
    skipped = {name for name in lacking if meaning.is_skipped(profile, name)}
    return _Compiler(profile, choose(profile, values), body, rig or Rig(), skipped).program()


class _Compiler:
    """One compilation."""

    def __init__(
        self,
        profile: Profile,
        chosen: Chosen,
        body: Body,
        rig: Rig,
        skipped: Collection[str],
    ) -> None:
        self._profile = profile
        self._chosen = chosen
        self._body = body
        self._rig = rig
        self._skipped = skipped
        self._findings = Findings(profile)

    def program(self) -> Program:
        """Return the program.

        Raises:
            ProfileProblems: the profile cannot be played by anybody.
            Refused: it cannot be played here.
        """
        self._check_session()
        judge = Judge(self._profile, self._chosen, self._body, self._rig, self._findings)
        groups = [
            (abreast.path, tuple(judge.judge(step) for step in abreast.branches))
            for abreast in self._heard()
        ]
        played = {mode: self._woven(groups, mode) for mode in self._chosen.modes}
        self._findings.stop_if_wrong()
        worst = played.get("worst", played["played"])
        parts = [self._parts(woven) for woven in worst]
        self._check_course(parts, worst)
        self._findings.stop_if_wrong()
        self._findings.stop_if_refused()
        steps = map(self._step, played["played"], parts)
        return self._assembled(tuple(steps), worst)

    def _woven(self, groups: list[tuple[Path, tuple[Judged, ...]]], mode: Mode) -> list[Woven]:
        return Loom(self._chosen, mode, self._body, self._rig, self._findings).weave(groups)

    def _heard(self) -> list[Abreast]:
        """Return what is played, without what listens to nothing. Raises `Refused` for nothing."""
        written = list(unrolled(self._profile))
        heard = [one for abreast in written if (one := self._without_deaf(abreast)).branches]
        if not heard:
            listens = f"listens to {' and '.join(sorted(self._skipped))}"
            sentence = (
                f"every step {listens if self._skipped else 'warms with a heater'}, which is not "
                "there; use a device that has it"
            )
            reason = Reason.NO_SIGNAL if self._skipped else Reason.NO_CHANNEL
            self._findings.refuse(reason, written[0].path, sentence)
            self._findings.stop_if_refused()
        return heard

    def _without_deaf(self, abreast: Abreast) -> Abreast:
        heard = tuple(
            one
            for one in abreast.branches
            if meaning.listens_to(one.body).isdisjoint(self._skipped) and not self._cold(one)
        )
        return msgspec.structs.replace(abreast, branches=heard)

    def _cold(self, step: Planned) -> bool:
        """Whether a step warms, there is nothing here that does, and its author can do without."""
        body = step.body
        skipped = isinstance(body, HeatText) and body.missing == "skip"
        return skipped and self._rig.lacking(("temperature",)) is not None

    def _left_out(self) -> tuple[LeftOut, ...]:
        """Return what is left out for want of a channel, each line once."""
        cold = [one for abreast in unrolled(self._profile) for one in abreast.branches
                if self._cold(one)]  # fmt: skip
        lines = ((self._profile.places.line(one.path), _label(one)) for one in cold)
        return tuple(LeftOut(line, label, "temperature") for line, label in dict.fromkeys(lines))

    def _check_session(self) -> None:
        """Bound the time before anything is unrolled."""
        spent_s, limit_s = 0.0, self._profile.limits.session
        for index, entry in enumerate(self._profile.steps):
            spent_s += longest_s(entry, self._chosen, self._profile)
            if spent_s > limit_s + 1e-9:
                word = "times" if entry.technique == "repeat" else "for"
                sentence = (
                    f"up to here the programme can take {shown(spent_s, 'time')}; "
                    f"limits.session is {shown(limit_s, 'time')}"
                )
                self._findings.problem(("steps", index, entry.technique, word), sentence)
                self._findings.stop_if_wrong()
        allowed = self._body.envelope.session_max_s
        if spent_s > allowed.value + 1e-9:
            sentence = f"can take {shown(spent_s, 'time')}; {allows(allowed, 'time')}"
            self._findings.refuse(Reason.SESSION_TIME, ("limits", "session"), sentence)

    def _parts(self, woven: Woven) -> tuple[Part, ...]:
        pairs = zip(woven.branches, woven.own, strict=True)
        pressed = [one.pad for one in woven.branches if not leaves_pressure(self._worst_ask(one))]
        return tuple(self._part(judged, own, pressed) for judged, own in pairs)

    def _worst_ask(self, judged: Judged) -> Ask:
        mode: Mode = "worst" if "worst" in self._chosen.modes else "played"
        return judged.lessened(judged.planned.ask(self._chosen, mode))

    def _part(self, judged: Judged, worst: Shape, pressed: Sequence[str]) -> Part:
        step, ask = judged.planned, self._worst_ask(judged)
        body = step.body
        return Part(
            path=step.path,
            technique=step.technique,
            region=step.region,
            pad=judged.pad,
            grade=grade(step.technique, peak_kpa(ask), judged.threshold_kpa),
            pressure=next(iter(worst.trajectory.tracks.values())),
            valley_kpa=valley_kpa(ask),
            rhythmic=isinstance(ask, Strokes | Rhythm | Pulses | Chambers),
            ends_early=not isinstance(body, PromptText) and body.until is not None,
            presses=not leaves_pressure(ask) or judged.pad not in pressed,
        )

    def _check_course(self, parts: list[tuple[Part, ...]], worst: list[Woven]) -> None:
        names = [name for name in worst[0].trajectory.tracks if name.startswith("pressure")]
        pads = [
            [Stretch(woven.branches[0].planned.path, woven.trajectory.tracks[name])
             for woven in worst]
            for name in names
        ]  # fmt: skip
        for path, sentence in broken(parts, pads, emulated=self._body.emulated):
            self._findings.problem(path, sentence)
        warmed = overheated((one.path, one.trajectory.tracks.get("temperature")) for one in worst)
        if warmed is not None:
            self._findings.problem(*warmed)
        allowed = self._body.envelope.static_max_s
        longest_s, path = occluded(pads, allowed.value)
        if longest_s > allowed.value:
            sentence = f"presses for {longest_s:.0f} s without relief; {allows(allowed, 'time')}"
            self._findings.refuse(Reason.OCCLUSION, path, sentence)

    def _step(self, woven: Woven, parts: tuple[Part, ...]) -> Step:
        judged, body = woven.branches[0], woven.branches[0].planned.body
        hardest = max(woven.branches, key=lambda one: one.limit.value)
        labels = [_label(one.planned) for one in woven.branches]
        waits = isinstance(body, PromptText)
        if waits and not body.label:
            labels = [body.say]
        return Step(
            label=" + ".join(labels),
            technique=judged.planned.technique if len(parts) == 1 else "together",
            region=judged.planned.region,
            line=self._profile.places.line(woven.path),
            grade=GRADES[max(GRADES.index(part.grade) for part in parts)],
            trajectory=woven.trajectory,
            entry_s=woven.entry_s,
            limit=hardest.limit,
            max_s=woven.trajectory.duration_s,
            baseline=None if waits else body.baseline,
            until=None if waits or not body.until else meaning.condition(body.until, self._chosen),
            adapt=None if waits or not body.adapt else meaning.adapt(body.adapt),
            scale=min(one.scale for one in woven.branches),
            slow=min(one.slow for one in woven.branches),
            wait=Wait(body.say, body.otherwise) if waits else None,
            needs=tuple(sorted({need for one in woven.branches for need in one.needs})),
            regions={
                pad: one.planned.region
                for one in woven.branches[1:]
                for pad in one.pads
                if one.planned.region != judged.planned.region
            },
            branches=tuple(map(self._branch, woven.branches)) if len(parts) > 1 else (),
        )

    def _branch(self, judged: Judged) -> Branch:
        step, ask = judged.planned, judged.planned.ask(self._chosen, "played")
        silent = leaves_pressure(ask)
        return Branch(step.technique, step.region, () if silent else judged.pads)

    def _assembled(self, steps: tuple[Step, ...], worst: list[Woven]) -> Program:
        tracks: list[Track] = [
            track
            for woven in worst
            for name, track in woven.trajectory.tracks.items()
            if name.startswith("pressure")
        ]
        return Program(
            id=self._profile.id,
            title=self._profile.title,
            revision=self._profile.revision,
            steps=steps,
            rules=meaning.rules(self._profile, self._chosen),
            parameters=self._chosen.parameters,
            signals=meaning.signals(self._profile),
            channels=tuple(self._profile.needs.channels),
            worst_case_s=sum(woven.trajectory.duration_s for woven in worst),
            peak_kpa=max(max(track.value) for track in tracks),
            peak_rise_kpa_s=max(max(track.slope) for track in tracks),
            envelope=self._envelope(steps),
            left_out=self._left_out(),
        )

    def _envelope(self, steps: tuple[Step, ...]) -> Envelope:
        """Return what may be pressed anywhere in the program; every step has its own limit."""
        regions = {region for step in steps for region in (step.region, *step.regions.values())}
        limits = self._profile.limits
        return self._body.envelope.lower(
            Envelope(
                pressure_kpa=max((step.limit for step in steps), key=lambda limit: limit.value),
                rise_level_kpa_s=Limit(RISE_LEVEL_KPA_S, "rules"),
                rise_rhythm_kpa_s=Limit(limits.rise, "profile"),
                ppt_kpa=min(map(self._body.pain_threshold, regions), key=lambda limit: limit.value),
                static_max_s=Limit(OCCLUDED_MAX_S, "rules"),
                session_max_s=Limit(limits.session, "profile"),
                temperature_degc=Limit(MAX_HEAT_DEGC, "rules"),
            )
        )


def _label(step: Planned) -> str:
    return step.body.label or step.technique.replace("_", " ").capitalize()
