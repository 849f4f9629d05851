"""Whether a performance was what its scenario expects; and where not, what was seen instead."""

from collections.abc import Iterator, Sequence
from math import inf

import msgspec
import numpy as np

from profiles.quantities import Quantity, shown

from .expectations import DIMENSION, BoundWords, ExpectWords, ResponseWords
from .oracle import peak_kpa, seconds_above_threshold, seconds_over_envelope
from .performance import NO_SIGNAL, Performance

RELEASED_AFTER_S = 1.1
"""So long after the end of a session nothing is pressed any more (E, rules: 1 s, and a batch)."""

LATE = ("hold sensor_stale", "hold judgement_late", "hold device_fading")
"""What a busy computer leads to, and nothing else does where a story marks it as timing."""

_EPSILON = 1e-9


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation that was not met, and the moment at which that was sure.

    `limit` is what `signal` should have kept, or reached, in the span from `from_s` to `to_s`.
    """

    where: str
    expected: str
    seen: str
    at_s: float | None = None
    signal: str = "true_pressure"
    limit: float | None = None
    from_s: float = 0.0
    to_s: float | None = None

    def __str__(self) -> str:
        when = "" if self.at_s is None else f" at {self.at_s:.2f} s"
        return f"{self.where}: expected {self.expected}, saw {self.seen}{when}"


def judge(expect: ExpectWords, seen: Performance, *, waits: bool) -> tuple[Missed, ...]:
    """Return everything that is not as expected; `waits`: in real time, where timing is wider."""
    return (
        *_ending(expect, seen),
        *_timeline(seen),
        *_lists(expect, seen, late=waits and expect.timing),
        *_events(expect, seen),
        *(miss for bound in expect.bounds for miss in _bound(bound, seen)),
        *(miss for one in expect.responses for miss in _response(one, seen, waits=waits)),
        *_safe(expect, seen),
    )


def _ending(expect: ExpectWords, seen: Performance) -> Iterator[Missed]:
    if seen.outcome != expect.outcome:
        told = f"{seen.outcome} ({seen.reason}{': ' if seen.message else ''}{seen.message})"
        yield Missed(where="outcome", expected=expect.outcome, seen=told, at_s=seen.ended_s)
    elif expect.reason is not None and seen.reason != expect.reason:
        yield Missed(where="reason", expected=expect.reason, seen=seen.reason, at_s=seen.ended_s)
    lasts = expect.lasts
    if lasts is not None and not lasts.at_least <= seen.ended_s <= lasts.at_most:
        yield Missed(
            where="lasts",
            expected=f"{lasts.at_least:g} s to {lasts.at_most:g} s",
            seen=f"{seen.ended_s:.2f} s",
            at_s=seen.ended_s,
        )


def _timeline(seen: Performance) -> Iterator[Missed]:
    """Yield what should have happened and did not: of it nothing was shown."""
    ended = f"ended at {shown(round(seen.ended_s, 2), 'time')}"
    why = ended if seen.ended_s > 0.0 else "never began"
    for one in seen.unbegun:
        yield Missed(
            where=f"timeline[{one.number}]",
            expected=f"{one.name} at {shown(one.at_s, 'time')}",
            seen=f"that it never happened: the session {why}",
        )


def _lists(expect: ExpectWords, seen: Performance, *, late: bool) -> Iterator[Missed]:
    yield from _list("verdicts", "verdict", expect.verdicts, seen, LATE if late else ())
    if not late:
        yield from _list("modes", "mode", expect.modes, seen)
    if expect.steps is not None and tuple(expect.steps) != seen.steps:
        yield Missed(where="steps", expected=_listed(expect.steps), seen=_listed(seen.steps))


def _list(
    where: str,
    kind: str,
    wanted: Sequence[str] | None,
    seen: Performance,
    ignored: Sequence[str] = (),
) -> Iterator[Missed]:
    if wanted is None:
        return
    events = [(at_s, text) for at_s, text in seen.events if text.startswith(f"{kind} ")]
    found = [one for one in events if one[1].removeprefix(f"{kind} ") not in ignored]
    wanted = [one for one in wanted if one not in ignored]
    said = [text.removeprefix(f"{kind} ") for _, text in found]
    if list(wanted) != said:
        same = next(
            (n for n, (a, b) in enumerate(zip(wanted, said, strict=False)) if a != b),
            min(len(wanted), len(said)),
        )
        at_s = found[same][0] if same < len(found) else seen.ended_s
        yield Missed(where=where, expected=_listed(wanted), seen=_listed(said), at_s=at_s)


def _events(expect: ExpectWords, seen: Performance) -> Iterator[Missed]:
    for event in expect.events:
        if seen.when(event) is None:
            yield Missed(where="events", expected=event, seen="nothing of the kind")
    for event in expect.never:
        at_s = seen.when(event)
        if at_s is not None:
            yield Missed(where="never", expected=f"no {event}", seen=event, at_s=at_s)


def _bound(bound: BoundWords, seen: Performance) -> Iterator[Missed]:
    signal = seen.signals.get(bound.name, NO_SIGNAL)
    part = signal.during(bound.start, inf if bound.end is None else bound.end)
    where = f"bounds: {bound.name} from {bound.start:g} s"
    where += "" if bound.end is None else f" to {bound.end:g} s"

    def miss(word: str, limit: Quantity, index: int) -> Missed:
        dimension = DIMENSION[bound.signal]
        return Missed(
            where=where,
            expected=f"{word} {shown(limit.value, dimension)}",
            seen=shown(round(float(part.value[index]), 4), dimension),
            at_s=float(part.at_s[index]),
            signal=bound.name,
            limit=limit.value,
            from_s=bound.start,
            to_s=bound.end,
        )

    if not len(part.value):
        told = "none in this span"
        yield Missed(where=where, expected="a signal", seen=told, signal=bound.name)
        return
    if bound.at_most is not None and part.value.max() > bound.at_most.value + _EPSILON:
        yield miss("at most", bound.at_most, int((part.value > bound.at_most.value).argmax()))
    if bound.at_least is not None and part.value.min() < bound.at_least.value - _EPSILON:
        yield miss("at least", bound.at_least, int((part.value < bound.at_least.value).argmax()))
    if bound.reaches is not None and part.value.max() < bound.reaches.value - _EPSILON:
        yield miss("to reach", bound.reaches, int(part.value.argmax()))


def _response(response: ResponseWords, seen: Performance, *, waits: bool) -> Iterator[Missed]:
    where = f"responses: {response.after} to {response.to}"
    began_s = seen.when(response.after)
    if began_s is None:
        yield Missed(where=where, expected=response.after, seen="nothing of the kind")
        return
    within_s = response.within + (response.timing or 0.0 if waits else 0.0)
    answered_s = seen.when(response.to, began_s)
    expected = f"within {within_s * 1e3:.0f} ms"
    if answered_s is None:
        yield Missed(where=where, expected=expected, seen="never", at_s=began_s + within_s)
    elif answered_s - began_s > within_s + _EPSILON:
        told = f"after {(answered_s - began_s) * 1e3:.0f} ms"
        yield Missed(where=where, expected=expected, seen=told, at_s=began_s + within_s)


def _safe(expect: ExpectWords, seen: Performance) -> Iterator[Missed]:
    """What is expected of every story, said by the body alone."""
    truth = seen.truth
    if truth is None:
        return
    over_s = seconds_over_envelope(truth, seen.envelope_kpa, seen.zero_s, inf)
    if over_s > expect.over_envelope + _EPSILON:
        kpa = seen.signals["true_pressure"]
        yield Missed(
            where="over_envelope",
            expected=f"no more than {expect.over_envelope:g} s over {seen.envelope_kpa:.1f} kPa",
            seen=f"{over_s:.2f} s",
            at_s=float(kpa.at_s[int((kpa.value > seen.envelope_kpa).argmax())]),
            limit=seen.envelope_kpa,
        )
    hurt_s = seconds_above_threshold(truth, seen.zero_s, inf)
    if expect.in_pain is not None and hurt_s is not None and hurt_s > expect.in_pain + _EPSILON:
        yield Missed(
            where="in_pain",
            expected=f"at most {expect.in_pain:g} s",
            seen=f"{hurt_s:.2f} s",
            at_s=_hurt_at_s(seen, truth.period_s, expect.in_pain),
            signal="pain",
            limit=1.0,
        )
    over_at_s = seen.zero_s + seen.ended_s + RELEASED_AFTER_S
    left_kpa = peak_kpa(truth, over_at_s, inf)
    if expect.released and left_kpa > seen.rest_kpa:
        yield Missed(
            where="released",
            expected=f"at most {seen.rest_kpa:g} kPa {RELEASED_AFTER_S} s after the end",
            seen=f"{left_kpa:.2f} kPa",
            at_s=seen.ended_s + RELEASED_AFTER_S,
            limit=seen.rest_kpa,
            from_s=seen.ended_s + RELEASED_AFTER_S,
        )


def _hurt_at_s(seen: Performance, period_s: float, longest_s: float) -> float:
    """Return when it had hurt for longer than this."""
    pain = seen.signals["pain"].during(0.0, inf)
    hurt_s = period_s * np.cumsum(pain.value > 1.0)
    return float(pain.at_s[int((hurt_s > longest_s + _EPSILON).argmax())])


def _listed(words: Sequence[str]) -> str:
    return f"[{', '.join(words)}]"
