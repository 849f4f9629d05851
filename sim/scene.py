"""Who lies under which device: the words of it that stories and campaigns share."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from pydantic import AfterValidator, Field

from profiles.document import Words, did_you_mean
from profiles.kinds import Site
from profiles.quantities import quoted
from profiles.values import Written

from .birth import GUARDS, GUARDS_FROM, MOST_PADS, STIFFNESS, Recipe
from .body import PRESETS, Sensation
from .muscle import CHANNELS, MOST_CHANNELS


def _preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"{quoted(name)} is nobody; {did_you_mean(name, PRESETS)}")
    return name


def _guards(written: str | float) -> str:
    if isinstance(written, str) and written not in GUARDS:
        raise ValueError(
            f"{quoted(written)} is not a word for this place; {did_you_mean(written, GUARDS)}"
        )
    if isinstance(written, float) and not GUARDS_FROM[0] <= written <= GUARDS_FROM[1]:
        raise ValueError(f"a share of the pain threshold is {GUARDS_FROM[0]} to {GUARDS_FROM[1]}")
    return str(written)


def _each_once(pads: list[str]) -> list[str]:
    if len(set(pads)) < len(pads):
        raise ValueError("a pad is named twice; each is one channel")
    return pads


Preset: TypeAlias = Annotated[str, AfterValidator(_preset)]
Stiffness: TypeAlias = Annotated[float, Field(ge=STIFFNESS[0], le=STIFFNESS[1])]
Guards: TypeAlias = Annotated[str | float, AfterValidator(_guards)]
LetsGo: TypeAlias = Literal["usual", "never"]
Presses: TypeAlias = Literal["usual", "late", "never"]
PointKind: TypeAlias = Literal["active", "latent", "none"]

DeviceKind: TypeAlias = Literal["voice_coil", "airbag"]
Pads: TypeAlias = Annotated[list[Site], Field(max_length=MOST_PADS), AfterValidator(_each_once)]
Charge: TypeAlias = Annotated[float, Written("share", 0.01, 1.0, fixed=True)]
Pairs: TypeAlias = Annotated[int, Field(ge=1, le=MOST_CHANNELS)]
Baud: TypeAlias = Annotated[int, Field(ge=9600, le=12_000_000)]


class BodyWords(Words):
    """How this person differs from others of the kind."""

    stiffness: Stiffness = 1.0
    guards: Guards | None = None
    lets_go: LetsGo | None = None
    presses: Presses | None = None
    sensation: Sensation | None = None
    trigger_point: PointKind | None = None
    sore: bool | None = None


class DeviceWords(Words):
    """What the virtual device has: of which kind its pads are, and what else it moves."""

    kind: DeviceKind = "voice_coil"
    pads: Pads = Field(default_factory=list)
    head: bool = False
    depth: bool = False
    heater: bool = False
    battery: Charge | None = None
    dump: bool = True
    stroke: bool = False
    correction: bool = True
    emg: Pairs = CHANNELS
    ecg: bool = False


class LinkWords(Words):
    """How fast the line is; without a word, as fast as it likes."""

    baud: Baud | None = None


def recipe_of(preset: str, seed: int, body: Mapping[str, Any], device: Mapping[str, Any]) -> Recipe:
    """Return whom and what these words make."""
    full = device["battery"]
    said = {
        **body,
        **device,
        "pads": ",".join(device["pads"]),
        "battery": None if full is None else 100.0 * full,
    }
    said["device"] = said.pop("kind")
    return msgspec.convert({"preset": preset, "seed": seed, **said}, Recipe)
