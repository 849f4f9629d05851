"""What a profile file may say about one step: the words of every technique, with its defaults."""

from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from .document import Words, mistake
from .kinds import (
    Amplitude,
    Drift,
    Duration,
    Duty,
    Fall,
    Frequency,
    FrictionLength,
    FrictionRate,
    HeatTime,
    HoldTime,
    KneadRate,
    Length,
    LymphPressure,
    LymphRate,
    PercussionFrequency,
    Phase,
    Pressure,
    PulseDuty,
    RegionName,
    Rise,
    SignalName,
    Site,
    SleevePressure,
    Speed,
    StrippingSpeed,
    StrokeRate,
    TapDuty,
    TapRate,
    Temperature,
    Word,
)
from .quantities import quoted
from .reactions import AdaptPressure, ConditionText
from .values import Value, Written

RESTING_KPA = 2.0
"""How hard a pad that warms lies on, where nothing else presses it (E: twice contact)."""


def _rate(hertz: float) -> Value:
    return Value(hertz, "rate")


class StepText(Words):
    """What every technique may say about itself."""

    label: Word | None = None
    region: RegionName | None = None
    channel: Site | None = None
    until: ConditionText | None = None
    adapt: AdaptPressure | None = None
    baseline: SignalName | None = None


class Brief(Words):
    """Words that a single text may stand for."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


class Span(Brief):
    """A pressure over the whole step: one value, or `{from, to}`."""

    start: Pressure = Field(alias="from", examples=["6 kPa"])
    end: Pressure = Field(alias="to", examples=["3 kPa"])

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


class RestText(StepText):
    """A pause of the programme, without pressure unless one is given."""

    pressure: Pressure = Field(default_factory=lambda: Value(0.0, "pressure"))
    for_s: Duration = Field(alias="for", examples=["30 s"])


class PromptText(Words):
    """A rest without pressure until a person answers, at most `for`; then `otherwise`."""

    label: Word | None = None
    region: RegionName | None = None
    say: Word = Field(examples=["Turn over"])
    for_s: Duration = Field(alias="for", examples=["2 min"])
    otherwise: Literal["stop", "continue"] = "stop"


class EffleurageText(StepText):
    """Long strokes, out under pressure and back light."""

    style: Literal["light", "deep"] | None = None
    pressure: Span = Field(examples=["6 kPa"])
    rate: StrokeRate = Field(examples=["12/min"])
    length: Length = Field(examples=["200 mm"])
    for_s: Duration = Field(alias="for", examples=["3 min"])


class PetrissageText(StepText):
    """Kneading or rolling: a rhythm between two pressures."""

    style: Literal["kneading", "rolling"] = "kneading"
    pressure: Cycle = Field(examples=["{low: 3 kPa, high: 16 kPa}"])
    rate: KneadRate = Field(examples=["0.6 Hz"])
    for_s: Duration = Field(alias="for", examples=["4 min"])
    duty: Duty = 0.5
    length: Length | None = None


class FrictionText(StepText):
    """Short strokes across the fibres, firm one way and light the other."""

    pressure: Cycle = Field(examples=["{low: 4 kPa, high: 16 kPa}"])
    rate: FrictionRate = Field(default_factory=lambda: _rate(1.0))
    """60 a minute: the textbook's low end (V, physiology 1.1)."""
    length: FrictionLength = Field(default_factory=lambda: Value(20.0, "length"))
    """15 to 30 mm (E, physiology 1.2)."""
    for_s: Duration = Field(alias="for", examples=["90 s"])


class TapotementText(StepText):
    """Quick taps: a little more than half of each is a rise, so that the pad can gather."""

    pressure: Cycle = Field(examples=["{low: 1 kPa, high: 4 kPa}"])
    rate: TapRate = Field(default_factory=lambda: _rate(4.0))
    """4 to 8 Hz (E, physiology 1.2; 5 Hz V)."""
    duty: TapDuty = 0.5
    """The sources have 20 to 30 % (E); that leaves a coil no time to rise (E, wire)."""
    for_s: Duration = Field(alias="for", examples=["30 s"])


class VibrationText(StepText):
    """A head that oscillates under a steady pressure."""

    pressure: Pressure | None = Field(None, examples=["2 kPa"])
    frequency: Frequency = Field(default_factory=lambda: _rate(40.0))
    """30 to 50 Hz (V, physiology 1.1)."""
    amplitude: Amplitude = Field(default_factory=lambda: Value(1.0, "length"))
    """0.5 to 2 mm (E, physiology 1.2)."""
    swing: Pressure = Field(default_factory=lambda: Value(0.0, "pressure"), examples=["1 kPa"])
    for_s: Duration = Field(alias="for", examples=["5 min"])


class PercussionText(StepText):
    """A head that hammers under a steady pressure, and travels along the muscle."""

    pressure: Pressure | None = Field(None, examples=["2 kPa"])
    frequency: PercussionFrequency = Field(default_factory=lambda: _rate(25.0))
    """17 to 40 Hz, devices up to 53 (V/E, physiology 1.2)."""
    amplitude: Amplitude = Field(default_factory=lambda: Value(8.0, "length"))
    """8 to 12 mm is typical (V, physiology 1.1)."""
    swing: Pressure = Field(default_factory=lambda: Value(0.0, "pressure"), examples=["1 kPa"])
    speed: Speed = Field(default_factory=lambda: Value(25.0, "speed"))
    """20 to 30 mm/s along the muscle (E, physiology 1.2)."""
    length: Length = Field(default_factory=lambda: Value(100.0, "length"))
    for_s: Duration = Field(alias="for", examples=["60 s"])


class HeatText(StepText):
    """A surface that warms: thermotherapy, alone or beside a step that presses."""

    temperature: Temperature = Field(examples=["38 °C"])
    pressure: Pressure | None = Field(None, examples=["2 kPa"])
    for_s: HeatTime = Field(alias="for", examples=["3 min"])
    missing: Literal["refuse", "skip"] = "refuse"


class StrippingText(StepText):
    """Deep tissue: slow strokes along the muscle, and back light in half the time."""

    pressure: Span = Field(examples=["18 kPa"])
    speed: StrippingSpeed = Field(default_factory=lambda: Value(15.0, "speed"))
    """10 to 25 mm/s (E, physiology 1.2)."""
    length: Length = Field(default_factory=lambda: Value(150.0, "length"))
    """100 to 200 mm (E, physiology 1.2)."""
    for_s: Duration = Field(alias="for", examples=["2 min"])


class MyofascialText(StepText):
    """A long light hold at the tissue's barrier, which may drift along the skin."""

    pressure: Pressure = Field(examples=["4 kPa"])
    drift: Drift = Field(default_factory=lambda: Value(0.0, "speed"))
    """0 to 2 mm/s (E, physiology 1.2)."""
    for_s: Annotated[Value, Written("time", 30.0, 180.0)] = Field(alias="for", examples=["2 min"])
    """90 to 180 s (V, physiology 1.2)."""


class LymphText(StepText):
    """Very light pulses that stretch the skin, and let it back."""

    pressure: LymphPressure = Field(examples=["3 kPa"])
    rate: LymphRate = Field(default_factory=lambda: _rate(0.15))
    """One cycle in 5 to 10 s (M, physiology 1.2)."""
    duty: PulseDuty = 0.33
    """A third of the cycle presses (E, physiology 1.2)."""
    length: Length = Field(default_factory=lambda: Value(15.0, "length"))
    """The skin is stretched by 10 to 20 mm (E, physiology 1.2)."""
    for_s: Duration = Field(alias="for", examples=["3 min"])


class SleeveSpan(Span):
    """The pressure of the first chamber that fills, and of the last."""

    start: SleevePressure = Field(alias="from", examples=["8 kPa"])
    end: SleevePressure = Field(alias="to", examples=["6 kPa"])


class CompressionText(StepText):
    """Chambers fill one after the other, from the far end of the limb, and let go together."""

    pressure: SleeveSpan = Field(examples=["{from: 8 kPa, to: 6 kPa}"])
    chambers: list[Site] = Field(default_factory=list, max_length=8)
    fill: Phase = Field(default_factory=lambda: Value(6.0, "time"))
    hold: Phase = Field(default_factory=lambda: Value(6.0, "time"))
    vent: Phase = Field(default_factory=lambda: Value(8.0, "time"))
    """5 to 10 s each (M, physiology 1.2)."""
    for_s: Duration = Field(alias="for", examples=["10 min"])

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.chambers)) < len(self.chambers):
            raise mistake("a chamber is named twice; each fills once in a cycle", "chambers")
        if self.chambers and self.channel:
            raise mistake("chambers already say where it presses; leave channel out", "channel")
        return self


class PointText(Words):
    """Where a curve is at one time."""

    at: Annotated[float, Written("time", 0.02, 1800.0, fixed=True)] = Field(examples=["2 s"])
    pressure: Pressure | None = None
    position: Annotated[float, Written("length", 0.0, 600.0, fixed=True)] | None = None


class CurveText(StepText):
    """Any shape, by points: smoothly through all of them, over none."""

    points: list[PointText] = Field(
        min_length=1, max_length=1000, examples=["[{at: 2 s, pressure: 6 kPa}]"]
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = [point.at for point in self.points]
        if sorted(set(times)) != times:
            raise mistake("the points are not in the order of their times; sort them", "points")
        if self.points[0].pressure is None or self.points[-1].pressure is None:
            raise mistake("the first and the last point need a pressure", "points")
        return self


class TriggerPointText(StepText):
    """Rise, hold, release."""

    pressure: Pressure = Field(examples=["16 kPa"])
    rise: Rise = Field(default_factory=lambda: Value(8.0, "pressure rate"))
    for_s: HoldTime = Field(alias="for", examples=["60 s"])
    fall: Fall = Field(default_factory=lambda: Value(10.0, "pressure rate"))


TechniqueText = (
    SettleText
    | RestText
    | PromptText
    | EffleurageText
    | PetrissageText
    | FrictionText
    | TapotementText
    | VibrationText
    | PercussionText
    | HeatText
    | StrippingText
    | MyofascialText
    | LymphText
    | CompressionText
    | CurveText
    | TriggerPointText
)
