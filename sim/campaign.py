"""A campaign: one programme on many bodies, with what may vary: `myoloop-campaign/1`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal, Self, TypeVar, cast

import msgspec
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from profiles.document import Document, Words, did_you_mean, mistake
from profiles.kinds import MAX_SESSION_S, Amount, Prose, Word
from profiles.load import read
from profiles.quantities import quoted, shown
from profiles.values import Written

from .birth import STIFFNESS
from .body import PRESETS
from .faults import FAULTS
from .muscle import CHANNELS, MOST_CHANNELS
from .profile_word import ProfileWord
from .unsuited import OWN_PARTS, why_not

FORMAT = "myoloop-campaign/1"
SUFFIX = ".campaign.yaml"

FROM_BOOT_ON = frozenset({"firmware_mismatch"})
"""What is so from boot on, or not at all: a session of it shows the same each time."""

Seconds = Annotated[float, Written("time", 0.001, MAX_SESSION_S, fixed=True)]


def _known(words: Any, what: str) -> Any:  # noqa: ANN401  a validator
    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"{quoted(word)} is no {what}; {did_you_mean(word, words)}")
        return word

    return AfterValidator(check)


def _check_bell(mean: float | None, spread: float | None, low: float, high: float) -> None:
    if (mean is None) != (spread is None):
        raise mistake("mean and spread go together: write both, or neither")
    if spread is not None and spread <= 0.0:
        raise mistake("a spread is more than nothing", "spread")
    if mean is not None and not low <= mean <= high:
        raise mistake("the mean is not between from and to", "mean")


def _around(mean: float, spread: float, low: float, high: float, share: float) -> float:
    """Return what lies above a share of a normal distribution that ends at `low` and `high`."""
    bell = NormalDist(mean, spread)
    below = bell.cdf(low)
    inside = below + share * (bell.cdf(high) - below)
    return (
        min(high, max(low, bell.inv_cdf(inside)))
        if 0.0 < inside < 1.0
        else low + share * (high - low)
    )


class SpanWords(Words):
    """A quantity that is drawn between two: evenly, or around a mean, with a standard deviation."""

    low: Amount = Field(alias="from", examples=["8 kPa"])
    high: Amount = Field(alias="to", examples=["16 kPa"])
    mean: Amount | None = None
    spread: Amount | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        words = (self.low, self.high, self.mean, self.spread)
        if len({one.dimension for one in words if one is not None}) > 1:
            raise mistake("from and to measure different things; write all in one unit")
        if self.high.value < self.low.value:
            raise mistake("a span ends above its beginning", "to")
        mean, spread = (None if one is None else one.value for one in (self.mean, self.spread))
        _check_bell(mean, spread, self.low.value, self.high.value)
        return self

    def at(self, share: float) -> str:
        """Return the quantity under which a share of all lies, as people write it."""
        low, high = self.low.value, self.high.value
        if self.mean is None or self.spread is None:
            value = low + share * (high - low)
        else:
            value = _around(self.mean.value, self.spread.value, low, high, share)
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
    """A stiffness, in shares of the usual, that is drawn between two, as `SpanWords` are."""

    low: float = Field(alias="from", strict=False, ge=STIFFNESS[0], le=STIFFNESS[1])
    high: float = Field(alias="to", strict=False, ge=STIFFNESS[0], le=STIFFNESS[1])
    mean: float | None = Field(None, strict=False)
    spread: float | None = Field(None, strict=False)

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        _rising(self, self.low, self.high, "a span", "to")
        _check_bell(self.mean, self.spread, self.low, self.high)
        return self

    def at(self, share: float) -> float:
        """Return the stiffness under which a share of all lies."""
        if self.mean is None or self.spread is None:
            return self.low + share * (self.high - self.low)
        return _around(self.mean, self.spread, self.low, self.high, share)


def _one_or_more(written: object) -> object:
    """Take a word alone for a list of one."""
    return cast("object", written) if isinstance(written, list) else [written]


T = TypeVar("T")
Drawn = Annotated[list[T], BeforeValidator(_one_or_more), Field(min_length=1)]
"""A list that is drawn from evenly, or one word: what stands twice in it comes twice as often."""


class BodyVaries(Words):
    """What may differ of a body."""

    stiffness: StiffnessWords | None = None
    guards: Drawn[Literal["usual", "early", "never"]] = Field(default_factory=lambda: ["usual"])
    lets_go: Drawn[Literal["usual", "never"]] = Field(default_factory=lambda: ["usual"])
    presses: Drawn[Literal["usual", "late", "never"]] = Field(default_factory=lambda: ["usual"])
    sore: Drawn[bool] = Field(default_factory=lambda: [False])


class DeviceVaries(Words):
    """What may differ of a device: the words of a story's device and link."""

    kind: Drawn[Literal["voice_coil", "airbag"]] = Field(default_factory=lambda: ["voice_coil"])
    stroke: Drawn[bool] = Field(default_factory=lambda: [False])
    depth: Drawn[bool] = Field(default_factory=lambda: [False])
    heater: Drawn[bool] = Field(default_factory=lambda: [False])
    battery: Drawn[Annotated[float, Written("share", 0.01, 1.0, fixed=True)] | None] = Field(
        default_factory=lambda: [None]
    )
    dump: Drawn[bool] = Field(default_factory=lambda: [True])
    emg: Drawn[Annotated[int, Field(ge=1, le=MOST_CHANNELS)]] = Field(
        default_factory=lambda: [CHANNELS]
    )
    ecg: Drawn[bool] = Field(default_factory=lambda: [False])
    baud: Drawn[Annotated[int, Field(ge=9600, le=12_000_000)] | None] = Field(
        default_factory=lambda: [None]
    )

    def why_not(self, fault: str) -> str | None:
        """Return why not every device that may be drawn can have a fault; None: each can."""
        parts = {name: all(getattr(self, name)) for name in OWN_PARTS}
        kind = "airbag" if "airbag" in self.kind else "voice_coil"
        return why_not(fault, {"kind": kind, "emg": min(self.emg), **parts})

    def feels(self, fault: str) -> bool:
        """Say whether a fault shows in every device that may be drawn."""
        bone = fault == "pad_over_bone" and not all(self.depth)  # which only its depth tells
        return not bone and self.why_not(fault) is None


class FaultsVary(Words):
    """What may go wrong: of these, so many at once, when, and how far from their usual size."""

    of: list[Annotated[str, _known(FAULTS, "fault")]] | None = Field(None, min_length=1)
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
    person: Drawn[Annotated[str, _known(PRESETS, "person")]] = Field(
        default_factory=lambda: list(PRESETS)
    )
    body: BodyVaries = Field(default_factory=BodyVaries)
    device: DeviceVaries = Field(default_factory=DeviceVaries)
    faults: FaultsVary | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "airbag" in self.device.kind and True in self.device.depth:
            raise mistake("a chamber of air has no depth to tell", "device", "depth")
        for number, name in enumerate((self.faults and self.faults.of) or ()):
            why = self.device.why_not(name)
            if name in FROM_BOOT_ON:
                why = f"{quoted(name)} is so from boot on, or not at all: write a scenario of it"
            if why is not None:
                raise mistake(why, "faults", "of", number)
        return self

    @property
    def kinds_of_faults(self) -> Sequence[str]:
        """What may go wrong: what is named, else all that the devices can have."""
        if self.faults is None:
            return ()
        if self.faults.of is not None:
            return self.faults.of
        return [f for f in FAULTS if f not in FROM_BOOT_ON and self.device.feels(f)]


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
    return Plan(campaign, profile, str(file))
