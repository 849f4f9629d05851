"""Whether what a story speaks of can happen at all: its profile's rules and steps, its faults."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from controller.words import Mark
from firmware_bridge.capabilities import Capabilities, Quantity
from profiles.document import did_you_mean
from profiles.model import Profile
from profiles.problems import Path, Problem
from profiles.program import Program
from profiles.quantities import quoted

from .expectations import ENDS, ExpectWords, Signal
from .fault import Fault
from .scenario import Story


def impossible(story: Story, profile: Profile) -> Iterator[Problem]:
    """Yield every rule that the profile does not have, and all that no entry of the story brings.

    To wait for these, or to be content that they never come, would be no test.
    """
    brought = _brought(story)
    for path, event in spoken_of(story.expect):
        kind, _, rest = event.partition(" ")
        name = rest.removesuffix(" begins").removesuffix(" ends")
        if kind == "rule" and rest not in profile.rules:
            sentence = f"{story.profile} has no rule {quoted(rest)}"
            yield story.places.problem(path, _with_others(sentence, rest, list(profile.rules)))
        elif kind in brought and name not in brought[kind]:
            sentence = f"no {quoted(name)} is on the timeline of this story"
            yield story.places.problem(path, _with_others(sentence, name, brought[kind]))


def _brought(story: Story) -> dict[str, list[str]]:
    """Return what the timeline brings about, and nothing else does, by the kind of its events."""
    whats = [(one.name, one.what) for one in story.happens]
    return {
        "fault": [name for name, what in whats if isinstance(what, Fault)],
        "order": [name for name, what in whats if not isinstance(what, Fault)],
        "marked": [what.label for _, what in whats if isinstance(what, Mark)],
    }


def unplayed(story: Story, program: Program) -> Iterator[Problem]:
    """Yield every step that the profile does not play, by its label or by its number and end."""
    labels = [step.label for step in program.steps]
    for path, event in spoken_of(story.expect):
        kind, _, rest = event.partition(" ")
        number, _, end = rest.partition(" ")
        by_number = number.isdigit() and int(number) < len(labels) and end in ENDS
        if kind == "step" and rest not in labels and not by_number:
            sentence = f"{story.profile} has no step {quoted(rest)}"
            yield story.places.problem(path, _with_others(sentence, rest, labels))


def unfelt(story: Story, capabilities: Capabilities) -> Iterator[Problem]:
    """Yield every bound on what this device neither moves nor presses."""
    sites = [one.site for one in capabilities.channels if one.quantity == "pressure" and one.site]
    for number, bound in enumerate(story.expect.bounds):
        quantity = _MOVED.get(bound.signal)
        if bound.pad is not None and bound.pad not in sites:
            sentence = f"this device has no pad {quoted(bound.pad)}"
            path = ("expect", "bounds", number, "pad")
            yield story.places.problem(path, _with_others(sentence, bound.pad, sites))
        if quantity is not None and capabilities.channel(quantity) is None:
            path = ("expect", "bounds", number, "signal")
            sentence = f"this device has no {bound.signal}; write device: {_BROUGHT_BY[quantity]}"
            yield story.places.problem(path, sentence)


_MOVED: Mapping[Signal, Quantity] = MappingProxyType(
    {
        "carriage": "position",
        "head_frequency": "frequency",
        "head_amplitude": "amplitude",
        "surface_temperature": "temperature",
    }
)
_BROUGHT_BY = {
    "position": "{stroke: true}", "frequency": "{head: true}", "amplitude": "{head: true}",
    "temperature": "{heater: true}",
}  # fmt: skip


def spoken_of(expect: ExpectWords) -> Iterator[tuple[Path, str]]:
    """Yield every event that is expected, or expected not to be, by its place."""
    for n, event in enumerate(expect.events):
        yield ("expect", "events", n), event
    for n, event in enumerate(expect.never):
        yield ("expect", "never", n), event
    for n, response in enumerate(expect.responses):
        yield ("expect", "responses", n, "after"), response.after
        yield ("expect", "responses", n, "to"), response.to


def _with_others(sentence: str, word: str, known: list[str]) -> str:
    return f"{sentence}; {did_you_mean(word, known)}" if known else sentence
