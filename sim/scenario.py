"""A scenario: a story with an ending, as its author wrote it. The language `myoloop-scenario/1`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
from pydantic import AfterValidator, Field, StringConstraints

from profiles.document import Document, did_you_mean
from profiles.kinds import Prose, Word
from profiles.load import read
from profiles.problems import Path as Where
from profiles.problems import Places
from profiles.quantities import quoted

from .birth import Recipe
from .expectations import ExpectWords
from .fault import Fault
from .faults import FAULTS
from .happenings import Happening, HappeningBase, SettingsWords, Told
from .hazards import HAZARDS, nearest_hazard
from .profile_word import LIBRARY, ProfileWord
from .scene import BodyWords, DeviceWords, LinkWords, Preset, recipe_of
from .unsuited import unsuited

FORMAT = "myoloop-scenario/1"
SUFFIX = ".scenario.yaml"


def _hazard(written: str) -> str:
    if written not in HAZARDS:
        near = nearest_hazard(written)
        hint = f"; did you mean {quoted(near)}?" if near else ""
        first, *_, last = HAZARDS
        raise ValueError(f"{quoted(written)} is no hazard; SAFETY.md has {first} to {last}{hint}")
    return written


class Scenario(Document):
    """A scenario, as its author wrote it."""

    format: Literal["myoloop-scenario/1"] = Field(examples=[FORMAT])
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = Field(
        examples=["a-sensor-sticks"]
    )
    title: Word = Field(examples=["A sensor sticks in a hold"])
    purpose: Prose = ""
    hazards: list[Annotated[str, AfterValidator(_hazard)]] = Field(default_factory=list)
    profile: ProfileWord = Field(examples=["library:kneading"])
    set: SettingsWords = Field(default_factory=dict)
    person: Preset = "healthy_f"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 7
    fault_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    body: BodyWords = Field(default_factory=BodyWords)
    device: DeviceWords = Field(default_factory=DeviceWords)
    link: LinkWords = Field(default_factory=LinkWords)
    timeline: list[Happening] = Field(default_factory=list)  # pyright: ignore[reportInvalidTypeForm, reportUnknownVariableType]
    expect: ExpectWords = Field(examples=["{outcome: complete}"])

    @classmethod
    def stands_alone(cls, path: Where) -> bool:
        """Whatever happens may say it all, as `resume:`; an entry refuses what says too little."""
        return path[:1] == ("timeline",) and len(path) == 3 and path[2] not in {"at", "for"}

    @classmethod
    def mistakes(cls, data: dict[str, Any]) -> Iterator[tuple[Where, str]]:
        yield from _faults_nobody_made(data)
        yield from _depth_of_air(data)
        yield from _faults_of_what_is_not_there(data)


class Happens(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a story: what, from when, until when; seconds of the session."""

    name: str
    what: Fault | Told
    at_s: float | None
    ends_s: float | None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario, ready to be played: the same words, as values, and where in its file they are."""

    id: str
    title: str
    file: str
    profile: str
    values: dict[str, str | float]
    recipe: Recipe
    baud: int | None
    seed: int
    happens: tuple[Happens, ...]
    expect: ExpectWords
    places: Places
    hazards: tuple[str, ...] = ()


def read_scenario(text: str | bytes, file: str) -> Story:
    """Return the story in `text`. A profile's path counts from the scenario's folder.

    Raises `ProfileProblems`, with every mistake.
    """
    scenario = read(text, Scenario, file=file)
    entries = cast("list[HappeningBase]", scenario.timeline)
    return Story(
        id=scenario.id,
        title=scenario.title,
        file=file,
        profile=_beside(scenario.profile, file),
        values=cast("dict[str, str | float]", scenario.set),
        recipe=_recipe(scenario),
        baud=scenario.link.baud,
        seed=scenario.seed if scenario.fault_seed is None else scenario.fault_seed,
        happens=tuple(map(_happens, entries)),
        expect=scenario.expect,
        places=scenario.places,
        hazards=tuple(scenario.hazards),
    )


def load_scenario(file: Path) -> Story:
    """Return the story in a file. Raises `OSError`, `ProfileProblems`."""
    return read_scenario(file.read_bytes(), str(file))


def _recipe(scenario: Scenario) -> Recipe:
    body, device = scenario.body.model_dump(), scenario.device.model_dump()
    return recipe_of(scenario.person, scenario.seed, body, device)


def _beside(profile: str, file: str) -> str:
    if profile.startswith(LIBRARY):
        return profile
    return str(Path(file).parent / profile)


def _happens(entry: HappeningBase) -> Happens:
    ends_s = None if entry.for_s is None else (entry.at or 0.0) + entry.for_s
    return Happens(name=entry.name, what=entry.what, at_s=entry.at, ends_s=ends_s)


def _depth_of_air(data: dict[str, Any]) -> Iterator[tuple[Where, str]]:
    """Yield the depth of a device that has none to tell."""
    said = _device(data)
    if said.get("kind") == "airbag" and said.get("depth") is True:
        yield ("device", "depth"), "a chamber of air has no depth to tell; leave it out"


def _faults_of_what_is_not_there(data: dict[str, Any]) -> Iterator[tuple[Where, str]]:
    """Yield the faults that this device cannot have."""
    timeline = data.get("timeline")
    for number, entry in enumerate(
        cast("list[Any]", timeline) if isinstance(timeline, list) else ()
    ):
        if isinstance(entry, dict):
            yield from unsuited(_device(data), number, cast("dict[str, Any]", entry))


def _device(data: dict[str, Any]) -> dict[str, Any]:
    device = data.get("device")
    return cast("dict[str, Any]", device) if isinstance(device, dict) else {}


def _faults_nobody_made(data: dict[str, Any]) -> Iterator[tuple[Where, str]]:
    """Yield the responses that wait for a fault which no entry of the timeline makes."""
    timeline = data.get("timeline")
    made = {
        str(key)
        for entry in (cast("list[Any]", timeline) if isinstance(timeline, list) else [])
        if isinstance(entry, dict)
        for key in cast("dict[str, Any]", entry)
        if key in FAULTS
    }
    expect = data.get("expect")
    responses = (
        cast("dict[str, Any]", expect).get("responses") if isinstance(expect, dict) else None
    )
    if not isinstance(responses, list):
        return
    for number, response in enumerate(cast("list[Any]", responses)):
        for end in ("after", "to"):
            words = cast("dict[str, Any]", response) if isinstance(response, dict) else {}
            kind, _, name = str(words.get(end, "")).partition(" ")
            if kind == "fault" and name.split(" ")[0] not in made:
                yield (
                    ("expect", "responses", number, end),
                    (
                        f"nothing in the timeline makes {quoted(name)}; "
                        f"{did_you_mean(name, made) if made else 'it is empty'}"
                    ),
                )
