"""How long was pressed, in all and on each region; pauses do not count."""

from typing import TypeAlias

import msgspec

from profiles.course import DEEP_MAX_S, REGION_MAX_S
from profiles.program import Program, Step

from .words import Reason, Verdict

Seconds: TypeAlias = tuple[tuple[str, float], ...]
"""Seconds by region."""


class Spent(msgspec.Struct, frozen=True):
    """Seconds played on each region, of them deep, and paused; when the step under way began.

    `began_s` is in played time, the session's without its pauses. `cold_s` is for how long pauses
    have let the body cool, up to `resumed_s`: what is played between them warms it as fast.
    """

    on_region: Seconds = ()
    deep: Seconds = ()
    paused_s: float = 0.0
    began_s: float = 0.0
    cold_s: float = 0.0
    resumed_s: float = 0.0


def pause_over(spent: Spent, since_s: float, at_s: float) -> Spent:
    """Return the account after a pause from `since_s` to `at_s`."""
    paused_s = at_s - since_s
    cold_s = max(0.0, spent.cold_s - (since_s - spent.resumed_s)) + paused_s
    return msgspec.structs.replace(
        spent, paused_s=spent.paused_s + paused_s, cold_s=cold_s, resumed_s=at_s
    )


def step_over(spent: Spent, step: Step, at_s: float) -> Spent:
    """Return the account after a step that ended at `at_s`."""
    played_s = at_s - spent.paused_s
    took_s = max(0.0, played_s - spent.began_s)
    deep = _added(spent.deep, step.all_regions, took_s) if step.grade == "deep" else spent.deep
    return msgspec.structs.replace(
        spent,
        on_region=_added(spent.on_region, step.all_regions, took_s),
        deep=deep,
        began_s=played_s,
    )


def too_long(spent: Spent, program: Program, index: int) -> Verdict | None:
    """Return a release, if step `index` may not begin because time is up."""
    limit_s = program.envelope.session_max_s.value
    if spent.began_s > limit_s:
        return Verdict("release", Reason.SESSION_TIME, spent.began_s, limit_s)
    step = program.steps[index]
    on_region_s = _most(spent.on_region, step)
    if on_region_s > REGION_MAX_S:
        return Verdict("release", Reason.REGION_TIME, on_region_s, REGION_MAX_S)
    deep_s = _most(spent.deep, step)
    if step.grade == "deep" and deep_s > DEEP_MAX_S:
        return Verdict("release", Reason.REGION_TIME, deep_s, DEEP_MAX_S)
    return None


def _most(known: Seconds, step: Step) -> float:
    """Return the time of that region of a step which has had most."""
    seconds = dict(known)
    return max(seconds.get(region, 0.0) for region in step.all_regions)


def _added(known: Seconds, regions: tuple[str, ...], took_s: float) -> Seconds:
    seconds = dict(known)
    for region in regions:
        seconds[region] = seconds.get(region, 0.0) + took_s
    return tuple(seconds.items())
