"""What comes of the profile's own words: its rules, `adapt` and `until`."""

from typing import assert_never

from profiles.program import Action, Ease, Hold, Mark, Release, Rule, Stop

from .adaptation import follow as adapted
from .conditions import holds
from .ending import end_early, skip
from .intent import Mind
from .reacting import held_since_s, react, share
from .replies import NOTHING, Reply, Scene, follow, with_hearing
from .safety import stronger
from .words import Event, Judged, Marked, Reacted, Reason, Verdict

FOLLOW_OVER_S = 0.5
"""How fast a new share of `adapt` comes about; the map's own `over` has smoothed it (E)."""


def rules_reply(mind: Mind, scene: Scene) -> tuple[Mind, Reply]:
    """Let the first rule in the file that holds act."""
    rules, at_s = mind.program.rules, scene.at_s
    if not rules:
        return mind, NOTHING
    reactions, rule = react(mind.hearing.reactions, rules, scene.asked)
    if reactions != mind.hearing.reactions:
        mind = with_hearing(mind, reactions=reactions)
    mind = follow(mind, "rules", share(reactions))
    held = _held(mind, at_s)
    if rule is None:
        return mind, Reply(held, FOLLOW_OVER_S)
    if isinstance(rule.do, Release) and rule.do.then == "continue":
        mind = skip(mind, at_s, rule.do.over_s)
    over_s = rule.do.over_s if isinstance(rule.do, Ease) else FOLLOW_OVER_S
    return mind, Reply(stronger(_wanted(rule.do), held), over_s, _told(rule, at_s))


def adapt_reply(mind: Mind, scene: Scene) -> tuple[Mind, Reply]:
    """Press as much of the programme as the step's map gives the signal."""
    adapt = mind.program.steps[mind.playhead.index].adapt
    if adapt is None:
        return follow(mind, "adapt", 1.0), Reply(over_s=FOLLOW_OVER_S)
    ratio = scene.asked.highest(adapt.signal, adapt.of)
    whole = ratio is not None
    if not whole:
        ratio = scene.asked.highest_known(adapt.signal, adapt.of)
    adaptation = adapted(mind.hearing.adaptation, adapt, ratio, scene.at_s, whole=whole)
    mind = with_hearing(mind, adaptation=adaptation)
    return follow(mind, "adapt", adaptation.share), Reply(over_s=FOLLOW_OVER_S)


def until_reply(mind: Mind, scene: Scene) -> tuple[Mind, Reply]:
    """End a step whose `until` has come."""
    index = mind.playhead.index
    until = mind.program.steps[index].until
    if until is None or mind.early[0] == index:
        return mind, NOTHING
    held, state = holds(until, mind.hearing.until, scene.asked)
    if state is not mind.hearing.until:
        mind = with_hearing(mind, until=state)
    return (end_early(mind, scene.at_s) if held else mind), NOTHING


def _held(mind: Mind, at_s: float) -> Verdict | None:
    """Return a hold while a rule asks for one, and a release when it has lasted long enough."""
    rules, reactions = mind.program.rules, mind.hearing.reactions
    held = held_since_s(reactions, rules)
    if held is None:
        return None
    since_s, longest_s = held
    held_s = at_s - since_s
    action = "release" if held_s >= longest_s else "hold"
    return Verdict(action, Reason.RULE, held_s, longest_s)


def _wanted(action: Action) -> Verdict | None:
    """Return the verdict that an action asks for; a hold asks for itself as long as it lasts."""
    match action:
        case Stop():
            return Verdict("stop", Reason.RULE, 0.0, 0.0)
        case Release(_, "pause"):
            return Verdict("pause", Reason.RULE, 0.0, 0.0)
        case Release(_, "stop"):
            return Verdict("release", Reason.RULE, 0.0, 0.0)
        case Release() | Ease() | Hold() | Mark():
            return None
        case _:
            assert_never(action)


def _told(rule: Rule, at_s: float) -> tuple[Event, ...]:
    reacted = Reacted(at_s, rule.name, type(rule.do).__name__.lower(), rule.line)
    match rule.do:
        case Mark(text):
            return reacted, Marked(at_s, text or rule.name)
        case Ease():
            return reacted, Judged(at_s, Verdict("ease", Reason.RULE, 0.0, 0.0))
        case _:
            return (reacted,)
