"""What a scenario expects of its end, and of the way there."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from controller.preflight import Obstacle
from controller.words import Reason
from firmware_bridge.codes import Cause, Gesture, State
from profiles.document import Words, did_you_mean, mistake
from profiles.kinds import MAX_SESSION_S, Amount, Site
from profiles.problems import Reason as Refusal
from profiles.quantities import EXAMPLES, Dimension, quoted
from profiles.values import Written

from .faults import FAULTS
from .performance import of_pad

Signal: TypeAlias = Literal[
    "true_pressure", "pressure", "target", "emg", "activation", "pain",
    "carriage", "head_frequency", "head_amplitude", "surface_temperature",
]  # fmt: skip
"""What is bounded. `true_pressure` is that of the pad that presses hardest, which is what the body
feels, or of one `pad`; `pain` its share of the threshold; `emg` the loudest RMS."""

DIMENSION: dict[Signal, Dimension] = {
    "true_pressure": "pressure", "pressure": "pressure", "target": "pressure",
    "emg": "voltage", "activation": "share", "pain": "share",
    "carriage": "length", "head_frequency": "rate", "head_amplitude": "length",
    "surface_temperature": "temperature",
}  # fmt: skip

OUTCOMES = ("complete", "stopped", "fault", "refused", "not_ready", "no_device", "killed")
"""Those of a session; and where there is none: refused, not ready, no device; its host killed."""

At = Annotated[float, Written("time", 0.0, MAX_SESSION_S, fixed=True)]
Share = Annotated[float, Written("share", 0.0, 1.0, fixed=True)]

_ACTS = ("ease", "cool", "hold", "approach", "pause", "release", "stop")
ENDS = ("done", "released", "timed_out", "stopped", "skipped")
_MODES = ("closed_loop", "step_adjust", "open_loop")
_REASONS = frozenset(map(str, (*Reason, *Obstacle, *Refusal))) | {
    "busy", "unavailable", "silent", "version", "not_understood", "killed",
}  # fmt: skip
_PLAIN = (
    "ended", "paused", "resumed", "replaced", "vented", "pain", "pain pressed", "guarding begins",
    "guarding ends", "knot released", "spasm", "spasm ends", "silent since", "lapsed",
    "at zero", "last rise", "battery empty",
)  # fmt: skip
_REASON = tuple(map(str, Reason))
_KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fault": (tuple(FAULTS), ("begins", "ends")),
    "verdict": (_ACTS, _REASON),
    "mode": (_MODES,),
    "alarm": (_REASON, ("raised", "latched", "acknowledged")),
    "state": (tuple(state.name for state in State),),
    "stop": (tuple(cause.name for cause in Cause),),
    "order": ((
        "pause", "resume", "release", "stop", "acknowledge", "ease", "ceiling", "mark", "set",
    ),),
    "leads": (tuple(gesture.name for gesture in Gesture),),
    "rule": (), "step": (), "marked": (),
}  # fmt: skip
"""The words that each kind of event may have, one place after the other. A profile's own words, its
rules and steps, are looked up when a story is rehearsed."""


def _among(word: str, words: Iterable[str]) -> str:
    known = tuple(words)
    if word not in known:
        raise ValueError(
            f"{quoted(word)} is not a word for this place; {did_you_mean(word, known)}"
        )
    return word


def _verdict(text: str) -> str:
    act, _, reason = text.partition(" ")
    _among(act, _ACTS)
    if not reason:
        raise ValueError(f"{quoted(text)}: say why as well, as stop over_pressure")
    _among(reason, map(str, Reason))
    return text


def _event(text: str) -> str:
    kind, _, rest = text.partition(" ")
    if text in _PLAIN:
        return text
    if kind not in _KINDS or not rest:
        raise ValueError(f"{quoted(text)} is no event; {did_you_mean(text, (*_PLAIN, *_KINDS))}")
    places = _KINDS[kind]
    for word, known in zip(rest.split(" "), places, strict=False):
        _among(word, known)
    words = text.split(" ")
    if places and len(words) > 1 + len(places):
        behind = quoted(" ".join(words[: 1 + len(places)]))
        raise ValueError(f"{quoted(text)}: nothing comes behind {behind}")
    return text


Event = Annotated[str, AfterValidator(_event)]


class BoundWords(Words):
    """What a signal does over a span of session time."""

    signal: Signal = Field(examples=["true_pressure"])
    pad: Site | None = None
    start: At = Field(default=0.0, alias="from", examples=["10 s"])
    end: At | None = Field(default=None, alias="to", examples=["20 s"])
    at_most: Amount | None = None
    at_least: Amount | None = None
    reaches: Amount | None = None

    @model_validator(mode="after")
    def _measures_the_signal(self) -> Self:
        wanted = DIMENSION[self.signal]
        given = {"at_most": self.at_most, "at_least": self.at_least, "reaches": self.reaches}
        if not any(given.values()):
            raise mistake("say at_most, at_least or reaches")
        for name, amount in given.items():
            if amount is not None and amount.dimension != wanted:
                raise mistake(f"{self.signal} is a {wanted}, as {EXAMPLES[wanted]}", name)
        if self.end is not None and self.end <= self.start:
            raise mistake("a span ends after it begins", "to")
        if self.pad is not None and self.signal != "true_pressure":
            raise mistake("a pad has a true_pressure; write that, or leave pad out", "pad")
        return self

    @property
    def name(self) -> str:
        """The signal, as a performance calls it."""
        return self.signal if self.pad is None else of_pad(self.pad)


class ResponseWords(Words):
    """How soon one thing follows another. `timing`: so much later in real time counts as well."""

    after: Event = Field(examples=["fault wire_silence"])
    to: Event = Field(examples=["at zero"])
    within: At = Field(examples=["600 ms"])
    timing: At | None = None


class LastsWords(Words):
    """How long the session lasts."""

    at_least: At = 0.0
    at_most: At = MAX_SESSION_S


class ExpectWords(Words):
    """Everything that is expected. What is left out may be as it likes.

    But for two things: nothing over the envelope, and nothing pressed once it is over. `timing`:
    in real time it may be held for a moment because this computer was busy.
    """

    outcome: Annotated[str, AfterValidator(lambda word: _among(word, OUTCOMES))] = Field(
        examples=["complete"]
    )
    reason: Annotated[str, AfterValidator(lambda word: _among(word, _REASONS))] | None = None
    verdicts: list[Annotated[str, AfterValidator(_verdict)]] | None = None
    steps: list[Annotated[str, AfterValidator(lambda word: _among(word, ENDS))]] | None = None
    modes: list[Annotated[str, AfterValidator(lambda word: _among(word, _MODES))]] | None = None
    events: list[Event] = Field(default_factory=list)
    never: list[Event] = Field(default_factory=list)
    lasts: LastsWords | None = None
    bounds: list[BoundWords] = Field(default_factory=list)
    responses: list[ResponseWords] = Field(default_factory=list)
    timing: bool = False
    over_envelope: At = 0.0
    in_pain: At | None = None
    released: bool = True
