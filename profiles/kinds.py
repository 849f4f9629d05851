"""The kinds of value in a profile, each with what it may be."""

from typing import Annotated, Literal, cast

from pydantic import AfterValidator, StringConstraints, ValidationInfo

from .document import did_you_mean
from .quantities import Quantity, quoted
from .regions import NEVER, REGIONS
from .values import Names, Value, Written

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

Pressure = Annotated[Value, Written("pressure", 0.0, MAX_PRESSURE_KPA)]
Duration = Annotated[Value, Written("time", 0.5, MAX_SESSION_S)]
HoldTime = Annotated[Value, Written("time", 0.5, MAX_HOLD_S)]
StrokeRate = Annotated[Value, Written("rate", 0.02, 1.0)]
KneadRate = Annotated[Value, Written("rate", 0.1, 2.5)]
Length = Annotated[Value, Written("length", 1.0, 600.0)]
Rise = Annotated[Value, Written("pressure rate", 0.5, MAX_LEVEL_RISE_KPA_S)]
Fall = Annotated[Value, Written("pressure rate", 0.5, MAX_FALL_KPA_S)]
Level = Annotated[Value, Written(None, -50.0, 1e6)]
Debounce = Annotated[float, Written("time", 0.0, 60.0, fixed=True)]
Share = Annotated[float, Written("share", 0.0, 1.0, fixed=True)]
Ratio = Annotated[float, Written("share", 0.0, 100.0, fixed=True)]
Amount = Annotated[Quantity, Written(None, -50.0, 1e6, fixed=True)]

Reference = Literal["baseline", "start", "mvc"]
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


RegionName = Annotated[str, AfterValidator(_region)]
SignalName = Annotated[str, AfterValidator(_signal)]
