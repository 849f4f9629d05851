"""What a profile file may say about answering the body: conditions, actions, maps."""

from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from .document import Words, mistake
from .kinds import Debounce, Duration, Level, Prose, Ratio, Reference, Share, SignalName
from .values import Value, Written

SIGNAL_DIMENSIONS = {
    "emg": "voltage",
    "skin_temperature": "temperature",
    "stiffness": "stiffness",
    "pressure": "pressure",
    "force": "force",
    "position": "length",
}
"""What an absolute level of each signal is; any other signal takes any quantity."""


class ConditionText(Words):
    """`{signal, above | below, of, for}`, `{button}`, `{elapsed}`, `{any}` or `{all}`."""

    signal: SignalName | None = Field(None, examples=["emg"])
    above: Level | None = None
    below: Level | None = None
    of: Reference | None = None
    for_s: Debounce | None = Field(None, alias="for", examples=["600 ms"])
    channel: Annotated[int, Field(ge=0, le=63)] | None = None
    button: Literal["pain", "stop", "hold_to_run"] | None = None
    elapsed: Duration | None = None
    any_of: "list[ConditionText] | None" = Field(None, alias="any", min_length=1)
    all_of: "list[ConditionText] | None" = Field(None, alias="all", min_length=1)

    @property
    def level(self) -> Value | None:
        """What the signal is compared with."""
        return self.above if self.above is not None else self.below

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = ("signal", "button", "elapsed", "any_of", "all_of")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise mistake("a condition is one of {signal, ...}, {button}, {elapsed}, any or all")
        if self.signal is not None:
            self._check_signal(self.signal)
        elif {"above", "below", "of", "for_s", "channel"} & self.model_fields_set:
            raise mistake("above, below, of, for and channel belong to a signal; name it")
        return self

    def _check_signal(self, signal: str) -> None:
        level = self.level
        if level is None or (self.above is not None and self.below is not None):
            raise mistake(
                "a signal is compared once: write either above or below, as `below: 85 %`"
            )
        at = "above" if self.above is not None else "below"
        if self.for_s is None:
            raise mistake('"for" is missing: how long must it last? write it, as for: 600 ms')
        if (level.dimension == "share") != (self.of is not None):
            sentence = "a percentage needs an `of` (baseline, start or mvc), a quantity has none"
            raise mistake(sentence, at)
        if level.number < 0.0 and level.dimension != "temperature":
            raise mistake("no signal is below zero; write a level over it", at)
        wanted = SIGNAL_DIMENSIONS.get(signal, level.dimension)
        if self.of is None and wanted != level.dimension:
            raise mistake(f"{signal} is a {wanted}, not a {level.dimension}", at)


class AdaptText(Words):
    """`{signal, of, map, over}`: how hard to press depends on a signal."""

    signal: SignalName = Field(examples=["emg"])
    of: Reference = Field(examples=["baseline"])
    map: dict[Ratio, Share] = Field(min_length=2, examples=["{100 %: 100 %, 150 %: 60 %}"])
    over: Debounce = Field(examples=["3 s"])


class AdaptPressure(Words):
    """What is adapted: the pressure, and nothing else."""

    pressure: AdaptText = Field(examples=["{signal: emg, of: baseline, map: {...}, over: 3 s}"])


class EaseText(Words):
    """Press less for a while."""

    to: Share = Field(examples=["50 %"])
    over: Debounce = Field(examples=["1 s"])
    keep: Debounce = Field(examples=["5 s"])


class HoldText(Words):
    """Stay where it is."""

    for_s: Annotated[float, Written("time", 0.1, 5.0, fixed=True)] = Field(
        alias="for", examples=["3 s"]
    )


class ReleaseText(Words):
    """Let go; one second is the longest that may take (rules, *Hold, pause, release, rest*)."""

    over: Annotated[float, Written("time", 0.05, 1.0, fixed=True)] = Field(examples=["1 s"])
    then: Literal["pause", "continue", "stop"] = Field(examples=["pause"])


class ActionText(Words):
    """One action: `ease`, `hold`, `release`, `stop` or `mark`."""

    ease: EaseText | None = None
    hold: HoldText | None = None
    release: ReleaseText | None = None
    stop: Literal[True] | None = None
    mark: Prose | None = None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"enum": ["stop", "mark"]}, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _bare_words(cls, written: object) -> object:
        if isinstance(written, dict):
            stop = cast("dict[str, object]", written).get("stop")
            if stop is not None and stop is not True:
                raise mistake("a stop says everything by itself; write `do: stop`", "stop")
        bare = {"stop": {"stop": True}, "mark": {"mark": ""}}
        return bare.get(written, written) if isinstance(written, str) else cast("object", written)

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [name for name in self.model_fields_set if getattr(self, name) is not None]
        if len(given) != 1:
            raise mistake("an action is one of ease, hold, release, stop or mark")
        return self


class RuleText(Words):
    """When this, do that."""

    when: ConditionText = Field(examples=["{signal: emg, above: 160 %, of: baseline, for: 600 ms}"])
    do: ActionText = Field(examples=["{ease: {to: 50 %, over: 1 s, keep: 5 s}}"])
