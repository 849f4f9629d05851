"""From what a file repeats and uses to the steps that are played, one after the other."""

from collections.abc import Iterator

import msgspec

from .asking import asked
from .asks import Ask, paced, scaled
from .model import Profile, RepeatText, StepEntry, TogetherText, UseText
from .pace import along
from .parameters import Chosen, Mode
from .problems import Path
from .steps import RESTING_KPA, EffleurageText, HeatText, PromptText, TechniqueText
from .values import Value


class Planned(msgspec.Struct, frozen=True):
    """One technique to be played: where it stands, on which region and pad, and how varied."""

    path: Path
    technique: str
    region: str
    body: TechniqueText
    site: str | None = None
    tempo: float = 1.0
    share: float = 1.0

    @property
    def kind(self) -> str:
        """The technique, with its style where that changes what it may press."""
        body = self.body
        style = body.style if isinstance(body, EffleurageText) else None
        return f"{self.technique} {style}" if style else self.technique

    def ask(self, chosen: Chosen, mode: Mode) -> Ask:
        """Return what it asks for, in this pass and at this tempo."""
        ask = paced(asked(self.body, chosen, mode), self.tempo)
        return ask if self.share == 1.0 else scaled(ask, self.share)


class Abreast(msgspec.Struct, frozen=True):
    """What plays at one time: nearly always one technique."""

    path: Path
    branches: tuple[Planned, ...]


class _Way(msgspec.Struct, frozen=True):
    """How we came to a step."""

    path: Path
    tempo: float = 1.0
    share: float = 1.0


def unrolled(profile: Profile) -> Iterator[Abreast]:
    """Yield what is played, in order."""
    yield from _walk(profile, profile.steps, _Way(("steps",)))


def _walk(profile: Profile, entries: list[StepEntry], way: _Way) -> Iterator[Abreast]:
    for index, entry in enumerate(entries):
        body, here = entry.body, (*way.path, index, entry.technique)
        match body:
            case RepeatText():
                for number in range(body.times):
                    inside = _pass(body, number, _Way((*here, "steps"), way.tempo, way.share))
                    yield from _walk(profile, body.steps, inside)
            case UseText():
                inside = _Way(("phrases", body.phrase), way.tempo * body.tempo, way.share)
                yield from _walk(profile, profile.phrases[body.phrase], inside)
            case TogetherText():
                yield Abreast(
                    here,
                    tuple(
                        _planned(profile, branch, (*here, place, branch.technique), way)
                        for place, branch in enumerate(body.branches)
                    ),
                )
            case _:
                yield Abreast(here, (_alone(_planned(profile, entry, here, way)),))


def _pass(body: RepeatText, number: int, way: _Way) -> _Way:
    """Return the way into one pass of a repeat."""
    pressure, tempo = body.vary.pressure, body.vary.tempo
    share = along((pressure.start, pressure.end), number, body.times) if pressure else 1.0
    faster = along((tempo.start, tempo.end), number, body.times) if tempo else 1.0
    return _Way(way.path, way.tempo * body.tempo * faster, way.share * share)


def _planned(profile: Profile, entry: StepEntry, path: Path, way: _Way) -> Planned:
    body = entry.body
    assert not isinstance(body, RepeatText | UseText | TogetherText)  # noqa: S101  nesting has seen to it
    site = None if isinstance(body, PromptText) else body.channel
    region = body.region or profile.region
    return Planned(path, entry.technique, region, body, site, way.tempo, way.share)


def _alone(planned: Planned) -> Planned:
    """Let a pad that warms lie on by itself, where nothing plays beside it that could press it."""
    body = planned.body
    if not isinstance(body, HeatText) or body.pressure is not None:
        return planned
    resting = body.model_copy(update={"pressure": Value(RESTING_KPA, "pressure")})
    return msgspec.structs.replace(planned, body=resting)
