"""Draws the sessions of a campaign: number and seed alone say what comes out."""

from collections.abc import Callable
from functools import partial
from math import exp, log
from typing import Any, TypeVar, cast

import msgspec
import numpy as np

from profiles.quantities import shown

from .birth import Recipe
from .campaign import BodyVaries, Campaign, DeviceVaries, FaultsVary, Plan, SpanWords
from .expectations import ExpectWords
from .fault import Fault
from .faults import FAULTS
from .scenario import Happens, Story

T = TypeVar("T")

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
        values=_values(plan, lambda: float(value_dice.random())),
        recipe=_recipe(plan, body_dice),
        baud=_pick(campaign.device.baud, value_dice),
        seed=int(fault_dice.integers(1 << 62)),
        happens=_faults(campaign, number, fault_dice),
        expect=_ANYTHING,
        places=campaign.places,
    )


def ends(plan: Plan) -> tuple[Story, Story]:
    """Return a session at the beginning of every span, and one at its end; nothing happens."""
    low, high = (
        msgspec.structs.replace(
            draw(plan, 0, 0), happens=(), values=_values(plan, partial(float, share))
        )
        for share in (0.0, 1.0)
    )
    return low, high


def _recipe(plan: Plan, dice: np.random.Generator) -> Recipe:
    campaign = plan.campaign
    said = {
        "preset": _pick(campaign.person, dice),
        "seed": int(dice.integers(1 << 31)),
        **_body(campaign.body, dice),
        **_device(campaign.device, dice),
    }
    return msgspec.convert(said, Recipe)


def _body(body: BodyVaries, dice: np.random.Generator) -> dict[str, Any]:
    share = float(dice.random())
    span = body.stiffness
    return {
        "stiffness": 1.0 if span is None else span.low + share * (span.high - span.low),
        "guards": _pick(body.guards, dice),
        "lets_go": _pick(body.lets_go, dice),
        "presses": _pick(body.presses, dice),
        "sore": _pick(body.sore, dice) or None,
    }


def _device(device: DeviceVaries, dice: np.random.Generator) -> dict[str, Any]:
    said = {name: _pick(getattr(device, name), dice) for name in ("stroke", "ecg")}
    said["device"] = _pick(device.kind, dice)
    said["heater"] = _pick(device.heater, dice)
    battery = _pick(device.battery, dice)
    said["battery"] = None if battery is None else 100.0 * battery
    said["emg"] = _pick(device.emg, dice)
    return said


def _values(plan: Plan, share: Callable[[], float]) -> dict[str, str | float]:
    return {
        name: value.at(share())
        if isinstance(value, SpanWords)
        else shown(value.value, value.dimension)
        for name, value in plan.campaign.set.items()
    }


def _faults(campaign: Campaign, number: int, dice: np.random.Generator) -> tuple[Happens, ...]:
    """Return the faults of a session. The first goes through all kinds, one after the other.

    Every turn begins with a session in which nothing goes wrong.
    """
    vary, kinds = campaign.faults, campaign.kinds
    turn = number % (len(kinds) + 1)
    if vary is None or turn == 0 or vary.at_most == 0:
        return ()
    names = [kinds[turn - 1]]
    more = int(dice.integers(vary.at_most))
    names += [_pick(kinds, dice) for _ in range(more)]
    return tuple(_happens(name, vary, dice) for name in names)


def _happens(name: str, vary: FaultsVary, dice: np.random.Generator) -> Happens:
    kind = FAULTS[name]
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
                said[parameter.name] = _pick(list(words), dice)
            case _:
                pass  # switches and whole numbers are as they usually are
    return msgspec.convert(said, kind)


def _pick(words: list[T], dice: np.random.Generator) -> T:
    return words[int(dice.integers(len(words)))]
