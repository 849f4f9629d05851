"""What a profile file may say: the language `myoloop-profile/1`, word by word."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, cast

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
    ParameterName,
    PhraseName,
    Prose,
    RegionName,
    Tempo,
    Variation,
    Word,
)
from .nesting import misplaced
from .problems import Path
from .quantities import QuantityError, parse
from .reactions import RuleText
from .steps import (
    Brief,
    CompressionText,
    CurveText,
    EffleurageText,
    FrictionText,
    HeatText,
    LymphText,
    MyofascialText,
    PercussionText,
    PetrissageText,
    PromptText,
    RestText,
    SettleText,
    StrippingText,
    TapotementText,
    TechniqueText,
    TriggerPointText,
    VibrationText,
)
from .values import PARAMETER, Names, Range, Written, range_of

FORMAT = "myoloop-profile/1"


class Ends(Words):
    """From the first pass to the last, in equal steps."""

    start: Variation = Field(alias="from", examples=["70 %"])
    end: Variation = Field(alias="to", examples=["100 %"])


class TempoEnds(Words):
    """The tempo of the first pass, and of the last."""

    start: Tempo = Field(alias="from", examples=["80 %"])
    end: Tempo = Field(alias="to", examples=["120 %"])


class VaryText(Words):
    """How the passes of a repeat differ: a share of every pressure, and of every rate."""

    pressure: Ends | None = None
    tempo: TempoEnds | None = None


class RepeatText(Words):
    """The same steps several times."""

    times: Annotated[int, Field(ge=1)] = Field(examples=[2])
    tempo: Tempo = 1.0
    vary: VaryText = Field(default_factory=VaryText)
    steps: "list[StepEntry]" = Field(min_length=1, examples=["[...]"])


class UseText(Brief):
    """A phrase that stands under `phrases`, played here."""

    phrase: PhraseName = Field(examples=["warm-up"])
    tempo: Tempo = 1.0

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_enough(cls, written: object) -> object:
        return {"phrase": written} if isinstance(written, str) else written


class TogetherText(Words):
    """Steps that play side by side, each on a channel of its own."""

    branches: "list[StepEntry]" = Field(min_length=2, max_length=4)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema)["properties"]["branches"]

    @model_validator(mode="before")
    @classmethod
    def _is_a_list(cls, written: object) -> object:
        return {"branches": written}


StepBody = TechniqueText | RepeatText | UseText | TogetherText


class StepEntry(Words):
    """One step: one key, the technique."""

    settle: SettleText | None = None
    effleurage: EffleurageText | None = None
    petrissage: PetrissageText | None = None
    friction: FrictionText | None = None
    tapotement: TapotementText | None = None
    vibration: VibrationText | None = None
    percussion: PercussionText | None = None
    heat: HeatText | None = None
    stripping: StrippingText | None = None
    myofascial: MyofascialText | None = None
    lymph: LymphText | None = None
    compression: CompressionText | None = None
    trigger_point: TriggerPointText | None = None
    curve: CurveText | None = None
    rest: RestText | None = None
    prompt: PromptText | None = None
    repeat: RepeatText | None = None
    use: UseText | None = None
    together: TogetherText | None = None

    @property
    def technique(self) -> str:
        """The one key."""
        return next(iter(self.model_fields_set))

    @property
    def body(self) -> StepBody:
        """What stands under the one key."""
        body: StepBody = getattr(self, self.technique)
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


RepeatText.model_rebuild(force=True)  # they were written before they could know StepEntry
TogetherText.model_rebuild(force=True)


class SignalText(Words):
    """What happens when a signal is not there, or is lost on the way."""

    missing: Literal["refuse", "skip", "timed"] = Field(examples=["timed"])
    lost: Literal["ease", "hold", "release", "stop"] = Field(examples=["ease"])


class NeedsText(Words):
    """What a device must have, and which signals the profile names."""

    channels: list[Channel] = Field(
        default_factory=lambda: ["pressure"], json_schema_extra={"contains": {"const": "pressure"}}
    )
    signals: dict[Word, SignalText] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _presses(self) -> Self:
        if "pressure" not in self.channels:
            raise mistake("every step presses; write pressure too, as [pressure]", "channels")
        return self


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

    format: Literal["myoloop-profile/1"] = Field(examples=[FORMAT])
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = Field(
        examples=["my-first-profile"]
    )
    revision: Annotated[int, Field(ge=1, le=1_000_000)] = Field(examples=[1])
    title: Word = Field(examples=["Kneading, upper trapezius"])
    purpose: Prose = ""
    level: Literal["light", "moderate", "deep"] | None = None
    evidence: Prose = ""
    claims_not: Prose = ""
    region: RegionName = Field(examples=["upper_trapezius"])
    needs: NeedsText = Field(default_factory=NeedsText)
    limits: LimitsText = Field(examples=["{pressure: 24 kPa}"])
    parameters: dict[ParameterName, ParameterText] = Field(
        default_factory=dict,
        json_schema_extra={"propertyNames": {"pattern": f"^{PARAMETER.pattern}$"}},
    )
    phrases: dict[Word, Annotated[list[StepEntry], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    steps: list[StepEntry] = Field(min_length=1, examples=["[...]"])
    rules: dict[Word, RuleText] = Field(default_factory=dict)

    def every_step(self) -> Iterator[StepEntry]:
        """Yield every step, wherever in the file it stands."""
        waiting = [*self.steps, *(entry for steps in self.phrases.values() for entry in steps)]
        while waiting:
            entry = waiting.pop(0)
            yield entry
            match entry.body:
                case RepeatText() as body:
                    waiting += body.steps
                case TogetherText() as body:
                    waiting += body.branches
                case _:
                    pass

    @classmethod
    def names(cls, data: dict[str, Any]) -> Names:
        return Names(
            parameters=_ranges(data.get("parameters")),
            signals=frozenset(_mapping(_mapping(data.get("needs")).get("signals"))),
            pressure_limit_kpa=_pressure(_mapping(data.get("limits")).get("pressure")),
            phrases=frozenset(_mapping(data.get("phrases"))),
        )

    @classmethod
    def stands_alone(cls, path: Path) -> bool:
        """A step says itself what a technique needs."""
        listed = path[-3:-2] in {("steps",), ("together",)} or path[:-3] == ("phrases",)
        return listed and isinstance(path[-2], int)

    @classmethod
    def mistakes(cls, data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        yield from unmeasured(data)
        yield from misplaced(data)


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _ranges(parameters: object) -> dict[str, Range | None]:
    return {name: range_of(body) for name, body in _mapping(parameters).items()}


def _pressure(written: object) -> float | None:
    try:
        return parse(written, "pressure")
    except QuantityError:
        return None
