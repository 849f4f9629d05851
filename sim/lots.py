"""Draws the sessions of a campaign: number and seed alone say what comes out."""

from collections.abc import Iterator
from math import exp, log
from typing import Any, cast

import msgspec
import numpy as np

from profiles.quantities import Quantity, shown

from .birth import Recipe
from .campaign import Campaign, Plan
from .drawn import pick, possible
from .expectations import ExpectWords
from .fault import Fault
from .faults import FAULTS
from .scenario import Happens, Story
from .scene import recipe_of
from .varying import BodyVaries, DeviceVaries, FaultsVary

FROM_BOOT_ON = frozenset({"firmware_mismatch"})
"""What is so from boot on, or not at all."""

TRIED = 24
"""So many people and devices tell whether a campaign can be played: a quarter of a second (E)."""

_ANYTHING = ExpectWords(outcome="complete")
"""A drawn session is judged by the oracle, and by no expectation."""


def draw(plan: Plan, seed: int, number: int) -> Story:
    """Return the session of this number: the same for the same seed, whatever else is drawn."""
    dice = np.random.Generator(np.random.PCG64([seed, number]))
    body_dice, value_dice, fault_dice = dice.spawn(3)
    campaign = plan.campaign
    return Story(
        id=f"{campaign.id}-{number}",
        title=f"{campaign.title}, session {number} of seed {seed}",
        file=plan.file,
        profile=plan.profile,
        values=_values(campaign, value_dice),
        recipe=_recipe(campaign, body_dice),
        baud=pick(campaign.device.baud, value_dice),
        seed=int(fault_dice.integers(1 << 62)),
        happens=_faults(campaign, number, fault_dice),
        expect=_ANYTHING,
        places=campaign.places,
    )


def tried(plan: Plan) -> Iterator[Story]:
    """Yield what tells whether a campaign can be played: people and devices as they are drawn.

    What is set is every value that is listed, and both ends of every span. Nothing happens.
    """
    each = {name: possible(words) for name, words in plan.campaign.set.items()}
    most = max((len(values) for values in each.values()), default=1)
    for number in range(max(TRIED, most)):
        values = {name: _shown(values[number % len(values)]) for name, values in each.items()}
        yield msgspec.structs.replace(draw(plan, 0, number), happens=(), values=values)


def _recipe(campaign: Campaign, dice: np.random.Generator) -> Recipe:
    preset, seed = pick(campaign.person, dice), int(dice.integers(1 << 31))
    return recipe_of(preset, seed, _each(campaign.body, dice), _each(campaign.device, dice))


def _each(varies: BodyVaries | DeviceVaries, dice: np.random.Generator) -> dict[str, Any]:
    """Draw what may differ, but for the line, which is no part of a device."""
    names = [name for name in type(varies).model_fields if name != "baud"]
    return {name: pick(getattr(varies, name), dice) for name in names}


def _values(campaign: Campaign, dice: np.random.Generator) -> dict[str, str | float]:
    return {name: _shown(pick(words, dice)) for name, words in campaign.set.items()}


def _shown(value: Quantity) -> str:
    return shown(value.value, value.dimension)


def _faults(campaign: Campaign, number: int, dice: np.random.Generator) -> tuple[Happens, ...]:
    """Return the faults of a session. The first goes through all kinds, one after the other.

    Every turn begins with a session in which nothing goes wrong.
    """
    vary, kinds = campaign.faults, campaign.kinds_of_faults
    turn = number % (len(kinds) + 1)
    if vary is None or turn == 0 or vary.at_most == 0:
        return ()
    names = [kinds[turn - 1]]
    more = int(dice.integers(vary.at_most))
    names += [pick(kinds, dice) for _ in range(more)]
    return tuple(_happens(name, vary, dice) for name in names)


def _happens(name: str, vary: FaultsVary, dice: np.random.Generator) -> Happens:
    kind = FAULTS[name]
    if name in FROM_BOOT_ON:
        return Happens(name=name, what=_sized(kind, vary.spread, dice), at_s=None, ends_s=None)
    at_s = round(float(dice.uniform(vary.start, vary.end)), 3)
    lasts_s = exp(float(dice.uniform(log(vary.shortest), log(vary.longest))))
    fault = _sized(kind, vary.spread, dice)
    ends_s = None if kind.momentary else round(at_s + lasts_s, 3)
    return Happens(name=name, what=fault, at_s=at_s, ends_s=ends_s)


def _sized(kind: type[Fault], spread: float, dice: np.random.Generator) -> Fault:
    """Return a fault of another size than it usually has, by a factor within `spread`."""
    info = cast("msgspec.inspect.StructType", msgspec.inspect.type_info(kind))
    said: dict[str, Any] = {"fault": kind.name()}
    for parameter in info.fields:
        factor = spread ** float(dice.uniform(-1.0, 1.0))
        match parameter.type:
            case msgspec.inspect.FloatType(ge=low, le=high):
                size = factor * float(cast("float", parameter.default))
                said[parameter.name] = min(cast("float", high), max(cast("float", low), size))
            case msgspec.inspect.LiteralType(values=words):
                said[parameter.name] = pick(list(words), dice)
            case _:
                pass  # switches and whole numbers are as they usually are
    return msgspec.convert(said, kind)
