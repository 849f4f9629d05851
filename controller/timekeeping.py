"""How long was pressed, in all and on each region; pauses do not count."""

import msgspec

from profiles.course import DEEP_MAX_S, REGION_MAX_S
from profiles.program import Program, Step

from .words import Reason, Verdict


class Spent(msgspec.Struct, frozen=True):
    """Seconds played on each region, of them deep, and paused; when the step under way began.

    `began_s` is in played time, the session's without its pauses.
    """

    on_region: tuple[tuple[str, float], ...] = ()
    deep: tuple[tuple[str, float], ...] = ()
    paused_s: float = 0.0
    began_s: float = 0.0


def step_over(spent: Spent, step: Step, at_s: float) -> Spent:
    """Return the account after a step that ended at `at_s`."""
    played_s = at_s - spent.paused_s
    took_s = max(0.0, played_s - spent.began_s)
    return Spent(
        _added(spent.on_region, step.region, took_s),
        _added(spent.deep, step.region, took_s) if step.grade == "deep" else spent.deep,
        spent.paused_s,
        played_s,
    )


def too_long(spent: Spent, program: Program, index: int) -> Verdict | None:
    """Return a release, if step `index` may not begin because time is up."""
    limit_s = program.envelope.session_max_s.value
    if spent.began_s > limit_s:
        return Verdict("release", Reason.SESSION_TIME, spent.began_s, limit_s)
    step = program.steps[index]
    on_region_s = dict(spent.on_region).get(step.region, 0.0)
    if on_region_s > REGION_MAX_S:
        return Verdict("release", Reason.REGION_TIME, on_region_s, REGION_MAX_S)
    deep_s = dict(spent.deep).get(step.region, 0.0)
    if step.grade == "deep" and deep_s > DEEP_MAX_S:
        return Verdict("release", Reason.REGION_TIME, deep_s, DEEP_MAX_S)
    return None


def _added(
    known: tuple[tuple[str, float], ...], region: str, took_s: float
) -> tuple[tuple[str, float], ...]:
    seconds = dict(known)
    seconds[region] = seconds.get(region, 0.0) + took_s
    return tuple(seconds.items())
