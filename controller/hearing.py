"""What a programme listens to: signals, what they are compared with, and what is remembered."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from profiles.program import AllOf, AnyOf, Condition, Program, Signal, Step
from profiles.trajectory import Track

from .adaptation import Adaptation
from .conditions import Evidence, State, never
from .emg_noise import NOISE_UV
from .emg_trust import EmgTrust, hear
from .guarding import Guard
from .moment import Features, Health
from .reacting import Reaction, over_silence, unprovoked
from .references import START_S, Gathering, Kind, Values, reference

EMG = "emg"

SKIN_TEMPERATURE = "skin_temperature"
"""How warm the surface on the skin is, where a device measures that."""

STIFFNESS = "stiffness"
"""How stiff what is under each pad is, where a device measures how deep they have sunk in."""

REST = (EMG, "rest")
"""The reference that pre-flight has measured: what the muscles were before anything pressed."""

STRONGEST = (EMG, "mvc")
"""The reference that a contraction is, where one is known of the region that is worked on."""

FORGOTTEN_AFTER_S = 60.0
"""A baseline is kept over a pause that is shorter than this (E, rules)."""

UNHEARD_S = 0.5
"""After so long without listening, as in a pause, everything that is counted begins anew (E)."""

References: TypeAlias = Mapping[tuple[str, str], Values]


class Hearing(msgspec.Struct, frozen=True):
    """All that is remembered of what was heard.

    `step` is the one that is listened to and `began_s` when that was heard first; `baseline` and
    `starts`, by signal, are references in the making; `until` and `reactions` are the states of the
    step's and the profile's conditions; `heard_s` is when the last batch came, `pained_s` the last
    press. `strongest` is how strong the muscle of a region is, for as long as the session lasts.
    """

    noise_uv: tuple[float, ...] = ()
    references: References = msgspec.field(default_factory=dict[tuple[str, str], Values])
    trust: EmgTrust = EmgTrust()
    guard: Guard = Guard()
    reactions: tuple[Reaction, ...] = ()
    adaptation: Adaptation = Adaptation()
    step: int = -1
    began_s: float = 0.0
    baseline: Gathering | None = None
    starts: Mapping[str, Gathering] = msgspec.field(default_factory=dict[str, Gathering])
    until: State = None
    heard_s: float = 0.0
    pain_presses: int = 0
    pained_s: float | None = None
    strongest: Mapping[str, Values] = msgspec.field(default_factory=dict[str, Values])


def listens(program: Program) -> bool:
    """Return whether anything a programme says depends on what comes back."""
    return bool(program.signals or program.rules or any(_listens(s) for s in program.steps))


def deaf(
    program: Program,
    noise_uv: tuple[float, ...],
    rest_uv: Values,
    strongest: Mapping[str, Values] = MappingProxyType({}),
) -> Hearing:
    """Return what is remembered before anything was heard but noise, rest and contractions."""
    return Hearing(
        noise_uv=noise_uv,
        references={REST: rest_uv},
        reactions=unprovoked(program.rules),
        strongest=strongest,
    )


def heard(
    hearing: Hearing,
    program: Program,
    index: int,
    felt: Features,
    health: Health,
    at_s: float,
    area_cm2: float,
    stiff: Values = (),
    back_s: float | None = None,
) -> Hearing:
    """Return what to remember of one more batch, while step `index` plays; `stiff`: of each pad.

    `back_s` is when a step that was interrupted is at its target again.
    """
    if at_s - hearing.heard_s > FORGOTTEN_AFTER_S:
        known = hearing.references
        kept = {key: known[key] for key in (REST, STRONGEST) if key in known}
        hearing = msgspec.structs.replace(hearing, references=kept)
    if at_s - hearing.heard_s > UNHEARD_S:
        hearing = _counting_anew(hearing, program, at_s)
    if index != hearing.step:
        hearing = _next_step(hearing, program, index, at_s)
    emg, trust = felt.emg, hearing.trust
    if emg is not None and EMG in program.signals:
        trust = hear(trust, at_s, clean=all(emg.trusted))
    hearing = msgspec.structs.replace(
        hearing,
        trust=trust,
        heard_s=at_s,
        pain_presses=health.pain_presses,
        pained_s=at_s if health.pain_presses > hearing.pain_presses else hearing.pained_s,
    )
    if hearing.baseline is None and not hearing.starts:
        return hearing
    if back_s is not None and back_s > at_s:
        return _waiting(hearing, back_s)
    return _gather(hearing, program.steps[index], signals(felt, area_cm2, stiff), at_s)


def evidence(
    hearing: Hearing,
    felt: Features,
    health: Health,
    at_s: float,
    area_cm2: float,
    stiff: Values = (),
) -> Evidence:
    """Return what conditions may ask about this moment. `area_cm2` is the pad's."""
    return Evidence(
        at_s=at_s,
        step_began_s=hearing.began_s,
        signals=signals(felt, area_cm2, stiff),
        references=hearing.references,
        noise_uv=_padded(hearing.noise_uv, felt),
        pressed=health.pressed,
    )


def signals(felt: Features, area_cm2: float, stiff: Values = ()) -> dict[str, Values]:
    """Return every signal of a batch, a value for each channel; None where it is not trusted."""
    known: dict[str, Values] = {
        "pressure": (felt.pressure_kpa,),
        "force": (felt.pressure_kpa * area_cm2 / 10.0,),
    }
    if felt.surface_degc is not None:
        known[SKIN_TEMPERATURE] = (felt.surface_degc,)
    if stiff:
        known[STIFFNESS] = stiff
    if felt.emg is not None:
        pairs = zip(felt.emg.slow_uv, felt.emg.trusted, strict=True)
        known[EMG] = tuple(uv if trusted else None for uv, trusted in pairs)
    return known


def emg_reference(hearing: Hearing, of: str) -> Values:
    """Return what EMG is compared with, an empty one where nothing is known.

    Until a step has measured the baseline, rest stands for it.
    """
    known = hearing.references
    return known.get((EMG, of), known.get(REST, ()) if of == "baseline" else ())


def _counting_anew(hearing: Hearing, program: Program, at_s: float) -> Hearing:
    """Nobody has listened meanwhile: no instant before it counts. What was answered stays so.

    What the step is compared with is measured on, and anew where it is forgotten.
    """
    unheard_s = at_s - hearing.heard_s
    step = program.steps[hearing.step] if 0 <= hearing.step < len(program.steps) else None
    until = step.until if step is not None else None
    compared = _compared_with_start(step, program) if step is not None else set[str]()
    unknown = (s for s in compared if (s, "start") not in hearing.references)
    baseline = hearing.baseline
    pairs = zip(hearing.reactions, program.rules, strict=True)
    return msgspec.structs.replace(
        hearing,
        trust=hearing.trust.over_silence(at_s, unheard_s),
        guard=hearing.guard.counting_anew(),
        reactions=tuple(over_silence(reaction, rule, unheard_s) for reaction, rule in pairs),
        adaptation=msgspec.structs.replace(hearing.adaptation, calm_s=None),
        until=never(until) if until is not None else None,
        baseline=baseline.going_on(at_s) if baseline is not None else None,
        starts={signal: Gathering(at_s) for signal in unknown},
    )


def _waiting(hearing: Hearing, until_s: float) -> Hearing:
    """Measure on when the step is at its target again: on the way there nothing is like there."""
    baseline = hearing.baseline
    return msgspec.structs.replace(
        hearing,
        baseline=baseline.going_on(until_s) if baseline is not None else None,
        starts={signal: start.going_on(until_s) for signal, start in hearing.starts.items()},
    )


def _next_step(hearing: Hearing, program: Program, index: int, at_s: float) -> Hearing:
    """Freeze the baseline of the step that is over, and listen to the next one anew."""
    references = {key: value for key, value in hearing.references.items() if key[1] != "start"}
    if hearing.baseline is not None and hearing.baseline.rows:
        signal = program.steps[hearing.step].baseline or EMG
        references[signal, "baseline"] = _reference(hearing, hearing.baseline, signal, "baseline")
    step = program.steps[index]
    references.pop(STRONGEST, None)  # it was another muscle's
    if step.all_regions == (step.region,) and step.region in hearing.strongest:
        references[STRONGEST] = hearing.strongest[step.region]
    entered_s = at_s + step.entry_s
    return msgspec.structs.replace(
        hearing,
        references=references,
        step=index,
        began_s=at_s,
        baseline=Gathering(at_s) if step.baseline else None,
        starts={signal: Gathering(entered_s) for signal in _compared_with_start(step, program)},
        until=never(step.until) if step.until is not None else None,
        adaptation=Adaptation(),
    )


def _gather(hearing: Hearing, step: Step, values: Mapping[str, Values], at_s: float) -> Hearing:
    """Keep one more value of what is being measured, and freeze a start that is complete."""
    baseline, starts, references = hearing.baseline, dict(hearing.starts), hearing.references
    if baseline is not None:
        baseline = baseline.hear(at_s, values.get(step.baseline or EMG, ()))
    for signal, start in hearing.starts.items():
        if at_s < start.from_s:
            continue
        starts[signal] = start = start.hear(at_s, values.get(signal, ()))
        enough = start.trusted_s() >= START_S or at_s - start.from_s >= 2 * START_S
        if enough and at_s - start.from_s >= _first_cycle_s(step):
            found = _reference(hearing, start, signal, "start")
            references = {**references, (signal, "start"): found}
            del starts[signal]
    return msgspec.structs.replace(hearing, baseline=baseline, starts=starts, references=references)


def _reference(hearing: Hearing, gathered: Gathering, signal: str, kind: Kind) -> Values:
    width = max(map(len, gathered.rows))
    rows = tuple(row or (None,) * width for row in gathered.rows)  # before it said anything
    gathered = Gathering(gathered.from_s, rows)
    noise = (*hearing.noise_uv, *(NOISE_UV,) * width)[:width] if signal == EMG else (0.0,) * width
    return reference(gathered, kind, noise)


def _padded(noise_uv: tuple[float, ...], felt: Features) -> tuple[float, ...]:
    channels = len(felt.emg.slow_uv) if felt.emg is not None else 0
    if channels == len(noise_uv):
        return noise_uv
    return (*noise_uv, *(NOISE_UV,) * channels)[:channels]


def _listens(step: Step) -> bool:
    return step.until is not None or step.adapt is not None


def _compared_with_start(step: Step, program: Program) -> set[str]:
    """Return the signals that are compared with what they are when the step begins."""
    conditions = [rule.when for rule in program.rules]
    conditions += [step.until] if step.until is not None else []
    named = set[str]().union(*map(_naming_start, conditions))
    adapts = step.adapt is not None and step.adapt.of == "start"
    return named | {step.adapt.signal} if step.adapt is not None and adapts else named


def _naming_start(condition: Condition) -> set[str]:
    match condition:
        case Signal():
            return {condition.signal} if condition.of == "start" else set()
        case AnyOf(parts) | AllOf(parts):
            return set[str]().union(*map(_naming_start, parts))
        case _:
            return set()


def _first_cycle_s(step: Step) -> float:
    """Return how long the first cycle of a rhythm takes, nothing for anything else."""
    peaks = _peaks_s(step.trajectory.tracks["pressure"])
    return next((later - earlier for earlier, later in pairwise(peaks)), 0.0)


def _peaks_s(track: Track) -> list[float]:
    """Return when a rhythm turns at its top, the first two times."""
    turns = [
        track.at_s[i]
        for i in range(1, len(track.at_s) - 1)
        if track.rhythmic[i] and track.value[i - 1] < track.value[i] > track.value[i + 1]
    ]
    return turns[:2]
