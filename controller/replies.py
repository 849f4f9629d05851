"""What every listener is given and gives: a batch and the question it answers, a reply."""

from typing import Any

import msgspec

from .conditions import Evidence
from .intent import NEVER_S, Mind, with_factors
from .moment import Features
from .words import Event, Verdict


class Scene(msgspec.Struct, frozen=True):
    """One batch, and what conditions may ask about it."""

    felt: Features
    asked: Evidence

    @property
    def at_s(self) -> float:
        return self.asked.at_s


class Reply(msgspec.Struct, frozen=True):
    """What one listener asks for. Factors that it has changed come about within `over_s`."""

    verdict: Verdict | None = None
    over_s: float = NEVER_S
    events: tuple[Event, ...] = ()


NOTHING = Reply()


def with_hearing(mind: Mind, **changes: Any) -> Mind:  # noqa: ANN401  fields of many types
    """Return the mind with something else remembered of what was heard."""
    return msgspec.structs.replace(mind, hearing=msgspec.structs.replace(mind.hearing, **changes))


def lowered(mind: Mind, **factors: float) -> Mind:
    """Return the mind with factors that only go down; the same where none does."""
    changes = {name: min(value, getattr(mind.factors, name)) for name, value in factors.items()}
    return _changed(mind, changes)


def raised(mind: Mind, **factors: float) -> Mind:
    """Return the mind with factors that go up again: never after it has hurt."""
    return mind if mind.hurt else _changed(mind, factors)


def follow(mind: Mind, name: str, value: float) -> Mind:
    """Return the mind with one factor at `value`, up or down."""
    now = getattr(mind.factors, name)
    if value == now:
        return mind
    if value > now:
        return raised(mind, **{name: value})
    return lowered(mind, **{name: value})


def _changed(mind: Mind, changes: dict[str, float]) -> Mind:
    now = mind.factors
    for name, value in changes.items():
        if getattr(now, name) != value:
            return with_factors(mind, **changes)
    return mind
