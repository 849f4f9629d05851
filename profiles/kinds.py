"""The kinds of value in a profile, each with what it may be."""

import re
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, StringConstraints, ValidationInfo

from .document import did_you_mean
from .quantities import Quantity, quoted
from .regions import NEVER, REGIONS
from .values import PARAMETER, Names, Value, Written
from .warming import MAX_HEAT_DEGC, MAX_HEAT_S, MIN_HEAT_DEGC

MAX_PRESSURE_KPA = 400.0
"""More is a slip of the pen (E); the envelope decides what is really pressed."""
MAX_SESSION_S = 1800.0
"""Longest session (E, physiology 1.2)."""
MAX_RISE_KPA_S = 60.0
"""Fastest rhythmic rise an author may ask for (E, physiology 1.2)."""
MAX_LEVEL_RISE_KPA_S = 10.0
"""Fastest rise to a hold or a new level (E, physiology 1.2)."""
MAX_FALL_KPA_S = 200.0
"""Fastest fall (E, wire)."""
MAX_HOLD_S = 90.0
"""Longest trigger-point hold (E, physiology 2.7)."""
MAX_LYMPH_KPA = 5.0
"""Hardest a lymph technique presses (E, physiology 1.2; about 4 kPa is taught, V)."""
MAX_SLEEVE_KPA = 13.3
"""Hardest a chamber compresses: 100 mmHg (E, physiology 1.2)."""

Pressure = Annotated[Value, Written("pressure", 0.0, MAX_PRESSURE_KPA)]
Duration = Annotated[Value, Written("time", 0.5, MAX_SESSION_S)]
HoldTime = Annotated[Value, Written("time", 0.5, MAX_HOLD_S)]
StrokeRate = Annotated[Value, Written("rate", 0.02, 1.0)]
KneadRate = Annotated[Value, Written("rate", 0.1, 2.5)]
Length = Annotated[Value, Written("length", 1.0, 600.0)]
FrictionRate = Annotated[Value, Written("rate", 0.3, 2.0)]
FrictionLength = Annotated[Value, Written("length", 5.0, 40.0)]
TapRate = Annotated[Value, Written("rate", 1.0, 8.0)]
Frequency = Annotated[Value, Written("rate", 3.0, 60.0)]
PercussionFrequency = Annotated[Value, Written("rate", 3.0, 53.0)]
Amplitude = Annotated[Value, Written("length", 0.1, 16.0)]
Speed = Annotated[Value, Written("speed", 1.0, 90.0)]
StrippingSpeed = Annotated[Value, Written("speed", 5.0, 40.0)]
Drift = Annotated[Value, Written("speed", 0.0, 2.0)]
LymphPressure = Annotated[Value, Written("pressure", 0.5, MAX_LYMPH_KPA)]
LymphRate = Annotated[Value, Written("rate", 0.03, 0.3)]
SleevePressure = Annotated[Value, Written("pressure", 0.5, MAX_SLEEVE_KPA)]
Temperature = Annotated[Value, Written("temperature", MIN_HEAT_DEGC, MAX_HEAT_DEGC)]
HeatTime = Annotated[Value, Written("time", 0.5, MAX_HEAT_S)]
Phase = Annotated[Value, Written("time", 0.5, 60.0)]
Duty = Annotated[float, Written("share", 0.2, 0.8, fixed=True)]
TapDuty = Annotated[float, Written("share", 0.3, 0.5, fixed=True)]
PulseDuty = Annotated[float, Written("share", 0.1, 0.7, fixed=True)]
Tempo = Annotated[float, Written("share", 0.5, 2.0, fixed=True)]
Variation = Annotated[float, Written("share", 0.1, 1.0, fixed=True)]
Rise = Annotated[Value, Written("pressure rate", 0.5, MAX_LEVEL_RISE_KPA_S)]
Fall = Annotated[Value, Written("pressure rate", 0.5, MAX_FALL_KPA_S)]
Level = Annotated[Value, Written(None, -50.0, 1e6)]
Debounce = Annotated[float, Written("time", 0.0, 60.0, fixed=True)]
Share = Annotated[float, Written("share", 0.0, 1.0, fixed=True)]
Ratio = Annotated[float, Written("share", 0.0, 100.0, fixed=True)]
Amount = Annotated[Quantity, Written(None, -50.0, 1e6, fixed=True)]

Reference = Literal["baseline", "start", "mvc"]
"""What a percentage is of; mvc, the strongest contraction, is one of EMG alone (`baselines.py`)."""
Channel = Literal["pressure", "position", "frequency", "amplitude", "temperature"]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(max_length=4000)]


def _region(name: str) -> str:
    if name in NEVER:
        raise ValueError(f"{quoted(name)} is never treated: {NEVER[name]}")
    if name not in REGIONS:
        raise ValueError(f"{quoted(name)} is no region; {did_you_mean(name, REGIONS)}")
    return name


def _signal(name: str, info: ValidationInfo) -> str:
    names = cast("Names", info.context)
    if name not in names.signals:
        hint = did_you_mean(name, names.signals) if names.signals else "it names none yet"
        raise ValueError(f"signal {quoted(name)} is not in needs.signals; {hint}")
    return name


def _parameter(name: str) -> str:
    if not PARAMETER.fullmatch(name):
        sentence = "write letters without accents, digits, _ and -, and a letter first, as depth"
        raise ValueError(f"{quoted(name)} cannot be written as $name; {sentence}")
    return name


def _site(name: str) -> str:
    if not _SITE.fullmatch(name):
        raise ValueError(f"{quoted(name)} is no name of a pad; write small letters, as left-calf")
    return name


def _phrase(name: str, info: ValidationInfo) -> str:
    names = cast("Names", info.context)
    if name not in names.phrases:
        hint = did_you_mean(name, names.phrases) if names.phrases else "there are none"
        raise ValueError(f"no phrase is called {quoted(name)}; {hint}")
    return name


_SITE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
Site = Annotated[str, AfterValidator(_site)]
ParameterName = Annotated[str, AfterValidator(_parameter)]
PhraseName = Annotated[str, AfterValidator(_phrase)]
RegionName = Annotated[str, AfterValidator(_region)]
SignalName = Annotated[str, AfterValidator(_signal)]
