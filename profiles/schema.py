"""The language as JSON Schema 2020-12: completion and hover text for editors."""

from collections.abc import Mapping
from typing import Any, cast

from .model import Profile
from .quantities import NUMBER, UNITS
from .regions import REGIONS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:myoloop:profile:1"

HOVER: Mapping[str, str] = {
    "format": "Which language this file is written in.",
    "id": "A name for programs: small letters, digits and hyphens.",
    "revision": "Count it up with each change that is played.",
    "title": "A name for people.",
    "purpose": "What it is for.",
    "level": "How deep it goes at most, for whoever chooses.",
    "evidence": "What supports it, and how well.",
    "claims_not": "What it does not do, in plain words.",
    "region": "Where on the body. At the top for all steps; a step may name another.",
    "needs": "What a device must have: channels, and signals with what happens without them.",
    "limits": "The author's own limits. Device, region and person may only lower them.",
    "parameters": "Values that the operator may choose. Write $name where they are used.",
    "phrases": "Steps by name, to be played with `use`.",
    "steps": "What is played, in this order. Each step is one key, the technique.",
    "rules": "What to do when the body answers. Rules only press less; the first one wins.",
    "channels": "Refused without these; everything else is used where there is one.",
    "signals": "Every signal that a rule, `until` or `adapt` names.",
    "missing": "Without such a sensor: refuse to play, skip what names it, or play by time alone. "
    "Without a heater: refuse, or skip the step.",
    "lost": "If the signal is lost on the way: ease, hold, release or stop.",
    "default": "What it is where the operator says nothing.",
    "min": "The least that the operator may choose.",
    "max": "The most that the operator may choose; everything is checked with this.",
    "live": "Whether it may be changed while it plays.",
    "label": "What people read.",
    "channel": "Which pad, by its name; the first one where nothing is said.",
    "until": "What may end this step before its time.",
    "adapt": "Press less as a signal grows; never more than is written.",
    "baseline": "Measure this signal here: later steps compare with it.",
    "for": "The longest this can take; of a condition: how long it must last.",
    "pressure": "How hard. `{low, high}` is one cycle, `{from, to}` is the whole step.",
    "rate": "How often.",
    "length": "How far the pad travels.",
    "style": "A variant of the technique.",
    "duty": "Which share of a cycle is spent on pressing.",
    "frequency": "How often the head swings.",
    "amplitude": "How far the head swings.",
    "swing": "How far the pressure swings where there is no head.",
    "temperature": "How warm the surface gets; off again when the step is over.",
    "speed": "How fast the pad travels.",
    "drift": "How fast the pad yields with the tissue.",
    "chambers": "The pads that fill, in this order.",
    "fill": "How long a chamber takes to fill.",
    "hold": "How long all stay full; as an action: stay where it is.",
    "vent": "How long they take to let go.",
    "rise": "How fast the pressure may rise.",
    "fall": "How fast it is let go.",
    "points": "Where the curve is at which time.",
    "at": "Seconds from the step's beginning.",
    "position": "Where the pad is along its way.",
    "say": "What the person is asked.",
    "otherwise": "What happens if nobody answers.",
    "low": "The valley of each cycle.",
    "high": "The peak of each cycle.",
    "from": "At the beginning.",
    "to": "At the end; of an ease: the share of the pressure that is left.",
    "times": "How often.",
    "tempo": "Faster or slower than written.",
    "vary": "How the passes differ, from the first to the last.",
    "use": "A phrase, by its name under `phrases`, played here.",
    "together": "Steps that play side by side, each on a channel of its own.",
    "phrase": "Its name under `phrases`.",
    "session": "The longest that a session may take.",
    "when": "The condition.",
    "do": "The action: ease, hold, release, stop or mark.",
    "signal": "A signal that stands under needs.signals.",
    "above": "More than this, as 160 % with an `of`, or as 20 uV without.",
    "below": "Less than this, as 85 % with an `of`, or as 20 uV without.",
    "of": "What a percentage is of: the baseline, the start of the step, or, for EMG, mvc: the "
    "muscle's strongest contraction in this sitting.",
    "button": "A button that somebody presses.",
    "elapsed": "This much time has passed in the step.",
    "any": "One of these holds.",
    "all": "All of these hold.",
    "map": "From the signal, in per cent of `of`, to a share of the pressure.",
    "over": "How long a change takes.",
    "keep": "How long it is kept at least.",
    "then": "What comes after letting go.",
    "ease": "Press less for a while.",
    "release": "Let go.",
    "stop": "End the session now.",
    "mark": "Write a line into the log.",
}
"""What an editor shows beside each word, wherever it stands."""

_UNIT = "|".join(sorted(UNITS, key=len, reverse=True)).replace("/", r"\/").replace("²", "²")
QUANTITY = rf"^\s*(?:{NUMBER}\s*(?:{_UNIT})|(?:{NUMBER}\s*%\s*of\s*)?\$\S.*)\s*$"
"""A quantity, `$name`, or `N % of $name`; what each place wants is checked by the loader."""


def profile_schema() -> dict[str, Any]:
    """Return the schema of a profile file."""
    schema = cast("dict[str, Any]", _plain(Profile.model_json_schema(), ""))
    schema["$defs"]["StepEntry"] = _one_key(schema["$defs"]["StepEntry"])
    return {"$schema": DIALECT, "$id": ID, **schema, "title": "A myoloop technique profile"}


def _plain(node: object, word: str) -> object:
    """Return a schema without nulls and generated titles, with hover text and room for `x-`."""
    if isinstance(node, list):
        return [_plain(inner, "") for inner in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    found = _without_null(cast("dict[str, Any]", node))
    found.pop("title", None)
    if found.get("default", 0) is None:
        found.pop("default")
    plain = {
        key: _named(cast("dict[str, Any]", value)) if key in {"properties", "$defs"}
        else _plain(value, "")
        for key, value in found.items()
    }  # fmt: skip
    if plain.get("additionalProperties") is False:
        plain["patternProperties"] = {"^x-": {}}
    return _told(plain, word)


def _named(words: dict[str, Any]) -> dict[str, Any]:
    return {word: _plain(inner, word) for word, inner in words.items()}


def _told(plain: dict[str, Any], word: str) -> dict[str, Any]:
    """Add what an editor shows, and which words it offers."""
    text = HOVER.get(word, "")
    said = str(plain.get("description", ""))
    if plain.get("type") == "string" and ", as " in said:
        plain["pattern"] = QUANTITY
        plain.pop("default", None)  # it is a number here, and a text in a file
    if word == "region":
        plain["enum"] = sorted(REGIONS)
    if text:
        plain["description"] = f"{text} Written as {said}." if said else text
    return plain


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    choices = node.get("anyOf")
    if not isinstance(choices, list):
        return dict(node)
    kept = [one for one in cast("list[Any]", choices) if one != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    if len(kept) == 1:
        return {**cast("dict[str, Any]", kept[0]), **rest}
    return {**rest, "anyOf": kept}


def _one_key(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a step: exactly one technique."""
    return {**entry, "oneOf": [{"required": [word]} for word in entry["properties"]]}
