"""A profile's own rules: which of them acts now, and how much each still holds back."""

import msgspec

from profiles.program import Ease, Hold, Rule

from .conditions import Evidence, State, holds, never

SETTLES_S = 2.0
"""One cause settles for so long before it may act again (E, rules)."""


class Reaction(msgspec.Struct, frozen=True):
    """What is remembered of one rule.

    `share` is what it lets press, until `kept_until_s` at least; `acted_s` is when it acted last,
    and `answers` says that it did so for what holds now.
    """

    state: State
    share: float = 1.0
    kept_until_s: float = float("-inf")
    acted_s: float = float("-inf")
    answers: bool = False


def unprovoked(rules: tuple[Rule, ...]) -> tuple[Reaction, ...]:
    """Return the reactions of rules that nothing has called for."""
    return tuple(Reaction(never(rule.when)) for rule in rules)


def over_silence(reaction: Reaction, rule: Rule, unheard_s: float) -> Reaction:
    """Return a reaction after a silence: its condition and its hold begin anew.

    The silence is none of the time for which an ease is kept.
    """
    answers = reaction.answers and not isinstance(rule.do, Hold)
    return msgspec.structs.replace(
        reaction,
        state=never(rule.when),
        kept_until_s=reaction.kept_until_s + unheard_s,
        answers=answers,
    )


def react(
    reactions: tuple[Reaction, ...], rules: tuple[Rule, ...], evidence: Evidence
) -> tuple[tuple[Reaction, ...], Rule | None]:
    """Return what to remember, and the rule that acts now: the first in the file that holds.

    It acts once for what holds, and again only for what comes anew, after it has settled.
    """
    called: Rule | None = None
    acting: Rule | None = None
    after: list[Reaction] = []
    for rule, reaction in zip(rules, reactions, strict=True):
        held, state = holds(rule.when, reaction.state, evidence)
        first = held and called is None
        now = _looked_at(reaction, rule, state, evidence.at_s, held=held, first=first)
        if first:
            called = rule
            acting = rule if now.acted_s != reaction.acted_s else None
        after.append(now)
    return tuple(after), acting


def share(reactions: tuple[Reaction, ...]) -> float:
    """Return how much of the programme all rules let press: the least of them."""
    return min((reaction.share for reaction in reactions), default=1.0)


def held_since_s(
    reactions: tuple[Reaction, ...], rules: tuple[Rule, ...]
) -> tuple[float, float] | None:
    """Return since when a rule holds the pressure where it is, and for how long it may."""
    for rule, reaction in zip(rules, reactions, strict=True):
        if isinstance(rule.do, Hold) and reaction.answers:
            return reaction.acted_s, rule.do.for_s
    return None


def _looked_at(
    reaction: Reaction, rule: Rule, state: State, at_s: float, *, held: bool, first: bool
) -> Reaction:
    """Return what one look changes. What a rule holds back lapses with its cause, in its time."""
    if not (held or reaction.answers or state != reaction.state) and reaction.share == 1.0:
        return reaction
    answers, acted_s = reaction.answers and held, reaction.acted_s
    least, kept_until_s = reaction.share, reaction.kept_until_s
    if first and not answers and at_s - acted_s >= SETTLES_S:
        answers, acted_s = True, at_s
    if isinstance(rule.do, Ease):
        if answers:
            least, kept_until_s = rule.do.to, at_s + rule.do.keep_s
        elif at_s >= kept_until_s:
            least = 1.0
    now = Reaction(state, least, kept_until_s, acted_s, answers)
    return reaction if now == reaction else now
