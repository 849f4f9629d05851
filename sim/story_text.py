"""A story as the file that says it: what `read_scenario` reads back, but for rounding."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from profiles.quantities import OWN_UNIT, Dimension

from .birth import Recipe
from .fault import Fault
from .fault_words import dimension_of, word_of
from .profile_word import LIBRARY
from .scenario import FORMAT, Happens, Story

_BODY = ("stiffness", "guards", "lets_go", "presses", "sensation", "trigger_point", "sore")
_DEVICE = ("device", "head", "depth", "heater", "dump", "stroke", "correction", "emg", "ecg")
_PLAIN = Recipe()
_NEEDS_NO_MARKS = re.compile(r"[A-Za-z0-9-][A-Za-z0-9 .+%/_-]*")


def story_text(story: Story, expect: str) -> str:
    """Return the file of a story that knows faults only; `expect` is what its end must be."""
    return "\n".join([*_head(story), *_timeline(story), f"expect: {expect}", ""])


def _head(story: Story) -> Iterator[str]:
    recipe = story.recipe
    yield f"format: {FORMAT}"
    yield f"id: {story.id}"
    yield f"title: {json.dumps(story.title, ensure_ascii=False)}"
    yield f"profile: {json.dumps(_profile(story.profile), ensure_ascii=False)}"
    if story.values:
        yield f"set: {json.dumps(story.values, ensure_ascii=False)}"
    yield f"person: {recipe.preset}"
    yield f"seed: {recipe.seed}"
    if story.seed != recipe.seed:
        yield f"fault_seed: {story.seed}"
    if body := _differing(recipe, _PLAIN, _BODY):
        yield f"body: {_flow(body)}"
    if device := _device(recipe):
        yield f"device: {_flow(device)}"
    if story.baud is not None:
        yield f"link: {{baud: {story.baud}}}"


def _profile(profile: str) -> str:
    return profile if profile.startswith(LIBRARY) else str(Path(profile).resolve())


def _differing(of: msgspec.Struct, usual: msgspec.Struct, names: Iterable[str]) -> dict[str, Any]:
    """Return what is not as usual: the rest goes without saying."""
    said = {name: getattr(of, name) for name in names}
    return {name: value for name, value in said.items() if value != getattr(usual, name)}


def _device(recipe: Recipe) -> dict[str, Any]:
    said = _differing(recipe, _PLAIN, _DEVICE)
    kind = {"kind": said.pop("device")} if "device" in said else {}
    pads = {"pads": recipe.pads.split(",")} if recipe.pads else {}
    battery = {} if recipe.battery is None else {"battery": f"{recipe.battery!r} %"}
    return kind | pads | said | battery


def _timeline(story: Story) -> Iterator[str]:
    if story.happens:
        yield "timeline:"
    for one in story.happens:
        yield f"  - {_flow({**_times(one), one.name: _fault(one)})}"


def _times(one: Happens) -> dict[str, str]:
    at_s = one.at_s or 0.0
    said = {} if one.at_s is None else {"at": f"{at_s!r} s"}
    if one.ends_s is None:
        return said
    return said | {"for": f"{round(one.ends_s - at_s, 9)!r} s"}


def _fault(one: Happens) -> dict[str, Any]:
    if not isinstance(one.what, Fault):
        raise TypeError(f"{one.name} is an order; only faults are written")
    said = _differing(one.what, type(one.what)(), one.what.__struct_fields__)
    return {word_of(name): _quantity(value, dimension_of(name)) for name, value in said.items()}


def _quantity(value: Any, dimension: Dimension | None) -> Any:  # noqa: ANN401  of any fault
    if dimension is None or not isinstance(value, float):
        return value
    if dimension == "share":
        return f"{value * 100.0!r} %"
    return f"{value!r} {OWN_UNIT[dimension]}"


def _flow(said: Any) -> str:  # noqa: ANN401  as YAML has it
    """Return a value in one line of YAML, without marks around what needs none."""
    if isinstance(said, dict):
        pairs = cast("dict[str, Any]", said).items()
        return f"{{{', '.join(f'{name}: {_flow(value)}' for name, value in pairs)}}}"
    if isinstance(said, list):
        return f"[{', '.join(map(_flow, cast('list[Any]', said)))}]"
    if isinstance(said, str) and _NEEDS_NO_MARKS.fullmatch(said):
        return said
    return json.dumps(said, ensure_ascii=False)
