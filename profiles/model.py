"""What a profile file may say: the language `myoloop-profile/1`, word by word."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import Field, GetJsonSchemaHandler, StringConstraints, ValidationInfo, model_validator
from pydantic_core import core_schema

from .baselines import unmeasured
from .document import Document, Words, mistake
from .kinds import (
    MAX_PRESSURE_KPA,
    MAX_RISE_KPA_S,
    MAX_SESSION_S,
    Amount,
    Channel,
    Duration,
    Fall,
    HoldTime,
    KneadRate,
    Length,
    Pressure,
    Prose,
    RegionName,
    Rise,
    SignalName,
    StrokeRate,
    Word,
)
from .problems import Path
from .quantities import QuantityError, parse, quoted
from .reactions import AdaptPressure, ConditionText, RuleText
from .values import Names, Range, Value, Written, range_of

FORMAT = "myoloop-profile/1"


class StepText(Words):
    """What every technique may say about itself."""

    later: ClassVar[frozenset[str]] = frozenset({"channel", "curve", "phrases"})

    label: Word | None = None
    region: RegionName | None = None
    until: ConditionText | None = None
    adapt: AdaptPressure | None = None
    baseline: SignalName | None = None


class Span(Words):
    """A pressure over the whole step: one value, or `{from, to}`."""

    start: Pressure = Field(alias="from", examples=["6 kPa"])
    end: Pressure = Field(alias="to", examples=["3 kPa"])

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _one_value_is_both(cls, written: object) -> object:
        is_range = isinstance(written, dict)
        return cast("object", written) if is_range else {"from": written, "to": written}


class Cycle(Words):
    """One cycle: `{low, high}`."""

    low: Span = Field(examples=["3 kPa"])
    high: Span = Field(examples=["16 kPa"])

    @model_validator(mode="before")
    @classmethod
    def _is_a_mapping(cls, written: object) -> object:
        if not isinstance(written, dict):
            raise mistake(
                f"{quoted(written)}: a rhythm has two ends, as {{low: 3 kPa, high: 16 kPa}}"
            )
        return cast("object", written)


class SettleText(StepText):
    """A light hold: the pad arrives, the muscle is heard."""

    pressure: Pressure = Field(examples=["3 kPa"])
    for_s: Duration = Field(alias="for", examples=["20 s"])


class EffleurageText(StepText):
    """Long strokes, out under pressure and back light."""

    pressure: Span = Field(examples=["6 kPa"])
    rate: StrokeRate = Field(examples=["12/min"])
    length: Length = Field(examples=["200 mm"])
    for_s: Duration = Field(alias="for", examples=["3 min"])


class PetrissageText(StepText):
    """Kneading: a rhythm between two pressures."""

    pressure: Cycle = Field(examples=["{low: 3 kPa, high: 16 kPa}"])
    rate: KneadRate = Field(examples=["0.6 Hz"])
    for_s: Duration = Field(alias="for", examples=["4 min"])


class TriggerPointText(StepText):
    """Rise, hold, release."""

    pressure: Pressure = Field(examples=["16 kPa"])
    rise: Rise = Field(default_factory=lambda: Value(8.0, "pressure rate"))
    for_s: HoldTime = Field(alias="for", examples=["60 s"])
    fall: Fall = Field(default_factory=lambda: Value(10.0, "pressure rate"))


class RestText(StepText):
    """A pause of the programme, without pressure unless one is given."""

    pressure: Pressure = Field(default_factory=lambda: Value(0.0, "pressure"))
    for_s: Duration = Field(alias="for", examples=["30 s"])


class RepeatText(Words):
    """The same steps several times."""

    times: Annotated[int, Field(ge=1)] = Field(examples=[2])
    steps: "list[StepEntry]" = Field(min_length=1, examples=["[...]"])


TechniqueText = SettleText | EffleurageText | PetrissageText | TriggerPointText | RestText


class StepEntry(Words):
    """One step: one key, the technique."""

    later: ClassVar[frozenset[str]] = frozenset(
        {"friction", "tapotement", "percussion", "vibration", "stripping", "myofascial", "lymph"}
        | {"compression", "prompt", "curve", "together", "use"}
    )

    settle: SettleText | None = None
    effleurage: EffleurageText | None = None
    petrissage: PetrissageText | None = None
    trigger_point: TriggerPointText | None = None
    rest: RestText | None = None
    repeat: RepeatText | None = None

    @property
    def technique(self) -> str:
        """The one key."""
        return next(iter(self.model_fields_set))

    @property
    def body(self) -> TechniqueText | RepeatText:
        """What stands under the one key."""
        body: TechniqueText | RepeatText = getattr(self, self.technique)
        return body

    @model_validator(mode="after")
    def _one_technique(self) -> Self:
        given = sorted(self.model_fields_set)
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise mistake(
                f"a step is one technique, but here is {found}; write each as its own step"
            )
        if getattr(self, given[0]) is None:
            raise mistake("a technique says at least how long it lasts, as {for: 20 s}", given[0])
        return self


RepeatText.model_rebuild(force=True)  # it was written before it could know StepEntry


class SignalText(Words):
    """What happens when a signal is not there, or is lost on the way."""

    missing: Literal["refuse", "skip", "timed"] = Field(examples=["timed"])
    lost: Literal["ease", "hold", "release", "stop"] = Field(examples=["ease"])


class NeedsText(Words):
    """What a device must have, and which signals the profile names."""

    channels: list[Channel] = Field(default_factory=lambda: ["pressure"])
    signals: dict[Word, SignalText] = Field(default_factory=dict)


class LimitsText(Words):
    """The author's own limits."""

    pressure: Annotated[float, Written("pressure", 0.1, MAX_PRESSURE_KPA, fixed=True)] = Field(
        examples=["24 kPa"]
    )
    rise: Annotated[float, Written("pressure rate", 0.5, MAX_RISE_KPA_S, fixed=True)] = 40.0
    session: Annotated[float, Written("time", 1.0, MAX_SESSION_S, fixed=True)] = MAX_SESSION_S


class ParameterText(Words):
    """A value the operator may choose."""

    default: Amount = Field(examples=["16 kPa"])
    min: Amount = Field(examples=["6 kPa"])
    max: Amount = Field(examples=["20 kPa"])
    live: bool = False
    label: Word | None = None

    @model_validator(mode="after")
    def _default_is_within(self, info: ValidationInfo) -> Self:
        if not self.default.dimension == self.min.dimension == self.max.dimension:
            raise mistake("default, min and max measure different things; write them in one unit")
        if self.min.value > self.max.value:
            raise mistake("min is over max; swap them", "min")
        if not self.min.value <= self.default.value <= self.max.value:
            raise mistake("default is not between min and max", "default")
        limit = cast("Names", info.context).pressure_limit_kpa
        if self.max.dimension == "pressure" and limit is not None and self.max.value > limit:
            raise mistake(
                f"max is over limits.pressure ({limit:g} kPa); lower one or raise the other", "max"
            )
        return self


class Profile(Document):
    """A technique profile, as its author wrote it."""

    later: ClassVar[frozenset[str]] = frozenset({"phrases", "curves", "curve"})

    format: Literal["myoloop-profile/1"] = Field(examples=[FORMAT])
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = Field(
        examples=["my-first-profile"]
    )
    revision: Annotated[int, Field(ge=1, le=1_000_000)] = Field(examples=[1])
    title: Word = Field(examples=["Kneading, upper trapezius"])
    purpose: Prose = ""
    evidence: Prose = ""
    region: RegionName = Field(examples=["upper_trapezius"])
    needs: NeedsText = Field(default_factory=NeedsText)
    limits: LimitsText = Field(examples=["{pressure: 24 kPa}"])
    parameters: dict[Word, ParameterText] = Field(default_factory=dict)
    steps: list[StepEntry] = Field(min_length=1, examples=["[...]"])
    rules: dict[Word, RuleText] = Field(default_factory=dict)

    @classmethod
    def names(cls, data: dict[str, Any]) -> Names:
        return Names(
            parameters=_ranges(data.get("parameters")),
            signals=frozenset(_mapping(_mapping(data.get("needs")).get("signals"))),
            pressure_limit_kpa=_pressure(_mapping(data.get("limits")).get("pressure")),
        )

    @classmethod
    def mistakes(cls, data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        yield from unmeasured(data)


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _ranges(parameters: object) -> dict[str, Range | None]:
    return {name: range_of(body) for name, body in _mapping(parameters).items()}


def _pressure(written: object) -> float | None:
    try:
        return parse(written, "pressure")
    except QuantityError:
        return None
