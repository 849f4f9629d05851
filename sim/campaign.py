"""A campaign: one programme on many bodies, with what may vary: `myoloop-campaign/1`."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import msgspec
from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from profiles.document import Document, Words, did_you_mean, mistake
from profiles.kinds import MAX_SESSION_S, Amount, Prose, Word
from profiles.load import read
from profiles.problems import Problem, ProfileProblems
from profiles.quantities import quoted, shown
from profiles.values import Written

from .birth import STIFFNESS
from .body import PRESETS
from .faults import FAULTS
from .muscle import CHANNELS, MOST_CHANNELS
from .profile_word import ProfileWord
from .unsuited import why_not

FORMAT = "myoloop-campaign/1"
SUFFIX = ".campaign.yaml"

NEVER_DRAWN = frozenset({"firmware_mismatch", "pad_over_bone"})
"""What is so from boot on, or not at all: a session of it shows the same each time. And what only
a device feels that reports depth, as no drawn one does."""

Seconds = Annotated[float, Written("time", 0.001, MAX_SESSION_S, fixed=True)]


def _known(words: Any, what: str) -> Any:  # noqa: ANN401  a validator
    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"{quoted(word)} is no {what}; {did_you_mean(word, words)}")
        return word

    return AfterValidator(check)


class SpanWords(Words):
    """A quantity that is drawn evenly between two."""

    low: Amount = Field(alias="from", examples=["8 kPa"])
    high: Amount = Field(alias="to", examples=["16 kPa"])

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.low.dimension != self.high.dimension:
            raise mistake("from and to measure different things; write them in one unit")
        if self.high.value < self.low.value:
            raise mistake("a span ends above its beginning", "to")
        return self

    def at(self, share: float) -> str:
        """Return the quantity at a share of the span, as people write it."""
        value = self.low.value + share * (self.high.value - self.low.value)
        return shown(round(value, 4), self.low.dimension)


def _which(written: object) -> str:
    """Return as what a value is read, so that it is told what is wrong with that one alone."""
    return "span" if isinstance(written, Mapping | SpanWords) else "amount"


_Drawn = Annotated[
    Annotated[Amount, Tag("amount")] | Annotated[SpanWords, Tag("span")], Discriminator(_which)
]

_Span = TypeVar("_Span", bound=Words)


def _rising(words: _Span, low: float, high: float, what: str, where: str) -> _Span:
    if high < low:
        raise mistake(f"{what} ends above its beginning", where)
    return words


class StiffnessWords(Words):
    """A stiffness, in shares of the usual, that is drawn evenly between two."""

    low: float = Field(alias="from", strict=False, ge=STIFFNESS[0], le=STIFFNESS[1])
    high: float = Field(alias="to", strict=False, ge=STIFFNESS[0], le=STIFFNESS[1])

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        return _rising(self, self.low, self.high, "a span", "to")


class BodyVaries(Words):
    """What may differ of a body; each list is drawn from evenly."""

    stiffness: StiffnessWords | None = None
    guards: list[Literal["usual", "early", "never"]] = Field(
        default_factory=lambda: ["usual"], min_length=1
    )
    lets_go: list[Literal["usual", "never"]] = Field(
        default_factory=lambda: ["usual"], min_length=1
    )
    presses: list[Literal["usual", "late", "never"]] = Field(
        default_factory=lambda: ["usual"], min_length=1
    )
    sore: list[bool] = Field(default_factory=lambda: [False], min_length=1)


class DeviceVaries(Words):
    """What may differ of a device."""

    stroke: list[bool] = Field(default_factory=lambda: [False], min_length=1)
    ecg: list[bool] = Field(default_factory=lambda: [False], min_length=1)
    baud: list[int | None] = Field(default_factory=lambda: [None], min_length=1)
    kind: list[Literal["voice_coil", "airbag"]] = Field(
        default_factory=lambda: ["voice_coil"], min_length=1
    )
    heater: list[bool] = Field(default_factory=lambda: [False], min_length=1)
    battery: list[Annotated[float, Written("share", 0.01, 1.0, fixed=True)] | None] = Field(
        default_factory=lambda: [None], min_length=1
    )
    emg: list[Annotated[int, Field(ge=1, le=MOST_CHANNELS)]] = Field(
        default_factory=lambda: [CHANNELS], min_length=1
    )

    def why_not(self, name: str) -> str | None:
        """Return why not every device that is drawn can have a fault; None: each can."""
        each = product(self.kind, self.heater, self.battery, self.emg)
        for kind, heater, battery, emg in each:
            device = {"kind": kind, "heater": heater, "battery": battery, "emg": emg}
            if (sentence := why_not(name, device, drawn=True)) is not None:
                return sentence
        return None


class FaultsVary(Words):
    """What may go wrong: of these, so many at once, when, and how far from their usual size."""

    of: list[Annotated[str, _known(FAULTS, "fault")]] | None = None
    at_most: Annotated[int, Field(ge=0, le=5)] = 1
    start: Seconds = Field(default=2.0, alias="from")
    end: Seconds = Field(default=50.0, alias="to")
    shortest: Seconds = 0.05
    longest: Seconds = 10.0
    spread: Annotated[float, Field(ge=1.0, le=10.0, strict=False)] = 2.0

    @model_validator(mode="after")
    def _are_spans(self) -> Self:
        _rising(self, self.shortest, self.longest, "how long a fault lasts", "longest")
        return _rising(self, self.start, self.end, "the time of faults", "to")


class Campaign(Document):
    """A campaign, as its author wrote it."""

    format: Literal["myoloop-campaign/1"] = Field(examples=[FORMAT])
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = Field(
        examples=["everyday"]
    )
    title: Word = Field(examples=["What happens every day"])
    purpose: Prose = ""
    profile: ProfileWord = Field(examples=["library:kneading"])
    set: dict[Word, _Drawn] = Field(default_factory=dict)
    person: list[Annotated[str, _known(PRESETS, "person")]] = Field(
        default_factory=lambda: list(PRESETS), min_length=1
    )
    body: BodyVaries = Field(default_factory=BodyVaries)
    device: DeviceVaries = Field(default_factory=DeviceVaries)
    faults: FaultsVary | None = None

    @property
    def kinds(self) -> list[str]:
        """The kinds of faults that are drawn: those named, else all that its devices can have."""
        if self.faults is None:
            return []
        if self.faults.of is not None:
            return self.faults.of
        every = (name for name in FAULTS if name not in NEVER_DRAWN)
        return [name for name in every if self.device.why_not(name) is None]


class Plan(msgspec.Struct, frozen=True):
    """A campaign and where its profile is; `bodies` is the file whose bodies it is played on."""

    campaign: Campaign
    profile: str
    file: str
    bodies: str | None = None


def on_bodies_of(plan: Plan, other: Plan) -> Plan:
    """Return a campaign's profile and settings on the bodies and faults of another."""
    same = ("person", "body", "device", "faults")
    drawn = {name: getattr(other.campaign, name) for name in same}
    return Plan(plan.campaign.model_copy(update=drawn), plan.profile, plan.file, other.file)


def read_campaign(file: Path) -> Plan:
    """Return the campaign in a file. Raises `OSError`, `ProfileProblems`."""
    campaign = read(file.read_bytes(), Campaign, file=str(file))
    profile = campaign.profile
    if not profile.startswith("library:"):
        profile = str(file.parent / profile)
    if problems := list(_unsuited(campaign)):
        raise ProfileProblems(problems)
    return Plan(campaign, profile, str(file))


def _unsuited(campaign: Campaign) -> Iterator[Problem]:
    """Yield the faults that are named and that a device of this campaign cannot have."""
    named = campaign.faults.of if campaign.faults is not None else None
    for number, name in enumerate(named or ()):
        where = ("faults", "of", number)
        if name == "firmware_mismatch":
            sentence = f"{quoted(name)} is so before a session, or not at all; leave it out"
            yield campaign.places.problem(where, sentence)
        elif (sentence := campaign.device.why_not(name)) is not None:
            yield campaign.places.problem(where, sentence)
