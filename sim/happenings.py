"""What happens on the way, in a scenario's timeline: one fault, or one order, at a time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Self, TypeAlias, cast

import msgspec
from pydantic import BeforeValidator, Field, create_model, model_validator

from controller.words import (
    Acknowledge,
    Ceiling,
    Ease,
    Mark,
    Order,
    Pause,
    Release,
    Resume,
    Stop,
)
from profiles.document import Words, mistake
from profiles.kinds import MAX_SESSION_S, Word
from profiles.quantities import quoted
from profiles.values import Written

from .fault import Fault
from .fault_words import WORDS, fault_of
from .faults import FAULTS

At = Annotated[float, Written("time", 0.0, MAX_SESSION_S, fixed=True)]
Lasting = Annotated[float, Written("time", 0.001, MAX_SESSION_S, fixed=True)]


class NoWords(Words):
    """An order that says everything by its name."""


class EaseWords(Words):
    """Press this share of the programme."""

    to: Annotated[float, Written("share", 0.0, 1.0, fixed=True)] = Field(examples=["60 %"])


class CeilingWords(Words):
    """Press no more than this."""

    pressure: Annotated[float, Written("pressure", 0.0, 400.0, fixed=True)] = Field(
        examples=["8 kPa"]
    )


class MarkWords(Words):
    """Remember this instant."""

    label: Word = Field(examples=["better"])


Settings: TypeAlias = Mapping[str, str | float]
"""What parameters are set to: as written, or as numbers in SI units, where a campaign drew them."""


def _with_unit(written: object) -> object:
    if isinstance(written, str):
        return written
    raise ValueError(f"{quoted(written)} has no unit; write one, as 16 kPa, 30 s or 85 %")


SettingsWords: TypeAlias = dict[Word, Annotated[str, BeforeValidator(_with_unit)]]
"""The same, as an author writes them: each with its unit."""


class Moved(msgspec.Struct, frozen=True):
    """Live parameters are moved; the programme is compiled anew when that happens."""

    values: Settings


Told: TypeAlias = Order | Moved
"""What somebody may order on the way."""

_ORDERS: Mapping[str, type[Words]] = MappingProxyType(
    dict.fromkeys(("pause", "resume", "release", "stop", "acknowledge"), NoWords)
    | {"ease": EaseWords, "ceiling": CeilingWords, "mark": MarkWords}
)


_SAY_MORE: Mapping[str, str] = MappingProxyType(
    {
        "ease": "{to: 60 %}",
        "ceiling": "{pressure: 8 kPa}",
        "mark": "{label: better}",
        "set": "{depth: 12 kPa}",
    }
)
"""What cannot be said by a name alone."""


class HappeningBase(Words):
    """One entry of a timeline: when, for how long, and what."""

    at: At | None = Field(default=None, examples=["12 s"])
    for_s: Lasting | None = Field(default=None, alias="for", examples=["2 s"])
    set: SettingsWords | None = None

    @property
    def name(self) -> str:
        """The one key that says what happens."""
        return next(iter(self.model_fields_set - {"at", "for_s"}))

    @property
    def what(self) -> Fault | Told:
        """What happens."""
        words = cast("Words | None", getattr(self, self.name))
        return fault_of(self.name, words) if self.name in FAULTS else _told(self.name, self)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = sorted(self.model_fields_set - {"at", "for_s"})
        if len(given) != 1:
            found = " and ".join(given) or "nothing"
            raise mistake(
                f"one thing happens at a time, but here is {found}; write each as its own entry"
            )
        if getattr(self, given[0]) is None and given[0] in _SAY_MORE:
            raise mistake(f"{given[0]} says more, as {given[0]}: {_SAY_MORE[given[0]]}", given[0])
        is_fault = given[0] in FAULTS
        lasts = is_fault and not FAULTS[given[0]].momentary
        if self.for_s is not None and not lasts:
            raise mistake(f"{given[0]} has no end; leave `for` out", "for")
        if self.at is None and not lasts:
            raise mistake("say when it happens, as at: 12 s", given[0])
        return self


Happening: type[HappeningBase] = create_model(
    "Happening",
    __base__=HappeningBase,
    **cast("Any", {name: (words | None, None) for name, words in {**WORDS, **_ORDERS}.items()}),
)
"""An entry of a timeline, with a key for every fault and every order."""


def _told(name: str, entry: HappeningBase) -> Told:
    match getattr(entry, name):
        case EaseWords(to=share):
            return Ease(share)
        case CeilingWords(pressure=kpa):
            return Ceiling(kpa)
        case MarkWords(label=label):
            return Mark(label)
        case _:
            return Moved(entry.set) if entry.set is not None else _PLAIN[name]()


_PLAIN: Mapping[str, type[Pause | Resume | Release | Stop | Acknowledge]] = MappingProxyType(
    {"pause": Pause, "resume": Resume, "release": Release, "stop": Stop, "acknowledge": Acknowledge}
)
