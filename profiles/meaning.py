"""Conditions, actions and maps: from the words of a profile to those of a program."""

from .model import Profile, TechniqueText
from .parameters import Chosen
from .program import (
    Action,
    Adapt,
    AllOf,
    AnyOf,
    Button,
    Condition,
    Ease,
    Elapsed,
    Hold,
    Mark,
    Release,
    Rule,
    Signal,
    SignalNeed,
    Stop,
)
from .quantities import OWN_UNIT
from .reactions import ActionText, AdaptPressure, ConditionText
from .steps import PromptText


def condition(text: ConditionText, chosen: Chosen) -> Condition:
    """Return what a condition means with the chosen values."""
    if text.any_of is not None:
        return AnyOf(tuple(condition(inner, chosen) for inner in text.any_of))
    if text.all_of is not None:
        return AllOf(tuple(condition(inner, chosen) for inner in text.all_of))
    if text.button is not None:
        return Button(text.button)
    if text.elapsed is not None:
        return Elapsed(chosen.number(text.elapsed, "played"))
    level = text.level
    assert level is not None  # noqa: S101  the model has seen to it
    return Signal(
        signal=text.signal or "",
        beyond="above" if text.above is not None else "below",
        level=chosen.number(level, "played"),
        of=text.of,
        unit=OWN_UNIT[level.dimension],
        for_s=text.for_s or 0.0,
        channel=text.channel,
    )


def action(text: ActionText) -> Action:
    """Return what an action means."""
    if text.ease is not None:
        return Ease(text.ease.to, text.ease.over, text.ease.keep)
    if text.hold is not None:
        return Hold(text.hold.for_s)
    if text.release is not None:
        return Release(text.release.over, text.release.then)
    return Stop() if text.stop else Mark(text.mark or "")


def adapt(text: AdaptPressure) -> Adapt:
    """Return a map from a signal to a share of the pressure, in rising order."""
    inner = text.pressure
    return Adapt(inner.signal, inner.of, tuple(sorted(inner.map.items())), inner.over)


def rules(profile: Profile, chosen: Chosen) -> tuple[Rule, ...]:
    """Return the rules in the order of the file."""
    return tuple(
        Rule(
            name,
            condition(text.when, chosen),
            action(text.do),
            profile.places.line(("rules", name)),
        )
        for name, text in profile.rules.items()
    )


def signals(profile: Profile) -> dict[str, SignalNeed]:
    """Return what is to be done without each signal."""
    named = profile.needs.signals.items()
    return {name: SignalNeed(text.missing, text.lost) for name, text in named}


def is_skipped(profile: Profile, name: str) -> bool:
    """Return whether whatever listens to a signal is left out where nobody hears it."""
    need = profile.needs.signals.get(name)
    return need is not None and need.missing == "skip"


def listens_to(body: TechniqueText) -> set[str]:
    """Return the signals that a step's `until` and `adapt` ask for."""
    if isinstance(body, PromptText):
        return set()
    names = {body.adapt.pressure.signal} if body.adapt else set[str]()
    return names | (_signals_in(body.until) if body.until else set[str]())


def _signals_in(text: ConditionText) -> set[str]:
    names = {text.signal} if text.signal else set[str]()
    for part in (*(text.any_of or ()), *(text.all_of or ())):
        names |= _signals_in(part)
    return names
