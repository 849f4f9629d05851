"""What may differ from session to session of a campaign: bodies, devices, and what goes wrong."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from profiles.document import Words, did_you_mean, mistake
from profiles.kinds import MAX_SESSION_S
from profiles.quantities import quoted
from profiles.values import Written

from .body import Sensation
from .drawn import Drawn, DrawnList, DrawnNumber, possible
from .faults import FAULTS
from .muscle import CHANNELS
from .scene import (
    Baud,
    Charge,
    DeviceKind,
    Guards,
    LetsGo,
    Pads,
    Pairs,
    PointKind,
    Presses,
    Stiffness,
)
from .unsuited import why_not

Seconds = Annotated[float, Written("time", 0.001, MAX_SESSION_S, fixed=True)]
_Share = Annotated[float, Written("share", -1.0, 1.0, fixed=True)]


def _fault(word: str) -> str:
    if word not in FAULTS:
        raise ValueError(f"{quoted(word)} is no fault; {did_you_mean(word, FAULTS)}")
    return word


class BodyVaries(Words):
    """What may differ of a body: the words of a story's, each drawn."""

    stiffness: DrawnNumber[Stiffness, float] = Field(default_factory=lambda: [1.0])
    guards: Drawn[Guards | None] = Field(default_factory=lambda: [None])
    lets_go: Drawn[LetsGo | None] = Field(default_factory=lambda: [None])
    presses: Drawn[Presses | None] = Field(default_factory=lambda: [None])
    sensation: Drawn[Sensation | None] = Field(default_factory=lambda: [None])
    trigger_point: Drawn[PointKind | None] = Field(default_factory=lambda: [None])
    sore: Drawn[bool | None] = Field(default_factory=lambda: [None])


class DeviceVaries(Words):
    """What may differ of a device: the words of a story's device and link, each drawn."""

    kind: Drawn[DeviceKind] = Field(default_factory=lambda: ["voice_coil"])
    pads: DrawnList[Pads] = Field(default_factory=lambda: [[]])
    head: Drawn[bool] = Field(default_factory=lambda: [False])
    depth: Drawn[bool] = Field(default_factory=lambda: [False])
    heater: Drawn[bool] = Field(default_factory=lambda: [False])
    battery: DrawnNumber[Charge | None, _Share] = Field(default_factory=lambda: [None])
    dump: Drawn[bool] = Field(default_factory=lambda: [True])
    stroke: Drawn[bool] = Field(default_factory=lambda: [False])
    correction: Drawn[bool] = Field(default_factory=lambda: [True])
    emg: Drawn[Pairs] = Field(default_factory=lambda: [CHANNELS])
    ecg: Drawn[bool] = Field(default_factory=lambda: [False])
    baud: Drawn[Baud | None] = Field(default_factory=lambda: [None])

    def why_not(self, fault: str) -> str | None:
        """Return why not every device that may be drawn can have a fault; None: each can."""
        reasons = (why_not(fault, device) for device in self._each())
        return next((why for why in reasons if why is not None), None)

    def feels(self, fault: str) -> bool:
        """Say whether a fault shows in every device that may be drawn."""
        bone = fault == "pad_over_bone" and not all(possible(self.depth))  # only its depth tells
        return not bone and self.why_not(fault) is None

    def _each(self) -> Iterator[Mapping[str, Any]]:
        """Yield the devices that may be drawn, by what decides which faults they can have."""
        names = ("kind", "heater", "battery", "emg")
        for words in product(*(possible(getattr(self, name)) for name in names)):
            yield dict(zip(names, words, strict=True))


class FaultsVary(Words):
    """What may go wrong: of these, so many at once, when, and how far from their usual size."""

    of: list[Annotated[str, AfterValidator(_fault)]] | None = Field(None, min_length=1)
    at_most: Annotated[int, Field(ge=0, le=5)] = 1
    start: Seconds = Field(default=2.0, alias="from")
    end: Seconds = Field(default=50.0, alias="to")
    shortest: Seconds = 0.05
    longest: Seconds = 10.0
    spread: Annotated[float, Field(ge=1.0, le=10.0)] = 2.0

    @model_validator(mode="after")
    def _are_spans(self) -> Self:
        if self.longest < self.shortest:
            raise mistake("how long a fault lasts ends above its beginning", "longest")
        if self.end < self.start:
            raise mistake("the time of faults ends above its beginning", "to")
        return self
